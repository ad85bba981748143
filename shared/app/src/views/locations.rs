//! Locations and suppliers.

use domain::location::{Location, LocationKind};
use schemars::JsonSchema;
use serde::Serialize;

/// Locations are listed in two families: own warehouses and 3PLs, and suppliers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LocationFamily {
    /// Own warehouses and 3PLs.
    Locations,
    /// Suppliers who ship to the customer.
    Suppliers,
}

impl LocationFamily {
    /// The family of a kind of location.
    pub fn of(kind: LocationKind) -> Self {
        match kind {
            LocationKind::Warehouse | LocationKind::ThirdParty => Self::Locations,
            LocationKind::Supplier => Self::Suppliers,
        }
    }

    /// The locations of this family.
    pub fn select(self, all: Vec<Location>) -> Vec<Location> {
        all.into_iter()
            .filter(|location| Self::of(location.kind) == self)
            .collect()
    }
}

/// All warehouses and 3PLs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Locations {
    /// The locations, by id.
    pub locations: Vec<Location>,
}

/// All suppliers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Suppliers {
    /// The suppliers, by id.
    pub suppliers: Vec<Location>,
}
