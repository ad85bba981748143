//! A location that a line may be routed to again.

use domain::ids::{LineId, LocationId, OrderId};
use schemars::JsonSchema;
use serde::Serialize;

/// The location that was allowed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AllowedLocationView {
    /// The order's id.
    pub order: OrderId,
    /// The line.
    pub line: LineId,
    /// The location.
    pub location: LocationId,
}
