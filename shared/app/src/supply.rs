//! What could be promised to an order now, as inputs for the routing decision.

use std::collections::BTreeMap;

use domain::{
    backorder::Backorder,
    ids::{LocationId, Sku},
    location::{Location, RoutingRules},
    order::Order,
    route::{Available, Candidate, Demand, RoutingInputs},
    stock::StockLevel,
};
use futures_util::future::{try_join, try_join_all};
use jiff::Timestamp;

use crate::{
    failure::Failure,
    ports::{ConfigStore, SkuView, StockStore},
};

/// Locations and rules, read once for a piece of work.
#[derive(Debug, Clone)]
pub(crate) struct Network {
    pub(crate) locations: Vec<Location>,
    pub(crate) rules: RoutingRules,
}

impl Network {
    pub(crate) async fn read(store: &impl ConfigStore) -> Result<Self, Failure> {
        let (locations, rules) = try_join(store.locations(), store.rules()).await?;
        Ok(Self { locations, rules })
    }
}

/// Shelves and queues of the SKUs that an order wants.
pub(crate) type Views = BTreeMap<Sku, SkuView>;

/// Reads the SKUs of the demands, all at once.
pub(crate) async fn views(store: &impl StockStore, demands: &[Demand]) -> Result<Views, Failure> {
    let mut skus: Vec<&Sku> = demands.iter().map(|demand| &demand.sku).collect();
    skus.sort();
    skus.dedup();
    let views = try_join_all(skus.iter().map(|sku| store.sku(sku))).await?;
    Ok(skus.into_iter().cloned().zip(views).collect())
}

/// Units of a SKU that are kept for others.
pub(crate) type Kept = BTreeMap<Sku, i64>;

/// What earlier orders wait for, all of it. That keeps back more than they take in the end; then the order waits
/// behind them for the moment it takes replenishment to serve the queue.
pub(crate) fn kept_for_all_ahead(order: &Order, views: &Views) -> Kept {
    let ahead = |view: &SkuView| {
        ahead_of(order, &view.waiting)
            .map(|w| i64::from(w.units))
            .fold(0, i64::saturating_add)
    };
    views
        .iter()
        .map(|(sku, view)| (sku.clone(), ahead(view)))
        .collect()
}

/// The inputs of a decision about `demands` of `order`.
///
/// What is kept of a SKU is kept at every location, for a location may be the only one that those for whom it is
/// kept can have it from.
pub(crate) fn inputs(
    order: &Order,
    demands: Vec<Demand>,
    network: &Network,
    views: &Views,
    kept: &Kept,
    now: Timestamp,
) -> RoutingInputs {
    let candidates = network.locations.iter().map(|location| Candidate {
        location: location.id.clone(),
        kind: location.kind,
        priority: location.priority,
        enabled: location.enabled,
        ships_to: location.ships_to.clone(),
        untracked: location.untracked,
        stock: views
            .iter()
            .filter_map(|(sku, view)| {
                let queued = kept.get(sku).copied().unwrap_or(0);
                available(location, sku, level(view, &location.id), queued)
            })
            .collect(),
    });
    RoutingInputs {
        demands,
        destination: order.placed.destination.clone(),
        ship_complete: order.placed.terms.ship_complete,
        candidates: candidates.collect(),
        rules: network.rules.clone(),
        now,
    }
}

/// Whether any location could give units of a SKU now, whoever wants them.
pub(crate) fn has_free_stock(network: &Network, sku: &Sku, view: &SkuView) -> bool {
    network.locations.iter().any(|location| {
        let has = |a: Available| a.units > 0 || location.untracked;
        location.enabled && available(location, sku, level(view, &location.id), 0).is_some_and(has)
    })
}

/// The units of one line that a decision is about.
pub(crate) fn demand(order: &Order, place: usize, units: u32) -> Option<Demand> {
    let line = order.placed.lines.get(place)?;
    let avoid = order
        .state
        .avoid
        .iter()
        .filter(|(avoiding, _)| *avoiding == line.id);
    let avoid = avoid.map(|(_, location)| location.clone()).collect();
    (units > 0).then(|| Demand {
        line: line.id.clone(),
        sku: line.sku.clone(),
        units,
        avoid,
    })
}

/// Those who wait and are served before this order. Its own lines never stand in each other's way.
pub(crate) fn ahead_of<'a>(
    order: &Order,
    waiting: &'a [Backorder],
) -> impl Iterator<Item = &'a Backorder> + use<'a> {
    let own = (
        order.placed.terms.priority,
        order.placed.placed_at,
        order.placed.id,
    );
    waiting
        .iter()
        .filter(move |w| (w.priority, w.placed_at, w.order) < own)
}

fn level<'a>(view: &'a SkuView, location: &LocationId) -> Option<&'a StockLevel> {
    view.levels.iter().find(|level| level.location == *location)
}

/// What a location has of a SKU; none when it does not carry it.
fn available(
    location: &Location,
    sku: &Sku,
    level: Option<&StockLevel>,
    queued: i64,
) -> Option<Available> {
    let carried = if location.carries.is_empty() {
        level.is_some()
    } else {
        location.carries.contains(sku)
    };
    if !carried {
        return None;
    }
    let free = level.map_or(0, StockLevel::available);
    let shelf = level.map_or(0, |l| l.on_hand.saturating_sub(l.reserved));
    let promised = free.saturating_sub(queued).max(0);
    Some(Available {
        sku: sku.clone(),
        units: count(promised),
        kept_back: count(shelf.saturating_sub(free)),
        queued_ahead: count(free.saturating_sub(promised)),
    })
}

fn count(units: i64) -> u32 {
    u32::try_from(units.max(0)).unwrap_or(u32::MAX)
}
