//! Locations that do not answer a request. It is sent again with growing pauses, and a person is shown it.

use jiff::Timestamp;

use super::exception::{open, resolve};
use crate::order::{Event, ExceptionKind, FulfillmentOrder, FulfillmentStatus, Order};

/// Opens an exception for each request that has been without an answer for `after_s` seconds.
pub(super) fn report(order: &Order, after_s: u32, now: Timestamp) -> Vec<Event> {
    order
        .silent(after_s, now)
        .map(|found| {
            let (location, since) = (&found.location, found.since);
            let what = if found.status == FulfillmentStatus::Planned {
                "could not be sent its request"
            } else {
                "has not answered the request"
            };
            let detail = format!(
                "{location} {what} since {since}; call it, or cancel the units so that they can be routed again"
            );
            open(ExceptionKind::LocationSilent, found.id.to_string(), detail)
        })
        .collect()
}

/// Ends the exceptions about locations that have answered meanwhile.
pub(super) fn answered(order: &Order) -> Vec<Event> {
    let is_answered = |found: &&FulfillmentOrder| !found.awaits_answer();
    let answered = order.state.fulfillment_orders.iter().filter(is_answered);
    answered
        .flat_map(|found| resolve(order, &ExceptionKind::LocationSilent, &found.id.to_string()))
        .collect()
}
