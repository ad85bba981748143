//! What a routing decision is made from, and how it is written. It is stored with each order, so the units of a candidate
//! are numbers in the order of the demanded SKUs, and what is usual is left out.

use crate::{
    ids::{LineId, LocationId, Sku},
    location::LocationKind,
    order::Destination,
    serde_default::is_default,
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a decision is made from, besides the rules of that version: the same inputs and rules give the same decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(from = "StoredInputs", into = "StoredInputs")]
pub struct RoutingInputs {
    /// What is to be placed.
    pub demands: Vec<Demand>,
    pub destination: Destination,
    /// Place everything or nothing.
    pub ship_complete: bool,
    /// The locations and what they have of the demanded SKUs.
    pub candidates: Vec<Candidate>,
    /// Version of the rules; the rules are a document of their own.
    pub rules_version: u32,
    /// When the inputs were read, UTC.
    pub now: Timestamp,
    /// Locations that were considered and are not among the candidates; `None`: all are.
    pub left_out: Option<LeftOut>,
}

/// Locations that a decision considered and does not store, because they are in no plan of it and explain nothing more.
/// Inputs that have left some out are decided as they are, so that the stored ones give the same decision again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LeftOut {
    /// Locations that could have supplied something.
    #[serde(default, skip_serializing_if = "is_default")]
    pub eligible: u32,
    /// Locations that could supply nothing.
    #[serde(default, skip_serializing_if = "is_default")]
    pub excluded: u32,
    /// Whether the search that chose the candidates gave up at its limit.
    #[serde(default, skip_serializing_if = "is_default")]
    pub truncated: bool,
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    pub location: LocationId,
    /// What it is.
    pub kind: LocationKind,
    /// Lower is preferred.
    pub priority: u32,
    /// Whether it takes new work.
    pub enabled: bool,
    /// Countries that it ships to; empty: everywhere.
    pub ships_to: Vec<String>,
    /// Whether stock is not counted there, so that what it carries is available without limit.
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

/// [`RoutingInputs`] as JSON.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub(super) struct StoredInputs {
    demands: Vec<Demand>,
    destination: Destination,
    #[serde(default, skip_serializing_if = "is_default")]
    ship_complete: bool,
    candidates: Vec<StoredCandidate>,
    rules_version: u32,
    now: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    left_out: Option<LeftOut>,
}

/// [`Candidate`] as JSON.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
struct StoredCandidate {
    location: LocationId,
    kind: LocationKind,
    #[serde(default, skip_serializing_if = "is_default")]
    priority: u32,
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    enabled: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    ships_to: Vec<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    untracked: bool,
    /// Units of each demanded SKU, in the order of the SKUs; [`NOT_CARRIED`] for one that is not carried.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    units: Vec<i64>,
    /// Units that are withheld: the index of the SKU, and how many.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    withheld: Vec<(usize, u32)>,
    /// Units that are held for earlier backorders: the index of the SKU, and how many.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    queued_ahead: Vec<(usize, u32)>,
    /// What it has of SKUs in another order, or of others than the demanded ones.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    stock: Vec<Available>,
}

/// Stands for a SKU that a candidate does not carry.
const NOT_CARRIED: i64 = -1;

fn yes() -> bool {
    true
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the signature that serde calls"
)]
fn is_yes(value: &bool) -> bool {
    *value
}

/// The demanded SKUs, each once, in their order.
fn skus(demands: &[Demand]) -> Vec<Sku> {
    let mut skus: Vec<Sku> = demands.iter().map(|demand| demand.sku.clone()).collect();
    skus.sort_unstable();
    skus.dedup();
    skus
}

impl From<RoutingInputs> for StoredInputs {
    fn from(inputs: RoutingInputs) -> Self {
        let skus = skus(&inputs.demands);
        let candidates = inputs.candidates.into_iter();
        Self {
            candidates: candidates.map(|c| store(c, &skus)).collect(),
            demands: inputs.demands,
            destination: inputs.destination,
            ship_complete: inputs.ship_complete,
            rules_version: inputs.rules_version,
            now: inputs.now,
            left_out: inputs.left_out,
        }
    }
}

impl From<StoredInputs> for RoutingInputs {
    fn from(stored: StoredInputs) -> Self {
        let skus = skus(&stored.demands);
        let candidates = stored.candidates.into_iter();
        Self {
            candidates: candidates.map(|c| read(c, &skus)).collect(),
            demands: stored.demands,
            destination: stored.destination,
            ship_complete: stored.ship_complete,
            rules_version: stored.rules_version,
            now: stored.now,
            left_out: stored.left_out,
        }
    }
}

fn store(candidate: Candidate, skus: &[Sku]) -> StoredCandidate {
    let mut stored = StoredCandidate {
        location: candidate.location,
        kind: candidate.kind,
        priority: candidate.priority,
        enabled: candidate.enabled,
        ships_to: candidate.ships_to,
        untracked: candidate.untracked,
        units: Vec::new(),
        withheld: Vec::new(),
        queued_ahead: Vec::new(),
        stock: Vec::new(),
    };
    let demanded = |a: &Available| skus.binary_search(&a.sku).is_ok();
    let in_order = candidate.stock.is_sorted_by(|a, b| a.sku < b.sku);
    if candidate.stock.is_empty() || !in_order || !candidate.stock.iter().all(demanded) {
        stored.stock = candidate.stock;
        return stored;
    }
    let mut stock = candidate.stock.iter().peekable();
    for (index, sku) in skus.iter().enumerate() {
        let Some(available) = stock.next_if(|a| a.sku == *sku) else {
            stored.units.push(NOT_CARRIED);
            continue;
        };
        stored.units.push(i64::from(available.units));
        if available.withheld > 0 {
            stored.withheld.push((index, available.withheld));
        }
        if available.queued_ahead > 0 {
            stored.queued_ahead.push((index, available.queued_ahead));
        }
    }
    stored
}

fn read(stored: StoredCandidate, skus: &[Sku]) -> Candidate {
    let of = |pairs: &[(usize, u32)], index| {
        let found = pairs.iter().find(|(of, _)| *of == index);
        found.map_or(0, |(_, units)| *units)
    };
    let numbers = stored.units.iter().zip(skus).enumerate();
    let numbers = numbers.filter_map(|(index, (units, sku))| {
        Some(Available {
            sku: sku.clone(),
            units: u32::try_from(*units).ok()?,
            withheld: of(&stored.withheld, index),
            queued_ahead: of(&stored.queued_ahead, index),
        })
    });
    let stock = numbers.chain(stored.stock.iter().cloned()).collect();
    Candidate {
        location: stored.location,
        kind: stored.kind,
        priority: stored.priority,
        enabled: stored.enabled,
        ships_to: stored.ships_to,
        untracked: stored.untracked,
        stock,
    }
}
