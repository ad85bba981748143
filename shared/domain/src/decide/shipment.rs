//! Facts about shipments on their way. Carriers report the same step twice and out of order; a shipment only moves
//! forward.

use super::exception::{open, resolve};
use crate::{
    ids::{LocationId, ShipmentId},
    inbound::ShipmentFact,
    order::{Event, ExceptionKind, Order, Rejection, RejectionCode, Shipment, ShipmentStatus},
};

pub(super) fn record(
    order: &Order,
    reference: &str,
    location: &LocationId,
    fact: &ShipmentFact,
) -> Result<Vec<Event>, Rejection> {
    let found = own_shipment(order, reference, location)?;
    let shipment = found.id;
    let name = found.tracking.as_deref().unwrap_or(reference);
    let moving = match found.status {
        ShipmentStatus::Shipped
        | ShipmentStatus::InTransit
        | ShipmentStatus::OutForDelivery
        | ShipmentStatus::Exception => true,
        ShipmentStatus::Delivered | ShipmentStatus::ReturnedToSender => false,
    };
    Ok(match fact {
        ShipmentFact::InTransit
            if matches!(
                found.status,
                ShipmentStatus::Shipped | ShipmentStatus::Exception
            ) =>
        {
            moved(order, Event::ShipmentInTransit { shipment }, shipment)
        }
        ShipmentFact::OutForDelivery
            if moving && found.status != ShipmentStatus::OutForDelivery =>
        {
            moved(order, Event::ShipmentOutForDelivery { shipment }, shipment)
        }
        ShipmentFact::Delivered if moving => {
            moved(order, Event::ShipmentDelivered { shipment }, shipment)
        }
        ShipmentFact::Exception { reason }
            if moving && found.status != ShipmentStatus::Exception =>
        {
            let detail = format!("the carrier reports a problem with shipment {name}");
            vec![
                Event::ShipmentException {
                    shipment,
                    reason: reason.clone(),
                },
                open(ExceptionKind::DeliveryProblem, shipment.to_string(), detail),
            ]
        }
        ShipmentFact::ReturnedToSender if found.status != ShipmentStatus::ReturnedToSender => {
            let detail = format!("shipment {name} is coming back to the sender");
            vec![
                Event::ShipmentReturned { shipment },
                open(
                    ExceptionKind::ReturnedToSender,
                    shipment.to_string(),
                    detail,
                ),
            ]
        }
        ShipmentFact::InTransit
        | ShipmentFact::OutForDelivery
        | ShipmentFact::Delivered
        | ShipmentFact::Exception { .. }
        | ShipmentFact::ReturnedToSender => vec![],
    })
}

/// A step forward. It ends the problem that the carrier had reported.
fn moved(order: &Order, step: Event, shipment: ShipmentId) -> Vec<Event> {
    let mut events = vec![step];
    let subject = shipment.to_string();
    events.extend(resolve(order, &ExceptionKind::DeliveryProblem, &subject));
    events
}

/// The shipment of that reference, if it is one of the location that reports.
fn own_shipment<'a>(
    order: &'a Order,
    reference: &str,
    location: &LocationId,
) -> Result<&'a Shipment, Rejection> {
    let mut shipments = order.state.shipments.iter();
    let Some(found) = shipments.find(|shipment| shipment.reference == reference) else {
        let message = "the shipment is not known; its `shipped` has not arrived";
        return Err(Rejection::new(
            RejectionCode::ShipmentNotYetKnown,
            reference,
            message,
        ));
    };
    let sender = order.fulfillment_order(found.fulfillment_order);
    if sender.map(|sender| &sender.location) != Some(location) {
        let message = format!("{location} reports about a shipment of another location");
        return Err(Rejection::new(
            RejectionCode::WrongLocation,
            location.as_str(),
            message,
        ));
    }
    Ok(found)
}
