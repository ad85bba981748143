//! I11: nothing is stuck at a location that has accepted it and makes no progress. The sweep looks at it, and after a time
//! shows it to a person, once until it makes progress. A location that has said that nothing more will come is judged by
//! [`progress`](super::progress).

use jiff::Timestamp;

use super::{
    progress::{in_seconds, is_due_by},
    snapshot::OrderRecord,
    violation::{Findings, Rule},
};
use crate::order::{Event, ExceptionKind, FulfillmentOrder, FulfillmentStatus, OVERDUE_LOOK_S};

/// `shown_before`: what has made no progress since before then was shown to a person; `None`: that is not judged.
pub(super) fn check(
    record: &OrderRecord,
    shown_before: Option<Timestamp>,
    findings: &mut Findings,
) {
    for found in &record.order.state.fulfillment_orders {
        let stuck = stuck(record, found, shown_before);
        findings.unless(stuck.is_none(), Rule::I11, &record.order.placed.id, || {
            stuck.unwrap_or_default()
        });
    }
}

/// What of a fulfillment order waits and is not ended by anything.
fn stuck(
    record: &OrderRecord,
    found: &FulfillmentOrder,
    shown_before: Option<Timestamp>,
) -> Option<String> {
    let is_worked_on = match found.status {
        FulfillmentStatus::Accepted | FulfillmentStatus::Picking | FulfillmentStatus::Packed => {
            found.closing.is_none()
        }
        FulfillmentStatus::Planned
        | FulfillmentStatus::Requested
        | FulfillmentStatus::Shipped
        | FulfillmentStatus::Rejected
        | FulfillmentStatus::Cancelled => false,
    };
    let (progress, is_shown) = progress(record, found);
    if !is_worked_on || is_shown {
        return None;
    }
    let (id, status) = (found.id, found.status.as_str());
    let look = in_seconds(progress, OVERDUE_LOOK_S.saturating_mul(2));
    if !is_due_by(&record.order, look) {
        return Some(format!(
            "{id} is {status}, and nobody looks whether it makes progress"
        ));
    }
    let is_overdue = shown_before.is_some_and(|before| progress < before);
    is_overdue.then(|| format!("{id} is {status} since {progress}, and nobody was shown it"))
}

/// When a location last made progress with a fulfillment order, UTC, and whether a person was shown it since then.
fn progress(record: &OrderRecord, found: &FulfillmentOrder) -> (Timestamp, bool) {
    let subject = found.id.to_string();
    let is_about = |kind: &ExceptionKind, about: &str| {
        *kind == ExceptionKind::FulfillmentOverdue && about == subject
    };
    let mut open = record.order.state.exceptions.iter();
    let is_open = open.any(|open| is_about(&open.kind, &open.subject));
    let (mut progress, mut is_shown) = (found.since, false);
    for commit in &record.commits {
        for event in &commit.body.events {
            if is_progress(event, found) {
                progress = progress.max(commit.body.at);
                is_shown = false;
            }
            is_shown |= matches!(event, Event::ExceptionOpened { kind, subject, .. }
                if is_about(kind, subject));
        }
    }
    (progress, is_shown || is_open)
}

/// Whether it is a step of the fulfillment order, or a shipment of it.
fn is_progress(event: &Event, found: &FulfillmentOrder) -> bool {
    let is_step = matches!(event, Event::FulfillmentAccepted { fulfillment_order }
        | Event::PickingStarted { fulfillment_order }
        | Event::FulfillmentPacked { fulfillment_order } if *fulfillment_order == found.id);
    is_step
        || matches!(event, Event::ShipmentShipped { shipment, .. }
            if shipment.fulfillment_order == found.id)
}
