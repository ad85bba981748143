//! Cancelling units: which go at once, which a location must be asked for, which are too late, and why.

use jiff::Timestamp;

use crate::{
    command::CancelLine,
    ids::{FulfillmentOrderId, LineId, Sku},
    order::{CancelReason, Event, FulfillmentOrder, FulfillmentStatus, LineUnits, Order, UnitsAt},
    rejection::{Rejection, RejectionCode},
};

/// What a wish to cancel would do to one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineAssessment {
    /// The line.
    pub line: LineId,
    /// Its SKU.
    pub sku: Sku,
    /// Units asked for, less those that are cancelled already.
    pub wanted: u32,
    /// Units that can go at once, and where they are.
    pub now: Vec<UnitsAt>,
    /// Units that a location must be asked for.
    pub ask: Vec<(FulfillmentOrderId, u32)>,
    /// Units that a location has been asked for before, and has not answered.
    pub asked_before: u32,
    /// Units that are too late.
    pub refused: Vec<Refusal>,
}

/// Units that cannot be cancelled, and who was first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// How many.
    pub units: u32,
    /// The fulfillment order that holds them.
    pub fulfillment_order: FulfillmentOrderId,
    /// What won: `picking`, `packed` or `shipped`.
    pub winner: &'static str,
    /// Who that was.
    pub by: String,
    /// When that was, UTC.
    pub at: Timestamp,
}

impl LineAssessment {
    /// Units that can go at once.
    pub fn now_units(&self) -> u32 {
        self.now
            .iter()
            .map(|u| u.units)
            .fold(0, u32::saturating_add)
    }

    /// Units that a location must be asked for.
    pub fn ask_units(&self) -> u32 {
        self.ask
            .iter()
            .map(|(_, units)| *units)
            .fold(0, u32::saturating_add)
    }
}

/// What cancelling `lines` (empty: everything) would do, line by line; changes nothing.
///
/// # Errors
/// [`RejectionCode::UnknownLine`], [`RejectionCode::BadQuantity`].
pub fn assess(order: &Order, lines: &[CancelLine]) -> Result<Vec<LineAssessment>, Rejection> {
    wanted(order, lines)?
        .into_iter()
        .map(|(place, units)| Ok(assess_line(order, place, units)))
        .collect()
}

pub(super) fn cancel(
    order: &Order,
    lines: &[CancelLine],
    reason: CancelReason,
    note: Option<&str>,
) -> Result<Vec<Event>, Rejection> {
    let assessed = assess(order, lines)?;
    let units: Vec<UnitsAt> = assessed.iter().flat_map(|a| a.now.clone()).collect();
    let asked = asked(&assessed, reason);
    if units.is_empty() && asked.is_empty() {
        let late = assessed
            .iter()
            .find(|a| !a.refused.is_empty() && a.asked_before == 0);
        let waiting = assessed.iter().any(|a| a.asked_before > 0);
        return match late.and_then(|a| a.refused.first()) {
            Some(refusal) if !waiting => Err(too_late(refusal)),
            // All that was asked for is cancelled, or a location has been asked for it.
            _ => Ok(vec![]),
        };
    }
    let mut events = Vec::new();
    if !units.is_empty() {
        events.push(Event::UnitsCancelled {
            units,
            reason,
            note: note.map(str::to_owned),
        });
    }
    events.extend(asked);
    events.extend(assessed.iter().flat_map(refusals));
    Ok(events)
}

fn too_late(refusal: &Refusal) -> Rejection {
    let message = format!(
        "too late: {} by {} at {}",
        refusal.winner, refusal.by, refusal.at
    );
    Rejection::new(RejectionCode::NothingToCancel, refusal.winner, message)
}

/// One event a location to ask, with all of its lines.
fn asked(assessed: &[LineAssessment], reason: CancelReason) -> Vec<Event> {
    let mut events: Vec<(FulfillmentOrderId, Vec<LineUnits>)> = Vec::new();
    for line in assessed {
        for (id, units) in &line.ask {
            let units = LineUnits {
                line: line.line.clone(),
                sku: line.sku.clone(),
                units: *units,
            };
            match events.iter_mut().find(|(known, _)| known == id) {
                Some((_, lines)) => lines.push(units),
                None => events.push((*id, vec![units])),
            }
        }
    }
    let event = |(fulfillment_order, lines)| Event::CancellationRequested {
        fulfillment_order,
        lines,
        reason,
    };
    events.into_iter().map(event).collect()
}

fn refusals(line: &LineAssessment) -> Vec<Event> {
    let event = |refusal: &Refusal| Event::CancellationRefused {
        fulfillment_order: refusal.fulfillment_order,
        lines: vec![LineUnits {
            line: line.line.clone(),
            sku: line.sku.clone(),
            units: refusal.units,
        }],
        winner: refusal.winner.to_owned(),
        by: refusal.by.clone(),
        at: refusal.at,
        asked: false,
    };
    line.refused.iter().map(event).collect()
}

