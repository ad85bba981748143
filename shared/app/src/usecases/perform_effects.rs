//! Performs the effects of an order at the payment gateway: refunds, captures, the end of intents.
//!
//! An effect is committed before it is performed, and its key follows from its number. So a function that dies at any step
//! leaves the effect to the next message or to the sweep, which perform it again under the same key, and the gateway
//! answers with what it has done. Two functions may perform one effect at the same time for the same reason. A webhook
//! may confirm it first: then it is gone from the order.
//!
//! While a payment is disputed, refunds of it are looked up and not made. Should the dispute be heard of after the order was
//! read, the gateway refuses the refund, as it refuses any of money that a bank claims.
//!
//! The gateway forgets keys. Before that, an effect that is still open is looked up; only when it has certainly not
//! happened it gets a new key, by a commit of its own, so that of two who look it up one wins.

use domain::{
    ids::OrderId,
    order::{Command, Effect, EffectOutcome, Order},
};
use jiff::Timestamp;

use super::execute::{CommandRequest, execute, load};
use crate::{
    bus::message::QueueMessage,
    failure::Failure,
    ports::{Clock, GatewayCommand, GatewayOutcome, OrderStore, PaymentGateway},
};

/// For how long an attempt is repeated under its key, in seconds. The gateway knows keys for 24 hours; the rest is for
/// clocks that differ and for requests that are on their way.
pub const KEY_REPEATED_S: i64 = 23 * 3600;

/// Handles the body of a message on the payments queue.
///
/// # Errors
/// [`Failure::Malformed`] when it names no order, [`Failure::NotFound`] when it is not stored; the first failure of the
/// gateway, after all effects were tried.
pub async fn on_message(
    store: &impl OrderStore,
    gateway: &impl PaymentGateway,
    clock: &impl Clock,
    body: &str,
) -> Result<(), Failure> {
    let (order, trigger) = QueueMessage::read(body)?.about_order()?;
    let request = CommandRequest::due("payments", &trigger);
    perform_effects(store, gateway, clock, order, &request).await
}

/// Performs every open effect of an order. One that fails does not keep the others from being performed.
///
/// # Errors
/// [`Failure::NotFound`]; the first failure of the gateway, after all were tried.
async fn perform_effects(
    store: &impl OrderStore,
    gateway: &impl PaymentGateway,
    clock: &impl Clock,
    id: OrderId,
    request: &CommandRequest,
) -> Result<(), Failure> {
    let order = load(store, id).await?;
    let open: Vec<&Effect> = order.state.effects.iter().filter(|e| e.is_open()).collect();
    if open.is_empty() {
        tracing::info!(order_id = %id, "no effects to perform");
    }
    let mut failed = Ok(());
    for effect in open {
        let performed = perform(store, gateway, clock, &order, effect, request).await;
        if let Err(failure) = performed {
            tracing::warn!(order_id = %id, effect = effect.id, error = failure.code(), "effect not performed");
            failed = failed.and(Err(failure));
        }
    }
    failed
}

async fn perform(
    store: &impl OrderStore,
    gateway: &impl PaymentGateway,
    clock: &impl Clock,
    order: &Order,
    effect: &Effect,
    request: &CommandRequest,
) -> Result<(), Failure> {
    let command = |effect: &Effect| GatewayCommand {
        order: order.id(),
        currency: order.placed.currency,
        effect: effect.clone(),
    };
    let record = async |effect: &Effect, outcome: EffectOutcome| {
        record(store, clock, order.id(), effect, outcome, request).await
    };
    if order.awaits_bank(effect) {
        // It may have been made before the dispute. What has not been made waits for the bank: the end of the dispute brings
        // it back, or gives it up.
        if let Some(outcome) = gateway.find(&command(effect)).await? {
            record(effect, recorded(outcome)).await?;
        }
        return Ok(());
    }
    if is_key_known(effect, clock.now()) {
        let outcome = gateway.perform(&command(effect)).await?;
        if outcome != GatewayOutcome::ReplayedError {
            record(effect, recorded(outcome)).await?;
            return Ok(());
        }
    }
    if let Some(outcome) = gateway.find(&command(effect)).await? {
        record(effect, recorded(outcome)).await?;
        return Ok(());
    }
    // Whoever loses the race for the next attempt finds another one in the order, and performs that.
    let after = record(effect, EffectOutcome::NotPerformed).await?;
    let Some(next) = after.effect(effect.id).filter(|next| next.is_open()) else {
        return Ok(());
    };
    let outcome = gateway.perform(&command(next)).await?;
    if outcome == GatewayOutcome::ReplayedError {
        let problem = "it answers with an error of an earlier attempt";
        return Err(Failure::unavailable("the payment gateway", problem));
    }
    record(next, recorded(outcome)).await?;
    Ok(())
}

/// Whether the gateway still knows what it has done under the key of an attempt.
fn is_key_known(effect: &Effect, now: Timestamp) -> bool {
    now.duration_since(effect.since).as_secs() < KEY_REPEATED_S
}

fn recorded(outcome: GatewayOutcome) -> EffectOutcome {
    match outcome {
        GatewayOutcome::Refunded {
            refund,
            amount,
            status,
        } => EffectOutcome::Refunded {
            refund,
            amount,
            status,
        },
        GatewayOutcome::Captured { amount, capturable } => {
            EffectOutcome::Captured { amount, capturable }
        }
        GatewayOutcome::Cancelled => EffectOutcome::Cancelled,
        GatewayOutcome::Refused { code } => EffectOutcome::Refused { code },
        GatewayOutcome::ReplayedError => EffectOutcome::NotPerformed,
    }
}

/// Records an outcome, if the order still has that attempt.
async fn record(
    store: &impl OrderStore,
    clock: &impl Clock,
    id: OrderId,
    effect: &Effect,
    outcome: EffectOutcome,
    request: &CommandRequest,
) -> Result<Order, Failure> {
    let is_this = |known: &Effect| known.is_open() && known.attempt == effect.attempt;
    let command = |order: &Order| {
        let known = order.effect(effect.id).filter(|known| is_this(known))?;
        Some(Command::RecordEffect {
            effect: known.id,
            outcome: outcome.clone(),
        })
    };
    let order = execute(store, clock, id, request, command).await?.order()?;
    tracing::info!(order_id = %id, effect = effect.id, attempt = effect.attempt, "outcome of an effect recorded");
    Ok(order)
}
