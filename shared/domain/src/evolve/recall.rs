//! Units that are asked back from a location, or lose their reservation, because they are not paid.

use super::fulfillment::{answered, close, for_lines, fulfillment_order_mut, unassign};
use crate::{
    ids::FulfillmentOrderId,
    order::{Context, FulfillmentStatus, LineUnits, Order},
};

pub(super) fn request(order: &mut Order, id: FulfillmentOrderId, lines: &[LineUnits]) {
    if let Some(found) = fulfillment_order_mut(order, id) {
        found.note_asked();
    }
    for_lines(order, id, lines, |line, units| {
        line.recalled = line.recalled.saturating_add(units);
        line.clamp_asked_back();
    });
}

pub(super) fn take_back(
    order: &mut Order,
    id: FulfillmentOrderId,
    lines: &[LineUnits],
    context: &Context,
) {
    for_lines(order, id, lines, |line, units| {
        let refused = units.saturating_sub(line.recalled);
        line.recalled = line.recalled.saturating_sub(units);
        line.recall_refused = line.recall_refused.saturating_sub(refused);
    });
    unassign(order, id, lines, |l| &mut l.unrouted);
    if let Some(found) = fulfillment_order_mut(order, id) {
        found.note_given_back();
    }
    answered(order, id, context);
    close(order, id, FulfillmentStatus::Cancelled, context);
}

/// Notes since when planned units are not paid.
pub(super) fn note_unpaid(order: &mut Order, context: &Context) {
    let mut fulfillment_orders = order.state.fulfillment_orders.iter();
    let planned = fulfillment_orders.any(|f| f.status == FulfillmentStatus::Planned);
    let is_unpaid = planned && !order.is_paid();
    let since = order.state.unpaid_since.unwrap_or(context.now);
    order.state.unpaid_since = is_unpaid.then_some(since);
}
