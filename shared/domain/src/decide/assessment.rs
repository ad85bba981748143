//! Which units of a line a cancel request takes, and what can be done with them.
//!
//! Units that no location works on are taken first, shipped units last: see [`Stage`].

use jiff::Timestamp;

use crate::{
    ids::LineId,
    order::{
        CancelLine, FulfillmentOrder, FulfillmentStatus, Line, LineCancellation, LineState, Order,
        RefusedUnits, Rejection, RejectionCode, RequestedUnits, UnitsAt,
    },
};

/// One line of a cancel request.
pub(super) struct AssessedLine {
    pub(super) outcome: LineCancellation,
    /// The units that are cancelled at once, and where they are.
    pub(super) units: Vec<UnitsAt>,
}

/// How far units are, in the order in which a cancel request takes them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    /// Not assigned, not backordered: cancelled at once.
    Unrouted,
    /// Not assigned, backordered: cancelled at once.
    Backordered,
    /// No request was sent yet: cancelled at once.
    Planned,
    /// The location has not begun to pick: it is asked to cancel, and decides.
    Requested,
    /// The location was asked before and has not answered.
    CancelPending,
    /// The location has begun: too late.
    Picking,
    /// Too late.
    Shipped,
}

/// Units of one line at one stage in one place.
struct Portion<'a> {
    stage: Stage,
    units: u32,
    fulfillment_order: Option<&'a FulfillmentOrder>,
}

/// Assesses the lines of a request; empty: every line with all of its units.
///
/// # Errors
/// [`RejectionCode::UnknownLine`], [`RejectionCode::BadQuantity`].
pub(super) fn assess(order: &Order, lines: &[CancelLine]) -> Result<Vec<AssessedLine>, Rejection> {
    let requested = requested_units(order, lines)?;
    let assessed = requested.into_iter().filter_map(|(id, units)| {
        let (line, state) = order.line(&id)?;
        Some(assess_line(order, line, state, units))
    });
    Ok(assessed.collect())
}

/// The units requested of each line, each line once.
pub(super) fn requested_units(
    order: &Order,
    lines: &[CancelLine],
) -> Result<Vec<(LineId, u32)>, Rejection> {
    if lines.is_empty() {
        let all = order
            .lines()
            .map(|(line, _)| (line.id.clone(), line.quantity));
        return Ok(all.collect());
    }
    let mut sums: Vec<(LineId, u32)> = Vec::new();
    for request in lines {
        let id = &request.line;
        let Some((line, _)) = order.line(id) else {
            let message = format!("the order has no line {id}");
            return Err(Rejection::new(
                RejectionCode::UnknownLine,
                id.as_str(),
                message,
            ));
        };
        let units = request.units.unwrap_or(line.quantity);
        let sum = match sums.iter_mut().find(|(known, _)| known == id) {
            Some((_, sum)) => {
                *sum = sum.saturating_add(units);
                *sum
            }
            None => {
                sums.push((id.clone(), units));
                units
            }
        };
        if units == 0 || sum > line.quantity {
            let message = format!("line {id} has {} units", line.quantity);
            return Err(Rejection::new(
                RejectionCode::BadQuantity,
                units.to_string(),
                message,
            ));
        }
    }
    Ok(sums)
}

fn assess_line(order: &Order, line: &Line, state: &LineState, requested: u32) -> AssessedLine {
    let mut assessed = AssessedLine {
        outcome: LineCancellation::nothing(line.id.clone(), line.sku.clone()),
        units: Vec::new(),
    };
    let mut remaining = requested.min(line.quantity.saturating_sub(state.cancelled));
    for portion in portions(order, line, state) {
        let units = portion.units.min(remaining);
        remaining = remaining.saturating_sub(units);
        if units > 0 {
            assessed.take(order, line, &Portion { units, ..portion });
        }
    }
    assessed
}

