//! Stripe's entry in the registry.

use jiff::Timestamp;

use super::webhooks;
use crate::{
    signature::{Secrets, stripe},
    vendor::{EventType, Vendor, Webhooks},
    webhook::{ParsedWebhook, SignedRequest, WebhookRejection},
};

/// Subscribe the endpoint in Stripe to these event types.
pub const VENDOR: Vendor = Vendor {
    name: webhooks::NAME,
    title: "Stripe",
    webhooks: Webhooks::Single(receive),
    events: &[
        event(
            "payment_intent.processing",
            "The payment is being processed; the result comes later.",
        ),
        event(
            "payment_intent.amount_capturable_updated",
            "An amount is authorized and can be captured, or a part of it was captured and the rest still can be.",
        ),
        event(
            "payment_intent.succeeded",
            "An amount has been captured; what was authorized beyond it is released.",
        ),
        event(
            "payment_intent.payment_failed",
            "An attempt to pay has failed; the customer may try again until the time to pay is over.",
        ),
        event(
            "payment_intent.canceled",
            "The payment is cancelled, or its authorization has lapsed.",
        ),
        event(
            "charge.succeeded",
            "For a card that is authorized and not captured: until when it can be captured, and whether several times.",
        ),
        event("refund.created", "A refund exists, with its status."),
        event("refund.updated", "The status of a refund has changed."),
        event("refund.failed", "A refund has failed."),
        event(
            "charge.dispute.created",
            "The customer disputes the payment.",
        ),
        event(
            "charge.dispute.updated",
            "More is known of a dispute, such as its deadline for evidence, or the bank reviews it.",
        ),
        event(
            "charge.dispute.funds_withdrawn",
            "Stripe takes the money of a dispute.",
        ),
        event(
            "charge.dispute.funds_reinstated",
            "Stripe gives the money of a dispute back to the shop.",
        ),
        event("charge.dispute.closed", "A dispute is won or lost."),
        event(
            "review.opened",
            "A fraud review has begun; the order is held.",
        ),
        event("review.closed", "A fraud review has ended."),
        event(
            "checkout.session.completed",
            "The checkout is completed: it links the payment to the order, or captures it.",
        ),
    ],
    requests: None,
};

const fn event(name: &'static str, meaning: &'static str) -> EventType {
    EventType { name, meaning }
}

fn receive(
    request: &SignedRequest<'_>,
    secrets: &Secrets,
    now: Timestamp,
) -> Result<ParsedWebhook, WebhookRejection> {
    let body = stripe::verify(request.headers, request.body, secrets, now)?;
    Ok(webhooks::read(body, now)?)
}
