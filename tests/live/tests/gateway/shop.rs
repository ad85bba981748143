//! A shop whose payment gateway is reached over HTTP: the use cases on the store in memory, the double of Stripe outside.

use std::sync::Arc;

use app::memory::{ManualClock, MemoryStore};
use domain::{ids::OrderId, order::Order};
use egress::HttpsGateway;
use jiff::SignedDuration;
use live::stripe::{SECRET_KEY, Stripe};
use stories::{
    redelivery::Delivery,
    world::{Draft, World},
};

use crate::support::{SecretsDouble, named_of};

/// A place at which nothing listens.
const NOBODY: &str = "http://127.0.0.1:1";

pub(crate) struct Shop {
    pub(crate) world: World,
    pub(crate) stripe: Stripe,
    pub(crate) secrets: SecretsDouble,
}

impl Shop {
    pub(crate) fn open(delivery: Delivery) -> Self {
        let secrets = SecretsDouble::default();
        secrets.store(SECRET_KEY);
        let mut shop = Self {
            world: World::new(Arc::new(MemoryStore::default()), delivery),
            stripe: Stripe::open("127.0.0.1:0").unwrap(),
            secrets,
        };
        shop.connects();
        shop
    }

    /// Stripe can be reached.
    pub(crate) fn connects(&mut self) {
        let url = self.stripe.url.clone();
        self.commands_at(&url);
    }

    /// Connections to Stripe are refused.
    pub(crate) fn is_cut_off(&mut self) {
        self.commands_at(NOBODY);
    }

    fn commands_at(&mut self, url: &str) {
        let clock: ManualClock = self.world.clock();
        let gateway = HttpsGateway::new(url, self.secrets.clone(), clock, true).unwrap();
        self.world.commands(Arc::new(gateway));
    }

    /// Places an order, and the customer pays it.
    pub(crate) async fn places_paid(&mut self, draft: Draft) -> OrderId {
        let number = draft.request.number.to_string();
        let order = self.world.place(draft).await;
        let total = self.world.total(&number);
        let intent = format!("pi_{number}");
        self.stripe.pay(&intent, &order.to_string(), "eur", total);
        self.world.pays(&number);
        self.world.settle().await;
        order
    }

    /// Places an order, and the customer's bank promises its total.
    pub(crate) async fn places_authorized(&mut self, draft: Draft) -> OrderId {
        let number = draft.request.number.to_string();
        let order = self.world.place(draft).await;
        let total = self.world.total(&number);
        let intent = format!("pi_{number}");
        self.stripe
            .authorize(&intent, &order.to_string(), "eur", total);
        self.world.authorizes(&number);
        self.world.settle().await;
        order
    }

    /// Minutes pass here and there, with the sweep after each quarter of an hour.
    pub(crate) async fn hours_pass(&mut self, hours: i64) {
        for _ in 0..hours * 4 {
            self.quarter_passes();
            self.world.sweeps();
            self.world.settle().await;
        }
    }

    fn quarter_passes(&self) {
        self.world.minutes_pass(15);
        self.stripe.advance(SignedDuration::from_mins(15));
    }

    /// Cancels so many units of the first line.
    pub(crate) async fn cancels(&mut self, order: OrderId, units: u32) {
        let answer = self.world.cancels(order, &[("1", units)]).await.unwrap();
        assert_eq!(answer.lines[0].cancelled, units);
    }

    /// The refunds at Stripe for the effects of an order: how each names its effect, and its amount.
    pub(crate) fn refunds_of(&self, order: OrderId) -> Vec<(String, i64)> {
        let refunds = self.stripe.ledger().refunds.into_iter();
        let named = refunds.map(|refund| (refund.effect.unwrap_or_default(), refund.amount));
        let of_order = format!("{order}:");
        named
            .filter(|(effect, _)| effect.starts_with(&of_order))
            .collect()
    }

    /// The order's books say what Stripe's ledger says, nothing is under way, and no person has to look.
    pub(crate) async fn is_settled(&self, order: OrderId) -> Order {
        let found = self.world.order(order).await;
        let ledger = self.stripe.ledger();
        for intent in &found.state.payment.intents {
            let captured = ledger.captured.get(&intent.id).copied();
            assert_eq!(intent.captured, captured.unwrap_or_default());
            assert_eq!(intent.cancelled, ledger.cancelled.contains(&intent.id));
        }
        let here = found.state.payment.refunds.iter();
        let mut here: Vec<(String, i64)> = here
            .map(|refund| (named_of(order, refund.effect.unwrap()), refund.amount))
            .collect();
        here.sort();
        let mut there = self.refunds_of(order);
        there.sort();
        assert_eq!(here, there);
        assert_eq!(found.state.effects, []);
        assert_eq!(found.state.exceptions, []);
        found
    }
}
