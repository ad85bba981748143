//! Holds after a request to place or release one.

use domain::{ids::OrderId, order::HoldKind};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

/// The hold that the order has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PlacedHoldView {
    /// The order's id.
    pub order: OrderId,
    /// The hold.
    pub hold: PlacedHold,
}

/// A hold as it was requested.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PlacedHold {
    /// The kind of hold.
    pub kind: HoldKind,
    /// The hold's name, needed to release it.
    pub handle: String,
    /// When the hold expires, UTC; none: never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

/// The hold that was released.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ReleasedHoldView {
    /// The order's id.
    pub order: OrderId,
    /// The hold's name.
    pub handle: String,
}
