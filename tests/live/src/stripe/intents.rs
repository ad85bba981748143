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
    /// Captures so far.
    pub(super) captures: u32,
    /// Until when it can be captured, Unix seconds.
    pub(super) capture_before: Option<i64>,
    /// When it was made, Unix seconds.
    pub(super) created_s: i64,
}

/// Captures that Stripe allows of one intent.
const CAPTURES_MAX: u32 = 50;

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

    /// Captures an amount; all that can be captured when none is given. A final capture gives up the rest, and may be of
    /// nothing when something was captured before.
    pub(super) fn capture(&mut self, amount: Option<i64>, is_final: bool) -> Result<(), ApiError> {
        if self.status() != "requires_capture" {
            return Err(self.unexpected_state("captured"));
        }
        if !is_final && !self.is_multicapture {
            return Err(ApiError::parameter("parameter_invalid", "final_capture"));
        }
        let amount = amount.unwrap_or(self.capturable);
        let is_release = amount == 0;
        if is_release && (!is_final || self.received == 0) {
            return Err(ApiError::parameter(
                "parameter_invalid_integer",
                "amount_to_capture",
            ));
        }
        if !is_release && self.captures >= CAPTURES_MAX {
            return Err(self.unexpected_state("captured"));
        }
        self.moves(amount, "amount_to_capture")?;
        if amount > self.capturable {
            return Err(ApiError::refused(
                "amount_too_large",
                "more than can be captured",
            ));
        }
        self.received = self.received.saturating_add(amount);
        let rest = self.capturable.saturating_sub(amount);
        self.capturable = if is_final { 0 } else { rest };
        self.captures = self.captures.saturating_add(1);
        Ok(())
    }

    /// Of currencies with three decimals the last digit is 0: cards do not pay less.
    pub(super) fn moves(&self, amount: i64, parameter: &str) -> Result<(), ApiError> {
        let has_thousandths = ["bhd", "jod", "kwd", "omr", "tnd"].contains(&self.currency.as_str());
        if has_thousandths && amount.rem_euclid(10) != 0 {
            return Err(ApiError::parameter("parameter_invalid_integer", parameter));
        }
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

    /// The charge behind it, which its card has authorized.
    pub(super) fn charge(&self) -> Outcome<Value> {
        let multicapture = if self.is_multicapture {
            "available"
        } else {
            "unavailable"
        };
        let mut card = json!({ "multicapture": { "status": multicapture } });
        if let Some(end) = self.capture_before {
            card["capture_before"] = end.into();
        }
        let fields = json!({
            "id": format!("ch_{}", self.id), "amount": self.amount, "amount_captured": self.received,
            "captured": self.capturable == 0, "currency": self.currency, "payment_intent": self.id,
            "metadata": { "order_id": self.order },
            "payment_method_details": { "card": card, "type": "card" },
        });
        samples::object("charge.succeeded", fields)
    }

    pub(super) fn object(&self) -> Outcome<Value> {
        let fields = json!({
            "id": self.id, "currency": self.currency, "amount": self.amount, "status": self.status(),
            "amount_capturable": self.capturable, "amount_received": self.received, "created": self.created_s,
            "metadata": { "order_id": self.order },
        });
        samples::object(self.event(), fields)
    }
}
