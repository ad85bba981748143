//! The HTTPS client: timeouts, no redirects, no proxy, public destinations only.

use std::{sync::Arc, time::Duration};

use app::failure::Failure;
use connect::vendor::SignedHeaders;
use reqwest::{Client, Method, RequestBuilder, Url, redirect::Policy};
use tokio::time::timeout;

use crate::destination::{PublicOnly, checked, connect};

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
            .user_agent(concat!("oms/", env!("CARGO_PKG_VERSION")))
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
    /// [`Failure::Location`].
    pub(crate) fn destination(&self, url: &str) -> Result<Url, Failure> {
        checked(url, self.private_allowed)
    }

    /// A request that [`HttpsClient::destination`] has allowed, to be completed and sent.
    pub(crate) fn request(&self, method: Method, destination: Url) -> RequestBuilder {
        self.client.request(method, destination)
    }

    /// Connects, and sends nothing.
    ///
    /// # Errors
    /// [`Failure::Location`] when there is no connection within [`CONNECT_TIMEOUT`].
    pub(crate) async fn reach(&self, destination: &Url) -> Result<(), Failure> {
        let connecting = timeout(CONNECT_TIMEOUT, connect(destination, self.private_allowed));
        let connected = connecting
            .await
            .unwrap_or_else(|_| Err("no connection in time".into()));
        connected.map_err(|error| Failure::location_unsent("connect_failed", error))
    }

    /// Posts a JSON body. Any status but 2xx is an error, a redirect included.
    ///
    /// # Errors
    /// [`Failure::Location`] when the location does not work; [`Failure::RequestRefused`] when it refuses this request for
    /// what it says, and [`Failure::Unavailable`] when it does so for now: neither says anything about others.
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
        let response = request.send().await.map_err(not_answered)?;
        let status = response.status().as_u16();
        match status {
            200..=299 => Ok(()),
            400 | 413 | 422 => Err(Failure::RequestRefused {
                code: format!("http_{status}"),
            }),
            // It may be handling the same request.
            409 => Err(Failure::unavailable("the location", "it answered 409")),
            _ => Err(Failure::location(
                format!("http_{status}"),
                format!("it answered {status}"),
            )),
        }
    }
}

fn not_answered(error: reqwest::Error) -> Failure {
    let code = if error.is_connect() {
        "connect_failed"
    } else if error.is_timeout() {
        "timeout"
    } else {
        "broken_connection"
    };
    // Without a connection nothing of the request has left; a request is not begun before TLS is agreed.
    if error.is_connect() {
        Failure::location_unsent(code, error.without_url())
    } else {
        Failure::location(code, error.without_url())
    }
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    use super::*;

    /// A server that gives each connection this answer; with none it closes it.
    async fn answering(answer: &'static str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = [0; 4096];
                let _ = stream.read(&mut request).await;
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
        url
    }

    /// How a post ends: nothing when it is taken, or the failure's code, and that of the location.
    async fn posted(url: &str) -> Option<(&'static str, Option<String>)> {
        let client = HttpsClient::new(true).unwrap();
        let destination = client.destination(url).unwrap();
        let failure = client
            .post(destination, SignedHeaders::new(), "{}".to_owned())
            .await
            .err()?;
        let code = failure.code();
        if let Failure::Location {
            code: of_location, ..
        } = failure
        {
            Some((code, Some(of_location)))
        } else {
            Some((code, None))
        }
    }

    /// Whether nothing of a post can have left.
    async fn is_unsent(url: &str) -> bool {
        let client = HttpsClient::new(true).unwrap();
        let destination = client.destination(url).unwrap();
        let posted = client
            .post(destination, SignedHeaders::new(), "{}".to_owned())
            .await;
        matches!(posted, Err(Failure::Location { unsent: true, .. }))
    }

    #[tokio::test]
    async fn only_without_a_connection_nothing_has_left() {
        assert!(is_unsent("http://127.0.0.1:1/").await, "refused");
        assert!(is_unsent("http://no-such-host.invalid/").await, "no name");
        let plain = answering("HTTP/1.1 200 OK\r\n\r\n").await;
        let tls = plain.replace("http:", "https:");
        assert!(is_unsent(&tls).await, "no TLS");
        let closes = answering("").await;
        assert!(!is_unsent(&closes).await, "it may have been read");
        let down = answering("HTTP/1.1 503 Down\r\ncontent-length: 0\r\n\r\n").await;
        assert!(!is_unsent(&down).await);
    }

    #[tokio::test]
    async fn a_location_is_reached_without_a_request() {
        let client = HttpsClient::new(true).unwrap();
        let reach = async |url: &str| client.reach(&client.destination(url).unwrap()).await;
        let listening = answering("").await;
        reach(&listening).await.unwrap();
        let refused = reach("http://127.0.0.1:1/").await.unwrap_err();
        assert_eq!(refused.code(), "location_failed");
        let client = HttpsClient::new(false).unwrap();
        let name = Url::parse("https://localhost:1/").unwrap();
        assert!(client.reach(&name).await.is_err(), "private");
    }

    #[tokio::test]
    async fn an_answer_says_whether_the_location_works() {
        let location = |code: &str| Some(("location_failed", Some(code.to_owned())));
        let ok = answering("HTTP/1.1 204 No Content\r\n\r\n").await;
        assert_eq!(posted(&ok).await, None);
        let down = answering("HTTP/1.1 503 Down\r\ncontent-length: 0\r\n\r\n").await;
        assert_eq!(posted(&down).await, location("http_503"));
        let moved = answering("HTTP/1.1 308 Moved\r\nlocation: /\r\ncontent-length: 0\r\n\r\n");
        assert_eq!(posted(&moved.await).await, location("http_308"));
        let refuses = answering("HTTP/1.1 422 No\r\ncontent-length: 0\r\n\r\n").await;
        assert_eq!(posted(&refuses).await, Some(("request_refused", None)));
        let busy = answering("HTTP/1.1 409 Conflict\r\ncontent-length: 0\r\n\r\n").await;
        assert_eq!(posted(&busy).await, Some(("unavailable", None)));
        let closes = answering("").await;
        assert_eq!(posted(&closes).await, location("broken_connection"));
        assert_eq!(
            posted("http://127.0.0.1:1/").await,
            location("connect_failed")
        );
    }
}
