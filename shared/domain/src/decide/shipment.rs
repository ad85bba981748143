//! Facts about shipments on their way. Carriers report the same step twice and out of order: [`Shipment::after`] says what
//! counts. A fact that is not newer than what is recorded changes nothing, so no cause of it has to be remembered.

use jiff::Timestamp;

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
    /// When it happened by the sender's clock. It is not limited to the time of receipt: only times of one clock can be
    /// compared, and a copy that is sent again later would look newer.
    pub(super) occurred_at: Timestamp,
}

pub(super) fn record(
    order: &Order,
    reference: &str,
    sender: &Sender<'_>,
    fact: &ShipmentFact,
    now: Timestamp,
) -> Result<Vec<Event>, Rejection> {
    let at = sender.occurred_at;
    let own = own_shipments(order, reference, sender);
    match own.as_slice() {
        [] => {
            let message = "the shipment is not known; its `shipped` has not arrived";
            let code = RejectionCode::ShipmentNotYetKnown;
            Err(Rejection::new(code, reference, message))
        }
        [found] => Ok(step(order, found, reference, fact, (at, now))),
        [..] => {
            // A copy of what was applied when only one had left, or something that no shipment needs any more.
            let mut meant = own.iter().filter(|s| s.shipped_at <= at).peekable();
            let changes = |s: &&Shipment| s.after(fact.step(), at, now) != **s;
            if meant.peek().is_some() && !meant.any(changes) {
                return Ok(vec![]);
            }
            Ok(vec![ambiguous(reference, sender, fact)])
        }
    }
}

/// What a fact that happened `at` a time changes about a shipment.
fn step(
    order: &Order,
    found: &Shipment,
    reference: &str,
    fact: &ShipmentFact,
    (at, now): (Timestamp, Timestamp),
) -> Vec<Event> {
    let after = found.after(fact.step(), at, now);
    if after == *found {
        return vec![];
    }
    let subject = found.id.to_string();
    let name = found.tracking.as_deref().unwrap_or(reference);
    let step = fact.step();
    let known = match step {
        ShipmentStatus::Shipped
        | ShipmentStatus::InTransit
        | ShipmentStatus::OutForDelivery
        | ShipmentStatus::Exception => found.status == step,
        ShipmentStatus::Delivered => found.was_delivered(),
        ShipmentStatus::ReturnedToSender => found.returned_at.is_some(),
    };
    let mut events = vec![if known {
        let shipment = found.id;
        Event::ShipmentStepRepeated { shipment, step, at }
    } else {
        event(fact, found.id, at)
    }];
    // Whatever became of it: a person looks at a shipment that came back.
    if step == ShipmentStatus::ReturnedToSender && !known {
        let detail = format!("shipment {name} is coming back to the sender");
        events.push(open(
            ExceptionKind::ReturnedToSender,
            subject.clone(),
            detail,
        ));
    }
    if after.status == ShipmentStatus::Exception {
        // Reported again with a newer time, it is the same problem.
        if found.status != ShipmentStatus::Exception {
            let detail = format!("the carrier reports a problem with shipment {name}");
            events.push(open(ExceptionKind::DeliveryProblem, subject, detail));
        }
    } else {
        events.extend(resolve(order, &ExceptionKind::DeliveryProblem, &subject));
    }
    events
}

fn event(fact: &ShipmentFact, shipment: ShipmentId, at: Timestamp) -> Event {
    let at = Some(at);
    match fact {
        ShipmentFact::InTransit => Event::ShipmentInTransit { shipment, at },
        ShipmentFact::OutForDelivery => Event::ShipmentOutForDelivery { shipment, at },
        ShipmentFact::Delivered => Event::ShipmentDelivered { shipment, at },
        ShipmentFact::Exception { reason } => Event::ShipmentException {
            shipment,
            reason: reason.clone(),
            at,
        },
        ShipmentFact::ReturnedToSender => Event::ShipmentReturned { shipment, at },
    }
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
