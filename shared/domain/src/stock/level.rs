//! Stock levels: how many units of a SKU a location has, has reserved and may sell.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::StockDelta;
use crate::ids::{LocationId, Sku};

/// Units of one SKU at one location.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StockLevel {
    pub sku: Sku,
    pub location: LocationId,
    /// Units at the location, reserved ones included. Negative only when shipments left that we had no stock for.
    pub on_hand: i64,
    /// Assigned to orders and not yet shipped.
    pub reserved: i64,
    /// Withheld from sale.
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

    /// Units that may be reserved: `on_hand - reserved - safety_stock`, never below zero.
    pub fn available(&self) -> i64 {
        self.balance().max(0)
    }

    /// Units that are missing for what is reserved and withheld: a count or a shipment has shown that there is less
    /// than we had recorded. Zero whenever something is available.
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stock::StockMovement;

    #[test]
    fn a_count_below_what_is_reserved_shows_as_shortfall_and_sells_nothing() {
        let level = StockLevel {
            on_hand: 10,
            reserved: 6,
            safety_stock: 1,
            ..StockLevel::empty("TEE".parse().unwrap(), "berlin".parse().unwrap())
        };
        assert_eq!((level.available(), level.shortfall()), (3, 0));
        let counted = StockMovement::Counted { on_hand: 4 }.apply_to(&level);
        assert_eq!((counted.available(), counted.shortfall()), (0, 3));
    }
}
