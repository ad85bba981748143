//! Locations and suppliers: where units can come from.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{LocationId, Sku};
use crate::serde_default::is_default;

/// A place that can fulfill: an own warehouse, a 3PL, a dropship supplier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Location {
    /// The merchant's name for it.
    pub id: LocationId,
    /// Shown to people.
    pub name: String,
    /// What it is; decides the tier.
    pub kind: LocationKind,
    /// Within a tier, a lower number is preferred.
    #[serde(default)]
    pub priority: u32,
    /// Whether it takes new work.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// Countries that it ships to, ISO 3166-1 alpha-2; empty: everywhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ships_to: Vec<String>,
    /// SKUs that it carries; empty: every SKU that it has a stock level for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub carries: Vec<Sku>,
    /// Whether its stock is not counted here: every SKU that it carries is available without limit, and nothing is
    /// reserved or subtracted at this location. For suppliers who make to order. Left out when `false`, the default:
    /// stock is counted.
    #[serde(default, skip_serializing_if = "is_default")]
    pub untracked: bool,
    /// Whose wire format its requests and webhooks have; `wms`, the default, is our own.
    #[serde(default = "own_format")]
    pub vendor: String,
    /// Where fulfillment orders are sent (HTTPS). `None`: nothing is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub webhook_url: Option<String>,
}

fn yes() -> bool {
    true
}

fn own_format() -> String {
    "wms".to_owned()
}

/// What a location is. The tiers are tried in this order.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum LocationKind {
    /// The merchant's own warehouse.
    Warehouse,
    /// A third-party logistics provider.
    #[serde(rename = "3pl")]
    ThirdParty,
    /// A supplier who ships to the customer.
    Supplier,
}

/// Rules of routing; a versioned document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RoutingRules {
    /// Version of the document, recorded with each decision.
    pub version: u32,
    /// Tiers in the order in which they are tried. Each is exhausted before the next is opened.
    pub tiers: Vec<Vec<LocationKind>>,
    /// At most so many fulfillment orders for one order in one decision.
    pub split_limit: u32,
    /// Whether one line's units may come from several locations.
    pub split_lines: bool,
    /// At most so many combinations are looked at in one search.
    pub search_limit: u32,
}

impl Default for RoutingRules {
    /// Own warehouses, then 3PLs, then suppliers; up to 5 fulfillment orders; lines may be split.
    fn default() -> Self {
        Self {
            version: 1,
            tiers: vec![
                vec![LocationKind::Warehouse],
                vec![LocationKind::ThirdParty],
                vec![LocationKind::Supplier],
            ],
            split_limit: 5,
            split_lines: true,
            search_limit: 20_000,
        }
    }
}
