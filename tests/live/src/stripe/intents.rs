//! Payment intents and their rules. Amounts are Stripe's units.

use serde_json::{Value, json};

use super::{error::ApiError, samples};
use crate::outcome::Outcome;

#[derive(Debug, Clone)]
pub(super) struct Intent {
    pub(super) id: String,
    /// The order that the shop has named in the metadata.
    pub(super) order: String,
    /// Three lower-case letters.
    pub(super) currency: String,
    pub(super) amount: i64,
    pub(super) capturable: i64,
    pub(super) received: i64,
    pub(super) cancelled: bool,
    /// Several captures are allowed: a capture does not release the rest.
    pub(super) is_multicapture: bool,
}

impl Intent {
    fn status(&self) -> &'static str {
        if self.cancelled {
            "canceled"
        } else if self.capturable > 0 {
            "requires_capture"
        } else if self.received > 0 {
            "succeeded"
        } else {
            "requires_payment_method"
        }
    }

    /// Captures an amount; all that can be captured when none is given.
    pub(super) fn capture(&mut self, amount: Option<i64>) -> Result<(), ApiError> {
        if self.status() != "requires_capture" {
            return Err(self.unexpected_state("captured"));
        }
        let amount = amount.unwrap_or(self.capturable);
        if amount > self.capturable {
            return Err(ApiError::refused(
                "amount_too_large",
                "more than can be captured",
            ));
        }
        self.received = self.received.saturating_add(amount);
        let rest = self.capturable.saturating_sub(amount);
        self.capturable = if self.is_multicapture { rest } else { 0 };
        Ok(())
    }

    pub(super) fn cancel(&mut self) -> Result<(), ApiError> {
        match self.status() {
            "requires_capture" | "requires_payment_method" => {
                self.cancelled = true;
                self.capturable = 0;
                Ok(())
            }
            _ => Err(self.unexpected_state("cancelled")),
        }
    }

    fn unexpected_state(&self, what: &str) -> ApiError {
        let message = format!("an intent that is {} cannot be {what}", self.status());
        ApiError::refused("payment_intent_unexpected_state", &message)
    }

    /// The type of the event that tells of its last change.
    pub(super) fn event(&self) -> &'static str {
        match self.status() {
            "canceled" => "payment_intent.canceled",
            "succeeded" => "payment_intent.succeeded",
            _ => "payment_intent.amount_capturable_updated",
        }
    }

    pub(super) fn object(&self) -> Outcome<Value> {
        let fields = json!({
            "id": self.id, "currency": self.currency, "amount": self.amount, "status": self.status(),
            "amount_capturable": self.capturable, "amount_received": self.received,
            "metadata": { "order_id": self.order },
        });
        samples::object(self.event(), fields)
    }
}
