//! Refunds. Amounts are Stripe's units.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::samples;
use crate::outcome::Outcome;

#[derive(Debug, Clone)]
pub(super) struct Refund {
    pub(super) id: String,
    pub(super) intent: String,
    pub(super) currency: String,
    pub(super) amount: i64,
    /// `pending`, `succeeded` or `failed`.
    pub(super) status: &'static str,
    pub(super) metadata: BTreeMap<String, String>,
    /// When it was made, Unix seconds.
    pub(super) created_s: i64,
}

impl Refund {
    /// Whether its amount has left the intent.
    pub(super) fn is_live(&self) -> bool {
        self.status != "failed"
    }

    pub(super) fn object(&self) -> Outcome<Value> {
        let fields = json!({
            "id": self.id, "payment_intent": self.intent, "currency": self.currency, "amount": self.amount,
            "status": self.status, "metadata": self.metadata, "created": self.created_s,
        });
        samples::object("refund.created", fields)
    }
}
