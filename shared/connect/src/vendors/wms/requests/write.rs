//! Writing requests.

use domain::{
    ids::{FulfillmentOrderId, LineId},
    order::{Contact, FulfillmentLine, FulfillmentOrder, Order},
};
use jiff::Timestamp;

use super::{
    kind::{CANCEL_REQUESTED, REQUESTED},
    payloads::{
        CancellationLine, CancellationRequest, CollectOnDelivery, FulfillmentRequest, RequestLine,
        ShipTo, ShippingTerms,
    },
};
use crate::vendors::wms::message::WireMessage;

/// The request to ship the open units of a fulfillment order. None when the order has no such fulfillment order or none
/// of its units is open. The same to the byte as long as the order has not changed.
pub fn fulfillment(
    order: &Order,
    id: FulfillmentOrderId,
    contact: &Contact,
) -> Option<WireMessage<FulfillmentRequest>> {
    let found = order.fulfillment_order(id)?;
    let placed = &order.placed;
    let lines = units(found, |line| line.open).filter_map(|(line, quantity)| {
        let (bought, _) = order.line(&line)?;
        Some(RequestLine {
            line,
            sku: bought.sku.clone(),
            title: bought.title.clone(),
            quantity,
        })
    });
    let lines: Vec<_> = lines.collect();
    let collected = found.collect.filter(|amount| *amount > 0);
    let address = contact.address.clone();
    let request = FulfillmentRequest {
        order_id: placed.id,
        order_number: placed.number.clone(),
        shop: placed.shop.clone(),
        placed_at: placed.placed_at,
        fulfillment_order_id: id,
        location: found.location.clone(),
        lines,
        ship_to: ShipTo {
            name: contact.name.clone(),
            phone: contact.phone.clone(),
            address_lines: address.lines,
            city: address.city,
            region: address.region,
            postal_code: address.postal_code,
            country: address.country,
        },
        terms: ShippingTerms {
            ship_complete: order.terms().ship_complete,
            priority: order.terms().priority,
        },
        collect_on_delivery: collected.map(|amount| CollectOnDelivery {
            amount,
            currency: placed.currency,
        }),
    };
    (!request.lines.is_empty()).then(|| WireMessage::new(REQUESTED, found.since, request))
}

/// The request to cancel the units of a fulfillment order that it is asked not to ship: cancelled by the customer,
/// or not paid any more. None when the order has no
/// such fulfillment order or it has no such units.
pub fn cancellation(
    order: &Order,
    id: FulfillmentOrderId,
    requested_at: Timestamp,
) -> Option<WireMessage<CancellationRequest>> {
    let found = order.fulfillment_order(id)?;
    let lines = found.lines.iter().filter(|line| line.asked_back() > 0);
    let request = CancellationRequest {
        order_id: order.placed.id,
        order_number: order.placed.number.clone(),
        fulfillment_order_id: id,
        location: found.location.clone(),
        lines: lines
            .map(|line| CancellationLine {
                line: line.line.clone(),
                quantity: line.asked_back(),
                keep: Some(line.to_ship().saturating_add(line.shipped)),
            })
            .collect(),
    };
    (!request.lines.is_empty()).then(|| WireMessage::new(CANCEL_REQUESTED, requested_at, request))
}

fn units(
    found: &FulfillmentOrder,
    count: fn(&FulfillmentLine) -> u32,
) -> impl Iterator<Item = (LineId, u32)> {
    found
        .lines
        .iter()
        .map(move |line| (line.line.clone(), count(line)))
        .filter(|(_, units)| *units > 0)
}
