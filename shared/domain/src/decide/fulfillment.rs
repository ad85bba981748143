//! What locations report about fulfillment orders. Physical truth is never dropped.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{
    closing::close,
    exception::open,
    late::{not_missing, release_surplus},
    shipping::{contents, known, shipped, told_again},
    units::{cancelled, recalled, refused, totals, units_of},
};
use crate::{
    evolve::evolve,
    ids::{FulfillmentOrderId, LineId, LocationId, ShipmentId},
    inbound::{FactLine, FulfillmentFact},
    order::{
        Context, Event, ExceptionKind, FulfillmentLine, FulfillmentOrder, FulfillmentStatus,
        LOCATION_REFUSED, Order, Rejection, RejectionCode, Shipment, ShipmentStatus,
    },
};

/// Reasons that say that the units do not exist: the location's stock is written off, so that no other order is
/// routed to it for them.
const MISSING_STOCK: [&str; 4] = ["out_of_stock", "not_found", "damaged", "short"];

/// Who reports about what.
pub(super) struct Report<'a> {
    pub(super) fulfillment_order: FulfillmentOrderId,
    pub(super) location: &'a LocationId,
    pub(super) shipment: ShipmentId,
    pub(super) occurred_at: Timestamp,
    /// Until when shipments may be missing, if this report says that nothing more will come, UTC.
    pub(super) closing_until: Timestamp,
}

pub(super) fn record(
    order: &Order,
    report: &Report<'_>,
    fact: &FulfillmentFact,
    context: &Context,
) -> Result<Vec<Event>, Rejection> {
    let found = match (own_fulfillment_order(order, report), fact) {
        (Ok(found), _) => found,
        // Goods have left: that is never dropped.
        (Err(rejection), FulfillmentFact::Shipped { reference, .. }) => {
            return Ok(vec![wrong_fulfillment_order(report, reference, &rejection)]);
        }
        (Err(rejection), _) => return Err(rejection),
    };
    let fulfillment_order = found.id;
    let ahead = |status: FulfillmentStatus| found.status.is_open() && found.status < status;
    Ok(match fact {
        FulfillmentFact::Accepted if ahead(FulfillmentStatus::Accepted) => {
            vec![Event::FulfillmentAccepted { fulfillment_order }]
        }
        FulfillmentFact::Picking if ahead(FulfillmentStatus::Picking) => {
            vec![Event::PickingStarted { fulfillment_order }]
        }
        FulfillmentFact::Packed if ahead(FulfillmentStatus::Packed) => {
            vec![Event::FulfillmentPacked { fulfillment_order }]
        }
        FulfillmentFact::Accepted | FulfillmentFact::Picking | FulfillmentFact::Packed => vec![],
        FulfillmentFact::Rejected { reason } => {
            let missing = MISSING_STOCK.contains(&reason.as_str());
            let missing_at = missing.then_some(report.occurred_at);
            release(order, found, |line| line.open, reason, missing_at)
        }
        FulfillmentFact::Cancelled { lines } => cancelled_by_location(order, found, lines, context),
        FulfillmentFact::CancelRefused { .. } => refused(
            order,
            found,
            FulfillmentLine::asked_back,
            LOCATION_REFUSED,
            context.now,
        ),
        FulfillmentFact::Shipped {
            reference,
            carrier,
            tracking,
            lines,
            last,
            totals: all,
        } => {
            let mut events = match known(order, found, reference) {
                Some(known) => told_again(order, found, known, lines),
                None => {
                    let shipment = Shipment {
                        id: report.shipment,
                        reference: reference.clone(),
                        fulfillment_order,
                        carrier: carrier.clone(),
                        tracking: tracking.clone(),
                        shipped_at: report.occurred_at,
                        status: ShipmentStatus::Shipped,
                        since: context.now,
                        step_at: None,
                        delivered_at: None,
                        returned_at: None,
                        lines: contents(order, found, lines),
                    };
                    shipped(order, found, shipment, lines)
                }
            };
            if *last {
                let all = all.as_deref().map(totals);
                closed(order, report, all.as_ref(), &mut events, context);
            }
            events
        }
        FulfillmentFact::Closed { totals: all } => {
            let mut events = vec![];
            closed(order, report, Some(&totals(all)), &mut events, context);
            events
        }
    })
}

/// Adds what follows when nothing more will come after `events`.
fn closed(
    order: &Order,
    report: &Report<'_>,
    totals: Option<&BTreeMap<LineId, u32>>,
    events: &mut Vec<Event>,
    context: &Context,
) {
    let after = events
        .iter()
        .fold(order.clone(), |order, event| evolve(order, event, context));
    if let Some(found) = after.fulfillment_order(report.fulfillment_order) {
        events.extend(close(
            &after,
            found,
            totals,
            report.closing_until,
            report.occurred_at,
        ));
    }
}

