//! Releases one backorder as far as the stock allows.
//!
//! The caller has found that the backorders ahead in this queue can take nothing. An order that ships complete is also
//! in the queues of its other SKUs: there it leaves to the backorders ahead what they can take, and passes those that
//! can take nothing, as draining that queue would.

use domain::{
    ids::FulfillmentOrderId,
    order::Command,
    order::Order,
    routing::{Decision, Demand, route},
    stock::Backorder,
};
use jiff::Timestamp;

use crate::{
    failure::Failure,
    ports::{Clock, IdGenerator, SaveOutcome, SkuStock, Store},
    usecases::{
        availability::{HeldForQueue, Network, Stock, ahead_of, demand, inputs, stock_of},
        commit_decision::{PlannedDecision, commit_decision},
        execute::CommandRequest,
    },
};

/// Backorders further ahead than this in another queue are left all that they demand, without examining them.
pub const BACKORDERS_EXAMINED_AHEAD: usize = 50;

/// The outcome of one attempt to release a backorder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Attempt {
    /// Units were released.
    Released,
    /// It can take nothing of the stock.
    PassedOver,
    /// Another writer was faster.
    LostRace,
}

/// Releases what this backorder can have; `since` is when the oldest data was read that the decision uses.
pub(super) async fn release(
    store: &impl Store,
    env: &(impl Clock + IdGenerator),
    network: &Network,
    (backorder, sku_stock): (&Backorder, &SkuStock),
    since: Timestamp,
    request: &CommandRequest,
) -> Result<Attempt, Failure> {
    let Some((order, demands)) = due(store, backorder).await? else {
        return Ok(Attempt::PassedOver);
    };
    let stock = stock_for(store, backorder, sku_stock, &demands).await?;
    let held = held_in_other_queues(store, network, &order, &stock, backorder, since).await?;
    let decision = route(
        &inputs(&order, demands, network, &stock, &held, since),
        &network.rules,
    );
    if decision.assignments.is_empty() {
        return Ok(Attempt::PassedOver);
    }
    let planned = PlannedDecision {
        decision,
        as_command: release_command,
    };
    match commit_decision(store, env, &order, planned, request).await? {
        SaveOutcome::Saved => Ok(Attempt::Released),
        SaveOutcome::VersionConflict | SaveOutcome::OutOfStock { .. } => Ok(Attempt::LostRace),
        SaveOutcome::ReferenceTaken(reference) => Err(Failure::Taken(reference)),
    }
}

fn release_command(decision: Box<Decision>, ids: Vec<FulfillmentOrderId>) -> Command {
    Command::ReleaseBackorder { decision, ids }
}

/// The order of a backorder and its demands; none when the order is on hold or demands nothing.
async fn due(
    store: &impl Store,
    backorder: &Backorder,
) -> Result<Option<(Order, Vec<Demand>)>, Failure> {
    let Some(order) = store.load(backorder.order).await? else {
        return Err(Failure::Inconsistent(format!(
            "order {} has a backorder and does not exist",
            backorder.order
        )));
    };
    let demands = if order.is_ready() {
        demands(&order, backorder)
    } else {
        None
    };
    Ok(demands.map(|demands| (order, demands)))
}

/// What the order demands for this backorder: the units of the line, or of all lines when it ships complete. None when
/// nothing is backordered any more, or when part of an order that ships complete is still to be routed.
fn demands(order: &Order, backorder: &Backorder) -> Option<Vec<Demand>> {
    let ship_complete = order.terms().ship_complete;
    let demanded = order
        .lines()
        .filter(|(line, _)| ship_complete || line.id == backorder.line);
    let demands: Vec<Demand> = demanded
        .filter_map(|(line, state)| demand(line, state.backordered))
        .collect();
    let incomplete = ship_complete && order.unrouted() > 0;
    (!demands.is_empty() && !incomplete).then_some(demands)
}

/// The stock of all SKUs of the demands; that of the backorder's own SKU is given.
async fn stock_for(
    store: &impl Store,
    backorder: &Backorder,
    sku_stock: &SkuStock,
    demands: &[Demand],
) -> Result<Stock, Failure> {
    let others: Vec<Demand> = demands
        .iter()
        .filter(|demand| demand.sku != backorder.sku)
        .cloned()
        .collect();
    let mut stock = stock_of(store, &others).await?;
    stock.insert(backorder.sku.clone(), sku_stock.clone());
    Ok(stock)
}

/// What the order leaves to the backorders ahead of it in the queues of its other SKUs.
async fn held_in_other_queues(
    store: &impl Store,
    network: &Network,
    order: &Order,
    stock: &Stock,
    backorder: &Backorder,
    since: Timestamp,
) -> Result<HeldForQueue, Failure> {
    let mut held = HeldForQueue::new();
    for (sku, sku_stock) in stock.iter().filter(|(sku, _)| **sku != backorder.sku) {
        let mut units: i64 = 0;
        for (index, ahead) in ahead_of(order, &sku_stock.backorders).enumerate() {
            let takes = match could_take(store, network, ahead, sku_stock, since).await {
                // An order that cannot be read takes nothing.
                Err(failure) if failure.is_of_one_item() => false,
                takes => takes?,
            };
            if index >= BACKORDERS_EXAMINED_AHEAD || takes {
                units = units.saturating_add(i64::from(ahead.units));
            }
        }
        held.insert(sku.clone(), units);
    }
    Ok(held)
}

/// Whether this backorder could take any of the stock if it were the only one.
async fn could_take(
    store: &impl Store,
    network: &Network,
    backorder: &Backorder,
    sku_stock: &SkuStock,
    since: Timestamp,
) -> Result<bool, Failure> {
    let Some((order, demands)) = due(store, backorder).await? else {
        return Ok(false);
    };
    let stock = stock_for(store, backorder, sku_stock, &demands).await?;
    let held = HeldForQueue::new();
    let decision = route(
        &inputs(&order, demands, network, &stock, &held, since),
        &network.rules,
    );
    Ok(!decision.assignments.is_empty())
}
