//! Holds: what stops an order from moving on.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Actor;
use crate::open_set::open_set;

/// Something that stops an order from moving on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Hold {
    /// Why.
    pub kind: HoldKind,
    /// Which one; unique within the order.
    pub handle: String,
    /// Who placed it.
    pub by: Actor,
    /// When, UTC.
    pub at: Timestamp,
    /// When it ends by itself, UTC; `None`: never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// What has happened and what to do, in words for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

open_set! {
    /// Kinds of hold.
    pub enum HoldKind {
        /// The payment is under review for fraud.
        FraudReview = "fraud_review",
        /// A person asked for it.
        Manual = "manual",
        /// The address must be checked.
        Address = "address",
        /// The payment is disputed.
        PaymentDispute = "payment_dispute",
        /// The customer has placed the same basket shortly before or after, or has paid the order twice.
        PossibleDuplicate = "possible_duplicate",
        /// The order needs another payment: an authorization ends before everything has shipped.
        Payment = "payment",
    }
}

/// The key under which an order remembers that a hold has ended, so that its placing has no effect when it
/// arrives late.
pub fn ended_hold(handle: &str) -> String {
    format!("hold-ended:{handle}")
}
