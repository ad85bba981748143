//! A location reports that a shipment left. Physical truth is never dropped.

use super::{
    exception::open,
    units::{cancelled, refused, totals, units_of},
};
use crate::{
    inbound::FactLine,
    order::{
        Event, ExceptionKind, FulfillmentLine, FulfillmentOrder, Order, Shipment, ShipmentLine,
    },
};

/// Whether a shipment of that reference is recorded.
pub(super) fn is_known(order: &Order, reference: &str) -> bool {
    order
        .state
        .shipments
        .iter()
        .any(|s| s.reference == reference)
}

/// The units that count as shipped, and those that left although this location was not asked for them. No lines: all
/// open units.
pub(super) fn contents(
    order: &Order,
    found: &FulfillmentOrder,
    lines: &[FactLine],
) -> Vec<ShipmentLine> {
    if lines.is_empty() {
        let all = found.lines.iter().filter(|l| l.open > 0);
        return all
            .map(|l| ShipmentLine {
                line: l.line.clone(),
                units: l.open,
                unexpected: 0,
            })
            .collect();
    }
    let known = totals(lines)
        .into_iter()
        .filter(|(line, _)| order.line(line).is_some());
    known
        .map(|(line, quantity)| {
            let units = quantity.min(found.line(&line).map_or(0, |l| l.open));
            ShipmentLine {
                line,
                units,
                unexpected: quantity.saturating_sub(units),
            }
        })
        .collect()
}

/// The events of a shipment that left. With `last`, nothing more will come: what is still open is short.
pub(super) fn shipped(
    order: &Order,
    found: &FulfillmentOrder,
    shipment: Shipment,
    lines: &[FactLine],
    last: bool,
) -> Vec<Event> {
    let shipped = |line: &FulfillmentLine| {
        let part = shipment.lines.iter().find(|l| l.line == line.line);
        part.map_or(0, |l| l.units)
    };
    let remaining = |line: &FulfillmentLine| line.open.saturating_sub(shipped(line));
    let to_cancel = |line: &FulfillmentLine| line.cancel_requested.min(remaining(line));
    // The shipment won against the cancellation of the units that it contains.
    let lost = |line: &FulfillmentLine| line.cancel_requested.saturating_sub(remaining(line));
    let short = |line: &FulfillmentLine| remaining(line).saturating_sub(to_cancel(line));
    let mut events = refused(order, found, lost, "shipped", shipment.shipped_at);
    let (mut cancelled_units, mut short_units) = (vec![], vec![]);
    if last {
        cancelled_units = units_of(order, found, to_cancel);
        short_units = units_of(order, found, short);
    }
    let exceptions = exceptions(order, found, &shipment, lines);
    events.push(Event::ShipmentShipped {
        shipment,
        location: found.location.clone(),
        untracked: found.untracked,
    });
    if !cancelled_units.is_empty() {
        events.push(cancelled(found, &cancelled_units));
    }
    if !short_units.is_empty() {
        events.push(Event::UnitsShortShipped {
            fulfillment_order: found.id,
            location: found.location.clone(),
            lines: short_units,
        });
    }
    events.extend(exceptions);
    events
}

fn exceptions(
    order: &Order,
    found: &FulfillmentOrder,
    shipment: &Shipment,
    lines: &[FactLine],
) -> Vec<Event> {
    let name = shipment.tracking.as_deref().unwrap_or(&shipment.reference);
    let mut events = Vec::new();
    for line in shipment.lines.iter().filter(|l| l.unexpected > 0) {
        let cancelled = order.line(&line.line).map(|(_, state)| state.cancelled);
        let after_cancel = cancelled.is_some_and(|units| units > 0);
        let (kind, why) = if after_cancel {
            (
                ExceptionKind::ShippedAfterCancel,
                "after they were cancelled; intercept it or review the refund",
            )
        } else {
            (
                ExceptionKind::UnexpectedShipment,
                "although they were not requested",
            )
        };
        let (units, line, location) = (line.unexpected, &line.line, &found.location);
        let detail =
            format!("shipment {name} left {location} with {units} units of line {line} {why}");
        events.push(open(kind, format!("{}/{line}", shipment.id), detail));
    }
    for unknown in lines.iter().filter(|l| order.line(&l.line).is_none()) {
        let location = &found.location;
        let detail = format!(
            "shipment {name} left {location} with line {}, which the order does not have",
            unknown.line
        );
        let subject = format!("{}/{}", shipment.id, unknown.line);
        events.push(open(ExceptionKind::UnexpectedShipment, subject, detail));
    }
    events
}
