//! Cancels units: on a person's wish, or because the payment is gone.
//!
//! The race against a parcel is decided by the order's version: whoever's transaction comes first has won, and
//! the other decides again on what it finds. The answer says, line by line, what was cancelled at once, what a
//! location has been asked for, and what was too late and why.

use std::collections::BTreeMap;

use domain::{
    change::fold,
    command::{CancelLine, Command},
    decide::cancel::{LineAssessment, assess},
    ids::{FulfillmentOrderId, LineId, LocationId, OrderId, Sku},
    order::{Actor, CancelReason, Cause, Commit, Event, LineUnits, Order, Owed},
    place::unplaced,
    rejection::RejectionCode,
};
use jiff::Timestamp;

use crate::{
    failure::Failure,
    idempotency::{IdempotencyKey, commit_of},
    messages::Message,
    ports::{Ambient, OrderStore},
    settle::{Asked, Settled, settle},
};

/// What a person wants cancelled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CancelRequest {
    /// Which units; empty: the whole order.
    pub lines: Vec<CancelLine>,
    /// Why.
    pub reason: CancelReason,
    /// A person's words.
    pub note: Option<String>,
}

/// What has become of a wish to cancel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CancelAnswer {
    /// The order as the wish left it.
    pub order: Order,
    /// When the wish was carried out, UTC; the order's last change when there was nothing to do.
    pub at: Timestamp,
    /// Refund that is owed because of it, minor units.
    pub refund_owed: i64,
    /// Line by line.
    pub lines: Vec<CancelledLine>,
    /// Whether this is the answer to the same request that came before.
    pub replayed: bool,
}

/// What has become of one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CancelledLine {
    /// The line.
    pub line: LineId,
    /// Its SKU.
    pub sku: Sku,
    /// Units cancelled.
    pub cancelled: u32,
    /// Units that locations have been asked for.
    pub asked: Vec<AskedUnits>,
    /// Units that were too late.
    pub refused: Vec<RefusedUnits>,
}

/// Units that a location has been asked to cancel; it decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedUnits {
    /// The fulfillment order that holds them.
    pub fulfillment_order: FulfillmentOrderId,
    /// The location.
    pub location: LocationId,
    /// How many.
    pub units: u32,
}

/// Units that were too late to cancel, and who was first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedUnits {
    /// How many.
    pub units: u32,
    /// The fulfillment order that holds them.
    pub fulfillment_order: FulfillmentOrderId,
    /// What won: `picking`, `packed`, `shipped`.
    pub winner: String,
    /// Who that was.
    pub by: String,
    /// When that was, UTC.
    pub at: Timestamp,
}

/// Cancels what can be cancelled. The same key gives the same answer again.
///
/// # Errors
/// [`Failure::NothingToCancel`] when all of it is too late, [`Failure::NotFound`], [`Failure::KeyReused`],
/// [`Failure::Rejected`] when the order has no such line or not so many units.
pub async fn cancel(
    store: &impl OrderStore,
    ambient: &impl Ambient,
    id: OrderId,
    request: &CancelRequest,
    key: &IdempotencyKey,
    actor: &Actor,
) -> Result<CancelAnswer, Failure> {
    let asked = Asked::wish(actor, key.cause());
    let command = Command::Cancel {
        lines: request.lines.clone(),
        reason: request.reason,
        note: request.note.clone(),
    };
    match settle(store, ambient, id, &asked, |_| Some(command.clone())).await? {
        Settled::Done(change) => Ok(answer(change.order, &change.commit, &request.lines)),
        Settled::Already(order) if order.state.causes.contains(&key.cause().key()) => {
            replay(store, *order, &key.cause(), &request.lines).await
        }
        Settled::Already(order) => Ok(nothing_new(*order, &request.lines)?),
        Settled::Refused(order, rejection) if rejection.code == RejectionCode::NothingToCancel => {
            Err(Failure::NothingToCancel(Box::new(nothing_new(
                *order,
                &request.lines,
            )?)))
        }
        Settled::Refused(_, rejection) => Err(rejection.into()),
    }
}

/// The answer that a commit is.
fn answer(order: Order, commit: &Commit, lines: &[CancelLine]) -> CancelAnswer {
    let mut found: BTreeMap<LineId, CancelledLine> = listed(&order, lines)
        .into_iter()
        .map(|line| (line.line.clone(), line))
        .collect();
    let mut refund_owed: i64 = 0;
    for event in &commit.body.events {
        #[expect(
            clippy::wildcard_enum_match_arm,
            reason = "the other events are no part of the answer"
        )]
        match event {
            Event::UnitsCancelled { units, .. } => {
                for at in units {
                    if let Some(line) = found.get_mut(&at.line) {
                        line.cancelled = line.cancelled.saturating_add(at.units);
                    }
                }
            }
            Event::CancellationRequested {
                fulfillment_order,
                lines,
                ..
            } => {
                for LineUnits { line, units, .. } in lines {
                    if let Some(line) = found.get_mut(line) {
                        line.asked
                            .extend(asked_of(&order, *fulfillment_order, *units));
                    }
                }
            }
            Event::CancellationRefused {
                fulfillment_order,
                lines,
                winner,
                by,
                at,
                ..
            } => {
                for LineUnits { line, units, .. } in lines {
                    if let Some(line) = found.get_mut(line) {
                        line.refused.push(RefusedUnits {
                            units: *units,
                            fulfillment_order: *fulfillment_order,
                            winner: winner.clone(),
                            by: by.clone(),
                            at: *at,
                        });
                    }
                }
            }
            Event::RefundOwed { amount, .. } => refund_owed = refund_owed.saturating_add(*amount),
            _ => {}
        }
    }
    let lines = listed(&order, lines)
        .into_iter()
        .filter_map(|line| found.remove(&line.line))
        .collect();
    CancelAnswer {
        at: commit.body.at,
        order,
        refund_owed,
        lines,
        replayed: false,
    }
}

