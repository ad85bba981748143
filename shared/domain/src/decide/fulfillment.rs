//! What locations tell about fulfillment orders. Physical truth is never dropped.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::{
    command::Context,
    facts::{FactLine, FulfillmentFact},
    ids::{FulfillmentOrderId, LineId, LocationId, ShipmentId},
    order::{
        CancelReason, Event, ExceptionKind, FulfillmentLine, FulfillmentOrder, FulfillmentStatus,
        LineUnits, Order, Shipment, ShipmentLine, ShipmentStatus, UnitsAt,
    },
    rejection::{Rejection, RejectionCode},
};

/// Reasons for which a location turns work down because the units are not there: its stock is written down, so
/// that nothing else is sent after units that do not exist.
const MISSING_STOCK: [&str; 4] = ["out_of_stock", "not_found", "damaged", "short"];

/// Who reports about what.
pub(super) struct Report<'a> {
    pub(super) fulfillment_order: FulfillmentOrderId,
    pub(super) location: &'a LocationId,
    pub(super) shipment: ShipmentId,
    pub(super) occurred_at: Timestamp,
}

pub(super) fn record(
    order: &Order,
    report: &Report<'_>,
    fact: &FulfillmentFact,
    context: &Context,
) -> Result<Vec<Event>, Rejection> {
    let Some(found) = order.fulfillment_order(report.fulfillment_order) else {
        let (code, message) = (
            RejectionCode::UnknownFulfillmentOrder,
            "the order has no such fulfillment order",
        );
        return Err(Rejection::new(
            code,
            report.fulfillment_order.to_string(),
            message,
        ));
    };
    if found.location != *report.location {
        let message = format!(
            "{} speaks of a fulfillment order of {}",
            report.location, found.location
        );
        return Err(Rejection::new(
            RejectionCode::WrongLocation,
            report.location.as_str(),
            message,
        ));
    }
    let fulfillment_order = found.id;
    let ahead = |status: FulfillmentStatus| found.status.is_open() && found.status < status;
    Ok(match fact {
        FulfillmentFact::Accepted if ahead(FulfillmentStatus::Accepted) => {
            vec![Event::FulfillmentAccepted { fulfillment_order }]
        }
        FulfillmentFact::Picking if ahead(FulfillmentStatus::Picking) => {
            vec![Event::PickingStarted { fulfillment_order }]
        }
        FulfillmentFact::Packed if ahead(FulfillmentStatus::Packed) => {
            vec![Event::FulfillmentPacked { fulfillment_order }]
        }
        FulfillmentFact::Accepted | FulfillmentFact::Picking | FulfillmentFact::Packed => vec![],
        FulfillmentFact::Rejected { reason } => {
            let missing = MISSING_STOCK.contains(&reason.as_str());
            given_up(order, found, |line| line.open, reason, missing)
        }
        FulfillmentFact::Cancelled { lines } if lines.is_empty() => given_up(
            order,
            found,
            |line| line.open,
            "cancelled_by_location",
            false,
        ),
        FulfillmentFact::Cancelled { lines } => {
            let units = totals(lines);
            let given =
                |line: &FulfillmentLine| units.get(&line.line).copied().unwrap_or(0).min(line.open);
            let mut events = given_up(order, found, given, "cancelled_by_location", false);
            // The location has answered: what it was asked for and did not cancel is refused.
            let kept = |l: &FulfillmentLine| l.cancel_requested.saturating_sub(given(l));
            events.extend(refused(order, found, kept, "location_refused", context.now));
            events
        }
        FulfillmentFact::CancelRefused { .. } => refused(
            order,
            found,
            |l| l.cancel_requested,
            "location_refused",
            context.now,
        ),
        FulfillmentFact::Shipped { reference, .. }
            if order
                .state
                .shipments
                .iter()
                .any(|s| s.reference == *reference) =>
        {
            vec![]
        }
        FulfillmentFact::Shipped {
            reference,
            carrier,
            tracking,
            lines,
            last,
        } => {
            let parcel = Shipment {
                id: report.shipment,
                reference: reference.clone(),
                fulfillment_order,
                carrier: carrier.clone(),
                tracking: tracking.clone(),
                shipped_at: report.occurred_at,
                status: ShipmentStatus::Shipped,
                since: context.now,
                lines: contents(order, found, lines),
            };
            shipped(order, found, parcel, lines, *last)
        }
    })
}

fn totals(lines: &[FactLine]) -> BTreeMap<LineId, u32> {
    let mut units: BTreeMap<LineId, u32> = BTreeMap::new();
    for line in lines {
        let sum = units.entry(line.line.clone()).or_default();
        *sum = sum.saturating_add(line.quantity);
    }
    units
}

/// The lines of a fulfillment order with the units that `count` gives, without the empty ones.
fn units_of(
    order: &Order,
    found: &FulfillmentOrder,
    count: impl Fn(&FulfillmentLine) -> u32,
) -> Vec<LineUnits> {
    let named = |line: &FulfillmentLine| {
        let sku = order.placed.line(&line.line)?.1.sku.clone();
        Some(LineUnits {
            line: line.line.clone(),
            sku,
            units: count(line),
        })
    };
    found
        .lines
        .iter()
        .filter_map(named)
        .filter(|l| l.units > 0)
        .collect()
}

