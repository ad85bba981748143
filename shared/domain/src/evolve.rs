//! What an event changes. Total: every event applies to every order without panic, and one that does not fit
//! (it names a line or parcel that is not there) changes only what it can.

use crate::{
    command::Context,
    ids::{FulfillmentOrderId, LineId},
    order::{
        Event, Exception, FulfillmentOrder, FulfillmentStatus, Hold, Intent, LineState, LineUnits,
        Order, Refund, Shipment, ShipmentStatus, UnitsAt,
    },
};

/// The order after an event.
pub fn evolve(mut order: Order, event: &Event, context: &Context) -> Order {
    match event {
        Event::OrderPlaced { intent, .. } => {
            if let Some(id) = intent {
                intent_mut(&mut order, id);
            }
        }
        Event::PaymentLinked { intent } => {
            intent_mut(&mut order, intent);
        }
        Event::PaymentProcessing { intent } => intent_mut(&mut order, intent).processing = true,
        Event::PaymentAuthorized { intent, amount } => {
            let intent = intent_mut(&mut order, intent);
            intent.authorized = intent.authorized.max(*amount);
            intent.failed = false;
        }
        Event::PaymentCaptured { intent, amount } => {
            let intent = intent_mut(&mut order, intent);
            intent.captured = intent.captured.max(*amount);
            intent.failed = false;
        }
        Event::PaymentFailed { intent, .. } => intent_mut(&mut order, intent).failed = true,
        Event::PaymentCancelled { intent } => intent_mut(&mut order, intent).cancelled = true,
        Event::RefundUpdated {
            refund,
            amount,
            status,
        } => {
            let refunds = &mut order.state.payment.refunds;
            match refunds.iter_mut().find(|r| r.id == *refund) {
                Some(known) => known.status = *status,
                None => refunds.push(Refund {
                    id: refund.clone(),
                    amount: *amount,
                    status: *status,
                }),
            }
        }
        Event::DisputeOpened { dispute } => order.state.payment.disputes.push(dispute.clone()),
        Event::DisputeClosed { dispute, .. } => {
            order.state.payment.disputes.retain(|d| d != dispute);
            order.state.causes.remember(&ended_dispute(dispute));
        }
        Event::HoldPlaced {
            kind,
            handle,
            until,
        } => order.state.holds.push(Hold {
            kind: *kind,
            handle: handle.clone(),
            by: context.actor.clone(),
            at: context.now,
            until: *until,
        }),
        Event::HoldReleased { handle, .. } => {
            order.state.holds.retain(|h| h.handle != *handle);
            order.state.causes.remember(&ended_hold(handle));
        }
        Event::OrderReleased {} => {}
        Event::OrderRouted {
            fulfillment_orders, ..
        } => {
            assign(&mut order, fulfillment_orders, |l| &mut l.unrouted);
        }
        Event::BackorderReleased {
            fulfillment_orders, ..
        } => {
            assign(&mut order, fulfillment_orders, |l| &mut l.backordered);
        }
        Event::UnitsBackordered { lines } => {
            for units in lines {
                if let Some(line) = line_mut(&mut order, &units.line) {
                    let moved = units.units.min(line.unrouted);
                    shift(&mut line.unrouted, &mut line.backordered, moved);
                }
            }
        }
        Event::FulfillmentRequested { fulfillment_orders } => {
            for id in fulfillment_orders {
                progress(&mut order, *id, FulfillmentStatus::Requested, context);
            }
        }
        Event::FulfillmentAccepted { fulfillment_order } => {
            progress(
                &mut order,
                *fulfillment_order,
                FulfillmentStatus::Accepted,
                context,
            );
        }
        Event::PickingStarted { fulfillment_order } => {
            progress(
                &mut order,
                *fulfillment_order,
                FulfillmentStatus::Picking,
                context,
            );
        }
        Event::FulfillmentPacked { fulfillment_order } => {
            progress(
                &mut order,
                *fulfillment_order,
                FulfillmentStatus::Packed,
                context,
            );
        }
        Event::FulfillmentRejected {
            fulfillment_order,
            location,
            lines,
            ..
        }
        | Event::UnitsShortShipped {
            fulfillment_order,
            location,
            lines,
        } => {
            for units in lines {
                order
                    .state
                    .avoid
                    .push((units.line.clone(), location.clone()));
            }
            unassign(&mut order, *fulfillment_order, lines, |l| &mut l.unrouted);
            close(
                &mut order,
                *fulfillment_order,
                FulfillmentStatus::Rejected,
                context,
            );
        }
        Event::ShipmentShipped { shipment, .. } => ship(&mut order, shipment, context),
        Event::ShipmentInTransit { shipment } => {
            step(&mut order, shipment, ShipmentStatus::InTransit, context)
        }
        Event::ShipmentOutForDelivery { shipment } => {
            step(
                &mut order,
                shipment,
                ShipmentStatus::OutForDelivery,
                context,
            );
        }
        Event::ShipmentDelivered { shipment } => {
            step(&mut order, shipment, ShipmentStatus::Delivered, context)
        }
        Event::ShipmentException { shipment, .. } => {
            step(&mut order, shipment, ShipmentStatus::Exception, context);
        }
        Event::ShipmentReturned { shipment } => {
            step(
                &mut order,
                shipment,
                ShipmentStatus::ReturnedToSender,
                context,
            );
        }
        Event::CancellationRequested {
            fulfillment_order,
            lines,
            reason,
        } => {
            if let Some(found) = fulfillment_mut(&mut order, *fulfillment_order) {
                found.cancel_reason = Some(*reason);
            }
            for_lines(&mut order, *fulfillment_order, lines, |line, units| {
                line.cancel_requested = line.cancel_requested.saturating_add(units).min(line.open);
            });
        }
        Event::CancellationRefused { asked: false, .. } => {}
        Event::CancellationRefused {
            fulfillment_order,
            lines,
            asked: true,
            ..
        } => {
            for_lines(&mut order, *fulfillment_order, lines, |line, units| {
                line.cancel_requested = line.cancel_requested.saturating_sub(units);
            });
        }
        Event::UnitsCancelled { units, .. } => cancel(&mut order, units, context),
        Event::RefundOwed { lines, .. } => {
            for owed in lines {
                if let Some(line) = line_mut(&mut order, &owed.line) {
                    line.refund_owed = line.refund_owed.saturating_add(owed.units);
                    line.refund_owed_amount = line.refund_owed_amount.saturating_add(owed.amount);
                }
            }
        }
        Event::ExceptionOpened { kind, detail } => {
            order.state.exceptions.push(Exception {
                kind: *kind,
                at: context.now,
                detail: detail.clone(),
            });
        }
    }
    // The status follows the facts along the table and never leaves it: an order that was refunded stays so
    // although the refund failed later (the payment axis and an exception tell).
    let derived = order.derived_status();
    if order.state.status.reaches(derived) {
        order.state.status = derived;
    }
    order
}

