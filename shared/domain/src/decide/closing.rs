//! A location says that nothing more will come for a fulfillment order. Messages overtake each other, so what is still
//! open is not short before a grace has passed, unless the location says how many units it has shipped in all.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::{
    exception::{open, resolve},
    late::given_up,
    units::units_of,
};
use crate::{
    ids::LineId,
    order::{Event, ExceptionKind, FulfillmentLine, FulfillmentOrder, Order},
};

/// Until when shipments may be missing.
pub(super) fn until(now: Timestamp, grace_s: u32) -> Timestamp {
    now.checked_add(SignedDuration::from_secs(i64::from(grace_s)))
        .unwrap_or(Timestamp::MAX)
}

/// The location has said that nothing more will come. `found` is the fulfillment order after the shipment that said so.
/// With `totals`, what it will not ship is known at once, and what it has shipped is not short; without, both are open
/// until the grace has passed. `at`: when the location said so; what is short was missing then.
pub(super) fn close(
    order: &Order,
    found: &FulfillmentOrder,
    totals: Option<&BTreeMap<LineId, u32>>,
    until: Timestamp,
    at: Timestamp,
) -> Vec<Event> {
    if !found.status.is_open() || found.open_units() == 0 {
        return vec![];
    }
    let Some(totals) = totals else {
        // A repeated message must not move the end.
        return match found.closing {
            Some(_) => vec![],
            None => vec![closing(found, until, false, at)],
        };
    };
    let missing = |line: &FulfillmentLine| {
        let total = totals.get(&line.line).copied().unwrap_or(0);
        total.saturating_sub(line.shipped).min(line.open)
    };
    let mut events = given_up(order, found, at, |l| l.open.saturating_sub(missing(l)));
    let knows = found.closing.is_some_and(|closing| closing.totals_known);
    if !knows && found.lines.iter().any(|line| missing(line) > 0) {
        events.push(closing(found, until, true, at));
    }
    events
}

fn closing(found: &FulfillmentOrder, until: Timestamp, totals_known: bool, at: Timestamp) -> Event {
    Event::FulfillmentClosing {
        fulfillment_order: found.id,
        until,
        totals_known,
        at: Some(at),
    }
}

/// Ends the graces that have passed: units are short, or a person is asked for the shipments that are missing.
pub(super) fn end(order: &Order, now: Timestamp) -> Vec<Event> {
    let ended = order.state.fulfillment_orders.iter().filter(|found| {
        let until = found.closing.and_then(|closing| closing.until);
        found.status.is_open() && until.is_some_and(|until| until <= now)
    });
    let mut events = Vec::new();
    for found in ended {
        if found.closing.is_some_and(|closing| closing.totals_known) {
            events.push(Event::FulfillmentClosingEnded {
                fulfillment_order: found.id,
            });
            events.push(missing_shipments(order, found));
        } else {
            let at = found.closing.and_then(|closing| closing.at).unwrap_or(now);
            events.extend(given_up(order, found, at, |line| line.open));
        }
    }
    events
}

fn missing_shipments(order: &Order, found: &FulfillmentOrder) -> Event {
    let units = units_of(order, found, |line| line.open);
    let units: Vec<String> = units
        .iter()
        .map(|l| format!("{} x {}", l.units, l.sku))
        .collect();
    let (location, units) = (&found.location, units.join(", "));
    let detail = format!(
        "{location} says that it shipped {units} in shipments that it has not told of; ask it for the shipments, or for \
         new totals if it did not ship them"
    );
    open(ExceptionKind::ShipmentMissing, found.id.to_string(), detail)
}

/// Ends the exceptions about missing shipments that are missing no more.
pub(super) fn found_again(order: &Order) -> Vec<Event> {
    let ended = order.state.fulfillment_orders.iter();
    ended
        .filter(|found| !found.status.is_open())
        .flat_map(|found| {
            resolve(
                order,
                &ExceptionKind::ShipmentMissing,
                &found.id.to_string(),
            )
        })
        .collect()
}
