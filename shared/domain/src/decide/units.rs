//! Events about some units of a fulfillment order's lines.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::{
    ids::{LineId, Sku},
    inbound::FactLine,
    order::{CancelReason, Event, FulfillmentLine, FulfillmentOrder, LineUnits, Order, UnitsAt},
};

/// The units of each line that a location reports.
pub(super) fn totals(lines: &[FactLine]) -> BTreeMap<LineId, u32> {
    let mut units: BTreeMap<LineId, u32> = BTreeMap::new();
    for line in lines {
        let sum = units.entry(line.line.clone()).or_default();
        *sum = sum.saturating_add(line.quantity);
    }
    units
}

/// The lines of a fulfillment order with the units that `count` gives, without the empty ones.
pub(super) fn units_of(
    order: &Order,
    found: &FulfillmentOrder,
    count: impl Fn(&FulfillmentLine) -> u32,
) -> Vec<LineUnits> {
    let named = |line: &FulfillmentLine| {
        let sku = order.line(&line.line)?.0.sku.clone();
        Some(LineUnits {
            line: line.line.clone(),
            sku,
            units: count(line),
        })
    };
    found
        .lines
        .iter()
        .filter_map(named)
        .filter(|l| l.units > 0)
        .collect()
}

/// The SKUs of the order's backordered units, each once.
pub(super) fn backordered_skus(order: &Order) -> Vec<Sku> {
    let backordered = order.lines().filter(|(_, state)| state.backordered > 0);
    let mut skus: Vec<Sku> = backordered.map(|(line, _)| line.sku.clone()).collect();
    skus.sort();
    skus.dedup();
    skus
}

/// Open units of a fulfillment order are cancelled.
pub(super) fn cancelled(found: &FulfillmentOrder, lines: &[LineUnits]) -> Event {
    let at = |l: &LineUnits| UnitsAt {
        line: l.line.clone(),
        sku: l.sku.clone(),
        units: l.units,
        fulfillment_order: Some(found.id),
        backordered: 0,
    };
    let reason = found
        .cancel_reason
        .clone()
        .clone()
        .unwrap_or(CancelReason::CustomerRequested);
    Event::UnitsCancelled {
        units: lines.iter().map(at).collect(),
        reason,
        note: None,
    }
}

/// Open units of a fulfillment order come back because they are not paid.
pub(super) fn recalled(found: &FulfillmentOrder, lines: Vec<LineUnits>) -> Event {
    Event::UnitsRecalled {
        fulfillment_order: found.id,
        location: found.location.clone(),
        lines,
    }
}

/// Units that a location was asked not to ship are shipped all the same.
pub(super) fn refused(
    order: &Order,
    found: &FulfillmentOrder,
    count: impl Fn(&FulfillmentLine) -> u32,
    winner: &str,
    at: Timestamp,
) -> Vec<Event> {
    let lines = units_of(order, found, count);
    if lines.is_empty() {
        return vec![];
    }
    let by = found.location.to_string();
    let (fulfillment_order, winner) = (found.id, winner.to_owned());
    vec![Event::CancellationRefused {
        fulfillment_order,
        lines,
        winner,
        by,
        at,
        requested: true,
    }]
}
