//! Gives one who waits what it can have.
//!
//! Whoever drains a queue has found that those ahead in it can take nothing. An order that ships complete stands in
//! the queues of other SKUs too; there it leaves those ahead what they can take, and passes those who can take
//! nothing, as a drain of that queue would.

use domain::{
    backorder::Backorder,
    command::Command,
    ids::FulfillmentOrderId,
    order::Order,
    route::{Decision, Demand, route},
};
use jiff::Timestamp;

use crate::{
    failure::Failure,
    ports::{Ambient, Saved, SkuView, Store},
    routing::{Plan, carry_out},
    settle::Asked,
    supply::{Kept, Network, Views, ahead_of, demand, inputs, views},
};

/// Places further ahead than this in another queue are left what they wait for without a look.
const LOOKS_AHEAD: usize = 50;

/// What has become of one who waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Served {
    /// Units were released.
    Released,
    /// It can take nothing of what is there.
    PassedOver,
    /// Others were faster.
    Raced,
}

/// Gives the one at this place of a queue what it can have; `since` is when the oldest thing was read that this
/// rests on.
pub(super) async fn serve(
    store: &impl Store,
    ambient: &impl Ambient,
    network: &Network,
    (waiter, view): (&Backorder, &SkuView),
    since: Timestamp,
    asked: &Asked,
) -> Result<Served, Failure> {
    let Some((order, demands)) = due(store, waiter).await? else {
        return Ok(Served::PassedOver);
    };
    let shelves = shelves(store, waiter, view, &demands).await?;
    let kept = kept_elsewhere(store, network, &order, &shelves, waiter, since).await?;
    let decision = route(&inputs(&order, demands, network, &shelves, &kept, since));
    if decision.assignments.is_empty() {
        return Ok(Served::PassedOver);
    }
    match carry_out(
        store,
        ambient,
        &order,
        Plan {
            decision,
            as_command: released,
        },
        asked,
    )
    .await?
    {
        Saved::Done => Ok(Served::Released),
        Saved::Moved | Saved::OutOfStock { .. } => Ok(Served::Raced),
        Saved::Taken(reference) => Err(Failure::Taken(reference)),
    }
}

fn released(decision: Box<Decision>, ids: Vec<FulfillmentOrderId>) -> Command {
    Command::ReleaseBackorder { decision, ids }
}

/// The order at a place of a queue and what it asks for; none when it may not move on or asks for nothing.
async fn due(
    store: &impl Store,
    waiter: &Backorder,
) -> Result<Option<(Order, Vec<Demand>)>, Failure> {
    let Some(order) = store.load(waiter.order).await? else {
        return Err(Failure::Inconsistent(format!(
            "order {} waits and is not there",
            waiter.order
        )));
    };
    let demands = if order.is_ready() {
        wanted(&order, waiter)
    } else {
        None
    };
    Ok(demands.map(|demands| (order, demands)))
}

/// What the order asks for at this place of the queue: the units of the line, or of all lines when it ships
/// complete. None when it cannot be had this way: nothing waits any more, or part of a complete order is yet to
/// be routed.
fn wanted(order: &Order, waiter: &Backorder) -> Option<Vec<Demand>> {
    let backordered = |place: usize| {
        order
            .state
            .lines
            .get(place)
            .map_or(0, |line| line.backordered)
    };
    let demands: Vec<Demand> = if order.placed.terms.ship_complete {
        let places = 0..order.placed.lines.len();
        places
            .filter_map(|place| demand(order, place, backordered(place)))
            .collect()
    } else {
        let (place, _) = order.placed.line(&waiter.line)?;
        demand(order, place, backordered(place))
            .into_iter()
            .collect()
    };
    let incomplete = order.placed.terms.ship_complete && order.unrouted() > 0;
    (!demands.is_empty() && !incomplete).then_some(demands)
}

/// The shelves that it may be served from.
async fn shelves(
    store: &impl Store,
    waiter: &Backorder,
    view: &SkuView,
    demands: &[Demand],
) -> Result<Views, Failure> {
    let others: Vec<Demand> = demands
        .iter()
        .filter(|demand| demand.sku != waiter.sku)
        .cloned()
        .collect();
    let mut shelves = views(store, &others).await?;
    shelves.insert(waiter.sku.clone(), view.clone());
    Ok(shelves)
}

/// What the order leaves to those ahead of it in the queues of its other SKUs.
async fn kept_elsewhere(
    store: &impl Store,
    network: &Network,
    order: &Order,
    shelves: &Views,
    waiter: &Backorder,
    since: Timestamp,
) -> Result<Kept, Failure> {
    let mut kept = Kept::new();
    for (sku, view) in shelves.iter().filter(|(sku, _)| **sku != waiter.sku) {
        let mut units: i64 = 0;
        for (place, ahead) in ahead_of(order, &view.waiting).enumerate() {
            if place >= LOOKS_AHEAD || could_take(store, network, ahead, view, since).await? {
                units = units.saturating_add(i64::from(ahead.units));
            }
        }
        kept.insert(sku.clone(), units);
    }
    Ok(kept)
}

/// Whether the one at this place could take any of what is there, were it alone.
async fn could_take(
    store: &impl Store,
    network: &Network,
    waiter: &Backorder,
    view: &SkuView,
    since: Timestamp,
) -> Result<bool, Failure> {
    let Some((order, demands)) = due(store, waiter).await? else {
        return Ok(false);
    };
    let shelves = shelves(store, waiter, view, &demands).await?;
    let decision = route(&inputs(
        &order,
        demands,
        network,
        &shelves,
        &Kept::new(),
        since,
    ));
    Ok(!decision.assignments.is_empty())
}
