//! Performs the effects of an order: refunds, captures and the end of intents at the payment gateway, reversals of tax at the
//! tax service.
//!
//! An effect is committed before it is performed, and its key follows from its number. So a function that dies at any step
//! leaves the effect to the next message or to the sweep, which perform it again under the same key, and the gateway
//! answers with what it has done. Two functions may perform one effect at the same time for the same reason. A webhook
//! may confirm it first: then it is gone from the order.
//!
//! While a payment is disputed, refunds of it are looked up and not made. Should the dispute be heard of after the order was
//! read, the gateway refuses the refund, as it refuses any of money that a bank claims.
//!
//! Reversals of tax come first: a refund waits for those that were asked for before it. While the tax service does not work,
//! neither is made, and the order shows what waits. The service is not looked up: its reference does what a look-up does
//! (see [`TaxService`]).
//!
//! The gateway forgets keys. Before that, an effect that is still open is looked up; only when it has certainly not
//! happened it gets a new key, by a commit of its own, so that of two who look it up one wins.

use domain::{
    ids::OrderId,
    inbound::PaymentFact,
    order::{Command, Effect, EffectAction, EffectOutcome, LedgerEntry, Order, Performer},
};
use jiff::Timestamp;

use super::{
    ask_gateway::apply_answer,
    execute::{CommandRequest, execute, load},
    outcome_of_all::outcome_of_all,
};
use crate::{
    failure::Failure,
    ports::{Clock, GatewayCommand, IdGenerator, PaymentGateway, Store, TaxService},
};

/// For how long an attempt is repeated under its key, in seconds. The gateway knows keys for 24 hours; the rest is for
/// clocks that differ and for requests that are on their way.
pub const KEY_REPEATED_S: i64 = 23 * 3600;

/// Performs every open effect of an order, except those that a person is to make and those that wait. One that fails does not
/// keep the others from being performed.
///
/// # Errors
/// [`Failure::NotFound`]; a failure of the gateway or the tax service, after all were tried.
pub(super) async fn perform_effects(
    store: &impl Store,
    gateway: &(impl PaymentGateway + TaxService),
    env: &(impl Clock + IdGenerator),
    id: OrderId,
    request: &CommandRequest,
) -> Result<(), Failure> {
    let mut order = load(store, id).await?;
    let mut failures = Vec::new();
    if order.due_effects(Performer::TaxService).next().is_some() {
        failures = perform_each(store, gateway, env, &order, Performer::TaxService, request).await;
        order = load(store, id).await?;
    }
    for waiting in order.state.effects.iter().filter(|e| order.awaits_tax(e)) {
        tracing::info!(order_id = %id, effect = waiting.id, "a refund waits for the tax service");
    }
    let performer = Performer::PaymentGateway;
    failures.extend(perform_each(store, gateway, env, &order, performer, request).await);
    outcome_of_all(failures)
}

async fn perform_each(
    store: &impl Store,
    gateway: &(impl PaymentGateway + TaxService),
    env: &(impl Clock + IdGenerator),
    order: &Order,
    performer: Performer,
    request: &CommandRequest,
) -> Vec<Failure> {
    let id = order.id();
    let due = order.due_effects(performer);
    let due: Vec<&Effect> = due.filter_map(LedgerEntry::command).collect();
    if due.is_empty() {
        tracing::info!(order_id = %id, "no effects to perform");
    }
    let mut failures = Vec::new();
    for effect in due {
        let performed = perform(store, gateway, env, order, effect, request).await;
        if let Err(failure) = performed {
            tracing::warn!(order_id = %id, effect = effect.id, error = failure.code(), "effect not performed");
            failures.push(failure);
        }
    }
    failures
}