/// The answer to a request that came before: the order as that commit left it, and what the commit says.
async fn replay(
    store: &impl OrderStore,
    order: Order,
    cause: &Cause,
    lines: &[CancelLine],
) -> Result<CancelAnswer, Failure> {
    let mut commits = store.commits(order.placed.id).await?;
    let lost = || {
        Failure::Inconsistent(format!(
            "order {} knows a cause of no commit",
            order.placed.id
        ))
    };
    let seq = commit_of(&commits, cause).ok_or_else(lost)?.body.seq;
    commits.retain(|commit| commit.body.seq <= seq);
    let then = fold(unplaced(order.placed.clone()), &commits);
    let commit = commit_of(&commits, cause).ok_or_else(lost)?;
    Ok(CancelAnswer {
        replayed: true,
        ..answer(then, commit, lines)
    })
}

/// The answer when a wish changes nothing: all of it was cancelled or asked for before, or is too late.
fn nothing_new(order: Order, lines: &[CancelLine]) -> Result<CancelAnswer, Failure> {
    let assessed = assess(&order, lines)?;
    let lines = assessed
        .iter()
        .map(|line| unchanged(&order, line))
        .collect();
    Ok(CancelAnswer {
        at: order.state.changed_at,
        order,
        refund_owed: 0,
        lines,
        replayed: false,
    })
}

fn unchanged(order: &Order, line: &LineAssessment) -> CancelledLine {
    let waiting = order.state.fulfillment_orders.iter().filter_map(|f| {
        let units = f.line(&line.line).map_or(0, |part| part.cancel_requested);
        let location = f.location.clone();
        (units > 0).then_some(AskedUnits {
            fulfillment_order: f.id,
            location,
            units,
        })
    });
    let refused = line.refused.iter().map(|refusal| RefusedUnits {
        units: refusal.units,
        fulfillment_order: refusal.fulfillment_order,
        winner: refusal.winner.to_owned(),
        by: refusal.by.clone(),
        at: refusal.at,
    });
    CancelledLine {
        line: line.line.clone(),
        sku: line.sku.clone(),
        cancelled: 0,
        asked: if line.asked_before > 0 {
            waiting.collect()
        } else {
            Vec::new()
        },
        refused: refused.collect(),
    }
}

/// The lines that were asked for, in the order in which they were named, each once.
fn listed(order: &Order, lines: &[CancelLine]) -> Vec<CancelledLine> {
    let mut named: Vec<&LineId> = Vec::new();
    let all = order.placed.lines.iter().map(|line| &line.id);
    let asked = lines.iter().map(|line| &line.line);
    for line in if lines.is_empty() {
        all.collect::<Vec<_>>()
    } else {
        asked.collect()
    } {
        if !named.contains(&line) {
            named.push(line);
        }
    }
    let empty = |line: &LineId| {
        let sku = order.placed.line(line)?.1.sku.clone();
        Some(CancelledLine {
            line: line.clone(),
            sku,
            cancelled: 0,
            asked: Vec::new(),
            refused: Vec::new(),
        })
    };
    named.into_iter().filter_map(empty).collect()
}

fn asked_of(
    order: &Order,
    fulfillment_order: FulfillmentOrderId,
    units: u32,
) -> Option<AskedUnits> {
    let location = order.fulfillment_order(fulfillment_order)?.location.clone();
    Some(AskedUnits {
        fulfillment_order,
        location,
        units,
    })
}

/// Handles the body of a message on cancellation's queue.
///
/// # Errors
/// [`Failure::Malformed`] when it is about no order, and as [`on_payment_gone`].
pub async fn on_message(
    store: &impl OrderStore,
    ambient: &impl Ambient,
    body: &str,
) -> Result<(), Failure> {
    let (order, trigger) = Message::read(body)?.about_order()?;
    on_payment_gone(store, ambient, order, &trigger).await
}

/// Cancels what can be cancelled of an order whose payment has failed or was cancelled, unless it is paid by now.
///
/// # Errors
/// [`Failure::NotFound`], [`Failure::Contended`].
pub async fn on_payment_gone(
    store: &impl OrderStore,
    ambient: &impl Ambient,
    id: OrderId,
    trigger: &Cause,
) -> Result<(), Failure> {
    let asked = Asked::due("cancellation", trigger);
    match settle(store, ambient, id, &asked, because_payment_is_gone).await? {
        Settled::Done(_) => Ok(()),
        Settled::Already(_) => {
            tracing::info!(order_id = %id, "the payment is not gone, or nothing is left to cancel");
            Ok(())
        }
        Settled::Refused(_, rejection) => Err(rejection.into()),
    }
}

fn because_payment_is_gone(order: &Order) -> Option<Command> {
    if order.owes() != Some(Owed::Cancellation) {
        return None;
    }
    let for_good = order
        .state
        .payment
        .intents
        .iter()
        .all(|intent| intent.cancelled);
    let reason = if for_good {
        CancelReason::PaymentCancelled
    } else {
        CancelReason::PaymentFailed
    };
    Some(Command::Cancel {
        lines: Vec::new(),
        reason,
        note: None,
    })
}
