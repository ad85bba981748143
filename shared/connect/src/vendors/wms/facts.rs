//! What locations say about fulfillment orders and shipments, as facts of the domain.

use domain::inbound::{Fact, FulfillmentFact, ShipmentFact};

use super::{
    payloads::{Cancelled, Closed, Declined, Progress, ShipmentProblem, ShipmentProgress, Shipped},
    quantities::{lines, totals},
};
use crate::{
    fields::{code, name},
    parse::ParseError,
};

/// Longest shipment reference, carrier or tracking number, in characters.
const NAME_MAX: usize = 100;

type Outcome = Result<Fact, ParseError>;

pub(super) fn accepted(progress: Progress) -> Outcome {
    progress_fact(&progress, FulfillmentFact::Accepted)
}

pub(super) fn picking(progress: Progress) -> Outcome {
    progress_fact(&progress, FulfillmentFact::Picking)
}

pub(super) fn packed(progress: Progress) -> Outcome {
    progress_fact(&progress, FulfillmentFact::Packed)
}

fn progress_fact(progress: &Progress, fact: FulfillmentFact) -> Outcome {
    Ok(Fact::Fulfillment {
        order: progress.order_id,
        fulfillment_order: progress.fulfillment_order_id,
        fact,
    })
}

pub(super) fn rejected(declined: Declined) -> Outcome {
    declined_fact(&declined, |reason| FulfillmentFact::Rejected { reason })
}

pub(super) fn cancel_refused(declined: Declined) -> Outcome {
    declined_fact(&declined, |reason| FulfillmentFact::CancelRefused {
        reason,
    })
}

fn declined_fact(declined: &Declined, fact: fn(String) -> FulfillmentFact) -> Outcome {
    let reason = declined
        .reason
        .as_deref()
        .and_then(code)
        .unwrap_or_else(|| "unspecified".to_owned());
    Ok(Fact::Fulfillment {
        order: declined.order_id,
        fulfillment_order: declined.fulfillment_order_id,
        fact: fact(reason),
    })
}

pub(super) fn cancelled(cancelled: Cancelled) -> Outcome {
    // Left out: all open units. An empty list may be a sender's way to say that nothing was cancelled, so `lines` rejects
    // it.
    let lines = cancelled.lines.map(lines).transpose()?.unwrap_or_default();
    Ok(Fact::Fulfillment {
        order: cancelled.order_id,
        fulfillment_order: cancelled.fulfillment_order_id,
        fact: FulfillmentFact::Cancelled { lines },
    })
}

pub(super) fn shipped(shipped: Shipped) -> Outcome {
    let optional = |path: &str, text: Option<String>| match text {
        Some(text) if !text.trim().is_empty() => name(path, &text, NAME_MAX).map(Some),
        _ => Ok(None),
    };
    Ok(Fact::Fulfillment {
        order: shipped.order_id,
        fulfillment_order: shipped.fulfillment_order_id,
        fact: FulfillmentFact::Shipped {
            reference: shipment_reference(&shipped.shipment_reference)?,
            carrier: optional("data.carrier", shipped.carrier)?,
            tracking: optional("data.tracking_number", shipped.tracking_number)?,
            lines: lines(shipped.lines)?,
            last: shipped.last,
            totals: shipped
                .shipped_totals
                .map(|entries| totals("data.shipped_totals", entries))
                .transpose()?,
        },
    })
}

pub(super) fn closed(closed: Closed) -> Outcome {
    Ok(Fact::Fulfillment {
        order: closed.order_id,
        fulfillment_order: closed.fulfillment_order_id,
        fact: FulfillmentFact::Closed {
            totals: totals("data.totals", closed.totals)?,
        },
    })
}

pub(super) fn in_transit(shipment: ShipmentProgress) -> Outcome {
    shipment_fact(&shipment, ShipmentFact::InTransit)
}

pub(super) fn out_for_delivery(shipment: ShipmentProgress) -> Outcome {
    shipment_fact(&shipment, ShipmentFact::OutForDelivery)
}

pub(super) fn delivered(shipment: ShipmentProgress) -> Outcome {
    shipment_fact(&shipment, ShipmentFact::Delivered)
}

pub(super) fn returned_to_sender(shipment: ShipmentProgress) -> Outcome {
    shipment_fact(&shipment, ShipmentFact::ReturnedToSender)
}

fn shipment_fact(shipment: &ShipmentProgress, fact: ShipmentFact) -> Outcome {
    Ok(Fact::Shipment {
        order: shipment.order_id,
        reference: shipment_reference(&shipment.shipment_reference)?,
        fulfillment_order: shipment.fulfillment_order_id,
        fact,
    })
}

pub(super) fn exception(problem: ShipmentProblem) -> Outcome {
    Ok(Fact::Shipment {
        order: problem.order_id,
        reference: shipment_reference(&problem.shipment_reference)?,
        fulfillment_order: problem.fulfillment_order_id,
        fact: ShipmentFact::Exception {
            reason: problem.reason.as_deref().and_then(code),
        },
    })
}

fn shipment_reference(reference: &str) -> Result<String, ParseError> {
    name("data.shipment_reference", reference, NAME_MAX)
}
