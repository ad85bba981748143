//! What every store promises the use cases, whatever it is made of: the same suite runs on memory, on a DynamoDB
//! implementation and on the local stack.
//!
//! Each run names its own orders, SKUs and causes, so that it may run on a table that others use too.

#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "a test suite"
)]

mod listings;
mod orders;
mod races;
pub mod sample;
mod stock;

use app::ports::Store;
use domain::{
    decide::{PlaceOrder, Placement, place},
    ids::{LocationId, OrderId, Sku},
    order::Change,
    order::Context,
    order::{Actor, Cause, Event, HoldKind, Order},
    stock::StockDelta,
};
use jiff::{SignedDuration, Timestamp};

/// Runs the whole contract. `run` keeps apart what two runs on one table write: any number not used before.
pub async fn store_contract(store: &impl Store, run: u64) {
    let desk = Desk::new(run);
    orders::a_placed_order_reads_back(store, &desk).await;
    orders::an_order_that_is_not_there_is_not_found(store, &desk).await;
    orders::a_name_in_use_is_told_the_key_before_the_number(store, &desk).await;
    orders::a_change_is_written_once_on_the_version_that_was_read(store, &desk).await;
    orders::a_refused_change_leaves_no_trace(store, &desk).await;
    orders::a_name_belongs_to_one_order_but_a_tracking_number_to_no_one(store, &desk).await;
    stock::a_promise_takes_what_is_available_and_no_more(store, &desk).await;
    stock::a_physical_fact_is_never_refused(store, &desk).await;
    stock::a_movement_happens_once(store, &desk).await;
    stock::a_movement_on_a_level_that_moved_on_has_raced(store, &desk).await;
    stock::the_queue_is_read_in_order_and_left_in_order(store, &desk).await;
    listings::orders_are_listed_page_by_page(store, &desk).await;
    listings::what_is_overdue_is_listed_until_it_owes_nothing(store, &desk).await;
    listings::skus_with_waiters_are_listed_each_once(store, &desk).await;
    listings::locations_are_kept(store, &desk).await;
    races::of_many_changes_on_one_version_one_is_written(store, &desk).await;
    races::many_promises_never_oversell(store, &desk).await;
    races::physical_facts_add_up_however_they_meet(store, &desk).await;
    races::one_movement_told_many_times_at_once_happens_once(store, &desk).await;
    races::one_key_used_many_times_at_once_places_one_order(store, &desk).await;
}

/// Makes what a run writes.
struct Desk {
    run: u64,
    next: std::sync::atomic::AtomicU64,
}

impl Desk {
    fn new(run: u64) -> Self {
        Self {
            run,
            next: std::sync::atomic::AtomicU64::new(0),
        }
    }

    /// A number that no other thing of any run has.
    fn number(&self) -> u64 {
        self.next.fetch_add(1, std::sync::atomic::Ordering::Relaxed)
    }

    fn name(&self, what: &str) -> String {
        format!("{what}-{}-{}", self.run, self.number())
    }

    fn sku(&self) -> Sku {
        self.name("SKU").parse().unwrap()
    }

    fn order_id(&self) -> OrderId {
        let mut entropy = [0; 10];
        entropy[..4].copy_from_slice(&self.run.to_be_bytes()[4..]);
        entropy[4..].copy_from_slice(&self.number().to_be_bytes()[2..]);
        OrderId::mint(start(), entropy)
    }

    fn context(&self, after: SignedDuration) -> Context {
        let now = start().checked_add(after).unwrap();
        Context {
            now,
            actor: Actor::system("contract"),
            cause: Cause::new("api", self.name("cause")),
        }
    }

    /// An order that is placed `after` the start of the run, and not yet written.
    fn placement(&self, email: &str, after: SignedDuration) -> Placement {
        let request: PlaceOrder = request(&self.name("N"), email);
        place(self.order_id(), &request, &self.context(after)).unwrap()
    }

    /// An order that is written.
    async fn placed(&self, store: &impl Store) -> Order {
        let placement = self.placement("jane@example.com", SignedDuration::ZERO);
        assert_eq!(
            store.place(&placement).await.unwrap(),
            app::ports::SaveOutcome::Saved
        );
        placement.change.order
    }

    /// A small change of an order: a hold.
    fn change(&self, order: &Order) -> Change {
        let event = Event::HoldPlaced {
            kind: HoldKind::Manual,
            handle: self.name("hold"),
            until: None,
        };
        Change::new(
            order,
            vec![event],
            &self.context(SignedDuration::from_mins(1)),
        )
        .unwrap()
    }

    /// A small change that also moves stock.
    fn moving(&self, order: &Order, stock: Vec<StockDelta>) -> Change {
        Change {
            stock,
            ..self.change(order)
        }
    }
}

/// When every run begins.
fn start() -> Timestamp {
    "2026-11-22T09:00:00Z".parse().unwrap()
}

fn here() -> LocationId {
    "berlin".parse().unwrap()
}

fn promise(sku: &Sku, units: i64) -> StockDelta {
    StockDelta {
        promise: true,
        ..fact(sku, 0, units)
    }
}

fn fact(sku: &Sku, on_hand: i64, reserved: i64) -> StockDelta {
    StockDelta {
        sku: sku.clone(),
        location: here(),
        on_hand,
        reserved,
        promise: false,
    }
}

/// An order as a shop places it.
fn request(number: &str, email: &str) -> PlaceOrder {
    let json = format!(
        r#"{{"number": "{number}", "currency": "EUR", "payment": {{"intent": "pi_{number}"}},
            "lines": [{{"sku": "TEE", "quantity": 2, "unit_price": 1999, "tax": 638}},
                      {{"sku": "MUG", "quantity": 1, "unit_price": 900}}],
            "shipping": 490,
            "customer": {{"name": "Jane Doe", "email": "{email}",
                "address": {{"lines": ["Hauptstr. 1"], "city": "Berlin", "country": "DE"}}}}}}"#
    );
    serde_json::from_str(&json).unwrap()
}

#[cfg(test)]
mod tests {
    use app::memory::MemoryStore;

    use super::store_contract;

    #[tokio::test]
    async fn memory_keeps_the_contract_of_every_store() {
        let store = MemoryStore::default();
        store_contract(&store, 1).await;
        store_contract(&store, 2).await;
    }
}
