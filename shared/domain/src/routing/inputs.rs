//! What a routing decision is made from.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    ids::{LineId, LocationId, Sku},
    location::LocationKind,
    order::Destination,
    serde_default::is_default,
};

/// What a decision is made from, besides the rules of that version: the same inputs and rules give the same decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RoutingInputs {
    /// What is to be placed.
    pub demands: Vec<Demand>,
    pub destination: Destination,
    /// Place everything or nothing.
    #[serde(default, skip_serializing_if = "is_default")]
    pub ship_complete: bool,
    /// The locations and what they have of the demanded SKUs.
    pub candidates: Vec<Candidate>,
    /// Version of the rules; the rules are a document of their own.
    pub rules_version: u32,
    /// When the inputs were read, UTC.
    pub now: Timestamp,
}

/// Units of one line to place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Demand {
    pub line: LineId,
    pub sku: Sku,
    pub units: u32,
    /// Locations that this line is not routed to: they rejected it or shipped short.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub avoid: Vec<LocationId>,
}

/// One location as a decision sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Candidate {
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
    /// Whether stock is not counted there, so that what it carries is available without limit.
    #[serde(default, skip_serializing_if = "is_default")]
    pub untracked: bool,
    /// What it has of the demanded SKUs; a SKU that is not here is not carried.
    pub stock: Vec<Available>,
}

/// What a location has of a SKU.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Available {
    pub sku: Sku,
    /// Units that may be reserved for this order: what is available, less what is held for earlier backorders.
    pub units: u32,
    /// Units withheld as safety stock, to explain an exclusion.
    #[serde(default, skip_serializing_if = "is_default")]
    pub withheld: u32,
    /// Units held for earlier backorders, to explain an exclusion.
    #[serde(default, skip_serializing_if = "is_default")]
    pub queued_ahead: u32,
}
