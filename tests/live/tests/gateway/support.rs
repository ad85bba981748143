//! Shared by the tests: the gateway, the double, commands.

use std::sync::{Arc, Mutex};

use app::{
    failure::Failure,
    ports::{Clock, GatewayCommand, PaymentGateway, SecretStore},
};
use domain::{
    ids::OrderId,
    order::{Effect, EffectAction, EffectOutcome, RefundStatus},
};
use egress::HttpsGateway;
use jiff::Timestamp;
use live::stripe::{SECRET_KEY, Stripe};

pub(crate) const INTENT: &str = "pi_1";

/// The stored secret, and an older one that a cache still has.
#[derive(Clone, Default)]
pub(crate) struct SecretsDouble {
    stored: Arc<Mutex<Option<String>>>,
    cached: Arc<Mutex<Option<String>>>,
}

impl SecretsDouble {
    pub(crate) fn store(&self, key: &str) {
        *self.stored.lock().unwrap() = Some(format!(r#"{{"secrets":["{key}"]}}"#));
    }

    pub(crate) fn remove(&self) {
        *self.stored.lock().unwrap() = None;
        *self.cached.lock().unwrap() = None;
    }
}

impl SecretStore for SecretsDouble {
    async fn find(&self, path: &str) -> Result<Option<String>, Failure> {
        assert_eq!(path, "gateway/stripe");
        let mut cached = self.cached.lock().unwrap();
        let stored = || self.stored.lock().unwrap().clone();
        Ok(cached
            .take()
            .or_else(stored)
            .inspect(|text| *cached = Some(text.clone())))
    }

    async fn refreshed(&self, path: &str) -> Result<Option<String>, Failure> {
        *self.cached.lock().unwrap() = None;
        self.find(path).await
    }
}

#[derive(Clone, Copy)]
pub(crate) struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        "2026-11-22T12:00:00Z".parse().unwrap()
    }
}

pub(crate) struct World {
    pub(crate) stripe: Stripe,
    pub(crate) secrets: SecretsDouble,
    pub(crate) gateway: HttpsGateway<SecretsDouble, Noon>,
}

impl World {
    pub(crate) fn new() -> Self {
        let stripe = Stripe::open("127.0.0.1:0").unwrap();
        let secrets = SecretsDouble::default();
        secrets.store(SECRET_KEY);
        let gateway = HttpsGateway::new(&stripe.url, secrets.clone(), Noon, true).unwrap();
        Self {
            stripe,
            secrets,
            gateway,
        }
    }

    /// With an intent of 20.00 that was captured.
    pub(crate) fn paid() -> Self {
        let world = Self::new();
        world.stripe.pay(INTENT, &order().to_string(), "eur", 2000);
        world
    }

    /// With an intent of 20.00 that was authorized.
    pub(crate) fn authorized() -> Self {
        let world = Self::new();
        world
            .stripe
            .authorize(INTENT, &order().to_string(), "eur", 2000);
        world
    }

    /// The outcome of an attempt, for one that is answered with an outcome.
    pub(crate) async fn perform(&self, effect: &Effect) -> Result<EffectOutcome, Failure> {
        let performed = self.gateway.perform(&command(effect)).await?;
        Ok(performed.unwrap())
    }

    /// Whether an attempt is answered with the error of an earlier request.
    pub(crate) async fn is_error_replayed(&self, effect: &Effect) -> bool {
        let performed = self.gateway.perform(&command(effect)).await;
        performed.unwrap().is_none()
    }

    pub(crate) async fn find(&self, effect: &Effect) -> Option<EffectOutcome> {
        self.gateway.find(&command(effect)).await.unwrap()
    }

    /// The failure that a look-up ends in.
    pub(crate) async fn find_failure(&self, effect: &Effect) -> Failure {
        self.gateway.find(&command(effect)).await.unwrap_err()
    }

    /// The failure that an attempt ends in.
    pub(crate) async fn failure(&self, effect: &Effect) -> Failure {
        self.gateway.perform(&command(effect)).await.unwrap_err()
    }

    /// Effects and amounts of all refunds at Stripe.
    pub(crate) fn refunds(&self) -> Vec<(String, i64)> {
        let refunds = self.stripe.ledger().refunds.into_iter();
        refunds
            .map(|refund| (refund.effect.unwrap_or_default(), refund.amount))
            .collect()
    }
}

pub(crate) fn order() -> OrderId {
    OrderId::of(&"default".parse().unwrap(), &"1001".parse().unwrap())
}

pub(crate) fn command(effect: &Effect) -> GatewayCommand {
    GatewayCommand {
        order: order(),
        currency: "EUR".parse().unwrap(),
        effect: effect.clone(),
    }
}

/// How a refund names its effect at Stripe.
pub(crate) fn named(effect: u32, amount: i64) -> (String, i64) {
    (named_of(order(), effect), amount)
}

/// The same, of any order.
pub(crate) fn named_of(order: OrderId, effect: u32) -> String {
    format!("{order}:{effect}")
}

pub(crate) fn effect(id: u32, action: EffectAction) -> Effect {
    Effect {
        id,
        action,
        since: Noon.now(),
        attempt: 0,
        refused: None,
    }
}

pub(crate) fn refund(id: u32, amount: i64) -> Effect {
    let intent = INTENT.to_owned();
    effect(id, EffectAction::Refund { intent, amount })
}

pub(crate) fn capture(id: u32, amount: i64, captured_before: i64) -> Effect {
    let action = EffectAction::Capture {
        intent: INTENT.to_owned(),
        amount,
        captured_before,
        keeps_rest: false,
    };
    effect(id, action)
}

/// A capture after which the rest can be captured still.
pub(crate) fn capture_of_part(id: u32, amount: i64, captured_before: i64) -> Effect {
    let action = EffectAction::Capture {
        intent: INTENT.to_owned(),
        amount,
        captured_before,
        keeps_rest: true,
    };
    effect(id, action)
}

pub(crate) fn release(id: u32) -> Effect {
    let intent = INTENT.to_owned();
    effect(id, EffectAction::ReleaseRest { intent })
}

pub(crate) fn cancel(id: u32) -> Effect {
    let intent = INTENT.to_owned();
    effect(id, EffectAction::CancelIntent { intent })
}

/// The same effect, tried under the next key.
pub(crate) fn next_attempt(effect: &Effect) -> Effect {
    let attempt = effect.attempt.checked_add(1).unwrap();
    Effect {
        attempt,
        ..effect.clone()
    }
}

/// Whether it is a refund of this amount with this status.
pub(crate) fn is_refund(
    outcome: &EffectOutcome,
    expected_amount: i64,
    expected_status: RefundStatus,
) -> bool {
    match outcome {
        EffectOutcome::Refunded { amount, status, .. } => {
            (*amount, *status) == (expected_amount, expected_status)
        }
        _ => false,
    }
}
