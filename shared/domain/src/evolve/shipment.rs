//! Shipments: units that leave, and the steps of a shipment on its way.

use jiff::Timestamp;

use super::{
    buckets::{line_mut, shift},
    fulfillment::{answered, close, fulfillment_order_mut},
};
use crate::{
    ids::ShipmentId,
    order::{Context, FulfillmentStatus, Order, Shipment, ShipmentStatus},
};

pub(super) fn ship(order: &mut Order, shipment: &Shipment, context: &Context) {
    if let Some(found) = fulfillment_order_mut(order, shipment.fulfillment_order) {
        found.overdue_shown = false;
    }
    for part in &shipment.lines {
        if let Some(found) = fulfillment_order_mut(order, shipment.fulfillment_order)
            && let Some(line) = found.lines.iter_mut().find(|l| l.line == part.line)
        {
            line.open = line.open.saturating_sub(part.units);
            line.shipped = line.shipped.saturating_add(part.units);
            line.clamp_asked_back();
        }
        if let Some(line) = line_mut(order, &part.line) {
            shift(&mut line.assigned, &mut line.shipped, part.units);
            line.note_shipped();
        }
    }
    // Who ships has accepted.
    answered(order, shipment.fulfillment_order, context);
    order.state.shipments.push(shipment.clone());
    close(
        order,
        shipment.fulfillment_order,
        FulfillmentStatus::Shipped,
        context,
    );
}

/// A step, `at` a time by the sender's clock. A step of an old commit, without a time, was decided when it was recorded.
pub(super) fn step(
    order: &mut Order,
    id: ShipmentId,
    step: ShipmentStatus,
    at: Option<Timestamp>,
    context: &Context,
) {
    let Some(shipment) = order.state.shipments.iter_mut().find(|s| s.id == id) else {
        return;
    };
    let delivered_before = shipment.was_delivered();
    let delivers = match at {
        Some(at) => {
            *shipment = shipment.after(step, at, context.now);
            !delivered_before && shipment.was_delivered()
        }
        None => {
            shipment.status = step;
            shipment.since = context.now;
            step == ShipmentStatus::Delivered
        }
    };
    if delivers {
        for part in shipment.lines.clone() {
            if let Some(line) = line_mut(order, &part.line) {
                line.delivered = line.delivered.saturating_add(part.units).min(line.shipped);
            }
        }
    }
}
