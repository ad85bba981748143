//! The HTTPS client: timeouts, no redirects, no proxy, public destinations only.

use std::{sync::Arc, time::Duration};

use app::failure::Failure;
use connect::vendor::SignedHeaders;
use reqwest::{Client, Url, redirect::Policy};

use crate::destination::{PublicOnly, checked};

/// Longest wait for a connection.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// Longest wait for a response, the connection included. A location only stores the request before it answers.
pub const RESPONSE_TIMEOUT: Duration = Duration::from_secs(10);

pub(crate) struct HttpsClient {
    client: Client,
    private_allowed: bool,
}

impl HttpsClient {
    /// `private_allowed` is the setting for local use: plain HTTP and private addresses.
    ///
    /// # Errors
    /// When the client cannot be built.
    pub(crate) fn new(private_allowed: bool) -> Result<Self, reqwest::Error> {
        // One provider for the process; an error only says that it is installed already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut client = Client::builder()
            .redirect(Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(RESPONSE_TIMEOUT)
            .https_only(!private_allowed)
            .user_agent(concat!("oms-dispatch/", env!("CARGO_PKG_VERSION")))
            .no_proxy();
        if !private_allowed {
            client = client.dns_resolver(Arc::new(PublicOnly));
        }
        Ok(Self {
            client: client.build()?,
            private_allowed,
        })
    }

    /// The address, if requests may be sent to it.
    ///
    /// # Errors
    /// [`Failure::Unavailable`].
    pub(crate) fn destination(&self, url: &str) -> Result<Url, Failure> {
        checked(url, self.private_allowed)
    }

    /// Posts a JSON body. Any status but 2xx is an error, a redirect included.
    ///
    /// # Errors
    /// [`Failure::Unavailable`].
    pub(crate) async fn post(
        &self,
        destination: Url,
        headers: SignedHeaders,
        body: String,
    ) -> Result<(), Failure> {
        let mut request = self
            .client
            .post(destination)
            .header("content-type", "application/json")
            .body(body);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let response = request
            .send()
            .await
            .map_err(|error| Failure::unavailable("the location", error.without_url()))?;
        let status = response.status();
        if status.is_success() {
            Ok(())
        } else {
            let answered = format!("it answered {}", status.as_u16());
            Err(Failure::unavailable("the location", answered))
        }
    }
}