async fn perform(
    store: &impl Store,
    gateway: &(impl PaymentGateway + TaxService),
    env: &(impl Clock + IdGenerator),
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
        if is_refused_cancellation(effect, &outcome)
            && let Some(intent) = effect.action.intent()
            && let Some(intent) = order.state.payment.intent(intent)
        {
            apply_answer(store, gateway, env, intent).await?;
        }
        record(store, env, order.id(), effect, outcome, request).await
    };
    if order.awaits_bank(effect) {
        // It may have been made before the dispute. What has not been made waits for the bank: the end of the dispute brings
        // it back, or gives it up.
        if let Some(outcome) = gateway.find(&command(effect)).await? {
            record(effect, outcome).await?;
        }
        return Ok(());
    }
    if is_key_known(effect, env.now())
        && let Some(outcome) = attempt(gateway, &command(effect)).await?
    {
        record(effect, outcome).await?;
        return Ok(());
    }
    if let Some(outcome) = look_up(gateway, &command(effect)).await? {
        record(effect, outcome).await?;
        return Ok(());
    }
    // Whoever loses the race for the next attempt finds another one in the order, and performs that.
    let after = record(effect, EffectOutcome::NotPerformed).await?;
    let Some(next) = after.effect(effect.id).filter(|next| next.is_open()) else {
        return Ok(());
    };
    let Some(outcome) = attempt(gateway, &command(next)).await? else {
        return Err(spent(next));
    };
    record(next, outcome).await?;
    Ok(())
}

/// Somebody else has made the next attempt, and its error is replayed: a further attempt follows with the next message.
fn spent(effect: &Effect) -> Failure {
    let problem = "it answers with an error of an earlier attempt";
    match effect.action.tax_reversal() {
        Some(_) => Failure::TaxService {
            until: None,
            source: problem.into(),
        },
        None => Failure::gateway(problem),
    }
}

/// An attempt, at whoever performs the effect.
async fn attempt(
    gateway: &(impl PaymentGateway + TaxService),
    command: &GatewayCommand,
) -> Result<Option<EffectOutcome>, Failure> {
    match command.effect.action.tax_reversal() {
        Some(_) => gateway.reverse(command).await,
        None => gateway.perform(command).await,
    }
}

/// What has become of an effect. Of one at the tax service its next attempt says so.
async fn look_up(
    gateway: &impl PaymentGateway,
    command: &GatewayCommand,
) -> Result<Option<EffectOutcome>, Failure> {
    match command.effect.action.tax_reversal() {
        Some(_) => Ok(None),
        None => gateway.find(command).await,
    }
}

/// Whether the gateway will not cancel a payment. The reason may be that the customer has paid it meanwhile.
fn is_refused_cancellation(effect: &Effect, outcome: &EffectOutcome) -> bool {
    matches!(effect.action, EffectAction::CancelIntent { .. })
        && matches!(outcome, EffectOutcome::Refused { .. })
}

/// Whether the gateway still knows what it has done under the key of an attempt.
fn is_key_known(effect: &Effect, now: Timestamp) -> bool {
    now.duration_since(effect.since).as_secs() < KEY_REPEATED_S
}

/// Records an outcome, if the order still has that attempt. A refund that was made is recorded in any case: the order may
/// have given the effect up meanwhile, because a lost dispute has taken the money.
async fn record(
    store: &impl Store,
    env: &(impl Clock + IdGenerator),
    id: OrderId,
    effect: &Effect,
    outcome: EffectOutcome,
    request: &CommandRequest,
) -> Result<Order, Failure> {
    let is_this = |known: &Effect| known.is_open() && known.attempt == effect.attempt;
    let command = |order: &Order| {
        if order.effect(effect.id).is_none_or(|known| !is_this(known)) {
            return made_refund(order, effect, &outcome, env.now());
        }
        Some(Command::RecordEffect {
            effect: effect.id,
            outcome: outcome.clone(),
        })
    };
    let order = execute(store, env, id, request, command).await?.order()?;
    tracing::info!(order_id = %id, effect = effect.id, attempt = effect.attempt, "outcome of an effect recorded");
    Ok(order)
}

/// The fact that an effect has made a refund, which changes nothing where it is known.
fn made_refund(
    order: &Order,
    effect: &Effect,
    outcome: &EffectOutcome,
    occurred_at: Timestamp,
) -> Option<Command> {
    match outcome {
        EffectOutcome::Refunded {
            refund,
            amount,
            status,
        } => Some(Command::RecordPayment {
            intent: effect.action.intent().unwrap_or_default().to_owned(),
            fact: PaymentFact::Refund {
                id: refund.clone(),
                amount: *amount,
                currency: order.placed.currency,
                status: *status,
                effect: Some(effect.id),
            },
            occurred_at,
        }),
        EffectOutcome::Captured { .. }
        | EffectOutcome::Cancelled
        | EffectOutcome::Refused { .. }
        | EffectOutcome::NotPerformed
        | EffectOutcome::TaxReversed { .. }
        | EffectOutcome::TaxDisagrees { .. } => None,
    }
}
