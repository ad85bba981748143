//! Refunds that people ask for: of units, of shipping, of an amount.

use domain::{
    decide::decide,
    ids::OrderId,
    order::{
        Actor, Cause, Change, Command, Commit, EffectAction, Event, ExceptionKind, Order,
        RefundRequest, fold,
    },
};

use super::{
    execute::{CommandRequest, Outcome, execute, load, seal},
    idempotency::{IdempotencyKey, Idempotent, commit_of},
};
use crate::{
    failure::Failure,
    ports::{Clock, OrderStore},
};

/// What a person asks to be given back, and how much of an order they may give back beyond what is owed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedRefund {
    /// What goes back.
    pub refund: RefundRequest,
    /// The most credits of the order that they may give without a second person, minor units; `None`: any.
    pub credits_max: Option<i64>,
    /// Free text of a person; may contain personal data.
    pub note: Option<String>,
}

impl AskedRefund {
    fn command(&self) -> Command {
        Command::Refund {
            refund: self.refund.clone(),
            credits_max: self.credits_max,
            note: self.note.clone(),
        }
    }
}

/// A refund as it is asked of the payment gateway, or waits for a second person. Amounts are minor units of the order's
/// currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestedRefund {
    /// What goes back; of one that waits, with what will lower what the order owes on its account.
    pub amount: i64,
    /// What is given beyond what is owed.
    pub credit: i64,
    /// What lowers what the order owes on its account, and moves no money; nothing yet, when it waits.
    pub on_account: i64,
    /// What is kept.
    pub restocking_fee: i64,
    /// What is taken from each intent; nothing yet, when it waits for a second person.
    pub parts: Vec<RefundPart>,
    /// The number of the exception with which a second person approves it; `None`: it needs none.
    pub awaits_approval: Option<u32>,
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
    /// What the events of one commit ask for; `open`: what the order owed on its account before.
    fn of(events: &[Event], open: i64, order: Order) -> Self {
        let mut refund = Self {
            amount: 0,
            credit: 0,
            on_account: open.saturating_sub(order.open_on_account()).max(0),
            restocking_fee: 0,
            parts: Vec::new(),
            awaits_approval: None,
            order,
        };
        for event in events {
            #[expect(
                clippy::wildcard_enum_match_arm,
                reason = "the other events are not part of the refund"
            )]
            match event {
                Event::CreditGranted { amount, .. } => {
                    refund.credit = refund.credit.saturating_add(*amount);
                }
                Event::RestockingFeeKept { amount } => {
                    refund.restocking_fee = refund.restocking_fee.saturating_add(*amount);
                }
                Event::RefundProposed {
                    refund: asked,
                    amount,
                    credit,
                    ..
                } => {
                    refund.amount = *amount;
                    refund.credit = *credit;
                    refund.restocking_fee = asked.restocking_fee;
                }
                Event::ExceptionOpened { id, kind, .. }
                    if *kind == ExceptionKind::RefundAwaitsApproval =>
                {
                    refund.awaits_approval = Some(*id);
                }
                Event::EffectRequested {
                    effect,
                    action: EffectAction::Refund { intent, amount },
                    ..
                } => {
                    refund.amount = refund.amount.saturating_add(*amount);
                    refund.parts.push(RefundPart {
                        effect: *effect,
                        intent: intent.clone(),
                        amount: *amount,
                    });
                }
                _ => {}
            }
        }
        refund
    }

    fn of_change(change: Change) -> Self {
        let added = change.account.as_ref().map_or(0, |account| account.amount);
        let open = change.order.open_on_account().saturating_sub(added);
        Self::of(&change.commit.body.events, open, change.order)
    }

    /// What the same request has asked for before.
    async fn stored(store: &impl OrderStore, order: Order, cause: &Cause) -> Result<Self, Failure> {
        let id = order.id();
        let commits = store.commits(id).await?;
        let Some(commit) = commit_of(&commits, cause) else {
            let message = format!("order {id} has recorded a cause of no commit");
            return Err(Failure::Inconsistent(message));
        };
        let (seq, events) = (commit.body.seq, commit.body.events.clone());
        let until = |last: u64| commits.iter().filter(move |c| c.body.seq <= last).cloned();
        let folded = |last: u64| {
            let commits: Vec<Commit> = until(last).collect();
            fold(Order::unplaced(order.placed.clone()), &commits)
        };
        let open = folded(seq.saturating_sub(1)).open_on_account();
        Ok(Self::of(&events, open, folded(seq)))
    }
}

/// Asks the payment gateway for a refund, or a second person to approve it. A repeated request gets what the first has asked
/// for.
///
/// # Errors
/// [`Failure::NotFound`], [`Failure::KeyReused`], [`Failure::Rejected`] when it cannot be refunded now.
pub async fn refund(
    store: &impl OrderStore,
    clock: &impl Clock,
    id: OrderId,
    asked: &AskedRefund,
    key: &IdempotencyKey,
    actor: &Actor,
) -> Result<Idempotent<RequestedRefund>, Failure> {
    let command = asked.command();
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
    asked: &AskedRefund,
    actor: &Actor,
) -> Result<RequestedRefund, Failure> {
    let order = load(store, id).await?;
    let request = CommandRequest::new(actor, Cause::new("preview", id.to_string()));
    let context = request.context(&order, clock.now());
    let events = decide(&order, &asked.command(), &context)?;
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
