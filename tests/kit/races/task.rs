//! The tasks of a race, and how they start together.

use std::sync::Arc;

use crate::{gateway::GatewayDouble, inbound_queue::SentQueue, world::Draft};
use app::{
    bus::message::redrive,
    failure::Failure,
    memory::ManualClock,
    ports::Store,
    usecases::{
        apply_inbound,
        cancel::{CancelRequest, cancel},
        idempotency::IdempotencyKey,
        payments,
        place::place,
        placement_defaults::{DuplicateHold, PlacementDefaults},
        refund::{AskedRefund, refund},
        route::route_order,
    },
};
use domain::{
    ids::OrderId,
    inbound::Inbound,
    order::{Actor, Cause},
};
use jiff::Timestamp;
use tokio::{sync::Barrier, task::JoinSet};

/// Deliveries of one message, when others keep winning.
const DELIVERIES: usize = 20;

/// Starts all tasks at once, and waits for all of them.
pub(super) async fn run_together<S: Store + Send + Sync + 'static>(tasks: Vec<Task<S>>) {
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

/// What one task of a race does.
pub(super) enum Task<S> {
    Applies(Arc<S>, Arc<ManualClock>, Inbound),
    Cancels(
        Arc<S>,
        Arc<ManualClock>,
        OrderId,
        CancelRequest,
        IdempotencyKey,
    ),
    Routes(Arc<S>, Arc<ManualClock>, OrderId),
    /// Gives back what is asked for.
    Refunds(
        Arc<S>,
        Arc<ManualClock>,
        OrderId,
        AskedRefund,
        IdempotencyKey,
    ),
    /// A bank claims the money of an intent, as the webhook tells, and then takes so much of what is left.
    Disputes(
        Arc<S>,
        Arc<ManualClock>,
        Arc<GatewayDouble>,
        Inbound,
        String,
        i64,
    ),
    /// The first refund that the gateway has made comes back, as the webhook tells.
    FailsRefund(Arc<S>, Arc<ManualClock>, Arc<GatewayDouble>, Inbound),
    /// After so many other steps: a placement has one, and would else be the first.
    Places(Arc<S>, Arc<ManualClock>, Box<Draft>, u64),
    /// The same, where possible duplicates are held.
    PlacesWatched(Arc<S>, Arc<ManualClock>, Box<Draft>),
    /// Commands the gateway.
    Performs(Arc<S>, Arc<ManualClock>, OrderId, Arc<GatewayDouble>),
}

impl<S: Store + Send + Sync> Task<S> {
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

    async fn once(&self) -> Result<(), Failure> {
        match self {
            Self::Applies(store, clock, inbound) => {
                apply_inbound::apply(&**store, &**clock, apply_inbound::CLOSING_GRACE_S, inbound)
                    .await
            }
            Self::Cancels(store, clock, order, request, key) => {
                let agent = Actor::system("agent");
                cancel(&**store, &**clock, *order, request, key, &agent)
                    .await
                    .map(|_| ())
            }
            Self::Refunds(store, clock, order, asked, key) => {
                let agent = Actor::system("agent");
                refund(&**store, &**clock, *order, asked, key, &agent)
                    .await
                    .map(|_| ())
            }
            Self::Disputes(store, clock, gateway, opened, intent, takes) => {
                let hears = async |inbound: &Inbound| {
                    let grace = apply_inbound::CLOSING_GRACE_S;
                    apply_inbound::apply(&**store, &**clock, grace, inbound).await
                };
                gateway.is_disputed(intent);
                hears(opened).await?;
                let lost = gateway.dispute_ends(intent, *takes);
                hears(&super::disputes::ended(opened, lost)).await
            }
            Self::FailsRefund(store, clock, gateway, failed) => {
                let made = gateway.refunds();
                let Some(first) = made.first() else {
                    return Ok(());
                };
                gateway.fails(&first.id);
                let failed = super::disputes::failed(failed, first);
                let grace = apply_inbound::CLOSING_GRACE_S;
                apply_inbound::apply(&**store, &**clock, grace, &failed).await
            }
            Self::Performs(store, clock, order, gateway) => {
                perform(&**store, gateway, clock, *order).await
            }
            Self::Places(store, clock, draft, steps) => {
                for _ in 0..*steps {
                    tokio::task::yield_now().await;
                }
                places(&**store, clock, draft, PlacementDefaults::default()).await
            }
            Self::PlacesWatched(store, clock, draft) => {
                let defaults = PlacementDefaults::default().with_duplicate_hold(DuplicateHold::On);
                places(&**store, clock, draft, defaults).await
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

async fn places(
    store: &impl Store,
    clock: &ManualClock,
    draft: &Draft,
    defaults: PlacementDefaults,
) -> Result<(), Failure> {
    let key = key(draft.request.number.as_str());
    let shop = Actor::system("shop");
    place(store, clock, &defaults, &draft.request, &key, &shop)
        .await
        .map(|_| ())
}

/// What `payments` does because of a message about an order.
pub(super) async fn perform(
    store: &impl Store,
    gateway: &GatewayDouble,
    clock: &ManualClock,
    order: OrderId,
) -> Result<(), Failure> {
    let (inbound, own) = (&SentQueue::default(), &SentQueue::default());
    let queues = &payments::Queues { inbound, own };
    let stop_at = Timestamp::MAX;
    payments::on_message(store, gateway, queues, clock, &redrive(order), stop_at).await
}

pub(super) fn key(text: &str) -> IdempotencyKey {
    IdempotencyKey::new("agent-7", text, text.as_bytes()).expect("a key")
}
