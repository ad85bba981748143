//! Locations that make no progress with what they have accepted. A person is shown it.

use jiff::Timestamp;

use super::exception::{open, resolve};
use crate::order::{Event, ExceptionKind, FulfillmentOrder, Order};

/// Opens an exception for each fulfillment order that has made no progress for `after_s` seconds.
pub(super) fn report(order: &Order, after_s: u32, now: Timestamp) -> Vec<Event> {
    order
        .overdue_fulfillment_orders(after_s, now)
        .map(|found| {
            let (location, status) = (&found.location, found.status.as_str());
            let (units, since) = (found.open_units(), order.last_progress(found));
            let units = if units == 1 {
                "1 unit".to_owned()
            } else {
                format!("{units} units")
            };
            let detail = format!(
                "{location} has {units} to ship, and has made no progress since {since} (the fulfillment order is {status}); \
                 call it, or cancel the units"
            );
            open(ExceptionKind::FulfillmentOverdue, found.id.to_string(), detail)
        })
        .collect()
}

/// Ends the exceptions about fulfillment orders that have made progress meanwhile, or that nobody works on any more.
pub(super) fn progressed(order: &Order) -> Vec<Event> {
    let progressed = |found: &&FulfillmentOrder| !(found.is_worked_on() && found.overdue_shown);
    let progressed = order.state.fulfillment_orders.iter().filter(progressed);
    progressed
        .flat_map(|found| {
            let kind = &ExceptionKind::FulfillmentOverdue;
            resolve(order, kind, &found.id.to_string())
        })
        .collect()
}
