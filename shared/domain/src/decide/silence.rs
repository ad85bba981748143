//! Locations that do not answer a request, or refuse to take it. It is sent again with growing pauses, and a person is
//! shown it.

use jiff::Timestamp;

use super::exception::{open, resolve};
use crate::order::{
    Event, ExceptionKind, FulfillmentOrder, FulfillmentStatus, Order, RefusedRequest,
};

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

/// Opens an exception for each refused request that the location is still asked. Who refuses is not silent.
pub(super) fn refused(order: &Order, requests: &[RefusedRequest], now: Timestamp) -> Vec<Event> {
    let shown = requests.iter().filter_map(|refused| {
        let found = order.fulfillment_order(refused.fulfillment_order)?;
        if !found.is_asked() || !found.is_shown_now(now) {
            return None;
        }
        let (location, code) = (&found.location, &refused.code);
        let detail = format!(
            "{location} refuses what it is asked ({code}), and is asked again with growing pauses; have it put right there, or \
             call it and report what it says"
        );
        let subject = found.id.to_string();
        let mut events = resolve(order, &ExceptionKind::LocationSilent, &subject);
        events.push(open(ExceptionKind::RequestRefused, subject, detail));
        Some(events)
    });
    shown.flatten().collect()
}

/// Ends the exceptions about locations that have answered meanwhile.
pub(super) fn answered(order: &Order) -> Vec<Event> {
    let ended = |found: &FulfillmentOrder| {
        let kinds = [
            (ExceptionKind::LocationSilent, !found.awaits_answer()),
            (ExceptionKind::RequestRefused, !found.is_asked()),
        ];
        let ended = kinds.into_iter().filter(|(_, is_answered)| *is_answered);
        let subject = found.id.to_string();
        ended
            .flat_map(|(kind, _)| resolve(order, &kind, &subject))
            .collect::<Vec<_>>()
    };
    let found = order.state.fulfillment_orders.iter();
    found.flat_map(ended).collect()
}
