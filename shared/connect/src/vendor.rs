//! What a vendor consists of.

use domain::{
    ids::{FulfillmentOrderId, LocationId},
    order::{Contact, Order},
};
use jiff::Timestamp;

use crate::{
    signature::{Secrets, SignatureError},
    webhook::{ParsedWebhook, SignedRequest, WebhookRejection},
};

/// A system outside that we exchange signed HTTP messages with: a folder of [`vendors`](crate::vendors) and a line in
/// the [`registry`](crate::registry).
#[derive(Debug)]
pub struct Vendor {
    /// The name in paths, secrets and stored causes: `stripe`. Never changes.
    pub name: &'static str,
    /// The name in documents: `Stripe`.
    pub title: &'static str,
    pub webhooks: Webhooks,
    /// The event types that are read; all others are answered with 2xx and ignored.
    pub events: &'static [EventType],
    /// How requests to it are written; none when we send it none.
    pub requests: Option<&'static RequestWriter>,
}

/// An event type of a vendor.
#[derive(Debug, Clone, Copy)]
pub struct EventType {
    /// The vendor's name of it: `payment_intent.succeeded`.
    pub name: &'static str,
    /// What it means to us, in one sentence.
    pub meaning: &'static str,
}

/// Where a vendor's webhooks arrive, and how one is checked and parsed: signature first, then the body.
#[derive(Debug, Clone, Copy)]
pub enum Webhooks {
    /// One endpoint, `/webhooks/<vendor>`, with the secrets `webhooks/<vendor>`.
    Single(ReceiveSingle),
    /// One endpoint a location, `/webhooks/<vendor>/<location>`, each with the secrets
    /// `webhooks/<vendor>/<location>`.
    PerLocation(ReceiveFromLocation),
}

/// Checks and parses a webhook; `now` is the time of its arrival.
pub type ReceiveSingle =
    fn(&SignedRequest<'_>, &Secrets, now: Timestamp) -> Result<ParsedWebhook, WebhookRejection>;

/// The same, for a webhook of one location.
pub type ReceiveFromLocation = fn(
    &SignedRequest<'_>,
    &LocationId,
    &Secrets,
    now: Timestamp,
) -> Result<ParsedWebhook, WebhookRejection>;

/// The names and values of the headers that sign a request.
pub type SignedHeaders = Vec<(&'static str, String)>;

/// How requests to the locations of a vendor are written and signed. A body is the same to the byte as long as the
/// order has not changed.
#[derive(Debug)]
pub struct RequestWriter {
    /// The path of the secrets that requests to a location are signed with, below the prefix of all secrets.
    pub secrets_path: fn(&LocationId) -> String,
    /// The body that asks to ship the open units of a fulfillment order; none when no unit is open.
    pub fulfillment:
        fn(&Order, FulfillmentOrderId, &Contact) -> Result<Option<String>, serde_json::Error>,
    /// The body that asks to cancel units, as it was requested at that time; none when no cancellation of a unit is
    /// requested.
    pub cancellation: fn(
        &Order,
        FulfillmentOrderId,
        requested_at: Timestamp,
    ) -> Result<Option<String>, serde_json::Error>,
    /// The headers that sign a body. The same id is the same request, however often it is sent.
    pub sign:
        fn(&Secrets, id: &str, at: Timestamp, body: &[u8]) -> Result<SignedHeaders, SignatureError>,
}
