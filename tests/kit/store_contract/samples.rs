//! Orders, changes and movements of one run.

use app::ports::Store;
use domain::{
    decide::{Placement, place},
    ids::{AccountId, LocationId, OrderId, ShopId, Sku},
    order::Change,
    order::Context,
    order::{Actor, Cause, Event, HoldKind, Order},
    order::{PaymentTerm, PlaceOrder},
    stock::{LevelMove, StockDelta},
};
use jiff::{SignedDuration, Timestamp};

/// Makes what one run writes: every name and id is its own.
pub(super) struct Samples {
    run: u64,
    next: std::sync::atomic::AtomicU64,
}

impl Samples {
    pub(super) fn new(run: u64) -> Self {
        Self {
            run,
            next: std::sync::atomic::AtomicU64::new(0),
        }
    }

    /// A number that no other thing of any run has.
    pub(super) fn number(&self) -> u64 {
        self.next.fetch_add(1, std::sync::atomic::Ordering::Relaxed)
    }

    pub(super) fn name(&self, what: &str) -> String {
        format!("{what}-{}-{}", self.run, self.number())
    }

    pub(super) fn sku(&self) -> Sku {
        self.name("SKU").parse().unwrap()
    }

    pub(super) fn order_id(&self) -> OrderId {
        OrderId::of(&ShopId::default(), &self.name("N").parse().unwrap())
    }

    pub(super) fn context(&self, after: SignedDuration) -> Context {
        let now = start().checked_add(after).unwrap();
        Context {
            now,
            actor: Actor::system("contract"),
            cause: Cause::new("api", self.name("cause")),
        }
    }

    /// An order that is placed `after` the start of the run, and not yet written.
    pub(super) fn placement(&self, email: &str, after: SignedDuration) -> Placement {
        let request: PlaceOrder = request(&self.name("N"), email);
        place(&request, &self.context(after)).unwrap()
    }

    /// An order on this account, not yet written.
    pub(super) fn placement_on_account(&self, account: &AccountId) -> Placement {
        let mut request = request(&self.name("N"), "jane@example.com");
        request.payment.intent = None;
        request.terms.payment = Some(PaymentTerm::OnAccount {
            account: account.clone(),
            days: None,
        });
        place(&request, &self.context(SignedDuration::ZERO)).unwrap()
    }

    /// An order that is written.
    pub(super) async fn placed(&self, store: &impl Store) -> Order {
        let placement = self.placement("jane@example.com", SignedDuration::ZERO);
        assert_eq!(
            store.place(&placement).await.unwrap(),
            app::ports::PlaceOutcome::Placed
        );
        placement.change.order
    }

    /// A small change of an order: a hold.
    pub(super) fn change(&self, order: &Order) -> Change {
        let event = Event::HoldPlaced {
            kind: HoldKind::Manual,
            handle: self.name("hold"),
            until: None,
            reason: None,
        };
        Change::new(
            order,
            vec![event],
            &self.context(SignedDuration::from_mins(1)),
        )
        .unwrap()
    }

    /// A small change that also moves stock.
    pub(super) fn moving(&self, order: &Order, stock: Vec<StockDelta>) -> Change {
        Change {
            stock,
            ..self.change(order)
        }
    }
}

/// When every run begins.
pub(super) fn start() -> Timestamp {
    "2026-11-22T09:00:00Z".parse().unwrap()
}

pub(super) fn here() -> LocationId {
    "berlin".parse().unwrap()
}

pub(super) fn reservation(sku: &Sku, units: i64) -> StockDelta {
    StockDelta {
        is_reservation: true,
        ..fact(sku, 0, units)
    }
}

pub(super) fn fact(sku: &Sku, on_hand: i64, reserved: i64) -> StockDelta {
    fact_at(sku, &[(3, on_hand)], reserved)
}

/// Units that came or left, some minutes after the start.
pub(super) fn fact_at(sku: &Sku, moves: &[(i64, i64)], reserved: i64) -> StockDelta {
    let moved = |(minute, units): &(i64, i64)| LevelMove::new(minutes(*minute), *units);
    StockDelta {
        write_offs: vec![],
        sku: sku.clone(),
        location: here(),
        moves: moves
            .iter()
            .filter(|(_, units)| *units != 0)
            .map(moved)
            .collect(),
        reserved,
        is_reservation: false,
    }
}

/// So many minutes, and a little, after the start of every run: times are long.
pub(super) fn minutes(minute: i64) -> Timestamp {
    start() + SignedDuration::from_millis(minute * 60_000 + 123)
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