/// A location gives up open units. Those that it was asked to cancel are cancelled, the rest is routed again.
fn given_up(
    order: &Order,
    found: &FulfillmentOrder,
    given: impl Fn(&FulfillmentLine) -> u32,
    reason: &str,
    missing: bool,
) -> Vec<Event> {
    if !found.status.is_open() {
        return vec![];
    }
    let mut events = Vec::new();
    let asked = units_of(order, found, |l| given(l).min(l.cancel_requested));
    if !asked.is_empty() {
        events.push(cancelled(found, &asked));
    }
    let lines = units_of(order, found, |l| {
        given(l).saturating_sub(l.cancel_requested)
    });
    if !lines.is_empty() {
        events.push(Event::FulfillmentRejected {
            fulfillment_order: found.id,
            location: found.location.clone(),
            reason: reason.chars().take(60).collect(),
            lines,
            missing,
        });
    }
    events
}

fn cancelled(found: &FulfillmentOrder, lines: &[LineUnits]) -> Event {
    let at = |l: &LineUnits| UnitsAt {
        line: l.line.clone(),
        sku: l.sku.clone(),
        units: l.units,
        fulfillment_order: Some(found.id),
        backordered: 0,
    };
    let reason = found
        .cancel_reason
        .unwrap_or(CancelReason::CustomerRequested);
    Event::UnitsCancelled {
        units: lines.iter().map(at).collect(),
        reason,
        note: None,
    }
}

fn refused(
    order: &Order,
    found: &FulfillmentOrder,
    count: impl Fn(&FulfillmentLine) -> u32,
    winner: &str,
    at: Timestamp,
) -> Vec<Event> {
    let lines = units_of(order, found, count);
    if lines.is_empty() {
        return vec![];
    }
    let by = found.location.to_string();
    let (fulfillment_order, winner) = (found.id, winner.to_owned());
    vec![Event::CancellationRefused {
        fulfillment_order,
        lines,
        winner,
        by,
        at,
        asked: true,
    }]
}

/// What counts as shipped, and what left although nobody asked this location for it. No lines: all that is open.
fn contents(order: &Order, found: &FulfillmentOrder, lines: &[FactLine]) -> Vec<ShipmentLine> {
    if lines.is_empty() {
        let all = found.lines.iter().filter(|l| l.open > 0);
        return all
            .map(|l| ShipmentLine {
                line: l.line.clone(),
                units: l.open,
                unasked: 0,
            })
            .collect();
    }
    let known = totals(lines)
        .into_iter()
        .filter(|(line, _)| order.placed.line(line).is_some());
    known
        .map(|(line, quantity)| {
            let units = quantity.min(found.line(&line).map_or(0, |l| l.open));
            ShipmentLine {
                line,
                units,
                unasked: quantity.saturating_sub(units),
            }
        })
        .collect()
}

fn shipped(
    order: &Order,
    found: &FulfillmentOrder,
    parcel: Shipment,
    lines: &[FactLine],
    last: bool,
) -> Vec<Event> {
    let left = |line: &FulfillmentLine| {
        let gone = parcel
            .lines
            .iter()
            .find(|l| l.line == line.line)
            .map_or(0, |l| l.units);
        line.open.saturating_sub(gone)
    };
    // The parcel won the race against the cancellation of the units that it took along.
    let lost = |line: &FulfillmentLine| line.cancel_requested.saturating_sub(left(line));
    let mut events = refused(order, found, lost, "shipped", parcel.shipped_at);
    let short = if last {
        units_of(order, found, |l| {
            left(l).saturating_sub(still_asked(l, left))
        })
    } else {
        vec![]
    };
    let dropped = if last {
        units_of(order, found, |l| still_asked(l, left))
    } else {
        vec![]
    };
    let exceptions = exceptions(order, found, &parcel, lines);
    events.push(Event::ShipmentShipped {
        shipment: parcel,
        location: found.location.clone(),
        untracked: found.untracked,
    });
    if !dropped.is_empty() {
        events.push(cancelled(found, &dropped));
    }
    if !short.is_empty() {
        events.push(Event::UnitsShortShipped {
            fulfillment_order: found.id,
            location: found.location.clone(),
            lines: short,
        });
    }
    events.extend(exceptions);
    events
}

fn still_asked(line: &FulfillmentLine, left: impl Fn(&FulfillmentLine) -> u32) -> u32 {
    line.cancel_requested.min(left(line))
}

fn exceptions(
    order: &Order,
    found: &FulfillmentOrder,
    parcel: &Shipment,
    lines: &[FactLine],
) -> Vec<Event> {
    let name = parcel.tracking.as_deref().unwrap_or(&parcel.reference);
    let mut events = Vec::new();
    for line in parcel.lines.iter().filter(|l| l.unasked > 0) {
        let cancelled = order
            .placed
            .line(&line.line)
            .and_then(|(place, _)| order.state.lines.get(place));
        let after_cancel = cancelled.is_some_and(|l| l.cancelled > 0);
        let (kind, why) = if after_cancel {
            (
                ExceptionKind::ShippedAfterCancel,
                "after they were cancelled; intercept it or review the refund",
            )
        } else {
            (
                ExceptionKind::UnexpectedShipment,
                "although they were not asked for",
            )
        };
        let (units, line, location) = (line.unasked, &line.line, &found.location);
        let detail =
            format!("parcel {name} left {location} with {units} units of line {line} {why}");
        events.push(Event::ExceptionOpened { kind, detail });
    }
    for unknown in lines
        .iter()
        .filter(|l| order.placed.line(&l.line).is_none())
    {
        let location = &found.location;
        let detail = format!(
            "parcel {name} left {location} with line {}, which the order has not",
            unknown.line
        );
        events.push(Event::ExceptionOpened {
            kind: ExceptionKind::UnexpectedShipment,
            detail,
        });
    }
    events
}