/// A shipment that names no fulfillment order of its location.
fn wrong_fulfillment_order(report: &Report<'_>, reference: &str, rejection: &Rejection) -> Event {
    let location = report.location;
    let detail = format!(
        "{location} says that shipment {reference} left for fulfillment order {}, but {}; ask it which order it shipped, \
         and correct its stock",
        report.fulfillment_order, rejection.message
    );
    let subject = format!("{location}/{reference}");
    open(ExceptionKind::UnexpectedShipment, subject, detail)
}

/// The fulfillment order that a report is about, if it is one of the location that signed it.
fn own_fulfillment_order<'a>(
    order: &'a Order,
    report: &Report<'_>,
) -> Result<&'a FulfillmentOrder, Rejection> {
    let id = report.fulfillment_order;
    let Some(found) = order.fulfillment_order(id) else {
        let message = "the order has no such fulfillment order";
        let code = RejectionCode::UnknownFulfillmentOrder;
        return Err(Rejection::new(code, id.to_string(), message));
    };
    let location = report.location;
    if found.location != *location {
        let message = format!(
            "{location} reports about a fulfillment order of {}",
            found.location
        );
        return Err(Rejection::new(
            RejectionCode::WrongLocation,
            location.as_str(),
            message,
        ));
    }
    Ok(found)
}

/// A location has cancelled units (none named: all open ones). This answers for all that it was asked to cancel: what it
/// did not cancel of that is refused. But when several requests have no answer, this one may be about an earlier request,
/// and the rest waits for the next. Units that it names and that are not open any more are not missing.
fn cancelled_by_location(
    order: &Order,
    found: &FulfillmentOrder,
    lines: &[FactLine],
    context: &Context,
) -> Vec<Event> {
    let units = totals(lines);
    let cancelled = |line: &FulfillmentLine| {
        let named = units.get(&line.line).copied().unwrap_or(0);
        if lines.is_empty() {
            line.open
        } else {
            named.min(line.open)
        }
    };
    let answers_all = found.asked_again == 0;
    let kept = |line: &FulfillmentLine| match answers_all {
        true => line.asked_back().saturating_sub(cancelled(line)),
        false => 0,
    };
    let beyond = |line: &FulfillmentLine| {
        let named = units.get(&line.line).copied().unwrap_or(0);
        named.saturating_sub(line.open)
    };
    let mut events = release(order, found, cancelled, "cancelled_by_location", None);
    events.extend(not_missing(order, found, beyond));
    events.extend(refused(order, found, kept, LOCATION_REFUSED, context.now));
    events
}

/// A location will not ship open units. Those that it was asked to cancel are cancelled, those that it was asked to
/// give back because they are not paid come back, and the rest is routed again without it.
/// `missing_at`: when it found that the units do not exist.
pub(super) fn release(
    order: &Order,
    found: &FulfillmentOrder,
    released: impl Fn(&FulfillmentLine) -> u32,
    reason: &str,
    missing_at: Option<Timestamp>,
) -> Vec<Event> {
    if !found.status.is_open() {
        return vec![];
    }
    let surplus = |l: &FulfillmentLine| released(l).min(l.surplus);
    let to_cancel = |l: &FulfillmentLine| {
        // What does not exist there was not cancelled either: only then it is written off.
        let refused = if missing_at.is_some() {
            0
        } else {
            l.cancel_refused
        };
        let requested = l.cancel_requested.saturating_add(refused);
        let requested = requested.saturating_sub(surplus(l));
        released(l).saturating_sub(surplus(l)).min(requested)
    };
    let mut events: Vec<Event> = release_surplus(order, found, &released, missing_at)
        .into_iter()
        .collect();
    let requested = units_of(order, found, to_cancel);
    if !requested.is_empty() {
        events.push(cancelled(found, &requested));
    }
    let beyond = |l: &FulfillmentLine| {
        let gone = surplus(l).saturating_add(to_cancel(l));
        released(l).saturating_sub(gone)
    };
    // What does not exist there cannot be given back.
    let back = |l: &FulfillmentLine| {
        if missing_at.is_some() {
            0
        } else {
            beyond(l).min(l.recalled.saturating_add(l.recall_refused))
        }
    };
    let returned = units_of(order, found, back);
    if !returned.is_empty() {
        events.push(recalled(found, returned));
    }
    let lines = units_of(order, found, |l| beyond(l).saturating_sub(back(l)));
    if !lines.is_empty() {
        events.push(Event::FulfillmentRejected {
            fulfillment_order: found.id,
            location: found.location.clone(),
            reason: reason.chars().take(60).collect(),
            lines,
            missing: missing_at.is_some(),
            at: missing_at,
        });
    }
    events
}
