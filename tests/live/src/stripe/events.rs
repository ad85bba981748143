//! Events that a story sends, with an order's ids and amounts.

use serde_json::{Value, json};

use super::samples;
use crate::{environment::Environment, order::Order, outcome::Outcome, wait, webhook::Webhook};

/// The sample event of this type, with these fields of its object replaced.
///
/// # Errors
/// When there is no such sample.
pub fn event(env: &Environment, kind: &str, fields: Value) -> Outcome<Webhook> {
    let id = env.name("evt_");
    let mut event = samples::event(kind)?;
    event["id"] = json!(id);
    event["created"] = json!(wait::now().as_second());
    samples::replace(&mut event["data"]["object"], fields)?;
    Ok(Webhook {
        path: connect::vendors::stripe::NAME.to_owned(),
        id,
        body: event.to_string(),
    })
}

impl Order<'_> {
    /// `payment_intent.processing`.
    pub fn processing(&self, env: &Environment) -> Outcome<Webhook> {
        event(env, "payment_intent.processing", self.intent_fields(0, 0))
    }

    /// `payment_intent.amount_capturable_updated`: the total is authorised.
    pub fn authorized(&self, env: &Environment) -> Outcome<Webhook> {
        event(
            env,
            "payment_intent.amount_capturable_updated",
            self.intent_fields(self.total, 0),
        )
    }

    /// `payment_intent.succeeded`: the total is captured.
    pub fn captured(&self, env: &Environment) -> Outcome<Webhook> {
        event(
            env,
            "payment_intent.succeeded",
            self.intent_fields(0, self.total),
        )
    }

    /// `payment_intent.payment_failed`.
    pub fn payment_failed(&self, env: &Environment) -> Outcome<Webhook> {
        event(
            env,
            "payment_intent.payment_failed",
            self.intent_fields(0, 0),
        )
    }

    /// `payment_intent.canceled`.
    pub fn payment_cancelled(&self, env: &Environment) -> Outcome<Webhook> {
        event(env, "payment_intent.canceled", self.intent_fields(0, 0))
    }

    /// `refund.created` or `refund.updated`; the amount is in minor units.
    pub fn refund(
        &self,
        env: &Environment,
        kind: &str,
        id: &str,
        amount: i64,
        status: &str,
    ) -> Outcome<Webhook> {
        let fields = json!({
            "id": id, "amount": amount, "currency": "eur", "status": status, "payment_intent": self.intent,
        });
        event(env, kind, fields)
    }

    /// `review.opened` or `review.closed`.
    pub fn review(&self, env: &Environment, kind: &str, id: &str) -> Outcome<Webhook> {
        event(
            env,
            kind,
            json!({ "id": id, "payment_intent": self.intent }),
        )
    }

    /// Captures the total.
    ///
    /// # Errors
    /// When the webhook is not accepted.
    pub fn pay(&self, env: &Environment) -> Outcome {
        env.stripe.pay(&self.intent, &self.id, "eur", self.total);
        self.captured(env)?.send(env)
    }

    fn intent_fields(&self, capturable: i64, received: i64) -> Value {
        json!({
            "id": self.intent, "currency": "eur", "amount": self.total,
            "amount_capturable": capturable, "amount_received": received,
        })
    }
}
