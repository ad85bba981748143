//! Events as sentences, for the timeline. Agents and customers read these words.

use domain::{
    ids::{FulfillmentOrderId, ShipmentId},
    money::Money,
    order::{Event, LineUnits, Order, RefundStatus},
};

/// An event as a sentence. `order` is the order just before it. The sentence contains no personal data: a note is a field
/// of its own.
pub(super) fn sentence(order: &Order, event: &Event) -> String {
    let money = |minor: i64| {
        Money {
            minor,
            currency: order.placed.currency,
        }
        .to_string()
    };
    match event {
        Event::OrderPlaced {
            number,
            total,
            currency,
            ..
        } => {
            format!(
                "Order {number} placed for {}",
                Money {
                    minor: *total,
                    currency: *currency
                }
            )
        }
        Event::PaymentLinked { intent } => format!("Payment {intent} belongs to this order"),
        Event::PaymentProcessing { .. } => {
            "The payment provider is working on the payment".to_owned()
        }
        Event::PaymentAuthorized { amount, .. } => format!("{} authorised", money(*amount)),
        Event::PaymentCaptured { amount, .. } => format!("{} captured", money(*amount)),
        Event::PaymentFailed {
            code: Some(code), ..
        } => format!("The payment failed: {code}"),
        Event::PaymentFailed { code: None, .. } => "The payment failed".to_owned(),
        Event::PaymentCancelled { .. } => "The payment was cancelled".to_owned(),
        Event::RefundUpdated { amount, status, .. } => {
            format!("Refund of {} {}", money(*amount), refund(*status))
        }
        Event::DisputeOpened { dispute } => {
            format!("The customer disputes the payment ({dispute})")
        }
        Event::DisputeClosed { dispute, won: true } => format!("The dispute {dispute} was won"),
        Event::DisputeClosed {
            dispute,
            won: false,
        } => format!("The dispute {dispute} was lost"),
        Event::HoldPlaced {
            handle,
            until: Some(until),
            ..
        } => {
            format!("Put on hold ({handle}) until {until}")
        }
        Event::HoldPlaced {
            handle,
            until: None,
            ..
        } => format!("Put on hold ({handle})"),
        Event::HoldReleased { handle, .. } => format!("Hold released ({handle})"),
        Event::OrderReleased {} => "Paid and free of holds: ready to be routed".to_owned(),
        Event::OrderRouted {
            fulfillment_orders,
            decision,
        } => {
            let locations: Vec<&str> = fulfillment_orders
                .iter()
                .map(|f| f.location.as_str())
                .collect();
            if locations.is_empty() {
                "No location can ship it now".to_owned()
            } else {
                let retried = if decision.attempt > 1 {
                    ", decided again after a lost race"
                } else {
                    ""
                };
                format!("Routed to {}{retried}", locations.join(", "))
            }
        }
        Event::UnitsBackordered { lines } => format!("Waiting for stock: {}", units(lines)),
        Event::BackorderReleased {
            fulfillment_orders, ..
        } => {
            let locations: Vec<&str> = fulfillment_orders
                .iter()
                .map(|f| f.location.as_str())
                .collect();
            format!(
                "Stock arrived for waiting units: routed to {}",
                locations.join(", ")
            )
        }
        Event::FulfillmentRequested { fulfillment_orders } => {
            let at = fulfillment_orders
                .iter()
                .map(|id| location(order, *id))
                .collect::<Vec<_>>();
            format!("Sent to {}", at.join(", "))
        }
        Event::FulfillmentAccepted { fulfillment_order } => {
            format!("Accepted by {}", location(order, *fulfillment_order))
        }
        Event::PickingStarted { fulfillment_order } => {
            format!("Being picked at {}", location(order, *fulfillment_order))
        }
        Event::FulfillmentPacked { fulfillment_order } => {
            format!("Packed at {}", location(order, *fulfillment_order))
        }
        Event::FulfillmentRejected {
            location,
            reason,
            lines,
            ..
        } => {
            format!("Declined by {location} ({reason}): {}", units(lines))
        }
        Event::UnitsShortShipped {
            location, lines, ..
        } => format!("Short at {location}: {}", units(lines)),
        Event::ShipmentShipped {
            shipment, location, ..
        } => {
            let shipped: u32 = shipment
                .lines
                .iter()
                .map(|l| l.units)
                .fold(0, u32::saturating_add);
            let unexpected: u32 = shipment
                .lines
                .iter()
                .map(|l| l.unexpected)
                .fold(0, u32::saturating_add);
            let contents = match (shipped, unexpected) {
                (shipped, 0) => counted(shipped),
                (0, unexpected) => format!("{} that nobody asked for", counted(unexpected)),
                (shipped, unexpected) => {
                    format!("{}, and {unexpected} that nobody asked for", counted(shipped))
                }
            };
            let by = shipment
                .carrier
                .as_deref()
                .map_or_else(String::new, |carrier| format!(" with {carrier}"));
            let tracking = shipment
                .tracking
                .as_deref()
                .map_or_else(String::new, |number| format!(", {number}"));
            format!(
                "Parcel {} left {location}{by}{tracking}: {contents}",
                shipment.reference
            )
        }
        Event::ShipmentInTransit { shipment } => {
            format!("Parcel {} is on its way", parcel(order, shipment))
        }
        Event::ShipmentOutForDelivery { shipment } => {
            format!("Parcel {} is out for delivery", parcel(order, shipment))
        }
        Event::ShipmentDelivered { shipment } => {
            format!("Parcel {} was delivered", parcel(order, shipment))
        }
        Event::ShipmentException { shipment, reason } => {
            let why = reason
                .as_deref()
                .map_or_else(String::new, |reason| format!(": {reason}"));
            format!("Trouble with parcel {}{why}", parcel(order, shipment))
        }
        Event::ShipmentReturned { shipment } => {
            format!("Parcel {} goes back", parcel(order, shipment))
        }
        Event::CancellationRequested {
            fulfillment_order,
            lines,
            ..
        } => {
            format!(
                "{} asked to cancel: {}",
                location(order, *fulfillment_order),
                units(lines)
            )
        }
        Event::CancellationRefused {
            lines,
            winner,
            by,
            at,
            ..
        } => {
            format!("Not cancelled, {winner} by {by} at {at}: {}", units(lines))
        }
        Event::UnitsCancelled { units, .. } => {
            let units: Vec<String> = units
                .iter()
                .map(|u| format!("{} x {}", u.units, u.sku))
                .collect();
            format!("Cancelled: {}", units.join(", "))
        }
        Event::RefundOwed { amount, .. } => format!("{} owed back", money(*amount)),
        Event::ExceptionOpened { detail, .. } => format!("Needs a look: {detail}"),
    }
}

fn refund(status: RefundStatus) -> &'static str {
    match status {
        RefundStatus::Pending => "is under way",
        RefundStatus::Succeeded => "was made",
        RefundStatus::Failed => "failed",
        RefundStatus::Cancelled => "was called off",
    }
}

fn counted(units: u32) -> String {
    if units == 1 {
        "1 unit".to_owned()
    } else {
        format!("{units} units")
    }
}

fn units(lines: &[LineUnits]) -> String {
    lines
        .iter()
        .map(|line| format!("{} x {}", line.units, line.sku))
        .collect::<Vec<_>>()
        .join(", ")
}

fn location(order: &Order, id: FulfillmentOrderId) -> String {
    order
        .fulfillment_order(id)
        .map_or_else(|| id.to_string(), |found| found.location.to_string())
}

fn parcel(order: &Order, id: &ShipmentId) -> String {
    let found = order
        .state
        .shipments
        .iter()
        .find(|shipment| shipment.id == *id);
    found.map_or_else(|| id.to_string(), |shipment| shipment.reference.clone())
}
