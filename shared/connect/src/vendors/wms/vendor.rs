//! The scheme's entry in the registry.

use domain::{
    ids::{FulfillmentOrderId, LocationId},
    order::{Contact, Order},
};
use jiff::Timestamp;

use super::{kind::Kind, requests, webhooks};
use crate::{
    signature::{Secrets, SignatureError, standard},
    vendor::{RequestWriter, SignedHeaders, Vendor, Webhooks},
    webhook::{ParsedWebhook, SignedRequest, WebhookRejection},
};

pub const VENDOR: Vendor = Vendor {
    name: webhooks::NAME,
    title: "Warehouse, 3PL or supplier",
    webhooks: Webhooks::PerLocation(receive),
    events: Kind::EVENTS,
    requests: Some(&REQUESTS),
};

const REQUESTS: RequestWriter = RequestWriter {
    secrets_path,
    fulfillment,
    cancellation,
    sign,
};

fn receive(
    request: &SignedRequest<'_>,
    location: &LocationId,
    secrets: &Secrets,
    now: Timestamp,
) -> Result<ParsedWebhook, WebhookRejection> {
    let message = standard::verify(request.headers, request.body, secrets, now)?;
    Ok(webhooks::read(message, location, now)?)
}

fn secrets_path(location: &LocationId) -> String {
    format!("dispatch/{location}")
}

fn fulfillment(
    order: &Order,
    id: FulfillmentOrderId,
    contact: &Contact,
) -> Result<Option<String>, serde_json::Error> {
    let message = requests::fulfillment(order, id, contact);
    message.map(|message| message.to_json()).transpose()
}

fn cancellation(
    order: &Order,
    id: FulfillmentOrderId,
    requested_at: Timestamp,
) -> Result<Option<String>, serde_json::Error> {
    let message = requests::cancellation(order, id, requested_at);
    message.map(|message| message.to_json()).transpose()
}

fn sign(
    secrets: &Secrets,
    id: &str,
    at: Timestamp,
    body: &[u8],
) -> Result<SignedHeaders, SignatureError> {
    standard::sign(secrets, id, at, body).map(Vec::from)
}
