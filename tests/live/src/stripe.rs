//! Stripe: its published event shapes, filled in with the order's ids and amounts.

use serde_json::{Value, json};

use crate::{
    order::Order,
    outcome::{Told, Trouble},
    watch,
    webhook::Webhook,
    world::World,
};

macro_rules! samples {
    ($($kind:literal),* $(,)?) => {
        /// The sample of that type of event.
        fn sample(kind: &str) -> Option<&'static str> {
            match kind {
                $($kind => Some(include_str!(concat!("../../../events/received/stripe/", $kind, ".json"))),)*
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
    "refund.created",
    "refund.updated",
    "review.opened",
    "review.closed",
    "checkout.session.completed",
);

/// An event of that type whose object has these fields.
///
/// # Errors
/// When there is no sample of it.
pub fn event(world: &World, kind: &str, fields: Value) -> Told<Webhook> {
    let unknown = || Trouble::Broken(format!("there is no sample of {kind}"));
    let mut event: Value = serde_json::from_str(sample(kind).ok_or_else(unknown)?)
        .map_err(|error| Trouble::broken(kind, error))?;
    let id = world.name("evt_");
    event["id"] = json!(id);
    event["created"] = json!(watch::now().as_second());
    let Value::Object(fields) = fields else {
        return Err(unknown());
    };
    for (name, value) in fields {
        event["data"]["object"][name] = value;
    }
    Ok(Webhook {
        path: connect::vendors::stripe::NAME.to_owned(),
        id,
        body: event.to_string(),
    })
}

impl Order<'_> {
    /// Stripe works on it.
    ///
    /// # Errors
    /// When there is no such event.
    pub fn processing(&self, world: &World) -> Told<Webhook> {
        event(world, "payment_intent.processing", self.intent_fields(0, 0))
    }

    /// Stripe has authorised all of it.
    ///
    /// # Errors
    /// When there is no such event.
    pub fn authorized(&self, world: &World) -> Told<Webhook> {
        event(
            world,
            "payment_intent.amount_capturable_updated",
            self.intent_fields(self.total, 0),
        )
    }

    /// Stripe has captured all of it.
    ///
    /// # Errors
    /// When there is no such event.
    pub fn captured(&self, world: &World) -> Told<Webhook> {
        event(
            world,
            "payment_intent.succeeded",
            self.intent_fields(0, self.total),
        )
    }

    /// The payment failed.
    ///
    /// # Errors
    /// When there is no such event.
    pub fn payment_failed(&self, world: &World) -> Told<Webhook> {
        event(
            world,
            "payment_intent.payment_failed",
            self.intent_fields(0, 0),
        )
    }

    /// A refund, so far.
    ///
    /// # Errors
    /// When there is no such event.
    pub fn refund(
        &self,
        world: &World,
        kind: &str,
        id: &str,
        amount: i64,
        status: &str,
    ) -> Told<Webhook> {
        let fields = json!({
            "id": id, "amount": amount, "currency": "eur", "status": status, "payment_intent": self.intent,
        });
        event(world, kind, fields)
    }

    /// A fraud review of the payment.
    ///
    /// # Errors
    /// When there is no such event.
    pub fn review(&self, world: &World, kind: &str, id: &str) -> Told<Webhook> {
        event(
            world,
            kind,
            json!({ "id": id, "payment_intent": self.intent }),
        )
    }

    /// Pays the order in full.
    ///
    /// # Errors
    /// When the webhook is not taken.
    pub fn pay(&self, world: &World) -> Told {
        self.captured(world)?.send(world)
    }

    fn intent_fields(&self, capturable: i64, received: i64) -> Value {
        json!({
            "id": self.intent, "currency": "eur", "amount": self.total,
            "amount_capturable": capturable, "amount_received": received,
        })
    }
}
