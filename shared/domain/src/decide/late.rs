//! Shipments that turn up after their units were routed again. The units are taken back from wherever they are and have
//! not left; where it is too late for that, the other location is asked to cancel, and until it answers its units are
//! surplus.

use jiff::Timestamp;

use super::units::{cancelled, recalled, units_of};
use crate::{
    ids::FulfillmentOrderId,
    order::{
        CancelReason, Event, FulfillmentLine, FulfillmentOrder, FulfillmentStatus, LineUnits,
        Order, ReclaimedUnits, ShipmentLine,
    },
};

/// What a late shipment takes back. `contents` are the lines of the shipment as far as the fulfillment order has open
/// units; units that are taken back count as requested in them afterwards.
pub(super) fn reclaim(
    order: &Order,
    found: &FulfillmentOrder,
    contents: &mut [ShipmentLine],
) -> Vec<Event> {
    let mut units = Vec::new();
    for part in contents.iter_mut().filter(|part| part.unexpected > 0) {
        let Some(line) = found.line(&part.line).filter(|line| line.released > 0) else {
            continue;
        };
        let Some(taken) = reclaimed(order, found, line, part.unexpected) else {
            continue;
        };
        part.units = part.units.saturating_add(taken.total());
        part.unexpected = part.unexpected.saturating_sub(taken.total());
        units.push(taken);
    }
    if units.is_empty() {
        return vec![];
    }
    let recalls = recalls(&units);
    let mut events = vec![Event::UnitsReclaimed {
        fulfillment_order: found.id,
        location: found.location.clone(),
        units,
    }];
    events.extend(recalls);
    events
}

/// Where `extra` units of a line are, in the order in which they are taken back.
fn reclaimed(
    order: &Order,
    found: &FulfillmentOrder,
    released: &FulfillmentLine,
    extra: u32,
) -> Option<ReclaimedUnits> {
    let (line, state) = order.line(&released.line)?;
    let back = extra.min(released.released);
    let mut wanted = back;
    let mut take = |available: u32| {
        let taken = available.min(wanted);
        wanted = wanted.saturating_sub(taken);
        taken
    };
    let unrouted = take(state.unrouted);
    let backordered = take(state.backordered);
    let mut at = |is_planned: bool| -> Vec<(FulfillmentOrderId, u32)> {
        let others = order.state.fulfillment_orders.iter().filter(|other| {
            other.id != found.id
                && other.status.is_open()
                && (other.status == FulfillmentStatus::Planned) == is_planned
        });
        let free = others.filter_map(|other| {
            let part = other.line(&line.id)?;
            Some((other.id, part.open.saturating_sub(part.surplus)))
        });
        free.map(|(id, units)| (id, take(units)))
            .filter(|(_, units)| *units > 0)
            .collect()
    };
    let units = ReclaimedUnits {
        line: line.id.clone(),
        sku: line.sku.clone(),
        unrouted,
        backordered,
        planned: at(true),
        surplus: at(false),
        released: back,
        written_off: back.min(released.written_off),
    };
    (units.total() > 0 || units.written_off > 0).then_some(units)
}

/// Other locations are asked to cancel the units that are now surplus, one request each.
fn recalls(units: &[ReclaimedUnits]) -> Vec<Event> {
    let mut asked: Vec<(FulfillmentOrderId, Vec<LineUnits>)> = Vec::new();
    for part in units {
        for (id, units) in &part.surplus {
            let units = LineUnits {
                line: part.line.clone(),
                sku: part.sku.clone(),
                units: *units,
            };
            match asked.iter_mut().find(|(known, _)| known == id) {
                Some((_, lines)) => lines.push(units),
                None => asked.push((*id, vec![units])),
            }
        }
    }
    let event = |(fulfillment_order, lines)| Event::CancellationRequested {
        fulfillment_order,
        lines,
        reason: CancelReason::AlreadyShipped,
    };
    asked.into_iter().map(event).collect()
}

