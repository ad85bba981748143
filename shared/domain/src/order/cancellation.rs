//! What becomes of units that a request wants cancelled: one type from the decision to the API's answer.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::ids::{FulfillmentOrderId, LineId, LocationId, Sku};

/// What a cancel request did, or would do, to one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LineCancellation {
    pub line: LineId,
    pub sku: Sku,
    /// Units cancelled at once.
    pub cancelled: u32,
    /// Units that a location is now asked to cancel; the location decides.
    pub requested: Vec<RequestedUnits>,
    /// Units that a location was asked to cancel before and has not answered for.
    pub pending: Vec<RequestedUnits>,
    /// Units that are too late to cancel.
    pub refused: Vec<RefusedUnits>,
}

/// Units that a location is asked to cancel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RequestedUnits {
    /// The fulfillment order that holds them.
    pub fulfillment_order: FulfillmentOrderId,
    pub location: LocationId,
    pub units: u32,
}

/// Units that cannot be cancelled, and who was first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RefusedUnits {
    pub units: u32,
    /// The fulfillment order that holds them.
    pub fulfillment_order: FulfillmentOrderId,
    /// What came first: `picking`, `packed` or `shipped`.
    pub winner: String,
    /// Who did it: the location.
    pub by: String,
    /// When that was, UTC.
    pub at: Timestamp,
}

impl LineCancellation {
    /// A line of which nothing is cancelled.
    pub fn nothing(line: LineId, sku: Sku) -> Self {
        Self {
            line,
            sku,
            cancelled: 0,
            requested: Vec::new(),
            pending: Vec::new(),
            refused: Vec::new(),
        }
    }

    /// Units that locations are now asked to cancel.
    pub fn requested_units(&self) -> u32 {
        let units = self.requested.iter().map(|requested| requested.units);
        units.fold(0, u32::saturating_add)
    }

    /// Units that were cancelled or asked for now, or are too late.
    pub fn units_taken(&self) -> u32 {
        let refused = self.refused.iter().map(|refused| refused.units);
        refused.fold(
            self.cancelled.saturating_add(self.requested_units()),
            u32::saturating_add,
        )
    }
}
