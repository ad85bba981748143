//! The published samples in `events/received/stripe/`.

use serde_json::Value;

use crate::outcome::{Outcome, StoryError};

macro_rules! samples {
    ($($kind:literal),* $(,)?) => {
        fn sample(kind: &str) -> Option<&'static str> {
            match kind {
                $($kind => Some(include_str!(concat!("../../../../events/received/stripe/", $kind, ".json"))),)*
                _ => None,
            }
        }
    };
}

samples!(
    "payment_intent.processing",
    "payment_intent.amount_capturable_updated",
    "payment_intent.succeeded",
    "payment_intent.payment_failed",
    "payment_intent.canceled",
    "charge.succeeded",
    "charge.dispute.created",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.closed",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "review.opened",
    "review.closed",
    "checkout.session.completed",
);

/// The sample event of this type.
///
/// # Errors
/// When there is none.
pub(super) fn event(kind: &str) -> Outcome<Value> {
    let unknown = || StoryError::Failed(format!("there is no sample of {kind}"));
    // Of money that is given back none is published. It is told like money that is taken, by the same object.
    let published = match kind {
        "charge.dispute.funds_reinstated" => "charge.dispute.funds_withdrawn",
        kind => kind,
    };
    let text = sample(published).ok_or_else(unknown)?;
    let mut event: Value =
        serde_json::from_str(text).map_err(|error| StoryError::failed(kind, error))?;
    event["type"] = kind.into();
    Ok(event)
}

/// The object of the sample event of this type, with these fields replaced.
///
/// # Errors
/// When there is no such sample.
pub(super) fn object(kind: &str, fields: Value) -> Outcome<Value> {
    let mut event = event(kind)?;
    let mut object = event["data"]["object"].take();
    replace(&mut object, fields)?;
    Ok(object)
}

/// Replaces fields of an object.
///
/// # Errors
/// When the fields are no object.
pub(super) fn replace(object: &mut Value, fields: Value) -> Outcome {
    let Value::Object(fields) = fields else {
        return Err(StoryError::Failed("fields are an object".to_owned()));
    };
    for (name, value) in fields {
        object[name] = value;
    }
    Ok(())
}
