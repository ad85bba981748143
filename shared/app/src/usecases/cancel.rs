//! Cancels units at the request of a person.
//!
//! The race against a shipment is decided by the order's version: the transaction that commits first wins, and the
//! other writer decides again on what it finds. The outcome says, line by line, what was cancelled at once, what was
//! requested from a location, and what was too late and why.

use domain::{
    decide::{cancellation_outcome, preview_cancellation},
    ids::OrderId,
    order::{
        Actor, CancelLine, CancelReason, Cause, Command, Commit, Event, LineCancellation, Order,
        RejectionCode, fold,
    },
};
use jiff::Timestamp;

use super::{
    execute::{CommandRequest, Outcome, execute},
    idempotency::{IdempotencyKey, commit_of},
};
use crate::{
    failure::Failure,
    ports::{Clock, OrderStore},
};

/// What a person requests to cancel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CancelRequest {
    /// Lines and units; empty: the whole order.
    pub lines: Vec<CancelLine>,
    pub reason: CancelReason,
    /// Free text of a person; may contain personal data.
    pub note: Option<String>,
}

/// The outcome of a request to cancel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CancelOutcome {
    pub result: CancelResult,
    /// The order as the request left it.
    pub order: Order,
    /// When the request was applied, UTC; the order's last change when there was nothing to do.
    pub at: Timestamp,
    /// Refund that is owed because of it, minor units of the order's currency.
    pub refund_owed: i64,
    pub lines: Vec<LineCancellation>,
}

/// What became of the request as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CancelResult {
    /// Units were cancelled, or their cancellation was requested from a location.
    Applied,
    /// The same request was applied before, and this is its outcome.
    Replayed,
    /// All of it was cancelled or requested before.
    NothingNew,
    /// All of it is too late; the lines say why.
    NothingToCancel,
}

/// Cancels what can be cancelled. The same key gives the same outcome again.
///
/// # Errors
/// [`Failure::NotFound`], [`Failure::KeyReused`], [`Failure::Rejected`] when the order has no such line or not so many
/// units.
pub async fn cancel(
    store: &impl OrderStore,
    clock: &impl Clock,
    id: OrderId,
    request: &CancelRequest,
    key: &IdempotencyKey,
    actor: &Actor,
) -> Result<CancelOutcome, Failure> {
    let command = Command::Cancel {
        lines: request.lines.clone(),
        reason: request.reason.clone(),
        note: request.note.clone(),
    };
    let cause = key.cause();
    let command_request = CommandRequest::new(actor, cause.clone());
    let outcome = execute(store, clock, id, &command_request, |_| {
        Some(command.clone())
    })
    .await?;
    match outcome {
        Outcome::Done(change) => Ok(applied(
            CancelResult::Applied,
            change.order,
            &change.commit,
            &request.lines,
        )),
        Outcome::Unchanged(order) if order.state.causes.contains(&cause.key()) => {
            replay(store, *order, &cause, &request.lines).await
        }
        Outcome::UnchangedBefore(order) => {
            let mut outcome = unchanged(CancelResult::Replayed, *order, &request.lines)?;
            // It changed nothing then, and does not do now what has become possible since.
            for line in &mut outcome.lines {
                line.cancelled = 0;
                line.requested.clear();
            }
            Ok(outcome)
        }
        Outcome::Unchanged(order) => unchanged(CancelResult::NothingNew, *order, &request.lines),
        Outcome::Rejected(order, rejection) if rejection.code == RejectionCode::NothingToCancel => {
            unchanged(CancelResult::NothingToCancel, *order, &request.lines)
        }
        Outcome::Rejected(_, rejection) => Err(rejection.into()),
    }
}

/// The outcome that a commit records.
fn applied(
    result: CancelResult,
    order: Order,
    commit: &Commit,
    lines: &[CancelLine],
) -> CancelOutcome {
    let refund = |event: &Event| {
        if let Event::RefundOwed { amount, .. } = event {
            *amount
        } else {
            0
        }
    };
    let refunds = commit.body.events.iter().map(refund);
    CancelOutcome {
        result,
        at: commit.body.at,
        refund_owed: refunds.fold(0, i64::saturating_add),
        lines: cancellation_outcome(&order, &commit.body.events, lines),
        order,
    }
}

/// The outcome of a request that was applied before: the order as that commit left it, and what the commit records.
async fn replay(
    store: &impl OrderStore,
    order: Order,
    cause: &Cause,
    lines: &[CancelLine],
) -> Result<CancelOutcome, Failure> {
    let mut commits = store.commits(order.placed.id).await?;
    let missing = || {
        Failure::Inconsistent(format!(
            "order {} has recorded a cause of no commit",
            order.placed.id
        ))
    };
    let seq = commit_of(&commits, cause).ok_or_else(missing)?.body.seq;
    commits.retain(|commit| commit.body.seq <= seq);
    let then = fold(Order::unplaced(order.placed.clone()), &commits);
    let commit = commit_of(&commits, cause).ok_or_else(missing)?;
    Ok(applied(CancelResult::Replayed, then, commit, lines))
}

/// The outcome of a request that changes nothing.
fn unchanged(
    result: CancelResult,
    order: Order,
    lines: &[CancelLine],
) -> Result<CancelOutcome, Failure> {
    Ok(CancelOutcome {
        result,
        at: order.state.changed_at,
        refund_owed: 0,
        lines: preview_cancellation(&order, lines)?,
        order,
    })
}
