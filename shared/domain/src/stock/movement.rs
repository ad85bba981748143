//! Movements of stock that no order caused: receipts, counts, corrections, safety stock.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::StockLevel;
use crate::{
    ids::{LocationId, Sku},
    order::{Actor, Cause},
    schema,
};

/// A movement of stock that no order caused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum StockMovement {
    /// Units came in.
    Received {
        /// Units.
        quantity: u32,
    },
    /// Units were counted; reserved ones are included.
    Counted {
        /// Units at the location.
        on_hand: u32,
    },
    /// A person or a system corrects the figure.
    Adjusted {
        /// Units more or less.
        delta: i64,
    },
    /// So many units are withheld from sale.
    SafetyStock {
        /// Units.
        units: u32,
    },
}

impl StockMovement {
    /// The level after the movement.
    pub fn apply_to(&self, level: &StockLevel) -> StockLevel {
        let mut after = level.clone();
        match self {
            Self::Received { quantity } => {
                after.on_hand = after.on_hand.saturating_add(i64::from(*quantity));
            }
            Self::Counted { on_hand } => after.on_hand = i64::from(*on_hand),
            Self::Adjusted { delta } => after.on_hand = after.on_hand.saturating_add(*delta),
            Self::SafetyStock { units } => after.safety_stock = i64::from(*units),
        }
        after
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
    /// The units withheld from sale changed.
    SafetyStockChanged(StockChange),
}

/// One stock level before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StockChange {
    pub sku: Sku,
    pub location: LocationId,
    /// On hand afterwards.
    pub on_hand: i64,
    /// Withheld from sale afterwards.
    pub safety_stock: i64,
    /// Available to reserve afterwards.
    pub available: i64,
    /// By how much on hand changed.
    pub on_hand_delta: i64,
}

impl StockEvent {
    /// The event that a movement is.
    pub fn new(before: &StockLevel, movement: &StockMovement) -> Self {
        let after = movement.apply_to(before);
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
    /// Version of the document, see [`schema::VERSION`].
    #[serde(default = "schema::first")]
    pub schema: u16,
    /// When it was recorded, UTC.
    pub at: Timestamp,
    pub actor: Actor,
    /// Its key names the marker.
    pub cause: Cause,
    pub events: Vec<StockEvent>,
}
