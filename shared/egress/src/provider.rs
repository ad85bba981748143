//! Sends signed requests to locations.

use app::{
    failure::Failure,
    ports::{Clock, FulfillmentProvider, ProviderRequest, SecretStore},
    secrets,
};
use connect::{RequestWriter, Secrets, registry};
use domain::location::Location;

use crate::client::HttpsClient;

/// The secret's name in errors.
const SECRET: &str = "the location's secret";

/// The fulfillment provider of every location that has a `webhook_url`. If the function stops after sending, the same request is
/// sent again, with the same id.
pub struct HttpsProvider<S, C> {
    client: HttpsClient,
    secrets: S,
    clock: C,
}

impl<S: SecretStore, C: Clock> HttpsProvider<S, C> {
    /// `private_allowed` is the setting for local use: plain HTTP and private addresses.
    ///
    /// # Errors
    /// When the client cannot be built.
    pub fn new(secrets: S, clock: C, private_allowed: bool) -> Result<Self, reqwest::Error> {
        Ok(Self {
            client: HttpsClient::new(private_allowed)?,
            secrets,
            clock,
        })
    }

    async fn deliver(
        &self,
        location: &Location,
        id: &str,
        request: &ProviderRequest,
    ) -> Result<(), Failure> {
        let Some(url) = &location.webhook_url else {
            return Ok(());
        };
        let destination = self.client.destination(url)?;
        let writer = registry::requests_to(location)
            .ok_or_else(|| Failure::location_unsent("no_vendor", "its vendor takes no requests"))?;
        let Some(body) = body(writer, request)? else {
            return Ok(());
        };
        let stored = self
            .secrets
            .find(&(writer.secrets_path)(&location.id))
            .await?;
        let secrets: Secrets = secrets::parse(SECRET, stored)?
            .ok_or_else(|| Failure::location_unsent("no_secret", "its secret is not set up"))?;
        let headers = (writer.sign)(&secrets, id, self.clock.now(), body.as_bytes())
            .map_err(|error| Failure::unavailable(SECRET, error))?;
        self.client.post(destination, headers, body).await
    }
}

impl<S: SecretStore, C: Clock> FulfillmentProvider for HttpsProvider<S, C> {
    async fn send(
        &self,
        location: &Location,
        id: &str,
        request: &ProviderRequest,
    ) -> Result<(), Failure> {
        self.deliver(location, id, request).await
    }

    async fn reach(&self, location: &Location) -> Result<(), Failure> {
        let Some(url) = &location.webhook_url else {
            return Ok(());
        };
        let destination = self.client.destination(url)?;
        self.client.reach(&destination).await
    }
}

/// The body of a request; none when there is nothing left to request.
fn body(writer: &RequestWriter, request: &ProviderRequest) -> Result<Option<String>, Failure> {
    let body = match request {
        ProviderRequest::Fulfill {
            order,
            fulfillment_order,
            contact,
        } => (writer.fulfillment)(order, *fulfillment_order, contact),
        ProviderRequest::Cancel {
            order,
            fulfillment_order,
            requested_at,
        } => (writer.cancellation)(order, *fulfillment_order, *requested_at),
    };
    body.map_err(|error| Failure::Inconsistent(format!("a request cannot be written: {error}")))
}