/// Places of the lines and the units wanted of each.
fn wanted(order: &Order, lines: &[CancelLine]) -> Result<Vec<(usize, u32)>, Rejection> {
    if lines.is_empty() {
        let all = order
            .placed
            .lines
            .iter()
            .enumerate()
            .map(|(place, line)| (place, line.quantity));
        return Ok(all.collect());
    }
    let mut wanted: Vec<(usize, u32)> = Vec::new();
    for request in lines {
        let Some((place, line)) = order.placed.line(&request.line) else {
            let message = format!("the order has no line {}", request.line);
            return Err(Rejection::new(
                RejectionCode::UnknownLine,
                request.line.as_str(),
                message,
            ));
        };
        let asked = request.units.unwrap_or(line.quantity);
        let before = wanted
            .iter()
            .find(|(known, _)| *known == place)
            .map_or(0, |(_, units)| *units);
        let units = asked.saturating_add(before);
        if asked == 0 || units > line.quantity {
            let message = format!("line {} has {} units", line.id, line.quantity);
            return Err(Rejection::new(
                RejectionCode::BadQuantity,
                asked.to_string(),
                message,
            ));
        }
        wanted.retain(|(known, _)| *known != place);
        wanted.push((place, units));
    }
    Ok(wanted)
}

fn assess_line(order: &Order, place: usize, wanted: u32) -> LineAssessment {
    let (line, state) = (&order.placed.lines[place], order.state.lines[place].clone());
    let mut left = wanted.min(line.quantity.saturating_sub(state.cancelled));
    let mut assessment = LineAssessment {
        line: line.id.clone(),
        sku: line.sku.clone(),
        wanted: left,
        now: Vec::new(),
        ask: Vec::new(),
        asked_before: 0,
        refused: Vec::new(),
    };
    let unrouted = take(&mut left, state.unrouted);
    let backordered = take(&mut left, state.backordered);
    let at = |units, fulfillment_order, backordered| UnitsAt {
        line: line.id.clone(),
        sku: line.sku.clone(),
        units,
        fulfillment_order,
        backordered,
    };
    if unrouted.saturating_add(backordered) > 0 {
        assessment
            .now
            .push(at(unrouted.saturating_add(backordered), None, backordered));
    }
    for (found, part) in parts(order, &line.id) {
        if found.status == FulfillmentStatus::Planned {
            let units = take(&mut left, part.open);
            if units > 0 {
                assessment.now.push(at(units, Some(found.id), 0));
            }
        }
    }
    for (found, part) in parts(order, &line.id) {
        if is_askable(found.status) {
            let units = take(&mut left, part.open.saturating_sub(part.cancel_requested));
            if units > 0 {
                assessment.ask.push((found.id, units));
            }
        }
    }
    for (_, part) in parts(order, &line.id) {
        let units = take(&mut left, part.cancel_requested);
        assessment.asked_before = assessment.asked_before.saturating_add(units);
    }
    for (found, part) in parts(order, &line.id) {
        if matches!(
            found.status,
            FulfillmentStatus::Picking | FulfillmentStatus::Packed
        ) {
            let units = take(&mut left, part.open.saturating_sub(part.cancel_requested));
            assessment
                .refused
                .extend(refusal(found, units, found.status.as_str(), found.since));
        }
    }
    for (found, part) in parts(order, &line.id) {
        let units = take(&mut left, part.shipped);
        let parcel = order.state.shipments.iter().rfind(|s| {
            s.fulfillment_order == found.id
                && s.lines.iter().any(|l| l.line == line.id && l.units > 0)
        });
        let at = parcel.map_or(found.since, |p| p.shipped_at);
        assessment
            .refused
            .extend(refusal(found, units, "shipped", at));
    }
    assessment
}

fn refusal(
    found: &FulfillmentOrder,
    units: u32,
    winner: &'static str,
    at: Timestamp,
) -> Option<Refusal> {
    let by = found.location.to_string();
    (units > 0).then_some(Refusal {
        units,
        fulfillment_order: found.id,
        winner,
        by,
        at,
    })
}

/// Whether a location can be asked to cancel at this point; it decides.
fn is_askable(status: FulfillmentStatus) -> bool {
    match status {
        FulfillmentStatus::Requested | FulfillmentStatus::Accepted => true,
        FulfillmentStatus::Planned
        | FulfillmentStatus::Picking
        | FulfillmentStatus::Packed
        | FulfillmentStatus::Shipped
        | FulfillmentStatus::Rejected
        | FulfillmentStatus::Cancelled => false,
    }
}

fn take(left: &mut u32, there: u32) -> u32 {
    let taken = there.min(*left);
    *left = left.saturating_sub(taken);
    taken
}

fn parts<'a>(
    order: &'a Order,
    line: &'a LineId,
) -> impl Iterator<Item = (&'a FulfillmentOrder, &'a crate::order::FulfillmentLine)> {
    order
        .state
        .fulfillment_orders
        .iter()
        .filter_map(move |f| Some((f, f.line(line)?)))
}
