//! Facts about stock at a location.

use serde::{Deserialize, Serialize};

use crate::{ids::Sku, stock::StockMovement};

/// What happens to stock at a location.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockFact {
    /// Which SKU.
    pub sku: Sku,
    /// What.
    pub movement: StockMovement,
}
