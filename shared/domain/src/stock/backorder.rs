//! The backorder queue: which lines wait for a SKU, and in which order they are released.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    ids::{LineId, OrderId, Sku},
    order::{Line, Order},
};

/// Units of one line that wait for stock. The fields before `sku` are the queue order: priority, then time of
/// placement, then order, then line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Backorder {
    /// A lower number is released first.
    pub priority: u8,
    /// When the order was placed, UTC.
    pub placed_at: Timestamp,
    pub order: OrderId,
    pub line: LineId,
    pub sku: Sku,
    /// Units that wait.
    pub units: u32,
}

impl Backorder {
    /// What the queue is ordered by.
    pub fn position(&self) -> (u8, Timestamp, OrderId, &LineId) {
        (self.priority, self.placed_at, self.order, &self.line)
    }
}

impl Order {
    /// The backorder of a line of this order.
    pub fn backorder(&self, line: &Line, units: u32) -> Backorder {
        Backorder {
            priority: self.terms().priority,
            placed_at: self.placed.placed_at,
            order: self.placed.id,
            line: line.id.clone(),
            sku: line.sku.clone(),
            units,
        }
    }
}
