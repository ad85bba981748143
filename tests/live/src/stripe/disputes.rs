//! Disputes. Amounts are Stripe's units.

use serde_json::{Value, json};

use super::samples;
use crate::outcome::Outcome;

/// For how long evidence can be sent to the bank, seconds.
const EVIDENCE_S: i64 = 9 * 24 * 60 * 60;

#[derive(Debug, Clone)]
pub(super) struct Dispute {
    pub(super) id: String,
    pub(super) intent: String,
    pub(super) currency: String,
    pub(super) amount: i64,
    /// `needs_response`, `under_review`, `won` or `lost`.
    pub(super) status: &'static str,
    /// What of it the shop has back.
    pub(super) back: i64,
    pub(super) created_s: i64,
}

impl Dispute {
    /// The types of the events that tell of it as it is.
    pub(super) fn events(&self) -> &'static [&'static str] {
        match self.status {
            "won" => &["charge.dispute.funds_reinstated", "charge.dispute.closed"],
            "lost" if self.back > 0 => &["charge.dispute.funds_reinstated"],
            "lost" => &["charge.dispute.closed"],
            _ => &["charge.dispute.created", "charge.dispute.funds_withdrawn"],
        }
    }

    pub(super) fn object(&self) -> Outcome<Value> {
        let moved = [self.amount.saturating_neg(), self.back];
        let moved = moved.into_iter().filter(|amount| *amount != 0);
        let moved = moved.map(|amount| {
            json!({
                "object": "balance_transaction", "amount": amount, "currency": self.currency, "fee": 0, "net": amount,
                "source": self.id,
            })
        });
        let fields = json!({
            "id": self.id, "payment_intent": self.intent, "currency": self.currency, "amount": self.amount,
            "status": self.status, "created": self.created_s, "balance_transactions": moved.collect::<Vec<_>>(),
            "evidence_details": {
                "due_by": self.created_s.saturating_add(EVIDENCE_S), "has_evidence": false, "past_due": false,
                "submission_count": 0,
            },
        });
        samples::object("charge.dispute.created", fields)
    }
}
