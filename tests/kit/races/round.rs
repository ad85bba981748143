//! One round of a race: what it writes, and the rules over all of it afterwards.

use std::{collections::BTreeSet, sync::Arc};

use app::{
    memory::ManualClock,
    ports::{Clock, Store},
    usecases::{
        apply_inbound, place::place, placement_defaults::PlacementDefaults, route::route_order,
    },
};
use domain::{
    ids::{LocationId, OrderId, Sku},
    inbound::{Fact, Inbound, OrderReference, PaymentFact, StockFact},
    location::{Location, LocationKind},
    order::{Actor, Cause, Order},
    stock::StockMovement,
};

use super::task::key;
use crate::{audit, world::Draft};

/// One round of a race, with orders, a location and a SKU of its own: other tests may use the same store.
pub(super) struct Round<S> {
    pub(super) store: Arc<S>,
    pub(super) clock: Arc<ManualClock>,
    pub(super) name: String,
    movements: BTreeSet<String>,
    pub(super) orders: Vec<OrderId>,
}

impl<S: Store + Send + Sync + 'static> Round<S> {
    pub(super) async fn new(store: &Arc<S>, race: &str, run: u64, round: u64) -> Self {
        let now = "2026-11-22T08:00:00Z".parse().expect("a time");
        let round = Self {
            store: Arc::clone(store),
            // The first number is any that was not used on this table before.
            clock: Arc::new(ManualClock::new(
                now,
                run.wrapping_mul(1_000_003).wrapping_add(round),
            )),
            name: format!("{race}-{run}-{round}"),
            movements: BTreeSet::new(),
            orders: Vec::new(),
        };
        round
            .store
            .put_location(&round.warehouse())
            .await
            .expect("a location");
        round
    }

    fn location(&self) -> LocationId {
        self.name.parse().expect("a location")
    }

    pub(super) fn sku(&self) -> Sku {
        self.name.parse().expect("a SKU")
    }

    /// Carries the SKU of this round only, so that rounds do not meet.
    fn warehouse(&self) -> Location {
        Location {
            id: self.location(),
            name: self.name.clone(),
            kind: LocationKind::Warehouse,
            priority: 0,
            enabled: true,
            ships_to: Vec::new(),
            carries: vec![self.sku()],
            untracked: false,
            vendor: "wms".to_owned(),
            webhook_url: None,
        }
    }

    pub(super) fn webhook(&self, id: &str, location: bool, fact: Fact) -> Inbound {
        Inbound {
            source: if location { "wms" } else { "stripe" }.to_owned(),
            id: format!("{}-{id}", self.name),
            location: location.then(|| self.location()),
            occurred_at: self.clock.now(),
            received_at: self.clock.now(),
            fact,
        }
    }

    pub(super) fn receipt(&mut self, id: &str, quantity: u32) -> Inbound {
        let facts = vec![StockFact {
            sku: self.sku(),
            movement: StockMovement::Received { quantity },
        }];
        let inbound = self.webhook(id, true, Fact::Stock(facts));
        self.notes_movement(&inbound);
        inbound
    }

    /// A webhook that may lead to the record of a movement.
    pub(super) fn notes_movement(&mut self, inbound: &Inbound) {
        if matches!(inbound.fact, Fact::Stock(_)) {
            let cause = Cause::new(&inbound.source, inbound.cause_id());
            self.movements.insert(cause.key());
        }
    }

    pub(super) async fn applies(&self, inbound: &Inbound) {
        apply_inbound::apply(
            &*self.store,
            &*self.clock,
            apply_inbound::CLOSING_GRACE_S,
            inbound,
        )
        .await
        .expect("applied");
    }

    pub(super) async fn place(&mut self, number: usize, units: u32) -> Order {
        let number = format!("{}-{number}", self.name);
        let draft = Draft::new(&number).line(&self.name, units);
        self.places(draft).await
    }

    pub(super) async fn places(&mut self, draft: Draft) -> Order {
        let key = key(draft.request.number.as_str());
        let placed = place(
            &*self.store,
            &*self.clock,
            &PlacementDefaults::default(),
            &draft.request,
            &key,
            &Actor::system("shop"),
        )
        .await;
        let order = placed.expect("placed").value;
        self.orders.push(order.placed.id);
        order
    }

    pub(super) fn capture(&self, order: &Order) -> Inbound {
        let fact = PaymentFact::Captured {
            amount: order.placed.total(),
            currency: order.placed.currency,
        };
        let reference = OrderReference {
            order: Some(order.placed.id.to_string()),
            intent: Some(format!("pi_{}", order.placed.number)),
        };
        self.webhook(
            &format!("pays-{}", order.placed.id),
            false,
            Fact::Payment {
                order: reference,
                fact,
            },
        )
    }

    pub(super) async fn order(&self, id: OrderId) -> Order {
        self.store
            .load(id)
            .await
            .expect("a store")
            .expect("an order")
    }

    pub(super) async fn rules_hold(&self) {
        let mut recorded = BTreeSet::new();
        for cause in &self.movements {
            // A count from before the last one leaves no record.
            if self.store.movement(cause).await.expect("a store").is_some() {
                recorded.insert(cause.clone());
            }
        }
        let orders = self.orders.iter().copied();
        audit::rules_hold(&audit::read(&*self.store, orders, &recorded).await);
    }

    /// Routes an order that is paid.
    pub(super) async fn routes(&self, id: OrderId) {
        let trigger = Cause::new("bus", id.to_string());
        route_order(&*self.store, &*self.clock, id, &trigger)
            .await
            .expect("routed");
    }
}
