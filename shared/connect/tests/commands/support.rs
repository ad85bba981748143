//! Shared by the tests: an order, its effects, and Stripe's published objects.

use std::path::PathBuf;

use connect::{
    Headers,
    vendors::stripe::commands::{ApiAnswer, NoOutcome, performed},
};
use domain::{
    ids::OrderId,
    money::Currency,
    order::{Effect, EffectAction, EffectOutcome},
};
use serde_json::Value;

/// The intent of Stripe's published objects.
pub(crate) const INTENT: &str = "pi_000000000000000000000000";

pub(crate) fn order() -> OrderId {
    OrderId::of(&"default".parse().unwrap(), &"1001".parse().unwrap())
}

pub(crate) fn currency(code: &str) -> Currency {
    code.parse().unwrap()
}

pub(crate) fn effect(id: u32, action: EffectAction) -> Effect {
    Effect {
        id,
        action,
        since: "2026-11-22T12:00:00Z".parse().unwrap(),
        attempt: 0,
        refused: None,
    }
}

pub(crate) fn refund(id: u32, amount: i64) -> Effect {
    let intent = INTENT.to_owned();
    effect(id, EffectAction::Refund { intent, amount })
}

pub(crate) fn capture(id: u32, amount: i64, captured_before: i64) -> Effect {
    let action = EffectAction::Capture {
        intent: INTENT.to_owned(),
        amount,
        captured_before,
        keeps_rest: false,
    };
    effect(id, action)
}

/// A capture after which the rest can be captured still.
pub(crate) fn capture_of_part(id: u32, amount: i64, captured_before: i64) -> Effect {
    let action = EffectAction::Capture {
        intent: INTENT.to_owned(),
        amount,
        captured_before,
        keeps_rest: true,
    };
    effect(id, action)
}

pub(crate) fn release(id: u32) -> Effect {
    let intent = INTENT.to_owned();
    effect(id, EffectAction::ReleaseRest { intent })
}

pub(crate) fn cancel(id: u32) -> Effect {
    let intent = INTENT.to_owned();
    effect(id, EffectAction::CancelIntent { intent })
}

/// The object of a published event.
pub(crate) fn published(kind: &str) -> Value {
    let path = format!("../../events/received/stripe/{kind}.json");
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path);
    let event: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    event["data"]["object"].clone()
}

/// The published refund (1.00 USD), as one made for this effect.
pub(crate) fn made_refund(effect: u32) -> Value {
    let mut refund = published("refund.updated");
    refund["metadata"]["order_id"] = order().to_string().into();
    refund["metadata"]["oms_effect"] = format!("{}:{effect}", order()).into();
    refund
}

/// What an answer to a command in US dollars says.
pub(crate) fn answered(
    effect: &Effect,
    status: u16,
    headers: &[(&str, &str)],
    body: &str,
) -> Result<EffectOutcome, NoOutcome> {
    with_answer(status, headers, body, |answer| {
        performed(order(), currency("USD"), effect, answer)
    })
}

pub(crate) fn with_answer<T>(
    status: u16,
    headers: &[(&str, &str)],
    body: &str,
    read: impl FnOnce(ApiAnswer<'_>) -> T,
) -> T {
    let headers: Headers<'_> = headers.iter().copied().collect();
    read(ApiAnswer {
        status,
        headers: &headers,
        body: body.as_bytes(),
    })
}
