//! Units that a late shipment takes back from where they were routed to, and the surplus that it leaves.

use super::{
    buckets::{line_mut, shift},
    fulfillment::{answered, close, for_lines, fulfillment_order_mut},
};
use crate::{
    ids::{FulfillmentOrderId, LineId},
    order::{Context, FulfillmentLine, FulfillmentStatus, LineUnits, Order, ReclaimedUnits},
};

/// Moves units back to the fulfillment order that had said it would not ship them.
pub(super) fn reclaim(
    order: &mut Order,
    id: FulfillmentOrderId,
    units: &[ReclaimedUnits],
    context: &Context,
) {
    for part in units {
        for (planned, units) in &part.planned {
            if let Some(line) = part_mut(order, *planned, &part.line) {
                line.open = line.open.saturating_sub(*units);
                line.clamp_asked_back();
            }
            close(order, *planned, FulfillmentStatus::Cancelled, context);
        }
        for (other, units) in &part.surplus {
            if let Some(line) = part_mut(order, *other, &part.line) {
                line.surplus = line.surplus.saturating_add(*units).min(line.open);
            }
        }
        if let Some(line) = part_mut(order, id, &part.line) {
            line.open = line.open.saturating_add(part.total());
            line.released = line.released.saturating_sub(part.released);
            line.written_off = line.written_off.saturating_sub(part.written_off);
        }
        if let Some(line) = line_mut(order, &part.line) {
            shift(&mut line.unrouted, &mut line.assigned, part.unrouted);
            shift(&mut line.backordered, &mut line.assigned, part.backordered);
            let surplus = part.surplus.iter().map(|(_, units)| *units);
            let surplus = surplus.fold(0, u32::saturating_add);
            line.assigned = line.assigned.saturating_add(surplus);
            line.surplus = line.surplus.saturating_add(surplus);
        }
    }
}

/// Takes surplus units from the fulfillment order that has them; `missing`: and writes them off. A shipment with them
/// may turn up like one with other missing units.
pub(super) fn release_surplus(
    order: &mut Order,
    id: FulfillmentOrderId,
    lines: &[LineUnits],
    missing: bool,
    context: &Context,
) {
    for_lines(order, id, lines, |line, units| {
        if missing {
            line.released = line.released.saturating_add(units);
            line.written_off = line.written_off.saturating_add(units);
        }
        line.open = line.open.saturating_sub(units);
        line.surplus = line.surplus.saturating_sub(units).min(line.open);
        // The location was asked to cancel these units first.
        let requested = line.cancel_requested.saturating_sub(units);
        line.cancel_requested = requested;
        line.clamp_asked_back();
    });
    for units in lines {
        if let Some(line) = line_mut(order, &units.line) {
            line.assigned = line.assigned.saturating_sub(units.units);
            line.surplus = line.surplus.saturating_sub(units.units);
        }
    }
    answered(order, id, context);
    close(order, id, FulfillmentStatus::Cancelled, context);
}

fn part_mut<'a>(
    order: &'a mut Order,
    id: FulfillmentOrderId,
    line: &LineId,
) -> Option<&'a mut FulfillmentLine> {
    let found = fulfillment_order_mut(order, id)?;
    found.lines.iter_mut().find(|part| part.line == *line)
}
