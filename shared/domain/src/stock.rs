//! Stock levels: how many units of a SKU a location has, owes and may sell.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    facts::StockMovement,
    ids::{LocationId, Sku},
    order::{Actor, Cause},
};

/// Units of one SKU at one location.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StockLevel {
    /// Which SKU.
    pub sku: Sku,
    /// Where.
    pub location: LocationId,
    /// On the shelf, reserved ones included. Negative only when parcels left that the books did not have.
    pub on_hand: i64,
    /// Assigned to orders and not yet shipped.
    pub reserved: i64,
    /// Kept back from sale.
    pub safety_stock: i64,
}

impl StockLevel {
    /// A level with nothing there.
    pub fn empty(sku: Sku, location: LocationId) -> Self {
        Self {
            sku,
            location,
            on_hand: 0,
            reserved: 0,
            safety_stock: 0,
        }
    }

    fn balance(&self) -> i64 {
        self.on_hand
            .saturating_sub(self.reserved)
            .saturating_sub(self.safety_stock)
    }

    /// Units that may be promised: `on_hand - reserved - safety_stock`, never below zero.
    pub fn available(&self) -> i64 {
        self.balance().max(0)
    }

    /// Units by which the shelf falls short of what is reserved and kept back: a count or a parcel has shown
    /// that there is less than the books had. Zero whenever something is available.
    pub fn shortfall(&self) -> i64 {
        self.balance().saturating_neg().max(0)
    }

    /// The level after a change.
    pub fn after(&self, delta: &StockDelta) -> Self {
        Self {
            on_hand: self.on_hand.saturating_add(delta.on_hand),
            reserved: self.reserved.saturating_add(delta.reserved),
            ..self.clone()
        }
    }

    /// The level after a movement that no order caused.
    pub fn moved(&self, movement: &StockMovement) -> Self {
        let mut level = self.clone();
        match movement {
            StockMovement::Received { quantity } => {
                level.on_hand = level.on_hand.saturating_add(i64::from(*quantity));
            }
            StockMovement::Counted { on_hand } => level.on_hand = i64::from(*on_hand),
            StockMovement::Adjusted { delta } => {
                level.on_hand = level.on_hand.saturating_add(*delta)
            }
            StockMovement::SafetyStock { units } => level.safety_stock = i64::from(*units),
        }
        level
    }
}

/// What an order's change does to one stock level. Sums of all its lines: a transaction touches an item once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockDelta {
    /// Which SKU.
    pub sku: Sku,
    /// Where.
    pub location: LocationId,
    /// Units on hand, more or less.
    pub on_hand: i64,
    /// Units reserved, more or less.
    pub reserved: i64,
    /// Whether it is a promise, which needs the units to be available, or a physical fact, which does not ask.
    pub promise: bool,
}

impl StockDelta {
    /// By how much the available units change.
    pub fn available(&self) -> i64 {
        self.on_hand.saturating_sub(self.reserved)
    }
}

/// What happened to stock without an order; the `detail-type` on the bus is the variant's name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type")]
pub enum StockEvent {
    /// Units came in.
    StockReceived(StockChange),
    /// Units were counted.
    StockCounted(StockChange),
    /// The figure was corrected.
    StockAdjusted(StockChange),
    /// The units kept back changed.
    SafetyStockChanged(StockChange),
}

/// One stock level before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StockChange {
    /// Which SKU.
    pub sku: Sku,
    /// Where.
    pub location: LocationId,
    /// On hand afterwards.
    pub on_hand: i64,
    /// Kept back afterwards.
    pub safety_stock: i64,
    /// May be promised afterwards.
    pub available: i64,
    /// By how much on hand changed.
    pub on_hand_delta: i64,
}

impl StockEvent {
    /// The event that a movement is.
    pub fn new(before: &StockLevel, movement: &StockMovement) -> Self {
        let after = before.moved(movement);
        let change = StockChange {
            sku: after.sku.clone(),
            location: after.location.clone(),
            on_hand: after.on_hand,
            safety_stock: after.safety_stock,
            available: after.available(),
            on_hand_delta: after.on_hand.saturating_sub(before.on_hand),
        };
        match movement {
            StockMovement::Received { .. } => Self::StockReceived(change),
            StockMovement::Counted { .. } => Self::StockCounted(change),
            StockMovement::Adjusted { .. } => Self::StockAdjusted(change),
            StockMovement::SafetyStock { .. } => Self::SafetyStockChanged(change),
        }
    }

    /// The event's name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::StockReceived(_) => "StockReceived",
            Self::StockCounted(_) => "StockCounted",
            Self::StockAdjusted(_) => "StockAdjusted",
            Self::SafetyStockChanged(_) => "SafetyStockChanged",
        }
    }

    /// What it changed.
    pub fn change(&self) -> &StockChange {
        match self {
            Self::StockReceived(c)
            | Self::StockCounted(c)
            | Self::StockAdjusted(c)
            | Self::SafetyStockChanged(c) => c,
        }
    }
}

/// One movement of stock as it is written: the new levels, conditioned on the old ones, and the marker that
/// makes it happen once. The marker is also the audit record and the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockCommit {
    /// Levels as read and as they become; at most one entry a (SKU, location).
    pub levels: Vec<(StockLevel, StockLevel)>,
    /// The record.
    pub record: StockRecord,
}

/// The record of a movement of stock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockRecord {
    /// When, UTC.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// Why; its key is the marker.
    pub cause: Cause,
    /// What happened.
    pub events: Vec<StockEvent>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_below_what_is_reserved_shows_as_shortfall_and_sells_nothing() {
        let level = StockLevel {
            on_hand: 10,
            reserved: 6,
            safety_stock: 1,
            ..StockLevel::empty("TEE".parse().unwrap(), "berlin".parse().unwrap())
        };
        assert_eq!((level.available(), level.shortfall()), (3, 0));
        let counted = level.moved(&StockMovement::Counted { on_hand: 4 });
        assert_eq!((counted.available(), counted.shortfall()), (0, 3));
    }
}
