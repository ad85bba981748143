//! A routing decision, as it is stored with the order.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::RoutingInputs;
use crate::{
    ids::{LineId, LocationId, Sku},
    serde_default::is_default,
};

/// What was decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Decision {
    /// The engine that made it, see [`ENGINE`](super::ENGINE).
    #[serde(default = "first_engine")]
    pub engine: u32,
    pub inputs: RoutingInputs,
    /// Which location ships what; one entry a location.
    pub assignments: Vec<Assignment>,
    /// What could not be assigned.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unplaced: Vec<Unplaced>,
    /// Why locations were not used: the reasons that explain most.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclusions: Vec<Exclusion>,
    /// How many more exclusions there were: of the candidates, and one for each location that is no candidate.
    #[serde(default, skip_serializing_if = "is_default")]
    pub exclusions_unlisted: u32,
    /// Whether the search gave up at its limit, so that a better plan may exist.
    #[serde(default, skip_serializing_if = "is_default")]
    pub truncated: bool,
    /// The decision in sentences, for people.
    pub explanation: String,
    /// The attempt that was committed: 2 or more when other orders took the stock first.
    #[serde(default = "first_attempt")]
    pub attempt: u32,
}

fn first_engine() -> u32 {
    1
}

fn first_attempt() -> u32 {
    1
}

/// What one location ships.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Assignment {
    pub location: LocationId,
    /// Whether stock is not counted there.
    #[serde(default, skip_serializing_if = "is_default")]
    pub untracked: bool,
    /// Units per line.
    pub lines: Vec<(LineId, u32)>,
}

/// Units that could not be assigned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Unplaced {
    pub line: LineId,
    pub sku: Sku,
    pub units: u32,
}

/// Why a location was not used, for the whole order or for one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Exclusion {
    pub location: LocationId,
    /// The line; `None`: every line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<LineId>,
    pub code: ExclusionCode,
}

/// Reasons for which a location is not used.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ExclusionCode {
    /// It takes no new work.
    Disabled,
    /// Its kind is in no tier of the rules.
    NoTier,
    /// It does not ship to the destination.
    DoesNotShipThere,
    /// It does not carry the SKU.
    SkuNotCarried,
    /// It rejected this line before, or shipped it short.
    ExcludedAfterRejection,
    /// It has units, but they are safety stock.
    SafetyStock,
    /// It has units, but they are held for earlier backorders.
    QueuedAhead,
    /// It has no units.
    OutOfStock,
}
