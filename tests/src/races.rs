//! Races with real concurrency: many tasks at one order, many orders at one shelf, one webhook many times at once.
//!
//! Each round has orders, SKUs and causes of its own, so that a table that others use will do. After each round the
//! rules are checked over all that it wrote. A task that loses too often comes again, as its message would.

use std::{collections::BTreeSet, sync::Arc};

use app::{
    failure::Failure,
    memory::ManualClock,
    ports::{Clock, Store},
    usecases::{
        apply_inbound,
        cancel::{CancelRequest, cancel},
        idempotency::IdempotencyKey,
        place::place,
        route::route_order,
    },
};
use domain::{
    ids::{LocationId, OrderId, Sku},
    inbound::{
        Fact, FactLine, FulfillmentFact, Inbound, OrderReference, PaymentFact, StockFact,
        StockMovement,
    },
    location::{Location, LocationKind},
    order::CancelLine,
    order::{Actor, CancelReason, Cause, Order},
};
use tokio::{sync::Barrier, task::JoinSet};

use crate::{audit, world::Draft};

/// Times that a message comes again when others kept winning.
const DELIVERIES: usize = 20;

/// One round of a race: a store that others may use too, and names that are the round's own.
struct Round<S> {
    store: Arc<S>,
    clock: Arc<ManualClock>,
    name: String,
    movements: BTreeSet<String>,
    orders: Vec<OrderId>,
}

impl<S: Store + Send + Sync + 'static> Round<S> {
    async fn new(store: &Arc<S>, race: &str, run: u64, round: u64) -> Self {
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

    fn sku(&self) -> Sku {
        self.name.parse().expect("a SKU")
    }

    /// It carries this round's SKU only, so that rounds do not meet.
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
            webhook_url: None,
        }
    }

    fn webhook(&self, id: &str, location: bool, fact: Fact) -> Inbound {
        Inbound {
            source: if location { "wms" } else { "stripe" }.to_owned(),
            id: format!("{}-{id}", self.name),
            location: location.then(|| self.location()),
            occurred_at: self.clock.now(),
            received_at: self.clock.now(),
            fact,
        }
    }

    fn receipt(&mut self, id: &str, quantity: u32) -> Inbound {
        let facts = vec![StockFact {
            sku: self.sku(),
            movement: StockMovement::Received { quantity },
        }];
        let inbound = self.webhook(id, true, Fact::Stock(facts));
        self.movements
            .insert(Cause::new(&inbound.source, inbound.cause_id()).key());
        inbound
    }

    async fn hears(&self, inbound: &Inbound) {
        apply_inbound::apply(&*self.store, &*self.clock, inbound)
            .await
            .expect("a fact is taken in");
    }

    async fn place(&mut self, number: usize, units: u32) -> Order {
        let number = format!("{}-{number}", self.name);
        let draft = Draft::new(&number).line(&self.name, units);
        let key = key(&number);
        let placed = place(
            &*self.store,
            &*self.clock,
            &draft.request,
            &key,
            &Actor::system("shop"),
        )
        .await;
        let order = placed.expect("placed").value;
        self.orders.push(order.placed.id);
        order
    }

    fn capture(&self, order: &Order) -> Inbound {
        let fact = PaymentFact::Captured {
            amount: order.placed.total(),
            currency: order.placed.currency,
        };
        let reference = OrderReference {
            order: Some(order.placed.id.to_string()),
            intent: None,
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

    async fn order(&self, id: OrderId) -> Order {
        self.store
            .load(id)
            .await
            .expect("a store")
            .expect("an order")
    }

    /// Runs the tasks at once; each comes again while others keep winning.
    async fn all_at_once<F>(&self, tasks: Vec<F>)
    where
        F: AsyncTask,
    {
        let start = Arc::new(Barrier::new(tasks.len()));
        let mut running = JoinSet::new();
        for task in tasks {
            let start = Arc::clone(&start);
            running.spawn(async move {
                start.wait().await;
                task.run().await;
            });
        }
        while let Some(ended) = running.join_next().await {
            ended.expect("a task that does not panic");
        }
    }

    async fn rules_hold(&self) {
        audit::rules_hold(
            &audit::read(&*self.store, self.orders.iter().copied(), &self.movements).await,
        );
    }
}

/// Something that a task does.
trait AsyncTask: Send + 'static {
    fn run(self) -> impl Future<Output = ()> + Send;
}

/// What one task of a race does.
enum Runner<S> {
    Hears(Arc<S>, Arc<ManualClock>, Inbound),
    Cancels(
        Arc<S>,
        Arc<ManualClock>,
        OrderId,
        CancelRequest,
        IdempotencyKey,
    ),
    Routes(Arc<S>, Arc<ManualClock>, OrderId),
}

impl<S: Store + Send + Sync + 'static> AsyncTask for Runner<S> {
    async fn run(self) {
        for _ in 0..DELIVERIES {
            match self.once().await {
                Ok(()) | Err(Failure::Rejected(_)) => return,
                Err(Failure::Contended(_)) => {}
                Err(failure) => panic!("{}", failure.chain()),
            }
        }
        panic!("lost every race, {DELIVERIES} times over");
    }
}

