//! A location reports that a shipment left. Physical truth is never dropped.

use std::collections::BTreeMap;

use super::{
    exception::open,
    late::{reclaim, ship_surplus},
    units::{refused, totals},
};
use crate::{
    ids::LineId,
    inbound::FactLine,
    order::{
        Event, ExceptionKind, FulfillmentLine, FulfillmentOrder, Order, Shipment, ShipmentLine,
    },
};

/// The shipment of that reference that the fulfillment order has; references are unique within it only.
pub(super) fn known<'a>(
    order: &'a Order,
    found: &FulfillmentOrder,
    reference: &str,
) -> Option<&'a Shipment> {
    let mut shipments = order.state.shipments.iter();
    shipments.find(|s| s.fulfillment_order == found.id && s.reference == reference)
}

/// A shipment is told of again. The same contents change nothing; others are for a person to compare.
pub(super) fn told_again(
    order: &Order,
    found: &FulfillmentOrder,
    known: &Shipment,
    lines: &[FactLine],
) -> Vec<Event> {
    let before: BTreeMap<LineId, u32> = known
        .lines
        .iter()
        .map(|l| (l.line.clone(), l.units.saturating_add(l.unexpected)))
        .collect();
    let mut now = totals(lines);
    now.retain(|line, _| order.line(line).is_some());
    if lines.is_empty() || now == before {
        return vec![];
    }
    let show = |units: &BTreeMap<LineId, u32>| {
        let parts: Vec<String> = units
            .iter()
            .map(|(line, units)| format!("{units} of line {line}"))
            .collect();
        parts.join(", ")
    };
    let detail = format!(
        "{} first said that shipment {} contains {}, and now {}; the first is kept, ask the location",
        found.location,
        known.reference,
        show(&before),
        show(&now)
    );
    let kind = ExceptionKind::ShipmentContradicted;
    vec![open(kind, known.id.to_string(), detail)]
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

/// The events of a shipment that left.
pub(super) fn shipped(
    order: &Order,
    found: &FulfillmentOrder,
    mut shipment: Shipment,
    lines: &[FactLine],
) -> Vec<Event> {
    let requested = shipment.lines.clone();
    let remaining = |line: &FulfillmentLine| {
        let part = requested.iter().find(|l| l.line == line.line);
        line.open.saturating_sub(part.map_or(0, |l| l.units))
    };
    // The shipment won against the cancellation of the units that it contains.
    let lost = |line: &FulfillmentLine| {
        let surplus = line.surplus.min(line.cancel_requested);
        let requested = line.asked_back().saturating_sub(surplus);
        requested.saturating_sub(remaining(line))
    };
    let mut events = refused(order, found, lost, "shipped", shipment.shipped_at);
    events.extend(ship_surplus(order, found, &mut shipment.lines));
    events.extend(reclaim(order, found, &mut shipment.lines));
    let exceptions = exceptions(order, found, &shipment, lines);
    events.push(Event::ShipmentShipped {
        shipment,
        location: found.location.clone(),
        untracked: found.untracked,
    });
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
        let (line, location) = (line, &found.location);
        let units = match line.unexpected {
            1 => "1 unit".to_owned(),
            units => format!("{units} units"),
        };
        let line = &line.line;
        let detail = format!("shipment {name} left {location} with {units} of line {line} {why}");
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
