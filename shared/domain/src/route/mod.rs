//! Routing: which location ships what. A pure function from inputs to a decision; the inputs are kept with the
//! decision, so that the same inputs give the same decision again.
//!
//! [`route`] goes through four files, in this order: `fences` says who may not ship what and why, `search` looks
//! through combinations of 1, 2, 3 ... locations, `allocate` says who ships what within one combination, `rank`
//! says which of two plans is better; `explain` puts the outcome in sentences. `plan` holds them together.

mod allocate;
mod explain;
mod fences;
mod plan;
mod rank;
mod search;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use plan::{WRITES_MAX, route};

use crate::{
    ids::{LineId, LocationId, Sku},
    location::{LocationKind, RoutingRules},
    order::Destination,
};

/// All that a decision is made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RoutingInputs {
    /// What is to be placed.
    pub demands: Vec<Demand>,
    /// Where it goes.
    pub destination: Destination,
    /// Place everything or nothing.
    #[serde(default, skip_serializing_if = "crate::order::is_false")]
    pub ship_complete: bool,
    /// The locations and what they have of the SKUs asked for.
    pub candidates: Vec<Candidate>,
    /// The rules.
    pub rules: RoutingRules,
    /// When, UTC.
    pub now: Timestamp,
}

/// Units of one line to place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Demand {
    /// The line.
    pub line: LineId,
    /// Its SKU.
    pub sku: Sku,
    /// How many units.
    pub units: u32,
    /// Locations that this line is not offered: they rejected it or shipped short.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub avoid: Vec<LocationId>,
}

/// One location as a decision sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Candidate {
    /// Which.
    pub location: LocationId,
    /// What it is.
    pub kind: LocationKind,
    /// Lower is preferred.
    pub priority: u32,
    /// Whether it takes new work.
    pub enabled: bool,
    /// Countries that it ships to; empty: everywhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ships_to: Vec<String>,
    /// Whether its shelves are unknown to us.
    #[serde(default, skip_serializing_if = "crate::order::is_false")]
    pub untracked: bool,
    /// What it has of the SKUs asked for; a SKU that is not here is not carried.
    pub stock: Vec<Available>,
}

/// What a location has of a SKU.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Available {
    /// Which SKU.
    pub sku: Sku,
    /// Units that may be promised to this order: what is available, less what is kept for those who wait longer.
    pub units: u32,
    /// Units on the shelf that safety stock keeps back, to explain a refusal.
    #[serde(default, skip_serializing_if = "nothing")]
    pub kept_back: u32,
    /// Units that are left to orders further ahead in the backorder queue, to explain a refusal.
    #[serde(default, skip_serializing_if = "nothing")]
    pub queued_ahead: u32,
}

fn nothing(units: &u32) -> bool {
    *units == 0
}

/// What was decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Decision {
    /// What it was decided from.
    pub inputs: RoutingInputs,
    /// Which location ships what; one entry a location.
    pub assignments: Vec<Assignment>,
    /// What found no place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unplaced: Vec<Unplaced>,
    /// Why locations were not used.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fences: Vec<Fence>,
    /// Whether the search gave up at its limit, so that a better plan may exist.
    #[serde(default, skip_serializing_if = "crate::order::is_false")]
    pub truncated: bool,
    /// The decision in sentences, for people.
    pub explanation: String,
    /// The attempt that committed: 2 and more when others took the stock first.
    #[serde(default = "first")]
    pub attempt: u32,
}

fn first() -> u32 {
    1
}

/// What one location ships.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Assignment {
    /// The location.
    pub location: LocationId,
    /// Whether its shelves are unknown to us.
    #[serde(default, skip_serializing_if = "crate::order::is_false")]
    pub untracked: bool,
    /// Units per line.
    pub lines: Vec<(LineId, u32)>,
}

/// Units that found no place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Unplaced {
    /// The line.
    pub line: LineId,
    /// Its SKU.
    pub sku: Sku,
    /// How many units.
    pub units: u32,
}

/// Why a location was not used, for the whole order or for one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Fence {
    /// The location.
    pub location: LocationId,
    /// The line; none: every line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<LineId>,
    /// Why.
    pub code: FenceCode,
}

/// Reasons for which a location is not used.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum FenceCode {
    /// It takes no new work.
    Disabled,
    /// Its kind stands in no tier of the rules.
    NoTier,
    /// It does not ship to the destination.
    DoesNotShipThere,
    /// It does not carry the SKU.
    SkuNotCarried,
    /// It rejected this line before, or shipped it short.
    ExcludedAfterRejection,
    /// It has units, but safety stock keeps them back.
    SafetyStock,
    /// It has units, but orders that wait longer come first.
    QueuedAhead,
    /// It has none.
    OutOfStock,
}
