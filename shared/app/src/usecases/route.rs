//! Routes an order: decides which location ships what, reserves it, and backorders what no location can ship, in one
//! transaction.
//!
//! Every run reads the order again and does what is due: a message about the past finds nothing to do. When another
//! order takes the stock between reading and writing, the decision is made again on fresh levels; the decision that is
//! written records its attempt.

use domain::{
    ids::OrderId,
    order::Command,
    order::{Cause, LineState, Order},
    routing::{Decision, Demand, declined_everywhere, route},
};
use futures_util::future::try_join;

use super::{
    availability::{HeldForQueue, Network, demand, held_for_all_ahead, inputs, stock_of},
    commit_decision::{PlannedDecision, commit_decision},
    execute::{CommandRequest, execute, load},
};
use crate::{
    bus::message::QueueMessage,
    failure::Failure,
    ports::{Clock, IdGenerator, SaveOutcome, Store},
};

/// Handles the body of a message on the routing queue.
///
/// # Errors
/// [`Failure::Malformed`] when it names no order, [`Failure::NotDue`] when shipments may still be missing, and as
/// [`route_order`].
pub async fn on_message(
    store: &impl Store,
    env: &(impl Clock + IdGenerator),
    body: &str,
) -> Result<(), Failure> {
    let message = QueueMessage::read(body)?;
    let (order, trigger) = message.about_order()?;
    if message.is_event("FulfillmentClosing") {
        let closing = load(store, order).await?.closing_ends();
        if let Some(until) = closing.filter(|until| *until > env.now()) {
            return Err(Failure::NotDue(until));
        }
    }
    route_order(store, env, order, &trigger).await?;
    // A line may have nothing to route by now (its declined units were cancelled), or may not be routed yet, and other
    // units of it wait.
    if DECLINES.iter().any(|event| message.is_event(event)) {
        show_declined(store, env, order, &trigger).await?;
    }
    Ok(())
}

/// The events after which nobody may be left for a line: a location declined it, or has the units after all and does not
/// ship them, whatever is received there.
const DECLINES: [&str; 3] = [
    "FulfillmentRejected",
    "UnitsShortShipped",
    "WriteOffReversed",
];

/// Shows a person the backordered lines that nobody is left for.
async fn show_declined(
    store: &impl Store,
    clock: &impl Clock,
    id: OrderId,
    trigger: &Cause,
) -> Result<(), Failure> {
    let now = clock.now();
    let order = load(store, id).await?;
    let demands = demands(&order, |line| line.backordered);
    if demands.is_empty() {
        return Ok(());
    }
    let (network, stock) = try_join(Network::read(store), stock_of(store, &demands)).await?;
    let inputs = inputs(&order, demands, &network, &stock, &HeldForQueue::new(), now);
    let left = declined_everywhere(&inputs, &route(&inputs, &network.rules));
    let command = |_: &Order| {
        let declined_everywhere = left.clone();
        (!left.is_empty()).then_some(Command::ShowDeclined {
            declined_everywhere,
        })
    };
    let request = CommandRequest::due("routing", trigger);
    execute(store, clock, id, &request, command)
        .await?
        .order()?;
    Ok(())
}

/// Routes the unrouted units of an order, if it is paid and has no hold.
///
/// # Errors
/// [`Failure::NotFound`]; [`Failure::Contended`] when other orders took the stock in every round.
pub async fn route_order(
    store: &impl Store,
    env: &(impl Clock + IdGenerator),
    id: OrderId,
    trigger: &Cause,
) -> Result<(), Failure> {
    let request = CommandRequest::due("routing", trigger);
    end_closing(store, env, id, &request).await?;
    for attempt in 1..=request.rounds {
        // The time before anything is read: every backorder up to then is in what is read.
        let now = env.now();
        let order = load(store, id).await?;
        if !order.is_ready() || order.unrouted() == 0 {
            tracing::info!(order_id = %id, "nothing to route");
            return Ok(());
        }
        let demands = demands(&order, |line| line.unrouted);
        let (network, stock) = try_join(Network::read(store), stock_of(store, &demands)).await?;
        let held = held_for_all_ahead(&order, &stock);
        let inputs = inputs(&order, demands, &network, &stock, &held, now);
        let decision = route(&inputs, &network.rules);
        let everywhere = declined_everywhere(&inputs, &decision);
        let planned = PlannedDecision {
            decision: Decision {
                attempt,
                ..decision
            },
            as_command: |decision, ids| Command::Route {
                decision,
                ids,
                declined_everywhere: everywhere.clone(),
            },
        };
        match commit_decision(store, env, &order, planned, &request).await? {
            SaveOutcome::Saved => return Ok(()),
            SaveOutcome::VersionConflict | SaveOutcome::OutOfStock { .. } => {}
            SaveOutcome::ReferenceTaken(reference) => return Err(Failure::Taken(reference)),
        }
    }
    Err(Failure::Contended(request.rounds))
}

/// Ends the waits for missing shipments that are over: the units that are short are then routed.
async fn end_closing(
    store: &impl Store,
    clock: &impl Clock,
    id: OrderId,
    request: &CommandRequest,
) -> Result<(), Failure> {
    let now = clock.now();
    let is_over = |order: &Order| order.closing_ends().is_some_and(|until| until <= now);
    let command = |order: &Order| is_over(order).then_some(Command::EndClosing);
    execute(store, clock, id, request, command).await?.order()?;
    Ok(())
}

fn demands(order: &Order, units: impl Fn(&LineState) -> u32) -> Vec<Demand> {
    let lines = order.lines();
    lines
        .filter_map(|(line, state)| demand(line, units(state)))
        .collect()
}
