//! Reading Stripe's events, which webhooks bring and its list of events has.
//!
//! Only the fields that we use are described, and none of them more tightly than needed: API versions differ in the
//! rest, and an event must not be lost because of a field that is not used.

use domain::inbound::{Fact, Inbound};
use jiff::Timestamp;
use serde::de::DeserializeOwned;

use super::{
    disputes,
    facts::{self, OrderPayment},
    payloads::{Event, Head},
    references::ID_MAX,
};
use crate::{
    fields::name,
    parse::{ParseError, parse},
    signature::Verified,
    webhook::{IgnoredReason, ParsedWebhook},
};

/// The vendor's name.
pub const NAME: &str = "stripe";

/// Reads an event. Events of other types, thin events, events that name neither a payment intent nor an order, and
/// checkouts that are not payments or have nothing to pay are [`ParsedWebhook::Ignored`].
///
/// # Errors
/// [`ParseError`] when the body is not JSON, or a field that is required is missing or invalid.
pub(super) fn read(
    body: Verified<'_>,
    received_at: Timestamp,
) -> Result<ParsedWebhook, ParseError> {
    read_event(body.bytes(), received_at)
}

/// The same, for an event whose bytes come from Stripe's API.
pub(super) fn read_event(body: &[u8], received_at: Timestamp) -> Result<ParsedWebhook, ParseError> {
    let head: Head = parse(body)?;
    let kind = head.kind.unwrap_or_default();
    if head.object.as_deref() == Some("v2.core.event") {
        return Ok(ParsedWebhook::ignored(&kind, IgnoredReason::ThinEvent));
    }
    let event = ParsedEvent {
        kind: &kind,
        body,
        received_at,
    };
    match kind.as_str() {
        "" => Err(ParseError::field("type", "missing")),
        "payment_intent.processing" => event.to_fact(facts::processing),
        "payment_intent.amount_capturable_updated" => event.to_fact(facts::capturable_updated),
        "payment_intent.succeeded" => event.to_fact(facts::captured),
        "payment_intent.payment_failed" => event.to_fact(facts::failed),
        "payment_intent.canceled" => event.to_fact(facts::cancelled),
        "charge.succeeded" => event.to_fact(facts::charge_made),
        "refund.created" | "refund.updated" => event.to_fact(facts::refund_updated),
        "refund.failed" => event.to_fact(facts::refund_failed),
        "charge.dispute.created" | "charge.dispute.updated" => event.to_fact(disputes::updated),
        "charge.dispute.funds_withdrawn" => event.to_fact(disputes::funds_withdrawn),
        "charge.dispute.funds_reinstated" => event.to_fact(disputes::funds_reinstated),
        "charge.dispute.closed" => event.to_fact(disputes::closed),
        "review.opened" => event.to_fact(facts::review_opened),
        "review.closed" => event.to_fact(facts::review_closed),
        "checkout.session.completed" => event.to_fact(facts::session_completed),
        _ => Ok(ParsedWebhook::ignored(&kind, IgnoredReason::UnusedType)),
    }
}

/// An event whose type has been parsed, and the rest not yet.
struct ParsedEvent<'a> {
    kind: &'a str,
    body: &'a [u8],
    received_at: Timestamp,
}

impl ParsedEvent<'_> {
    /// Parses the event, and makes a fact of its object by `fact`.
    fn to_fact<T: DeserializeOwned>(
        &self,
        fact: fn(&T) -> Result<Option<OrderPayment>, ParseError>,
    ) -> Result<ParsedWebhook, ParseError> {
        let event: Event<T> = parse(self.body)?;
        let Some((order, fact)) = fact(&event.data.object)? else {
            return Ok(ParsedWebhook::ignored(self.kind, IgnoredReason::NoOrder));
        };
        let no_time = |_| ParseError::field("created", "not a time");
        Ok(ParsedWebhook::Fact(Box::new(Inbound {
            source: NAME.to_owned(),
            id: name("id", &event.id, ID_MAX)?,
            location: None,
            occurred_at: Timestamp::from_second(event.created).map_err(no_time)?,
            received_at: self.received_at,
            fact: Fact::Payment { order, fact },
        })))
    }
}
