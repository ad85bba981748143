//! Locations and suppliers, and how they answer our requests.

use std::collections::BTreeMap;

use domain::{
    health::{HealthState, LocationFailure, LocationHealth},
    ids::LocationId,
    location::{Location, LocationKind},
};
use jiff::Timestamp;
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

    /// The locations of this family, with their health.
    pub fn select(self, all: Vec<Location>, health: Vec<LocationHealth>) -> Vec<LocationView> {
        let mut health: BTreeMap<LocationId, LocationHealth> = health
            .into_iter()
            .map(|one| (one.location.clone(), one))
            .collect();
        all.into_iter()
            .filter(|location| Self::of(location.kind) == self)
            .map(|location| {
                let is_sent_requests = location.webhook_url.is_some();
                let stored = health.remove(&location.id);
                LocationView {
                    health: is_sent_requests.then(|| HealthView::of(stored)),
                    location,
                }
            })
            .collect()
    }
}

/// A location or supplier as it is listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LocationView {
    /// Its document.
    #[serde(flatten)]
    pub location: Location,
    /// How it answers our requests. Left out for a location without `webhook_url`, which gets none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub health: Option<HealthView>,
}

/// How a location answers our requests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct HealthView {
    /// `up`; `failing`: its last requests failed or were answered late; `down`: after five of these in a row, nothing is
    /// sent to it until `next_try_at`.
    pub state: HealthState,
    /// When the state began, UTC. Left out for a location that has never failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// Failures in a row.
    pub failures: u32,
    /// The last failure, also of a location that is up again. Its `code` is `timeout`, `connect_failed`,
    /// `broken_connection`, `slow`, `http_<status>`, `invalid_address`, `no_secret` or `no_vendor`; more may come.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_error: Option<LocationFailure>,
    /// The last answer that was known when the state last changed, UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_success: Option<Timestamp>,
    /// When a location that is down is tried again, UTC: with the next message for it after this time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_try_at: Option<Timestamp>,
}

impl HealthView {
    /// Of what is stored; nothing is stored of a location that has never failed.
    fn of(stored: Option<LocationHealth>) -> Self {
        let state = stored
            .as_ref()
            .map_or(HealthState::Up, LocationHealth::state);
        Self {
            state,
            since: stored.as_ref().map(|health| health.since),
            failures: stored.as_ref().map_or(0, |health| health.failures),
            last_success: stored.as_ref().and_then(|health| health.last_success),
            next_try_at: stored.as_ref().and_then(|health| health.open_until),
            last_error: stored.and_then(|health| health.last_failure),
        }
    }
}

/// All warehouses and 3PLs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Locations {
    /// The locations, by id.
    pub locations: Vec<LocationView>,
}

/// All suppliers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Suppliers {
    /// The suppliers, by id.
    pub suppliers: Vec<LocationView>,
}
