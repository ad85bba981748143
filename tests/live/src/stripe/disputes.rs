//! Disputes. Amounts are Stripe's units.

use serde_json::{Value, json};

use super::samples;
use crate::outcome::Outcome;

#[derive(Debug, Clone)]
pub(super) struct Dispute {
    pub(super) id: String,
    pub(super) intent: String,
    pub(super) currency: String,
    pub(super) amount: i64,
    /// `needs_response`, `under_review`, `won` or `lost`.
    pub(super) status: &'static str,
    /// How often its money has moved: taken, and given back.
    pub(super) movements: usize,
    pub(super) created_s: i64,
}

impl Dispute {
    pub(super) fn object(&self) -> Outcome<Value> {
        let moved = (0..self.movements).map(|number| json!({ "id": format!("txn_{number}") }));
        let fields = json!({
            "id": self.id, "payment_intent": self.intent, "currency": self.currency, "amount": self.amount,
            "status": self.status, "created": self.created_s, "balance_transactions": moved.collect::<Vec<_>>(),
        });
        samples::object("charge.dispute.created", fields)
    }
}
