//! Stock levels and backorders.

use domain::{
    ids::{LineId, LocationId, OrderId, Sku},
    stock::Backorder,
    stock::StockLevel,
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::ports::SkuStock;

/// The stock levels of a SKU, and how much of it is backordered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct StockView {
    /// The SKU.
    pub sku: Sku,
    /// One level per location.
    pub levels: Vec<LevelView>,
    /// Units that can be reserved, over all locations.
    pub available: i64,
    /// Backordered units.
    pub backordered_units: u64,
    /// Order lines with backordered units.
    pub backordered_lines: usize,
}

/// Units of a SKU at one location.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LevelView {
    /// The location.
    pub location: LocationId,
    /// Units on hand, reserved ones included.
    pub on_hand: i64,
    /// Units assigned to orders and not yet shipped.
    pub reserved: i64,
    /// Units withheld from sale.
    pub safety_stock: i64,
    /// Units that can be reserved.
    pub available: i64,
    /// Units missing to cover what is reserved and kept back.
    pub shortfall: i64,
    /// When the last count was taken, UTC; left out: there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counted_at: Option<Timestamp>,
}

impl StockView {
    /// The view of a SKU.
    pub fn of(sku: Sku, stock: &SkuStock) -> Self {
        Self {
            sku,
            levels: stock.levels.iter().map(level).collect(),
            available: stock
                .levels
                .iter()
                .map(StockLevel::available)
                .fold(0, i64::saturating_add),
            backordered_units: stock
                .backorders
                .iter()
                .map(|backorder| u64::from(backorder.units))
                .fold(0, u64::saturating_add),
            backordered_lines: stock.backorders.len(),
        }
    }
}

fn level(level: &StockLevel) -> LevelView {
    LevelView {
        location: level.location.clone(),
        on_hand: level.on_hand,
        reserved: level.reserved,
        safety_stock: level.safety_stock,
        available: level.available(),
        shortfall: level.shortfall(),
        counted_at: level.counted_at,
    }
}

/// Backorders: the queue of one SKU, or the SKUs that have backorders.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct BackorderPage {
    /// The requested SKU.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sku: Option<Sku>,
    /// Its backorders, in queue order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backorders: Option<Vec<BackorderView>>,
    /// The SKUs that have backorders.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skus: Option<Vec<Sku>>,
    /// The cursor of the next page; none: this is the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// The backordered units of one order line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct BackorderView {
    /// Position in the queue, from 1.
    pub position: usize,
    /// The order's id.
    pub order: OrderId,
    /// The line's id.
    pub line: LineId,
    /// The number of units.
    pub units: u32,
    /// The order's priority; a lower number comes first.
    pub priority: u8,
    /// When the order was placed, UTC.
    pub placed_at: Timestamp,
}

impl BackorderView {
    /// The views of a queue.
    pub fn all(backorders: &[Backorder]) -> Vec<Self> {
        let positions = 1_usize..;
        positions
            .zip(backorders)
            .map(|(position, backorder)| Self {
                position,
                order: backorder.order,
                line: backorder.line.clone(),
                units: backorder.units,
                priority: backorder.priority,
                placed_at: backorder.placed_at,
            })
            .collect()
    }
}
