//! Holds: the requests' and the answers' documents.

use domain::{
    ids::OrderId,
    order::{Cause, HoldKind},
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{api::problem::Problem, holds::HoldRequest};

/// A hold to place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HoldBody {
    /// Why.
    pub kind: HoldKind,
    /// Which one, to release it by; unless told, a new one of its kind. 1 to 64 of A-Z a-z 0-9 and -_.:
    #[serde(default)]
    pub handle: Option<String>,
    /// Until when at most, UTC.
    #[serde(default)]
    pub until: Option<Timestamp>,
}

impl HoldBody {
    /// The hold that the document asks for. A handle that is not told is made of the request's key, so that the
    /// same request asks for the same hold, and another one for another.
    pub(in crate::api) fn request(
        self,
        key: &Cause,
        now: Timestamp,
    ) -> Result<HoldRequest, Problem> {
        if self.until.is_some_and(|until| until <= now) {
            return Err(Problem::invalid(
                "invalid_hold",
                "until",
                "`until` lies in the past.",
            ));
        }
        let handle = match self.handle {
            Some(handle) => checked(handle)?,
            None => format!(
                "{}-{}",
                kind(self.kind),
                hex::encode(&Sha256::digest(key.key())[..4])
            ),
        };
        Ok(HoldRequest {
            kind: self.kind,
            handle,
            until: self.until,
        })
    }
}

/// A hold to end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReleaseBody {
    /// Which hold.
    pub handle: String,
}

/// The hold that stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct HeldView {
    /// The order.
    pub order: OrderId,
    /// The hold.
    pub hold: PlacedHold,
}

/// A hold as it was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PlacedHold {
    /// Why.
    pub kind: HoldKind,
    /// Which one, to release it by.
    pub handle: String,
    /// Until when at most, UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

/// The hold that has ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ReleasedView {
    /// The order.
    pub order: OrderId,
    /// Which hold.
    pub handle: String,
}

/// A handle is published and shown, so it is a name and not a text about somebody.
fn checked(handle: String) -> Result<String, Problem> {
    let fits = (1..=64).contains(&handle.len());
    let plain = handle
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b':'));
    if fits && plain {
        Ok(handle)
    } else {
        Err(Problem::invalid(
            "invalid_hold",
            "handle",
            "`handle` is 1 to 64 of A-Z a-z 0-9 and -_.:",
        ))
    }
}

fn kind(kind: HoldKind) -> &'static str {
    match kind {
        HoldKind::FraudReview => "fraud_review",
        HoldKind::Manual => "manual",
        HoldKind::Address => "address",
        HoldKind::PaymentDispute => "payment_dispute",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(json: &str, key: &str) -> Result<HoldRequest, Problem> {
        let body: HoldBody = serde_json::from_str(json).unwrap();
        body.request(&Cause::new("api", key), Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn a_hold_without_a_handle_gets_one_of_its_request() {
        let hold = |key| asked(r#"{"kind":"manual"}"#, key).unwrap();
        assert_eq!(hold("k-1"), hold("k-1"));
        assert_ne!(hold("k-1"), hold("k-2"));
        assert!(hold("k-1").handle.starts_with("manual-"));
    }

    #[test]
    fn a_handle_is_a_name_and_the_end_lies_ahead() {
        let refused = |json| asked(json, "k").unwrap_err().field.unwrap();
        assert_eq!(
            refused(r#"{"kind":"manual","handle":"call Jane Doe"}"#),
            "handle"
        );
        assert_eq!(
            refused(r#"{"kind":"manual","until":"1969-01-01T00:00:00Z"}"#),
            "until"
        );
    }
}
