//! Cancels units at the request of a person.
//!
//! The race against a shipment is decided by the order's version: the transaction that commits first wins, and the
//! other writer decides again on what it finds. The outcome says, line by line, what was cancelled at once, what was
//! requested from a location, and what was too late and why.

use domain::{
    decide::{cancellation_outcome, preview_cancellation, remaining_cancellation},
    ids::OrderId,
    order::{
        Actor, CancelLine, CancelReason, Cause, Change, Command, Commit, Event, LineCancellation,
        Order, RejectionCode, fold,
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
    /// What is kept of what goes back at once, minor units of the order's currency.
    pub restocking_fee: i64,
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
    /// What was kept of it, minor units of the order's currency.
    pub restocking_fee: i64,
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
/// What does not fit one transaction is cancelled in several, each with a cause of its own ([`IdempotencyKey`] and the
/// number of the part). When we die between two of them, the first ones stand, and the same request continues after
/// them. Another writer may interleave; each part decides on what it finds.
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
    let cause = key.cause();
    let requests = Requests {
        store,
        clock,
        id,
        request,
        actor,
    };
    let parts = match requests
        .cancel(&request.lines, request.restocking_fee, cause.clone())
        .await?
    {
        Outcome::Done(change) => Parts::new(*change),
        Outcome::Unchanged(order) if order.state.causes.contains(&cause.key()) => {
            Parts::stored(store, *order, key).await?
        }
        Outcome::UnchangedBefore(order) => {
            let mut outcome = unchanged(CancelResult::Replayed, *order, &request.lines)?;
            // It changed nothing then, and does not do now what has become possible since.
            for line in &mut outcome.lines {
                line.cancelled = 0;
                line.requested.clear();
            }
            return Ok(outcome);
        }
        Outcome::Unchanged(order) => {
            return unchanged(CancelResult::NothingNew, *order, &request.lines);
        }
        Outcome::Rejected(order, rejection) if rejection.code == RejectionCode::NothingToCancel => {
            return unchanged(CancelResult::NothingToCancel, *order, &request.lines);
        }
        Outcome::Rejected(_, rejection) => return Err(rejection.into()),
    };
    requests.finish(parts, key).await
}

/// A request to cancel, and what it takes to carry it out.
struct Requests<'a, S, C> {
    store: &'a S,
    clock: &'a C,
    id: OrderId,
    request: &'a CancelRequest,
    actor: &'a Actor,
}

impl<S: OrderStore, C: Clock> Requests<'_, S, C> {
    /// Cancels these units, as far as they fit one transaction.
    async fn cancel(
        &self,
        lines: &[CancelLine],
        restocking_fee: i64,
        cause: Cause,
    ) -> Result<Outcome, Failure> {
        let command = Command::Cancel {
            lines: lines.to_vec(),
            reason: self.request.reason.clone(),
            restocking_fee,
            note: self.request.note.clone(),
        };
        let request = CommandRequest::new(self.actor, cause);
        let command = |_: &Order| Some(command.clone());
        execute(self.store, self.clock, self.id, &request, command).await
    }

    /// Cancels what the parts so far have left. Ends: each further part takes at least one unit.
    async fn finish(
        &self,
        mut parts: Parts,
        key: &IdempotencyKey,
    ) -> Result<CancelOutcome, Failure> {
        let lines = &self.request.lines;
        loop {
            let left = remaining_cancellation(&parts.order, &parts.events, lines);
            if left.is_empty() {
                return Ok(parts.outcome(lines));
            }
            let cause = key.cause_of_part(parts.count.saturating_add(1));
            // The fee is kept of the first part.
            match self.cancel(&left, 0, cause.clone()).await? {
                Outcome::Done(change) => parts.add(*change),
                // A copy of the request was faster.
                Outcome::Unchanged(order) if order.state.causes.contains(&cause.key()) => {
                    parts = Parts::stored(self.store, *order, key).await?;
                }
                Outcome::Unchanged(_) | Outcome::UnchangedBefore(_) => {
                    return Ok(parts.outcome(lines));
                }
                Outcome::Rejected(order, rejection)
                    if rejection.code == RejectionCode::NothingToCancel =>
                {
                    let too_late = preview_cancellation(&order, &left)?;
                    return Ok(parts.outcome_with(lines, too_late));
                }
                Outcome::Rejected(_, rejection) => return Err(rejection.into()),
            }
        }
    }
}

/// The commits of a request so far.
struct Parts {
    result: CancelResult,
    count: usize,
    /// Of all of them.
    events: Vec<Event>,
    /// When the last one was written, UTC.
    at: Timestamp,
    /// As the last one left it.
    order: Order,
}

impl Parts {
    fn new(change: Change) -> Self {
        Self {
            result: CancelResult::Applied,
            count: 1,
            events: change.commit.body.events,
            at: change.commit.body.at,
            order: change.order,
        }
    }

    fn add(&mut self, change: Change) {
        self.result = CancelResult::Applied;
        self.count = self.count.saturating_add(1);
        self.events.extend(change.commit.body.events);
        self.at = change.commit.body.at;
        self.order = change.order;
    }

    /// The parts of a request that was applied before, at least in part.
    async fn stored(
        store: &impl OrderStore,
        order: Order,
        key: &IdempotencyKey,
    ) -> Result<Self, Failure> {
        let mut commits = store.commits(order.placed.id).await?;
        let parts = (1..).map_while(|part| commit_of(&commits, &key.cause_of_part(part)));
        let parts: Vec<&Commit> = parts.collect();
        let Some(last) = parts.last().map(|commit| &commit.body) else {
            let id = order.placed.id;
            let message = format!("order {id} has recorded a cause of no commit");
            return Err(Failure::Inconsistent(message));
        };
        let (seq, at, count) = (last.seq, last.at, parts.len());
        let events = parts.iter().flat_map(|commit| commit.body.events.clone());
        let events = events.collect();
        commits.retain(|commit| commit.body.seq <= seq);
        Ok(Self {
            result: CancelResult::Replayed,
            count,
            events,
            at,
            order: fold(Order::unplaced(order.placed), &commits),
        })
    }

    /// What the commits record.
    fn outcome(self, lines: &[CancelLine]) -> CancelOutcome {
        let refund = |event: &Event| {
            if let Event::RefundOwed { amount, .. } = event {
                *amount
            } else {
                0
            }
        };
        let refunds = self.events.iter().map(refund);
        let fee = |event: &Event| {
            if let Event::RestockingFeeKept { amount } = event {
                *amount
            } else {
                0
            }
        };
        let fees = self.events.iter().map(fee).fold(0, i64::saturating_add);
        CancelOutcome {
            result: self.result,
            at: self.at,
            refund_owed: refunds.fold(0, i64::saturating_add).saturating_sub(fees),
            restocking_fee: fees,
            lines: cancellation_outcome(&self.order, &self.events, lines),
            order: self.order,
        }
    }

    /// What the commits record, and what has become too late since.
    fn outcome_with(self, lines: &[CancelLine], too_late: Vec<LineCancellation>) -> CancelOutcome {
        let mut outcome = self.outcome(lines);
        for late in too_late {
            let mut found = outcome.lines.iter_mut();
            if let Some(line) = found.find(|line| line.line == late.line) {
                line.refused.extend(late.refused);
            }
        }
        outcome
    }
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
        restocking_fee: 0,
        lines: preview_cancellation(&order, lines)?,
        order,
    })
}
