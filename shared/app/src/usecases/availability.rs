//! What could be reserved for an order now, as inputs of the routing decision.

use std::collections::BTreeMap;

use domain::{
    ids::{LocationId, Sku},
    location::{Location, RoutingRules},
    order::{Line, Order},
    routing::{Available, Candidate, Demand, RoutingInputs},
    stock::Backorder,
    stock::StockLevel,
};
use futures_util::future::{try_join, try_join_all};
use jiff::Timestamp;

use crate::{
    failure::Failure,
    ports::{ConfigStore, SkuStock, StockStore},
};

/// Locations and rules, read once per message.
#[derive(Debug, Clone)]
pub(super) struct Network {
    pub(super) locations: Vec<Location>,
    pub(super) rules: RoutingRules,
}

impl Network {
    pub(super) async fn read(store: &impl ConfigStore) -> Result<Self, Failure> {
        let (locations, rules) = try_join(store.locations(), store.rules()).await?;
        Ok(Self { locations, rules })
    }
}

/// Levels and backorders of the SKUs that an order demands.
pub(super) type Stock = BTreeMap<Sku, SkuStock>;

/// Reads the SKUs of the demands, all at once.
pub(super) async fn stock_of(
    store: &impl StockStore,
    demands: &[Demand],
) -> Result<Stock, Failure> {
    let mut skus: Vec<&Sku> = demands.iter().map(|demand| &demand.sku).collect();
    skus.sort();
    skus.dedup();
    let stock = try_join_all(skus.iter().map(|sku| store.sku(sku))).await?;
    Ok(skus.into_iter().cloned().zip(stock).collect())
}

/// Units of a SKU that are held for backorders ahead in the queue.
pub(super) type HeldForQueue = BTreeMap<Sku, i64>;

/// All units that earlier orders have backordered. That holds back more than they take in the end; the order is then
/// backordered behind them until the queue is released, which takes a moment.
pub(super) fn held_for_all_ahead(order: &Order, stock: &Stock) -> HeldForQueue {
    let ahead = |sku_stock: &SkuStock| {
        ahead_of(order, &sku_stock.backorders)
            .map(|backorder| i64::from(backorder.units))
            .fold(0, i64::saturating_add)
    };
    stock
        .iter()
        .map(|(sku, sku_stock)| (sku.clone(), ahead(sku_stock)))
        .collect()
}

/// The inputs of a decision about `demands` of `order`.
///
/// What is held of a SKU is held at every location, because a location may be the only one that can ship to the
/// orders ahead.
pub(super) fn inputs(
    order: &Order,
    mut demands: Vec<Demand>,
    network: &Network,
    stock: &Stock,
    held: &HeldForQueue,
    now: Timestamp,
) -> RoutingInputs {
    for demand in &mut demands {
        let levels = stock.get(&demand.sku);
        demand.avoid = order.avoided(&demand.line, |location| {
            level(levels?, location)?.restocked_at()
        });
    }
    let candidates = network.locations.iter().map(|location| Candidate {
        location: location.id.clone(),
        kind: location.kind,
        priority: location.priority,
        enabled: location.enabled,
        ships_to: location.ships_to.clone(),
        untracked: location.untracked,
        stock: stock
            .iter()
            .filter_map(|(sku, sku_stock)| {
                let queued = held.get(sku).copied().unwrap_or(0);
                available(location, sku, level(sku_stock, &location.id), queued)
            })
            .collect(),
    });
    RoutingInputs {
        left_out: None,
        demands,
        destination: order.destination().clone(),
        ship_complete: order.terms().ship_complete,
        candidates: candidates.collect(),
        rules_version: network.rules.version,
        now,
    }
}

/// Whether any location could ship units of a SKU now, to whichever order.
pub(super) fn has_free_stock(network: &Network, sku: &Sku, stock: &SkuStock) -> bool {
    network.locations.iter().any(|location| {
        let has = |a: Available| a.units > 0 || location.untracked;
        location.enabled && available(location, sku, level(stock, &location.id), 0).is_some_and(has)
    })
}

/// Units of a line, as a demand; none for no units.
pub(super) fn demand(line: &Line, units: u32) -> Option<Demand> {
    (units > 0).then(|| Demand {
        line: line.id.clone(),
        sku: line.sku.clone(),
        units,
        avoid: Vec::new(),
    })
}

/// The backorders that come before this order. An order's own lines are never ahead of each other.
pub(super) fn ahead_of<'a>(
    order: &Order,
    backorders: &'a [Backorder],
) -> impl Iterator<Item = &'a Backorder> + use<'a> {
    let own = (
        order.terms().priority,
        order.placed.placed_at,
        order.placed.id,
    );
    backorders
        .iter()
        .filter(move |other| (other.priority, other.placed_at, other.order) < own)
}

fn level<'a>(stock: &'a SkuStock, location: &LocationId) -> Option<&'a StockLevel> {
    stock
        .levels
        .iter()
        .find(|level| level.location == *location)
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
    let unreserved = level.map_or(0, |l| l.on_hand.saturating_sub(l.reserved));
    let offered = free.saturating_sub(queued).max(0);
    Some(Available {
        sku: sku.clone(),
        units: count(offered),
        withheld: count(unreserved.saturating_sub(free)),
        queued_ahead: count(free.saturating_sub(offered)),
    })
}

fn count(units: i64) -> u32 {
    u32::try_from(units.max(0)).unwrap_or(u32::MAX)
}
