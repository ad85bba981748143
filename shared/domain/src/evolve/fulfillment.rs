//! Fulfillment orders: their status, and the units that are not shipped from them.

use jiff::Timestamp;

use super::buckets::line_mut;
use crate::{
    ids::{FulfillmentOrderId, LineId, LocationId},
    order::{
        Context, Declined, FulfillmentLine, FulfillmentOrder, FulfillmentStatus, LineState,
        LineUnits, Order, SilenceClosed,
    },
};

pub(super) fn fulfillment_order_mut(
    order: &mut Order,
    id: FulfillmentOrderId,
) -> Option<&mut FulfillmentOrder> {
    order
        .state
        .fulfillment_orders
        .iter_mut()
        .find(|f| f.id == id)
}

pub(super) fn advance(
    order: &mut Order,
    id: FulfillmentOrderId,
    status: FulfillmentStatus,
    context: &Context,
) {
    if let Some(found) = fulfillment_order_mut(order, id) {
        found.status = status;
        found.since = context.now;
        found.overdue_shown = false;
    }
}

/// Its request is sent, and says what is to be collected.
pub(super) fn request(order: &mut Order, id: FulfillmentOrderId, context: &Context) {
    let collect = order.to_collect(id);
    advance(order, id, FulfillmentStatus::Requested, context);
    if let Some(found) = fulfillment_order_mut(order, id) {
        found.collect = collect;
    }
}

/// A person is shown that it is overdue.
pub(super) fn show_overdue(order: &mut Order, subject: &str) {
    let mut found = order.state.fulfillment_orders.iter_mut();
    if let Some(found) = found.find(|found| found.id.to_string() == subject) {
        found.overdue_shown = true;
    }
}

/// A person has closed the exception that its location is silent, or refuses what it is asked.
pub(super) fn close_silence(order: &mut Order, subject: &str, context: &Context) {
    let mut found = order.state.fulfillment_orders.iter_mut();
    if let Some(found) = found.find(|found| found.id.to_string() == subject) {
        found.silence_closed = Some(SilenceClosed::again(found.silence_closed, context.now));
    }
}

/// Others than who requested it send the request.
pub(super) fn repeat(order: &mut Order, id: FulfillmentOrderId) {
    if let Some(found) = fulfillment_order_mut(order, id) {
        found.repeated = true;
    }
}

/// The request did not leave. It still counts since when the location should have it.
pub(super) fn take_back(order: &mut Order, id: FulfillmentOrderId) {
    if let Some(found) = fulfillment_order_mut(order, id) {
        found.status = FulfillmentStatus::Planned;
        found.taken_back = found.taken_back.saturating_add(1);
        found.collect = None;
    }
}

/// Ends a fulfillment order that has no open units any more: shipped if anything was, otherwise as given. One that had
/// ended without a shipment is shipped when a late one turns up.
pub(super) fn close(
    order: &mut Order,
    id: FulfillmentOrderId,
    nothing_shipped: FulfillmentStatus,
    context: &Context,
) {
    let ended = |f: &&mut FulfillmentOrder| f.open_units() == 0;
    let Some(found) = fulfillment_order_mut(order, id).filter(ended) else {
        return;
    };
    found.closing = None;
    let shipped = found.lines.iter().any(|l| l.shipped > 0);
    let status = match (shipped, found.status.is_open()) {
        (true, _) => FulfillmentStatus::Shipped,
        (false, true) => nothing_shipped,
        (false, false) => found.status,
    };
    if found.status != status {
        found.status = status;
        found.since = context.now;
    }
}

/// Applies a number of units to each named line of a fulfillment order.
pub(super) fn for_lines(
    order: &mut Order,
    id: FulfillmentOrderId,
    lines: &[LineUnits],
    mut apply: impl FnMut(&mut FulfillmentLine, u32),
) {
    if let Some(found) = fulfillment_order_mut(order, id) {
        for units in lines {
            if let Some(line) = found.lines.iter_mut().find(|l| l.line == units.line) {
                apply(line, units.units);
            }
        }
    }
}

/// Moves open units of a fulfillment order into another bucket of their lines.
pub(super) fn unassign(
    order: &mut Order,
    id: FulfillmentOrderId,
    lines: &[LineUnits],
    to: fn(&mut LineState) -> &mut u32,
) {
    for_lines(order, id, lines, |line, units| {
        line.open = line.open.saturating_sub(units);
        line.clamp_asked_back();
    });
    for units in lines {
        if let Some(line) = line_mut(order, &units.line) {
            let moved = units.units.min(line.assigned);
            line.assigned = line.assigned.saturating_sub(moved);
            let target = to(line);
            *target = target.saturating_add(moved);
        }
    }
}

/// Units that a location will not ship: they are routed again without it. It declined them at that time, because they
/// are missing or not.
pub(super) fn return_to_routing(
    order: &mut Order,
    id: FulfillmentOrderId,
    location: &LocationId,
    lines: &[LineUnits],
    declined: (Timestamp, bool),
    context: &Context,
) {
    for_lines(order, id, lines, |line, units| {
        line.released = line.released.saturating_add(units);
    });
    for units in lines {
        decline(order, &units.line, location, declined);
    }
    unassign(order, id, lines, |l| &mut l.unrouted);
    answered(order, id, context);
    close(order, id, FulfillmentStatus::Rejected, context);
}

fn decline(
    order: &mut Order,
    line: &LineId,
    location: &LocationId,
    (at, missing): (Timestamp, bool),
) {
    let declined = &mut order.state.declined;
    let known = declined
        .iter_mut()
        .find(|known| known.line == *line && known.location == *location);
    match known {
        Some(known) => {
            known.at = known.at.max(at);
            known.times = known.times.saturating_add(1);
            known.missing = missing;
        }
        None => declined.push(Declined {
            line: line.clone(),
            location: location.clone(),
            at,
            times: 1,
            missing,
        }),
    }
}

/// Units that a location will not ship because they do not exist.
pub(super) fn write_off(order: &mut Order, id: FulfillmentOrderId, lines: &[LineUnits]) {
    for_lines(order, id, lines, |line, units| {
        line.written_off = line.written_off.saturating_add(units);
    });
}

/// Units that exist after all: the location did not ship them for another reason, which more stock does not change.
pub(super) fn reverse_write_off(
    order: &mut Order,
    id: FulfillmentOrderId,
    location: &LocationId,
    lines: &[LineUnits],
) {
    let declined = order.state.declined.iter_mut();
    let of_lines = |known: &&mut Declined| lines.iter().any(|units| units.line == known.line);
    for known in declined
        .filter(|known| known.location == *location)
        .filter(of_lines)
    {
        known.missing = false;
    }
    for_lines(order, id, lines, |line, units| {
        line.written_off = line.written_off.saturating_sub(units);
    });
}

/// A location that answers about units of a request has the request: it is not sent again with fewer units.
pub(super) fn answered(order: &mut Order, id: FulfillmentOrderId, context: &Context) {
    let unanswered = |f: &&mut FulfillmentOrder| f.status == FulfillmentStatus::Requested;
    if let Some(found) = fulfillment_order_mut(order, id).filter(unanswered) {
        found.status = FulfillmentStatus::Accepted;
        found.since = context.now;
    }
}
