//! Facts that a location reports about a fulfillment order.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::LineId;

/// What a location reports about a fulfillment order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FulfillmentFact {
    /// It accepts the request.
    Accepted,
    /// It rejects the request; open units are routed elsewhere.
    Rejected {
        /// Its reason, a code such as `out_of_stock` or `cannot_ship`.
        reason: String,
    },
    /// It is picking.
    Picking,
    /// It has packed the units.
    Packed,
    /// It has cancelled units; no lines: all open units.
    Cancelled {
        /// Which units.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        lines: Vec<FactLine>,
    },
    /// It refuses to cancel what it was asked to cancel.
    CancelRefused {
        /// Its reason, a code.
        reason: String,
    },
    /// A shipment left.
    Shipped {
        /// The location's reference for the shipment.
        reference: String,
        /// Carrier.
        carrier: Option<String>,
        /// Tracking number.
        tracking: Option<String>,
        /// What is in it.
        lines: Vec<FactLine>,
        /// Whether nothing more will be shipped for this fulfillment order. Shipments that left before may still be told
        /// of later.
        last: bool,
        /// With `last`: units of each line in all shipments of the fulfillment order, if the location knows; a line that is
        /// not named has none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        totals: Option<Vec<FactLine>>,
    },
    /// Nothing more will be shipped for this fulfillment order.
    Closed {
        /// Units of each line in all of its shipments; a line that is not named has none.
        totals: Vec<FactLine>,
    },
}

/// A number of units of one line, as a location reports it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FactLine {
    /// The order's line, as we sent it.
    pub line: LineId,
    /// Units.
    pub quantity: u32,
}
