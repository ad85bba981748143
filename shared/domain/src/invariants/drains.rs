//! Whether every backorder is released that can be, at a moment when all messages have been handled.

use std::{collections::BTreeMap, fmt};

use super::snapshot::{OrderRecord, Snapshot};
use crate::{
    ids::{OrderId, Sku},
    location::{Location, RoutingRules},
    order::Order,
    routing::{Available, Candidate, Demand, RoutingInputs, route},
    stock::Backorder,
    stock::StockLevel,
};

/// A SKU with a backorder that could be released.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwedDrain {
    /// The SKU.
    pub sku: Sku,
    /// The first in its queue that could be released.
    pub backorder: Backorder,
    /// How it could be assigned, in sentences.
    pub explanation: String,
}

impl fmt::Display for OwedDrain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Backorder {
            order,
            line,
            sku,
            units,
            ..
        } = &self.backorder;
        write!(
            f,
            "{order} line {line} is backordered for {units} of {sku}: {}",
            self.explanation
        )
    }
}

/// SKUs with a backorder for which an eligible location has free stock: what draining the queues
/// now would change. Empty once every message has been handled.
///
/// Each backorder is routed as if it were the only one. Orders that are not ready (a hold is in force, the
/// money is missing) are left out, and of those that ship complete all lines must find a place.
pub fn owed_drains(
    snapshot: &Snapshot,
    locations: &[Location],
    rules: &RoutingRules,
) -> Vec<OwedDrain> {
    let orders: BTreeMap<OrderId, &Order> = snapshot
        .orders
        .iter()
        .map(|OrderRecord { order, .. }| (order.placed.id, order))
        .collect();
    let mut queue: Vec<&Backorder> = snapshot.backorders.iter().collect();
    queue.sort();
    let mut owed: BTreeMap<&Sku, OwedDrain> = BTreeMap::new();
    for backorder in queue {
        let order = orders
            .get(&backorder.order)
            .filter(|order| order.is_ready());
        let Some(order) = order.filter(|_| !owed.contains_key(&backorder.sku)) else {
            continue;
        };
        let Some(inputs) = inputs(snapshot, locations, rules, order, backorder) else {
            continue;
        };
        let decision = route(&inputs, rules);
        if !decision.assignments.is_empty() {
            let (sku, explanation) = (backorder.sku.clone(), decision.explanation);
            owed.insert(
                &backorder.sku,
                OwedDrain {
                    sku,
                    backorder: backorder.clone(),
                    explanation,
                },
            );
        }
    }
    owed.into_values().collect()
}

fn inputs(
    snapshot: &Snapshot,
    locations: &[Location],
    rules: &RoutingRules,
    order: &Order,
    backorder: &Backorder,
) -> Option<RoutingInputs> {
    let ship_complete = order.terms().ship_complete;
    if ship_complete && order.unrouted() > 0 {
        return None;
    }
    let lines = order.lines();
    let wanted = lines.filter(|(line, state)| {
        state.backordered > 0 && (ship_complete || line.id == backorder.line)
    });
    let demands: Vec<Demand> = wanted
        .map(|(line, state)| Demand {
            line: line.id.clone(),
            sku: line.sku.clone(),
            units: state.backordered,
            avoid: order.avoided(&line.id, |_| None),
        })
        .collect();
    let candidates = locations
        .iter()
        .map(|location| candidate(snapshot, location, &demands))
        .collect();
    Some(RoutingInputs {
        left_out: None,
        demands,
        destination: order.destination().clone(),
        ship_complete,
        candidates,
        rules_version: rules.version,
        now: order.state.changed_at,
    })
}

fn candidate(snapshot: &Snapshot, location: &Location, demands: &[Demand]) -> Candidate {
    let available = |sku: &Sku| {
        let level = snapshot
            .levels
            .iter()
            .find(|l| l.location == location.id && l.sku == *sku);
        let carried = if location.carries.is_empty() {
            level.is_some()
        } else {
            location.carries.contains(sku)
        };
        carried.then(|| Available {
            sku: sku.clone(),
            units: u32::try_from(level.map_or(0, StockLevel::available)).unwrap_or(u32::MAX),
            withheld: 0,
            queued_ahead: 0,
        })
    };
    let mut skus: Vec<&Sku> = demands.iter().map(|demand| &demand.sku).collect();
    skus.sort();
    skus.dedup();
    Candidate {
        location: location.id.clone(),
        kind: location.kind,
        priority: location.priority,
        enabled: location.enabled,
        ships_to: location.ships_to.clone(),
        untracked: location.untracked,
        stock: skus.into_iter().filter_map(available).collect(),
    }
}