/// The cause under which an order remembers that a hold ended, so that its placing, should it arrive late, does
/// not set it up again.
pub(crate) fn ended_hold(handle: &str) -> String {
    format!("hold-ended:{handle}")
}

/// The cause under which an order remembers that a dispute ended, for the same reason.
pub(crate) fn ended_dispute(dispute: &str) -> String {
    format!("dispute-ended:{dispute}")
}

fn intent_mut<'a>(order: &'a mut Order, id: &str) -> &'a mut Intent {
    let intents = &mut order.state.payment.intents;
    let place = intents.iter().position(|i| i.id == id).unwrap_or_else(|| {
        intents.push(Intent {
            id: id.to_owned(),
            ..Intent::default()
        });
        intents.len().saturating_sub(1)
    });
    &mut intents[place]
}

fn line_mut<'a>(order: &'a mut Order, id: &LineId) -> Option<&'a mut LineState> {
    let (place, _) = order.placed.line(id)?;
    order.state.lines.get_mut(place)
}

/// Moves units from one bucket to another, no more than there are.
fn shift(from: &mut u32, to: &mut u32, units: u32) {
    let moved = units.min(*from);
    *from = from.saturating_sub(moved);
    *to = to.saturating_add(moved);
}

fn assign(order: &mut Order, new: &[FulfillmentOrder], from: fn(&mut LineState) -> &mut u32) {
    for fulfillment_order in new {
        for assigned in &fulfillment_order.lines {
            if let Some(line) = line_mut(order, &assigned.line) {
                let moved = assigned.open.min(*from(line));
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

fn fulfillment_mut(order: &mut Order, id: FulfillmentOrderId) -> Option<&mut FulfillmentOrder> {
    order
        .state
        .fulfillment_orders
        .iter_mut()
        .find(|f| f.id == id)
}

fn progress(
    order: &mut Order,
    id: FulfillmentOrderId,
    status: FulfillmentStatus,
    context: &Context,
) {
    if let Some(found) = fulfillment_mut(order, id) {
        found.status = status;
        found.since = context.now;
    }
}

/// Ends a fulfillment order that has nothing open any more: shipped if anything left, else as told.
fn close(
    order: &mut Order,
    id: FulfillmentOrderId,
    nothing_left: FulfillmentStatus,
    context: &Context,
) {
    if let Some(found) =
        fulfillment_mut(order, id).filter(|f| f.open_units() == 0 && f.status.is_open())
    {
        let shipped = found.lines.iter().any(|l| l.shipped > 0);
        found.status = if shipped {
            FulfillmentStatus::Shipped
        } else {
            nothing_left
        };
        found.since = context.now;
    }
}

fn for_lines(
    order: &mut Order,
    id: FulfillmentOrderId,
    lines: &[LineUnits],
    mut apply: impl FnMut(&mut crate::order::FulfillmentLine, u32),
) {
    if let Some(found) = fulfillment_mut(order, id) {
        for units in lines {
            if let Some(line) = found.lines.iter_mut().find(|l| l.line == units.line) {
                apply(line, units.units);
            }
        }
    }
}

/// Takes open units out of a fulfillment order and puts them into another bucket of their lines.
fn unassign(
    order: &mut Order,
    id: FulfillmentOrderId,
    lines: &[LineUnits],
    to: fn(&mut LineState) -> &mut u32,
) {
    for_lines(order, id, lines, |line, units| {
        line.open = line.open.saturating_sub(units);
        line.cancel_requested = line.cancel_requested.min(line.open);
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

fn cancel(order: &mut Order, units: &[UnitsAt], context: &Context) {
    for part in units {
        match part.fulfillment_order {
            Some(id) => {
                let lines = [LineUnits {
                    line: part.line.clone(),
                    sku: part.sku.clone(),
                    units: part.units,
                }];
                // Units that a location gives up are first those that it was asked to.
                for_lines(order, id, &lines, |line, units| {
                    line.cancel_requested = line.cancel_requested.saturating_sub(units);
                });
                unassign(order, id, &lines, |l| &mut l.cancelled);
                close(order, id, FulfillmentStatus::Cancelled, context);
            }
            None => {
                if let Some(line) = line_mut(order, &part.line) {
                    let waiting = part.backordered.min(part.units);
                    shift(&mut line.backordered, &mut line.cancelled, waiting);
                    shift(
                        &mut line.unrouted,
                        &mut line.cancelled,
                        part.units.saturating_sub(waiting),
                    );
                }
            }
        }
    }
}

fn ship(order: &mut Order, shipment: &Shipment, context: &Context) {
    for part in &shipment.lines {
        if let Some(found) = fulfillment_mut(order, shipment.fulfillment_order)
            && let Some(line) = found.lines.iter_mut().find(|l| l.line == part.line)
        {
            line.open = line.open.saturating_sub(part.units);
            line.shipped = line.shipped.saturating_add(part.units);
            line.cancel_requested = line.cancel_requested.min(line.open);
        }
        if let Some(line) = line_mut(order, &part.line) {
            shift(&mut line.assigned, &mut line.shipped, part.units);
        }
    }
    order.state.shipments.push(shipment.clone());
    close(
        order,
        shipment.fulfillment_order,
        FulfillmentStatus::Shipped,
        context,
    );
}

fn step(order: &mut Order, id: &crate::ids::ShipmentId, status: ShipmentStatus, context: &Context) {
    let Some(shipment) = order.state.shipments.iter_mut().find(|s| s.id == *id) else {
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
