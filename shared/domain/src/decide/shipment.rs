//! Facts about shipments on their way. Carriers report the same step twice and out of order; a shipment only moves
//! forward.

use super::exception::{open, resolve};
use crate::{
    ids::{FulfillmentOrderId, LocationId, ShipmentId},
    inbound::ShipmentFact,
    order::{Event, ExceptionKind, Order, Rejection, RejectionCode, Shipment, ShipmentStatus},
};

/// Who reports, about a shipment of which fulfillment order, if that is named.
pub(super) struct Sender<'a> {
    pub(super) location: &'a LocationId,
    pub(super) fulfillment_order: Option<FulfillmentOrderId>,
}

pub(super) fn record(
    order: &Order,
    reference: &str,
    sender: &Sender<'_>,
    fact: &ShipmentFact,
) -> Result<Vec<Event>, Rejection> {
    let found = match own_shipments(order, reference, sender).as_slice() {
        [] => {
            let message = "the shipment is not known; its `shipped` has not arrived";
            let code = RejectionCode::ShipmentNotYetKnown;
            return Err(Rejection::new(code, reference, message));
        }
        [found] => *found,
        [..] => return Ok(vec![ambiguous(reference, sender, fact)]),
    };
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

/// The shipments of that reference that the sender has shipped: every location may call its shipment `1`.
fn own_shipments<'a>(order: &'a Order, reference: &str, sender: &Sender<'_>) -> Vec<&'a Shipment> {
    let is_own = |shipment: &&Shipment| {
        let from = order.fulfillment_order(shipment.fulfillment_order);
        from.is_some_and(|from| from.location == *sender.location)
            && sender
                .fulfillment_order
                .is_none_or(|id| id == shipment.fulfillment_order)
    };
    let shipments = order.state.shipments.iter();
    shipments
        .filter(|shipment| shipment.reference == reference)
        .filter(is_own)
        .collect()
}

fn ambiguous(reference: &str, sender: &Sender<'_>, fact: &ShipmentFact) -> Event {
    let (location, fact) = (sender.location, fact.as_str());
    let detail = format!(
        "{location} reports {fact} for shipment {reference}, and has several shipments of that reference in this order; \
         ask which one it is"
    );
    let subject = format!("{location}/{reference}/{fact}");
    open(ExceptionKind::ShipmentAmbiguous, subject, detail)
}