impl<S: Store + Send + Sync> Runner<S> {
    async fn once(&self) -> Result<(), Failure> {
        match self {
            Self::Hears(store, clock, inbound) => {
                apply_inbound::apply(&**store, &**clock, inbound).await
            }
            Self::Cancels(store, clock, order, request, key) => {
                let agent = Actor::system("agent");
                cancel(&**store, &**clock, *order, request, key, &agent)
                    .await
                    .map(|_| ())
            }
            Self::Routes(store, clock, order) => {
                route_order(
                    &**store,
                    &**clock,
                    *order,
                    &Cause::new("bus", order.to_string()),
                )
                .await
            }
        }
    }
}

fn key(text: &str) -> IdempotencyKey {
    IdempotencyKey::new(text, text.as_bytes()).expect("a key")
}

/// So many tasks cancel units of one order, one by one, while as many hear that its parcel left.
///
/// Each unit ends cancelled or shipped, never both, and a parcel that left with cancelled units has an exception.
pub async fn cancel_against_ship<S: Store + Send + Sync + 'static>(
    store: &Arc<S>,
    run: u64,
    rounds: u64,
    tasks: usize,
) {
    for number in 0..rounds {
        let mut round = Round::new(store, "ship", run, number).await;
        let units = 4;
        let receipt = round.receipt("stock", units);
        round.hears(&receipt).await;
        let order = round.place(0, units).await;
        round.hears(&round.capture(&order)).await;
        let id = order.placed.id;
        let trigger = Cause::new("bus", id.to_string());
        route_order(&*round.store, &*round.clock, id, &trigger)
            .await
            .expect("routed");
        let planned = round.order(id).await.state.fulfillment_orders[0].id;
        let lines = vec![FactLine {
            line: "1".parse().expect("a line"),
            quantity: units,
        }];
        let fact = FulfillmentFact::Shipped {
            reference: "BOX-1".to_owned(),
            carrier: None,
            tracking: None,
            lines,
            last: true,
        };
        let fact = Fact::Fulfillment {
            order: id,
            fulfillment_order: planned,
            fact,
        };
        let tasks = (0..tasks).map(|task| {
            let (store, clock) = (Arc::clone(&round.store), Arc::clone(&round.clock));
            if task.is_multiple_of(2) {
                // Half of them tell it under another name.
                let name = if task.is_multiple_of(4) {
                    "left"
                } else {
                    "gone"
                };
                Runner::Hears(store, clock, round.webhook(name, true, fact.clone()))
            } else {
                let line = CancelLine {
                    line: "1".parse().expect("a line"),
                    units: Some(1),
                };
                let (lines, reason) = (vec![line], CancelReason::CustomerRequested);
                let request = CancelRequest {
                    lines,
                    reason,
                    note: None,
                };
                Runner::Cancels(
                    store,
                    clock,
                    id,
                    request,
                    key(&format!("{}-{task}", round.name)),
                )
            }
        });
        round.all_at_once(tasks.collect()).await;
        let after = round.order(id).await;
        let line = &after.state.lines[0];
        assert_eq!(
            line.shipped + line.cancelled,
            units,
            "round {number}: {line:?}"
        );
        assert_eq!(after.state.shipments.len(), 1, "one parcel left");
        assert_eq!(
            after.state.exceptions.is_empty(),
            line.cancelled == 0,
            "{:?}",
            after.state.exceptions
        );
        round.rules_hold().await;
    }
}

/// So many orders want one unit each of a shelf that has ten.
pub async fn many_orders_want_ten_units<S: Store + Send + Sync + 'static>(
    store: &Arc<S>,
    run: u64,
    rounds: u64,
    orders: usize,
) {
    for number in 0..rounds {
        let mut round = Round::new(store, "ten", run, number).await;
        let receipt = round.receipt("stock", 10);
        round.hears(&receipt).await;
        for order in 0..orders {
            let order = round.place(order, 1).await;
            round.hears(&round.capture(&order)).await;
        }
        let routing =
            |id: &OrderId| Runner::Routes(Arc::clone(&round.store), Arc::clone(&round.clock), *id);
        round
            .all_at_once(round.orders.iter().map(routing).collect())
            .await;
        let mut assigned = 0;
        for id in &round.orders {
            let order = round.order(*id).await;
            assert_eq!(order.unrouted(), 0);
            assigned += order.state.lines[0].assigned;
        }
        assert_eq!(assigned, 10, "round {number}");
        let view = round.store.sku(&round.sku()).await.expect("a view");
        assert_eq!(
            (view.levels[0].available(), view.backorders.len()),
            (0, orders - 10)
        );
        round.rules_hold().await;
    }
}

/// One capture and one receipt of stock, each delivered so many times at once.
pub async fn one_webhook_many_times<S: Store + Send + Sync + 'static>(
    store: &Arc<S>,
    run: u64,
    rounds: u64,
    deliveries: usize,
) {
    for number in 0..rounds {
        let mut round = Round::new(store, "once", run, number).await;
        let order = round.place(0, 1).await;
        let webhooks = [round.capture(&order), round.receipt("stock", 7)];
        let hears = |webhook: &Inbound| {
            Runner::Hears(
                Arc::clone(&round.store),
                Arc::clone(&round.clock),
                webhook.clone(),
            )
        };
        let tasks = (0..deliveries).flat_map(|_| webhooks.iter().map(hears));
        round.all_at_once(tasks.collect()).await;
        let after = round.order(order.placed.id).await;
        assert_eq!(
            after.state.version, 2,
            "placed, and captured once: {:?}",
            after.state
        );
        let view = round.store.sku(&round.sku()).await.expect("a view");
        assert_eq!(view.levels[0].on_hand, 7, "received once");
        round.rules_hold().await;
    }
}
