//! Cancelling units: which are cancelled at once, which a location must be asked for, and which are too late.

use super::{
    assessment::{AssessedLine, assess, requested_units},
    fitting::fitting,
};
use crate::{
    ids::{FulfillmentOrderId, LineId},
    order::{
        CancelLine, CancelReason, Event, LineCancellation, LineUnits, Order, RefusedUnits,
        Rejection, RejectionCode, RequestedUnits, UnitsAt,
    },
};

/// What cancelling `lines` (empty: everything) would do now, line by line; changes nothing.
///
/// # Errors
/// [`RejectionCode::UnknownLine`], [`RejectionCode::BadQuantity`].
pub fn preview_cancellation(
    order: &Order,
    lines: &[CancelLine],
) -> Result<Vec<LineCancellation>, Rejection> {
    let assessed = assess(order, lines)?;
    Ok(assessed.into_iter().map(|line| line.outcome).collect())
}

/// Cancels what fits one transaction; [`remaining_cancellation`] says what is left. Locations are asked for all of their
/// units at once, and all refusals are recorded: neither writes stock levels.
pub(super) fn cancel(
    order: &Order,
    lines: &[CancelLine],
    reason: &CancelReason,
    note: Option<&str>,
) -> Result<Vec<Event>, Rejection> {
    let assessed = assess(order, lines)?;
    let units = assessed.iter().flat_map(|line| line.units.clone());
    let units: Vec<UnitsAt> = fitting(order, units);
    let requests = requests(&assessed, reason);
    if units.is_empty() && requests.is_empty() {
        return nothing_to_do(&assessed);
    }
    let mut events = Vec::new();
    if !units.is_empty() {
        events.push(Event::UnitsCancelled {
            units,
            reason: reason.clone(),
            note: note.map(str::to_owned),
        });
    }
    events.extend(requests);
    events.extend(assessed.iter().flat_map(refusals));
    Ok(events)
}

/// What is left of a request to cancel `lines` (empty: everything) because it did not fit the transactions of its commits
/// so far. `events` are those of these commits, and `order` is as the last of them left it. Empty: nothing is left.
///
/// Only units that could be cancelled at once are left over, since those are what a transaction limits. A unit that a
/// commit cancelled, asked for or refused is not left over, so that no unit beyond the request is ever taken.
pub fn remaining_cancellation(
    order: &Order,
    events: &[Event],
    lines: &[CancelLine],
) -> Vec<CancelLine> {
    let taken = cancellation_outcome(order, events, lines);
    let remaining = |(line, units): (LineId, u32)| {
        let taken = taken.iter().find(|outcome| outcome.line == line);
        let units = units.saturating_sub(taken.map_or(0, LineCancellation::units_taken));
        (units > 0).then_some(CancelLine {
            line,
            units: Some(units),
        })
    };
    let requested = requested_units(order, lines).unwrap_or_default();
    let remaining: Vec<CancelLine> = requested.into_iter().filter_map(remaining).collect();
    if remaining.is_empty() {
        return remaining;
    }
    let assessed = assess(order, &remaining).unwrap_or_default();
    let at_once = assessed.into_iter().map(|line| CancelLine {
        line: line.outcome.line,
        units: Some(line.outcome.cancelled),
    });
    at_once.filter(|line| line.units != Some(0)).collect()
}

/// Nothing has an effect: because it had its effect before, or because all of it is too late.
fn nothing_to_do(assessed: &[AssessedLine]) -> Result<Vec<Event>, Rejection> {
    let outcomes = || assessed.iter().map(|line| &line.outcome);
    if outcomes().any(|outcome| !outcome.pending.is_empty()) {
        return Ok(vec![]);
    }
    match outcomes().find_map(|outcome| outcome.refused.first()) {
        Some(RefusedUnits { winner, by, at, .. }) => Err(Rejection::new(
            RejectionCode::NothingToCancel,
            winner.as_str(),
            format!("too late: {winner} by {by} at {at}"),
        )),
        None => Ok(vec![]),
    }
}

/// One event for each location to ask, with all of its lines.
fn requests(assessed: &[AssessedLine], reason: &CancelReason) -> Vec<Event> {
    let mut requests: Vec<(FulfillmentOrderId, Vec<LineUnits>)> = Vec::new();
    for AssessedLine { outcome, .. } in assessed {
        for requested in &outcome.requested {
            let units = LineUnits {
                line: outcome.line.clone(),
                sku: outcome.sku.clone(),
                units: requested.units,
            };
            let id = requested.fulfillment_order;
            match requests.iter_mut().find(|(known, _)| *known == id) {
                Some((_, lines)) => lines.push(units),
                None => requests.push((id, vec![units])),
            }
        }
    }
    let event = |(fulfillment_order, lines)| Event::CancellationRequested {
        fulfillment_order,
        lines,
        reason: reason.clone(),
    };
    requests.into_iter().map(event).collect()
}

