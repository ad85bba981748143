//! Units that are cancelled, or that a location is asked to cancel.

use super::{
    buckets::{line_mut, shift},
    fulfillment::{answered, close, for_lines, fulfillment_order_mut, unassign},
};
use crate::{
    ids::FulfillmentOrderId,
    order::{
        CancelReason, Context, FulfillmentStatus, LOCATION_REFUSED, LineUnits, Order, UnitsAt,
    },
};

pub(super) fn request(
    order: &mut Order,
    id: FulfillmentOrderId,
    lines: &[LineUnits],
    reason: &CancelReason,
) {
    if let Some(found) = fulfillment_order_mut(order, id) {
        found.cancel_reason = Some(reason.clone());
        found.note_asked();
    }
    for_lines(order, id, lines, |line, units| {
        line.cancel_requested = line.cancel_requested.saturating_add(units);
        line.clamp_asked_back();
    });
}

pub(super) fn refuse(order: &mut Order, id: FulfillmentOrderId, lines: &[LineUnits], winner: &str) {
    // What was asked back only because it is not paid is given up first.
    for_lines(order, id, lines, |line, units| {
        let recalled = units.min(line.recalled);
        line.recalled = line.recalled.saturating_sub(recalled);
        let rest = units.saturating_sub(recalled);
        let refused = rest.min(line.cancel_requested);
        line.cancel_requested = line.cancel_requested.saturating_sub(refused);
        if winner == LOCATION_REFUSED {
            line.recall_refused = line.recall_refused.saturating_add(recalled);
            line.cancel_refused = line.cancel_refused.saturating_add(refused);
        }
        line.clamp_asked_back();
    });
    if let Some(found) = fulfillment_order_mut(order, id) {
        found.stop_refused |= winner == LOCATION_REFUSED;
    }
}

pub(super) fn cancel(order: &mut Order, units: &[UnitsAt], context: &Context) {
    for part in units {
        match part.fulfillment_order {
            Some(id) => cancel_assigned(order, id, part, context),
            None => {
                if let Some(line) = line_mut(order, &part.line) {
                    let backordered = part.backordered.min(part.units);
                    let unrouted = part.units.saturating_sub(backordered);
                    shift(&mut line.backordered, &mut line.cancelled, backordered);
                    shift(&mut line.unrouted, &mut line.cancelled, unrouted);
                }
            }
        }
    }
    let mut given_back: Vec<_> = units.iter().filter_map(|u| u.fulfillment_order).collect();
    given_back.sort_unstable();
    given_back.dedup();
    for id in given_back {
        if let Some(found) = fulfillment_order_mut(order, id) {
            found.note_given_back();
        }
    }
}

fn cancel_assigned(order: &mut Order, id: FulfillmentOrderId, part: &UnitsAt, context: &Context) {
    let lines = [LineUnits {
        line: part.line.clone(),
        sku: part.sku.clone(),
        units: part.units,
    }];
    // Units that a location cancels are first those that it was asked to cancel.
    for_lines(order, id, &lines, |line, units| {
        line.cancel_requested = line.cancel_requested.saturating_sub(units);
    });
    unassign(order, id, &lines, |l| &mut l.cancelled);
    answered(order, id, context);
    close(order, id, FulfillmentStatus::Cancelled, context);
}
