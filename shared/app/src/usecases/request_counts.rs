//! Asks a person to count what a location reports missing. The units are written off already; how many there really are
//! only a count tells, and the next one after the report ends the exception.
//!
//! One stock commit for each event, conditioned on the levels. Its marker makes a redelivered event ask once.

use std::collections::BTreeMap;

use domain::{
    ids::{LocationId, Sku},
    order::{Actor, Cause, LineUnits},
    stock::{StockCommit, StockException, StockLevel, StockRecord},
};
use jiff::Timestamp;
use serde::Deserialize;

use super::{adjust_stock::levels, execute::FACT_ROUNDS};
use crate::{
    bus::message::BusEvent,
    failure::Failure,
    ports::{Clock, StockMoveOutcome, StockStore},
};

/// What the events about missing units have in common.
#[derive(Deserialize)]
struct Report {
    location: LocationId,
    lines: Vec<LineUnits>,
    #[serde(default)]
    missing: bool,
    #[serde(default)]
    at: Option<Timestamp>,
}

/// Opens exceptions about the levels of units that a location reports missing; an event about anything else changes
/// nothing. Levels that have been counted since are passed over.
///
/// # Errors
/// [`Failure::Malformed`] when the event's fields are not those of its name; [`Failure::Contended`].
pub(super) async fn request_counts(
    store: &impl StockStore,
    clock: &impl Clock,
    event: &BusEvent,
) -> Result<(), Failure> {
    let Some(report) = missing_units(event)? else {
        return Ok(());
    };
    let mut missing: BTreeMap<Sku, u32> = BTreeMap::new();
    for line in &report.lines {
        let units = missing.entry(line.sku.clone()).or_default();
        *units = units.saturating_add(line.units);
    }
    let cause = Cause::new("bus", event.id.as_str());
    for _ in 0..FACT_ROUNDS {
        let now = clock.now();
        let mut record = StockRecord::new(now, Actor::system("replenishment"), cause.clone());
        let mut changed = Vec::new();
        let before = levels(store, &report.location, missing.keys()).await?;
        for (sku, level) in before {
            let units = missing.get(&sku).copied().unwrap_or(0);
            // A location without stock levels: nothing was written off.
            if level == StockLevel::empty(sku, report.location.clone()) {
                continue;
            }
            let reported_at = report.at.unwrap_or(now).min(now);
            if let Some((after, opened)) =
                StockException::units_missing(&level, units, reported_at, now)
            {
                changed.push((level, after));
                record.exceptions_opened.extend(opened);
            }
        }
        if changed.is_empty() {
            return Ok(());
        }
        let opened = record.exceptions_opened.len();
        let commit = StockCommit {
            levels: changed,
            record,
        };
        match store.move_stock(&commit).await? {
            StockMoveOutcome::Moved => {
                tracing::info!(location = %report.location, opened, "counts requested");
                return Ok(());
            }
            StockMoveOutcome::Duplicate => return Ok(()),
            StockMoveOutcome::Conflict => {}
        }
    }
    Err(Failure::Contended(FACT_ROUNDS))
}

fn missing_units(event: &BusEvent) -> Result<Option<Report>, Failure> {
    let always = match event.name.as_str() {
        "UnitsShortShipped" => true,
        "FulfillmentRejected" | "SurplusReleased" => false,
        _ => return Ok(None),
    };
    let report = Report::deserialize(&event.data)
        .map_err(|error| Failure::Malformed(format!("{}: {error}", event.name)))?;
    Ok(Some(report).filter(|report| always || report.missing))
}
