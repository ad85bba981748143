//! Routes an order: decides who ships what, reserves it, and backorders what found no place, in one transaction.
//!
//! Every run looks at the order afresh and does what is due: a message about the past finds nothing to do. When
//! others take the stock between reading and writing, the decision is made again on fresh figures; the one that
//! is written says at which attempt it was made.

use domain::{
    change::Change,
    command::Command,
    decide::decide,
    ids::{FulfillmentOrderId, OrderId},
    order::{Cause, Order},
    route::{Decision, Demand, route},
};

use futures_util::future::try_join;

use crate::{
    failure::Failure,
    messages::Message,
    ports::{Ambient, OrderStore, Saved, Store},
    settle::{Asked, load, log, sealed},
    supply::{Network, demand, inputs, kept_for_all_ahead, views},
};

/// Handles the body of a message on routing's queue.
///
/// # Errors
/// [`Failure::Malformed`] when it is about no order, and as [`route_order`].
pub async fn on_message(
    store: &impl Store,
    ambient: &impl Ambient,
    body: &str,
) -> Result<(), Failure> {
    let (order, trigger) = Message::read(body)?.about_order()?;
    route_order(store, ambient, order, &trigger).await
}

/// Routes what an order has unrouted, if it is paid and no hold stands.
///
/// # Errors
/// [`Failure::NotFound`], [`Failure::Contended`] when others took the stock time and again.
pub async fn route_order(
    store: &impl Store,
    ambient: &impl Ambient,
    id: OrderId,
    trigger: &Cause,
) -> Result<(), Failure> {
    let asked = Asked::due("routing", trigger);
    for attempt in 1..=asked.rounds {
        // Before anything is read: whoever waits by now has been seen.
        let now = ambient.now();
        let order = load(store, id).await?;
        if !order.is_ready() || order.unrouted() == 0 {
            tracing::info!(order_id = %id, "nothing to route");
            return Ok(());
        }
        let demands = unrouted(&order);
        let (network, views) = try_join(Network::read(store), views(store, &demands)).await?;
        let kept = kept_for_all_ahead(&order, &views);
        let decision = route(&inputs(&order, demands, &network, &views, &kept, now));
        let plan = Plan {
            decision: Decision {
                attempt,
                ..decision
            },
            as_command: routed,
        };
        match carry_out(store, ambient, &order, plan, &asked).await? {
            Saved::Done => return Ok(()),
            Saved::Moved | Saved::OutOfStock { .. } => {}
            Saved::Taken(reference) => return Err(Failure::Taken(reference)),
        }
    }
    Err(Failure::Contended(asked.rounds))
}

fn unrouted(order: &Order) -> Vec<Demand> {
    let lines = order.state.lines.iter().enumerate();
    lines
        .filter_map(|(place, line)| demand(order, place, line.unrouted))
        .collect()
}

fn routed(decision: Box<Decision>, ids: Vec<FulfillmentOrderId>) -> Command {
    Command::Route { decision, ids }
}

/// A decision and what it is carried out as: a routing, or the release of what waited.
pub(crate) struct Plan {
    pub(crate) decision: Decision,
    pub(crate) as_command: fn(Box<Decision>, Vec<FulfillmentOrderId>) -> Command,
}

/// Writes a decision about the order as it was read.
pub(crate) async fn carry_out(
    store: &impl OrderStore,
    ambient: &impl Ambient,
    order: &Order,
    plan: Plan,
    asked: &Asked,
) -> Result<Saved, Failure> {
    let context = asked.context(order, ambient.now());
    let ids = plan.decision.assignments.iter();
    let ids = ids
        .map(|_| FulfillmentOrderId::mint(context.now, ambient.entropy()))
        .collect();
    let explanation = plan.decision.explanation.clone();
    let command = (plan.as_command)(Box::new(plan.decision), ids);
    let events = decide(order, &command, &context)?;
    if events.is_empty() {
        return Ok(Saved::Done);
    }
    let change = sealed(Change::new(order, events, &context))?;
    let saved = store.save(&change).await?;
    match &saved {
        Saved::Done => {
            log(&change);
            tracing::info!(order_id = %order.placed.id, %explanation, "routing decided");
        }
        Saved::OutOfStock { sku, location } => {
            tracing::info!(order_id = %order.placed.id, %sku, %location, "others took the stock first");
        }
        Saved::Moved | Saved::Taken(_) => {
            tracing::info!(order_id = %order.placed.id, "the order moved on first");
        }
    }
    Ok(saved)
}