fn refusals(AssessedLine { outcome, .. }: &AssessedLine) -> Vec<Event> {
    let event = |refused: &RefusedUnits| Event::CancellationRefused {
        fulfillment_order: refused.fulfillment_order,
        lines: vec![LineUnits {
            line: outcome.line.clone(),
            sku: outcome.sku.clone(),
            units: refused.units,
        }],
        winner: refused.winner.clone(),
        by: refused.by.clone(),
        at: refused.at,
        requested: false,
    };
    outcome.refused.iter().map(event).collect()
}

/// What the events of a commit say about the lines of a cancel request (empty: all lines), in the request's order.
/// `order` is the order as the commit left it.
pub fn cancellation_outcome(
    order: &Order,
    events: &[Event],
    lines: &[CancelLine],
) -> Vec<LineCancellation> {
    let mut outcomes = named_lines(order, lines);
    let mut add = |line: &LineId, change: &dyn Fn(&mut LineCancellation)| {
        if let Some(outcome) = outcomes.iter_mut().find(|outcome| outcome.line == *line) {
            change(outcome);
        }
    };
    for event in events {
        #[expect(
            clippy::wildcard_enum_match_arm,
            reason = "the other events are not part of the outcome"
        )]
        match event {
            Event::UnitsCancelled { units, .. } => {
                for part in units {
                    add(&part.line, &|outcome| {
                        outcome.cancelled = outcome.cancelled.saturating_add(part.units);
                    });
                }
            }
            Event::CancellationRequested {
                fulfillment_order,
                lines,
                ..
            } => {
                for part in lines {
                    add(&part.line, &|outcome| {
                        outcome
                            .requested
                            .extend(requested(order, *fulfillment_order, part.units));
                    });
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
                for part in lines {
                    add(&part.line, &|outcome| {
                        outcome.refused.push(RefusedUnits {
                            units: part.units,
                            fulfillment_order: *fulfillment_order,
                            winner: winner.clone(),
                            by: by.clone(),
                            at: *at,
                        });
                    });
                }
            }
            _ => {}
        }
    }
    let named = requested_units(order, lines).unwrap_or_default();
    for outcome in &mut outcomes {
        let named = named.iter().find(|(line, _)| *line == outcome.line);
        outcome.pending = pending(order, outcome, named.map_or(0, |(_, units)| *units));
    }
    outcomes
}

/// Units of a line that locations were asked to cancel before, by another request; no more than the `named` units leave.
fn pending(order: &Order, outcome: &LineCancellation, named: u32) -> Vec<RequestedUnits> {
    let asked_now = |id: Option<FulfillmentOrderId>| {
        let now = outcome.requested.iter();
        now.filter(|requested| id.is_none_or(|id| requested.fulfillment_order == id))
            .fold(0, |units: u32, requested| {
                units.saturating_add(requested.units)
            })
    };
    let open = order.line(&outcome.line).map_or(0, |(line, state)| {
        let cancelled_before = state.cancelled.saturating_sub(outcome.cancelled);
        line.quantity.saturating_sub(cancelled_before)
    });
    let mut left = named
        .min(open)
        .saturating_sub(outcome.cancelled)
        .saturating_sub(asked_now(None));
    let mut pending = Vec::new();
    for found in &order.state.fulfillment_orders {
        let before = found
            .line(&outcome.line)
            .map_or(0, |part| part.cancel_requested.saturating_sub(part.surplus));
        let units = before.saturating_sub(asked_now(Some(found.id))).min(left);
        left = left.saturating_sub(units);
        pending.extend(requested(order, found.id, units).filter(|_| units > 0));
    }
    pending
}

/// The lines that a request names, each once, in its order.
fn named_lines(order: &Order, lines: &[CancelLine]) -> Vec<LineCancellation> {
    let mut named: Vec<LineCancellation> = Vec::new();
    let all = order.lines().map(|(line, _)| &line.id);
    let requested = lines.iter().map(|line| &line.line);
    let ids: Vec<&LineId> = if lines.is_empty() {
        all.collect()
    } else {
        requested.collect()
    };
    for id in ids {
        let known = named.iter().any(|outcome| outcome.line == *id);
        if let Some((line, _)) = order.line(id).filter(|_| !known) {
            named.push(LineCancellation::nothing(id.clone(), line.sku.clone()));
        }
    }
    named
}

fn requested(order: &Order, id: FulfillmentOrderId, units: u32) -> Option<RequestedUnits> {
    let location = order.fulfillment_order(id)?.location.clone();
    Some(RequestedUnits {
        fulfillment_order: id,
        location,
        units,
    })
}
