//! What a story looks at, and what must hold when it is over.

use std::collections::BTreeMap;

use app::{
    memory::Sent,
    ports::{
        ConfigStore, HealthStore, OrderStore, PageRequest, StockStore, UnmatchedState,
        UnmatchedStore,
    },
};
use domain::{
    health::LocationHealth,
    ids::{OrderId, Sku},
    inbound::UnmatchedPayment,
    invariants::owed_drains,
    order::{Event, ExceptionKind, FulfillmentStatus, Order, REPEATS_NOTED_S, Status},
    stock::{StockException, StockLevel},
};

use jiff::SignedDuration;

use super::{queues::DeadLetter, state::World};
use crate::audit;

impl World {
    /// The order as it is.
    pub async fn order(&self, id: OrderId) -> Order {
        self.faults.clear();
        self.store
            .load(id)
            .await
            .expect("a store")
            .unwrap_or_else(|| panic!("no order {id}"))
    }

    /// Where the order stands.
    pub async fn status(&self, id: OrderId) -> Status {
        self.order(id).await.state.status
    }

    /// Everything that has happened to the order.
    pub async fn events(&self, id: OrderId) -> Vec<Event> {
        self.faults.clear();
        let commits = self.store.commits(id).await.expect("commits");
        commits
            .into_iter()
            .flat_map(|commit| commit.body.events)
            .collect()
    }

    /// How often something of that name has happened to the order.
    pub async fn times(&self, id: OrderId, name: &str) -> usize {
        self.events(id)
            .await
            .iter()
            .filter(|event| event.name() == name)
            .count()
    }

    /// What is owed back to the customer, minor units.
    pub async fn refund_owed(&self, id: OrderId) -> i64 {
        self.order(id)
            .await
            .state
            .lines
            .iter()
            .map(|line| line.refund_owed_amount)
            .sum()
    }

    /// The fulfillment orders of the order: location, status, units open, units shipped.
    pub async fn work(&self, id: OrderId) -> Vec<(String, FulfillmentStatus, u32, u32)> {
        let order = self.order(id).await;
        let sorted = |f: &domain::order::FulfillmentOrder| {
            let shipped = f.lines.iter().map(|line| line.shipped).sum();
            (f.location.to_string(), f.status, f.open_units(), shipped)
        };
        order.state.fulfillment_orders.iter().map(sorted).collect()
    }

    /// Units of the order on backorder.
    pub async fn backordered(&self, id: OrderId) -> u32 {
        self.order(id)
            .await
            .state
            .lines
            .iter()
            .map(|line| line.backordered)
            .sum()
    }

    /// Units of the order that are assigned to locations.
    pub async fn assigned(&self, id: OrderId) -> u32 {
        self.order(id)
            .await
            .state
            .lines
            .iter()
            .map(|line| line.assigned)
            .sum()
    }

    /// The exceptions of the order.
    pub async fn exceptions(&self, id: OrderId) -> Vec<ExceptionKind> {
        self.order(id)
            .await
            .state
            .exceptions
            .iter()
            .map(|exception| exception.kind.clone())
            .collect()
    }

    /// Stock of a SKU at a location.
    pub async fn level(&self, location: &str, sku: &str) -> StockLevel {
        self.faults.clear();
        let sku: Sku = sku.parse().expect("a SKU");
        let view = self.store.sku(&sku).await.expect("a view");
        let found = view
            .levels
            .into_iter()
            .find(|level| level.location.as_str() == location);
        found.unwrap_or_else(|| StockLevel::empty(sku, location.parse().expect("a location")))
    }

    /// Open exceptions about stock.
    pub async fn stock_exceptions(&self) -> Vec<StockException> {
        self.faults.clear();
        let page = PageRequest {
            limit: 100,
            after: None,
        };
        let page = self.store.stock_exceptions(&page).await;
        page.expect("a page").items
    }

    /// Requests that locations have received, each once however often it came.
    pub fn requests(&self) -> Vec<Sent> {
        let mut requests: Vec<Sent> = Vec::new();
        for sent in self.provider.inner.sent() {
            if !requests.iter().any(|known| known.id == sent.id) {
                requests.push(sent);
            }
        }
        requests
    }

    /// What is stored of the locations that have failed.
    pub async fn health(&self) -> Vec<LocationHealth> {
        self.faults.clear();
        self.store.health().await.expect("a store")
    }

    /// The unmatched payments in a state.
    pub async fn unmatched(&self, state: UnmatchedState) -> Vec<UnmatchedPayment> {
        let all = PageRequest {
            limit: 100,
            after: None,
        };
        self.faults.clear();
        let page = self.store.unmatched_payments(state, None, &all);
        page.await.expect("a page").items
    }

    /// Takes the messages that went to the dead letters.
    pub fn dead_letters(&mut self) -> Vec<DeadLetter> {
        std::mem::take(&mut self.queues.dead)
    }

    /// Codes of the rejections that messages met.
    pub fn rejections(&self) -> &[&'static str] {
        &self.queues.rejected
    }

    /// When all waits are over, duplicates change nothing any more, there are no dead letters, the rules hold.
    pub async fn ends_well(&mut self) {
        self.settle().await;
        self.grace_passes().await;
        // An attempt to send a request again is recorded when the first one was a moment ago.
        self.clock
            .advance(SignedDuration::from_secs(REPEATS_NOTED_S));
        let before = self.history().await;
        self.settle_with_duplicates().await;
        assert_eq!(
            self.history().await,
            before,
            "late copies have changed an order"
        );
        assert_eq!(self.queues.dead, [], "there are dead letters");
        self.rules_hold().await;
    }

    /// The rules I1 to I7 and I11 hold over the whole table, and no backorder is left that could be released.
    pub async fn rules_hold(&self) {
        self.faults.clear();
        let table = audit::read(&self.store, self.orders.keys().copied(), &self.movements).await;
        audit::rules_hold(&table);
        let locations = self.store.locations().await.expect("locations");
        let rules = self.store.rules().await.expect("rules");
        let owed = owed_drains(&table, &locations, &rules);
        assert!(owed.is_empty(), "{owed:#?}");
    }

    /// What each order has gone through, and why.
    async fn history(&self) -> BTreeMap<OrderId, Vec<String>> {
        let mut history = BTreeMap::new();
        for id in self.orders.keys() {
            let commits = self.store.commits(*id).await.expect("commits");
            let lines = commits.iter().map(|commit| {
                let names: Vec<&str> = commit.body.events.iter().map(Event::name).collect();
                format!("{}: {}", commit.body.cause.key(), names.join(", "))
            });
            history.insert(*id, lines.collect());
        }
        history
    }
}
