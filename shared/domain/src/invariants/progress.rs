//! I11: nothing is stuck. What an order waits for, and who ends the wait.
//!
//! | what waits | who ends the wait |
//! |---|---|
//! | units to be routed, requests to be sent or answered, of an order that is paid and not held; units that a location is asked to give back | the sweep, soon: the order is due within twice [`REDRIVE_AFTER_S`] of its last change |
//! | shipments that a location may still tell of | the end of the grace, for which the order is due; after it a person |
//! | units that a location has accepted, and has not said that it will not ship | the sweep, for which the order is due within two days of the last progress; a person after the time of the setting: see the `overdue` file |
//! | a hold | its end, for which the order is due; without one whoever placed it, since held orders are listed |
//! | units that are not paid | the answer of the payment gateway, for which the order is due; the time to pay or the time for which stock stays reserved, for which the order is due; or a person |
//! | backordered units of a paid order | stock: they are queued (I1), and nothing that they could take is free ([`owed_drains`](super::owed_drains)) |
//!
//! A person is shown an order while it has an open exception. When a person has closed one, the person has decided, and
//! the order may wait: for a location, until it makes progress again.

use jiff::{SignedDuration, Timestamp};

use super::{
    snapshot::OrderRecord,
    violation::{Findings, Rule},
};
use crate::order::{
    Event, ExceptionKind, ExceptionOutcome, FulfillmentOrder, FulfillmentStatus, Order, Owed,
    REDRIVE_AFTER_S,
};

pub(super) fn check(record: &OrderRecord, findings: &mut Findings) {
    let order = &record.order;
    for what in stuck(record) {
        findings.unless(false, Rule::I11, &order.placed.id, || {
            let due = order.due_at();
            let due = due.map_or("it is never due".to_owned(), |due| {
                format!("it is due at {due}")
            });
            format!("{what}; {due}")
        });
    }
}

/// What waits and is not ended by anything.
fn stuck(record: &OrderRecord) -> Vec<String> {
    let order = &record.order;
    let mut stuck = Vec::new();
    let soon = in_seconds(order.state.changed_at, REDRIVE_AFTER_S.saturating_mul(2));
    if let Some(what) = owes_now(order)
        && !is_due_by(order, soon)
    {
        stuck.push(what);
    }
    for hold in &order.state.holds {
        if hold.until.is_some_and(|until| !is_due_by(order, until)) {
            stuck.push(format!("the hold {} has an end", hold.handle));
        }
    }
    for found in open(order) {
        stuck.extend(stuck_closing(record, found));
    }
    let owes = order.owes();
    // The gateway is asked before the wait is ended.
    let ends = owes.contains_key(&Owed::Cancellation) || owes.contains_key(&Owed::Payments);
    if waits_for_payment(order) && !ends && !is_shown(record, |_| true) {
        stuck.push("units wait for a payment that nobody ends the wait for".to_owned());
    }
    stuck
}

/// What the order must do by itself. It is found out without a look at how `Order::owes` finds it out.
pub fn owes_now(order: &Order) -> Option<String> {
    for found in open(order) {
        let unanswered = match found.status {
            FulfillmentStatus::Planned | FulfillmentStatus::Requested => order.is_ready(),
            FulfillmentStatus::Accepted
            | FulfillmentStatus::Picking
            | FulfillmentStatus::Packed
            | FulfillmentStatus::Shipped
            | FulfillmentStatus::Rejected
            | FulfillmentStatus::Cancelled => false,
        };
        let asked_back = found.lines.iter().any(|line| line.asked_back() > 0);
        if unanswered || asked_back {
            let (id, status) = (found.id, found.status.as_str());
            return Some(format!("{id} is {status} and waits for its location"));
        }
    }
    let unrouted = order.unrouted();
    (order.is_ready() && unrouted > 0).then(|| format!("{unrouted} units wait to be routed"))
}

/// A location has said that nothing more will come: the grace ends by itself, then a person is asked.
fn stuck_closing(record: &OrderRecord, found: &FulfillmentOrder) -> Option<String> {
    let ended = match found.closing?.until {
        Some(until) => is_due_by(&record.order, until),
        None => is_shown(record, |kind| *kind == ExceptionKind::ShipmentMissing),
    };
    (!ended).then(|| format!("{} waits for shipments that are missing", found.id))
}

/// Whether units are kept back until they are paid: those that no location has been asked to ship.
pub fn waits_for_payment(order: &Order) -> bool {
    let planned = |found: &FulfillmentOrder| found.status == FulfillmentStatus::Planned;
    let lines = order.state.lines.iter();
    let unassigned = |mut lines: std::slice::Iter<'_, crate::order::LineState>| {
        lines.any(|line| line.unrouted > 0 || line.backordered > 0)
    };
    !order.is_paid() && (unassigned(lines) || open(order).any(planned))
}

fn open(order: &Order) -> impl Iterator<Item = &FulfillmentOrder> {
    let found = order.state.fulfillment_orders.iter();
    found.filter(|found| found.status.is_open())
}

/// Whether the sweep looks at the order by then.
pub fn is_due_by(order: &Order, time: Timestamp) -> bool {
    order.due_at().is_some_and(|due| due <= time)
}

/// Whether a person is shown an exception of such a kind, or has closed one.
fn is_shown(record: &OrderRecord, is_about: impl Fn(&ExceptionKind) -> bool) -> bool {
    let mut open = record.order.state.exceptions.iter();
    let mut events = record.commits.iter().flat_map(|c| &c.body.events);
    open.any(|exception| is_about(&exception.kind))
        || events.any(|event| {
            matches!(event, Event::ExceptionClosed { kind, outcome, .. }
                if is_about(kind) && *outcome != ExceptionOutcome::NoLongerTrue)
        })
}

/// The time so many seconds later.
pub fn in_seconds(time: Timestamp, seconds: i64) -> Timestamp {
    let later = time.checked_add(SignedDuration::from_secs(seconds));
    later.unwrap_or(Timestamp::MAX)
}
