//! Shipments: units that leave, and the steps of a shipment on its way.

use super::{
    buckets::{line_mut, shift},
    fulfillment::{answered, close, fulfillment_order_mut},
};
use crate::{
    ids::ShipmentId,
    order::{Context, FulfillmentStatus, Order, Shipment, ShipmentStatus},
};

pub(super) fn ship(order: &mut Order, shipment: &Shipment, context: &Context) {
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

pub(super) fn step(order: &mut Order, id: ShipmentId, status: ShipmentStatus, context: &Context) {
    let Some(shipment) = order.state.shipments.iter_mut().find(|s| s.id == id) else {
        return;
    };
    shipment.status = status;
    shipment.since = context.now;
    if status == ShipmentStatus::Delivered {
        for part in shipment.lines.clone() {
            if let Some(line) = line_mut(order, &part.line) {
                line.delivered = line.delivered.saturating_add(part.units).min(line.shipped);
            }
        }
    }
}