/// Takes `units` of each line away from a location that will not ship them: first the surplus, which nobody needs. The
/// rest is left for the caller, given by line. `missing_at`: when it found that the units do not exist.
pub(super) fn release_surplus(
    order: &Order,
    found: &FulfillmentOrder,
    units: impl Fn(&FulfillmentLine) -> u32,
    missing_at: Option<Timestamp>,
) -> Option<Event> {
    let lines = units_of(order, found, |line| units(line).min(line.surplus));
    (!lines.is_empty()).then(|| Event::SurplusReleased {
        fulfillment_order: found.id,
        location: found.location.clone(),
        lines,
        missing: missing_at.is_some(),
        at: missing_at,
    })
}

/// Units of the surplus that a shipment contains: they leave although another shipment had them. They are taken from the
/// fulfillment order and count as unexpected.
pub(super) fn ship_surplus(
    order: &Order,
    found: &FulfillmentOrder,
    contents: &mut [ShipmentLine],
) -> Option<Event> {
    let left = |line: &FulfillmentLine, contents: &[ShipmentLine]| {
        let part = contents.iter().find(|part| part.line == line.line);
        let needed = line.open.saturating_sub(line.surplus);
        part.map_or(0, |part| part.units.saturating_sub(needed))
    };
    let event = release_surplus(order, found, |line| left(line, contents), None);
    for line in &found.lines {
        let surplus = left(line, contents).min(line.surplus);
        if let Some(part) = contents.iter_mut().find(|part| part.line == line.line) {
            part.units = part.units.saturating_sub(surplus);
            part.unexpected = part.unexpected.saturating_add(surplus);
        }
    }
    event
}

/// A location says that it has cancelled units, `beyond` those that are open. As far as they were written off as missing
/// when it closed, they are on its shelf: they did not leave and are not lost. Where they were routed since, they stay.
pub(super) fn not_missing(
    order: &Order,
    found: &FulfillmentOrder,
    beyond: impl Fn(&FulfillmentLine) -> u32,
) -> Option<Event> {
    let lines = units_of(order, found, |line| beyond(line).min(line.written_off));
    (!lines.is_empty()).then(|| Event::WriteOffReversed {
        fulfillment_order: found.id,
        location: found.location.clone(),
        lines,
    })
}

/// Units that a location has not shipped and will not ship: surplus is released, what it was asked to cancel is cancelled,
/// the rest is short. `count` gives them by line; `at`: when they were missing.
pub(super) fn given_up(
    order: &Order,
    found: &FulfillmentOrder,
    at: Timestamp,
    count: impl Fn(&FulfillmentLine) -> u32,
) -> Vec<Event> {
    let surplus = |line: &FulfillmentLine| count(line).min(line.surplus);
    let to_cancel = |line: &FulfillmentLine| {
        let rest = count(line).saturating_sub(surplus(line));
        rest.min(line.cancel_requested.saturating_sub(surplus(line)))
    };
    let beyond = |line: &FulfillmentLine| {
        let gone = surplus(line).saturating_add(to_cancel(line));
        count(line).saturating_sub(gone)
    };
    // What it was asked to give back because it is not paid is not short.
    let back = |line: &FulfillmentLine| beyond(line).min(line.recalled);
    let short = |line: &FulfillmentLine| beyond(line).saturating_sub(back(line));
    // What it was asked to cancel is not missing.
    let asked = |line: &FulfillmentLine| surplus(line).min(line.cancel_requested);
    let lost = |line: &FulfillmentLine| surplus(line).saturating_sub(asked(line));
    let mut events: Vec<Event> = release_surplus(order, found, asked, None)
        .into_iter()
        .chain(release_surplus(order, found, lost, Some(at)))
        .collect();
    let units = units_of(order, found, to_cancel);
    if !units.is_empty() {
        events.push(cancelled(found, &units));
    }
    let returned = units_of(order, found, back);
    if !returned.is_empty() {
        events.push(recalled(found, returned));
    }
    let lines = units_of(order, found, short);
    if !lines.is_empty() {
        events.push(Event::UnitsShortShipped {
            fulfillment_order: found.id,
            location: found.location.clone(),
            lines,
            at: Some(at),
        });
    }
    events
}