/// Where the units of a line are, in the order in which they are taken.
fn portions<'a>(order: &'a Order, line: &Line, state: &LineState) -> Vec<Portion<'a>> {
    let unassigned = |stage, units| Portion {
        stage,
        units,
        fulfillment_order: None,
    };
    let mut portions = vec![
        unassigned(Stage::Unrouted, state.unrouted),
        unassigned(Stage::Backordered, state.backordered),
    ];
    for found in &order.state.fulfillment_orders {
        let Some(part) = found.line(&line.id) else {
            continue;
        };
        // A location that is asked to give units back because they are not paid can be asked to cancel them.
        let stages = [
            (stage_of_open_units(found.status), part.to_ship()),
            (Some(Stage::Requested), part.recalled),
            // Surplus was asked back because it is shipped already, not because it is cancelled.
            (
                Some(Stage::CancelPending),
                part.cancel_requested.saturating_sub(part.surplus),
            ),
            (Some(Stage::Shipped), part.shipped),
        ];
        portions.extend(stages.into_iter().filter_map(|(stage, units)| {
            let fulfillment_order = Some(found);
            Some(Portion {
                stage: stage?,
                units,
                fulfillment_order,
            })
        }));
    }
    // Stable: within a stage, older fulfillment orders come first.
    portions.sort_by_key(|portion| portion.stage);
    portions
}

/// `None`: a fulfillment order at this status has no open units.
fn stage_of_open_units(status: FulfillmentStatus) -> Option<Stage> {
    match status {
        FulfillmentStatus::Planned => Some(Stage::Planned),
        FulfillmentStatus::Requested | FulfillmentStatus::Accepted => Some(Stage::Requested),
        FulfillmentStatus::Picking | FulfillmentStatus::Packed => Some(Stage::Picking),
        FulfillmentStatus::Shipped | FulfillmentStatus::Rejected | FulfillmentStatus::Cancelled => {
            None
        }
    }
}

impl AssessedLine {
    fn take(&mut self, order: &Order, line: &Line, portion: &Portion<'_>) {
        let units = portion.units;
        match (portion.stage, portion.fulfillment_order) {
            (Stage::Unrouted, _) => self.cancel_unassigned(line, units, 0),
            (Stage::Backordered, _) => self.cancel_unassigned(line, units, units),
            (Stage::Planned, Some(found)) => {
                self.outcome.cancelled = self.outcome.cancelled.saturating_add(units);
                self.units.push(UnitsAt {
                    fulfillment_order: Some(found.id),
                    ..unassigned(line, units, 0)
                });
            }
            (Stage::Requested, Some(found)) => self.outcome.requested.push(at(found, units)),
            (Stage::CancelPending, Some(found)) => self.outcome.pending.push(at(found, units)),
            (Stage::Picking, Some(found)) => {
                let status = found.status.as_str();
                self.outcome
                    .refused
                    .push(refused(found, units, status, found.since));
            }
            (Stage::Shipped, Some(found)) => {
                let at = shipped_at(order, found, &line.id);
                self.outcome
                    .refused
                    .push(refused(found, units, "shipped", at));
            }
            (
                Stage::Planned
                | Stage::Requested
                | Stage::CancelPending
                | Stage::Picking
                | Stage::Shipped,
                None,
            ) => {}
        }
    }

    /// Unrouted and backordered units of a line share one entry.
    fn cancel_unassigned(&mut self, line: &Line, units: u32, backordered: u32) {
        self.outcome.cancelled = self.outcome.cancelled.saturating_add(units);
        match self.units.first_mut() {
            Some(entry) => {
                entry.units = entry.units.saturating_add(units);
                entry.backordered = entry.backordered.saturating_add(backordered);
            }
            None => self.units.push(unassigned(line, units, backordered)),
        }
    }
}

fn unassigned(line: &Line, units: u32, backordered: u32) -> UnitsAt {
    UnitsAt {
        line: line.id.clone(),
        sku: line.sku.clone(),
        units,
        fulfillment_order: None,
        backordered,
    }
}

fn at(found: &FulfillmentOrder, units: u32) -> RequestedUnits {
    RequestedUnits {
        fulfillment_order: found.id,
        location: found.location.clone(),
        units,
    }
}

fn refused(found: &FulfillmentOrder, units: u32, winner: &str, at: Timestamp) -> RefusedUnits {
    RefusedUnits {
        units,
        fulfillment_order: found.id,
        winner: winner.to_owned(),
        by: found.location.to_string(),
        at,
    }
}

/// When the last shipment of the line left.
fn shipped_at(order: &Order, found: &FulfillmentOrder, line: &LineId) -> Timestamp {
    let holds = |l: &crate::order::ShipmentLine| l.line == *line && l.units > 0;
    let mut shipments = order.state.shipments.iter();
    let last = shipments.rfind(|s| s.fulfillment_order == found.id && s.lines.iter().any(holds));
    last.map_or(found.since, |shipment| shipment.shipped_at)
}
