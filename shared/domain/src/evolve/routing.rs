//! Units that are assigned to locations, or backordered.

use super::buckets::{line_mut, shift};
use crate::order::{FulfillmentOrder, LineState, LineUnits, Order};

/// Adds fulfillment orders and moves their units from a bucket to the assigned ones.
pub(super) fn assign(
    order: &mut Order,
    new: &[FulfillmentOrder],
    from: fn(&mut LineState) -> &mut u32,
) {
    for fulfillment_order in new {
        for part in &fulfillment_order.lines {
            if let Some(line) = line_mut(order, &part.line) {
                let moved = part.open.min(*from(line));
                let source = from(line);
                *source = source.saturating_sub(moved);
                line.assigned = line.assigned.saturating_add(moved);
            }
        }
        order
            .state
            .fulfillment_orders
            .push(fulfillment_order.clone());
    }
}

pub(super) fn backorder(order: &mut Order, lines: &[LineUnits]) {
    for units in lines {
        if let Some(line) = line_mut(order, &units.line) {
            shift(&mut line.unrouted, &mut line.backordered, units.units);
        }
    }
}
