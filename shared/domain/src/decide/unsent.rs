//! Requests that did not leave.
//!
//! Who records a fulfillment order as requested makes the first attempt to send its request. Everyone else records that they
//! send it, before they do, as long as the request can be taken back and a margin longer. So when the first attempt has
//! certainly failed and nobody has recorded another one, the location has not got the request, and never will: it is taken
//! back, and the fulfillment order is planned again.
//!
//! Who comes first is decided by the order's version. Someone who reads the order before it is taken back cannot record that
//! they send the request; someone who records it first keeps it from being taken back. When the process that made the
//! first attempt dies, nobody takes the request back.

use jiff::Timestamp;

use super::fulfillment::release;
use crate::{
    evolve::evolve,
    ids::FulfillmentOrderId,
    order::{Context, Event, FulfillmentLine, FulfillmentOrder, Order, UnsentRequest},
};

pub(super) fn repeat(order: &Order, ids: &[FulfillmentOrderId], now: Timestamp) -> Vec<Event> {
    let is_new = |found: &FulfillmentOrder| found.notes_repeats(now);
    let found = order.state.fulfillment_orders.iter();
    let fulfillment_orders: Vec<FulfillmentOrderId> = found
        .filter(|found| ids.contains(&found.id) && is_new(found))
        .map(|found| found.id)
        .collect();
    if fulfillment_orders.is_empty() {
        return vec![];
    }
    vec![Event::RequestsRepeated { fulfillment_orders }]
}

/// What the location was to be asked not to ship meanwhile is cancelled, or comes back, at once.
pub(super) fn take_back(
    order: &Order,
    requests: &[UnsentRequest],
    reason: &str,
    context: &Context,
) -> Vec<Event> {
    let is_meant = |found: &FulfillmentOrder| {
        requests.iter().any(|request| {
            request.fulfillment_order == found.id && request.taken_back == found.taken_back
        })
    };
    let found = order.state.fulfillment_orders.iter();
    let ids: Vec<FulfillmentOrderId> = found
        .filter(|found| found.can_be_taken_back(context.now) && is_meant(found))
        .map(|found| found.id)
        .collect();
    if ids.is_empty() {
        return vec![];
    }
    let taken_back = Event::RequestsTakenBack {
        fulfillment_orders: ids.clone(),
        reason: reason.chars().take(60).collect(),
    };
    let mut after = evolve(order.clone(), &taken_back, context);
    let mut events = vec![taken_back];
    for id in ids {
        let Some(found) = after.fulfillment_order(id) else {
            continue;
        };
        let released = release(&after, found, FulfillmentLine::asked_back, reason, None);
        after = released
            .iter()
            .fold(after, |order, event| evolve(order, event, context));
        events.extend(released);
    }
    events
}
