//! Locations in memory.

use std::sync::Mutex;

use domain::{ids::LocationId, location::Location};

use super::sync::{lock, yield_once};
use crate::{
    failure::Failure,
    ports::{FulfillmentProvider, ProviderRequest},
};

/// A request that a location has received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    pub location: LocationId,
    /// The request's id; a repetition has the same.
    pub id: String,
    pub request: ProviderRequest,
}

/// Locations that accept every request, unless they are unreachable.
#[derive(Debug, Default)]
pub struct MemoryProvider {
    sent: Mutex<Vec<Sent>>,
    unreachable: Mutex<Vec<LocationId>>,
}

impl MemoryProvider {
    /// Every received request, repetitions included.
    pub fn sent(&self) -> Vec<Sent> {
        lock(&self.sent).clone()
    }

    pub fn set_unreachable(&self, location: LocationId) {
        lock(&self.unreachable).push(location);
    }

    pub fn set_all_reachable(&self) {
        lock(&self.unreachable).clear();
    }
}

impl FulfillmentProvider for MemoryProvider {
    async fn send(
        &self,
        location: &Location,
        id: &str,
        request: &ProviderRequest,
    ) -> Result<(), Failure> {
        yield_once().await;
        if lock(&self.unreachable).contains(&location.id) {
            return Err(Failure::unavailable("a location", "unreachable"));
        }
        let sent = Sent {
            location: location.id.clone(),
            id: id.to_owned(),
            request: request.clone(),
        };
        lock(&self.sent).push(sent);
        Ok(())
    }
}
