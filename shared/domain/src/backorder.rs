//! The backorder queue: who waits for a SKU, and in which order they are served.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{LineId, OrderId, Sku};

/// Units of one line that wait for stock. The fields before `units` are the queue order: priority, then time of
/// placement, then order, then line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Backorder {
    /// A lower number is served first.
    pub priority: u8,
    /// When the order was placed, UTC.
    pub placed_at: Timestamp,
    /// The order.
    pub order: OrderId,
    /// The line.
    pub line: LineId,
    /// What it waits for.
    pub sku: Sku,
    /// How many units.
    pub units: u32,
}

impl Backorder {
    /// Whether this one is served before `other`.
    pub fn is_before(&self, other: &Self) -> bool {
        self.place() < other.place()
    }

    /// What the queue is ordered by.
    pub fn place(&self) -> (u8, Timestamp, OrderId, &LineId) {
        (self.priority, self.placed_at, self.order, &self.line)
    }
}
