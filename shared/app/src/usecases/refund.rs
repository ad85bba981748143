//! Refunds that people ask for: what is owed first, and what is beyond it as a credit.

use domain::{
    decide::decide,
    ids::OrderId,
    order::{Actor, Cause, Change, Command, EffectAction, Event, Order, fold},
};

use super::{
    execute::{CommandRequest, Outcome, execute, load, seal},
    idempotency::{IdempotencyKey, Idempotent, commit_of},
};
use crate::{
    failure::Failure,
    ports::{Clock, OrderStore},
};

/// A refund as it is asked of the payment gateway. Amounts are minor units of the order's currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestedRefund {
    /// What is taken from each intent.
    pub parts: Vec<RefundPart>,
    /// How much of it is beyond what is owed.
    pub credit: i64,
    /// The order as the request leaves it.
    pub order: Order,
}

/// What a refund takes from one intent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundPart {
    /// The number of the effect within the order.
    pub effect: u32,
    /// The gateway's id of the intent.
    pub intent: String,
    /// Minor units of the order's currency.
    pub amount: i64,
}

impl RequestedRefund {
    /// What the events of one commit ask for.
    fn of(events: &[Event], order: Order) -> Self {
        let mut refund = Self {
            parts: Vec::new(),
            credit: 0,
            order,
        };
        for event in events {
            if let Event::CreditGranted { amount, .. } = event {
                refund.credit = refund.credit.saturating_add(*amount);
            } else if let Event::EffectRequested {
                effect,
                action: EffectAction::Refund { intent, amount },
                by_person: true,
                ..
            } = event
            {
                refund.parts.push(RefundPart {
                    effect: *effect,
                    intent: intent.clone(),
                    amount: *amount,
                });
            }
        }
        refund
    }

    fn of_change(change: Change) -> Self {
        Self::of(&change.commit.body.events, change.order)
    }

    /// What the same request has asked for before.
    async fn stored(store: &impl OrderStore, order: Order, cause: &Cause) -> Result<Self, Failure> {
        let id = order.id();
        let mut commits = store.commits(id).await?;
        let Some(commit) = commit_of(&commits, cause) else {
            let message = format!("order {id} has recorded a cause of no commit");
            return Err(Failure::Inconsistent(message));
        };
        let (seq, events) = (commit.body.seq, commit.body.events.clone());
        commits.retain(|commit| commit.body.seq <= seq);
        let order = fold(Order::unplaced(order.placed), &commits);
        Ok(Self::of(&events, order))
    }
}

/// Asks the payment gateway to refund an amount. A repeated request gets what the first has asked for.
///
/// # Errors
/// [`Failure::NotFound`], [`Failure::KeyReused`], [`Failure::Rejected`] when so much cannot be refunded now.
pub async fn refund(
    store: &impl OrderStore,
    clock: &impl Clock,
    id: OrderId,
    (amount, note): (i64, Option<&str>),
    key: &IdempotencyKey,
    actor: &Actor,
) -> Result<Idempotent<RequestedRefund>, Failure> {
    let note = note.map(str::to_owned);
    let command = Command::Refund { amount, note };
    let cause = key.cause();
    let request = CommandRequest::new(actor, cause.clone());
    let outcome = execute(store, clock, id, &request, |_| Some(command.clone())).await?;
    Ok(match outcome {
        Outcome::Done(change) => Idempotent {
            value: RequestedRefund::of_change(*change),
            replayed: false,
        },
        // A refund that is not rejected has effects, so this is a repetition.
        Outcome::Unchanged(order) | Outcome::UnchangedBefore(order) => Idempotent {
            value: RequestedRefund::stored(store, *order, &cause).await?,
            replayed: true,
        },
        Outcome::Rejected(_, rejection) => return Err(rejection.into()),
    })
}

/// What [`refund`] would do now; writes nothing.
///
/// # Errors
/// [`Failure::NotFound`], [`Failure::Rejected`].
pub async fn preview(
    store: &impl OrderStore,
    clock: &impl Clock,
    id: OrderId,
    amount: i64,
    actor: &Actor,
) -> Result<RequestedRefund, Failure> {
    let order = load(store, id).await?;
    let command = Command::Refund { amount, note: None };
    let request = CommandRequest::new(actor, Cause::new("preview", id.to_string()));
    let context = request.context(&order, clock.now());
    let events = decide(&order, &command, &context)?;
    let change = seal(Change::new(&order, events, &context))?;
    Ok(RequestedRefund::of_change(change))
}

/// Has a refused effect tried again; returns the order as it is then.
///
/// # Errors
/// [`Failure::NotFound`], [`Failure::KeyReused`], [`Failure::Rejected`] when the order has no such effect.
pub async fn retry_effect(
    store: &impl OrderStore,
    clock: &impl Clock,
    id: OrderId,
    effect: u32,
    key: &IdempotencyKey,
    actor: &Actor,
) -> Result<Idempotent<Order>, Failure> {
    let request = CommandRequest::new(actor, key.cause());
    let command = Command::RetryEffect { effect };
    execute(store, clock, id, &request, |_| Some(command.clone()))
        .await?
        .idempotent(&key.cause())
}
