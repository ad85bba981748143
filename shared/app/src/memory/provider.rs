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
    /// Locations that take a connection and never answer.
    hanging: Mutex<Vec<LocationId>>,
    /// Locations that refuse every request.
    refusing: Mutex<Vec<LocationId>>,
    /// So many of the next requests are refused.
    refuse_next: Mutex<u32>,
    refused: Mutex<u32>,
}

impl MemoryProvider {
    /// Every received request, repetitions included.
    pub fn sent(&self) -> Vec<Sent> {
        lock(&self.sent).clone()
    }

    /// How many requests were refused.
    pub fn refused(&self) -> u32 {
        *lock(&self.refused)
    }

    /// Whatever location they are for, so many of the next requests are refused.
    pub fn refuse_next(&self, requests: u32) {
        *lock(&self.refuse_next) = requests;
    }

    /// Takes every request received since the last time, repetitions included.
    pub fn take_sent(&self) -> Vec<Sent> {
        std::mem::take(&mut lock(&self.sent))
    }

    pub fn set_unreachable(&self, location: LocationId) {
        lock(&self.unreachable).push(location);
    }

    /// It takes connections and never answers; what is sent to it does not arrive.
    pub fn set_hanging(&self, location: LocationId) {
        lock(&self.hanging).push(location);
    }

    /// It answers each request that it will not take it.
    pub fn set_refusing(&self, location: LocationId) {
        lock(&self.refusing).push(location);
    }

    pub fn set_all_reachable(&self) {
        lock(&self.unreachable).clear();
        lock(&self.hanging).clear();
        lock(&self.refusing).clear();
    }
}

impl MemoryProvider {
    fn hangs(&self, location: &Location) -> bool {
        lock(&self.hanging).contains(&location.id)
    }

    fn refuses(&self, location: &Location) -> bool {
        let mut next = lock(&self.refuse_next);
        let refuses = *next > 0 || lock(&self.unreachable).contains(&location.id);
        *next = next.saturating_sub(1);
        if refuses {
            let mut refused = lock(&self.refused);
            *refused = refused.saturating_add(1);
        }
        refuses
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
        if self.refuses(location) {
            return Err(Failure::location_unsent("connect_failed", "unreachable"));
        }
        if self.hangs(location) {
            return Err(Failure::location("timeout", "no answer"));
        }
        if lock(&self.refusing).contains(&location.id) {
            let code = "http_422".to_owned();
            return Err(Failure::RequestRefused { code });
        }
        let sent = Sent {
            location: location.id.clone(),
            id: id.to_owned(),
            request: request.clone(),
        };
        lock(&self.sent).push(sent);
        Ok(())
    }

    async fn reach(&self, location: &Location) -> Result<(), Failure> {
        yield_once().await;
        if self.refuses(location) {
            return Err(Failure::location_unsent("connect_failed", "unreachable"));
        }
        Ok(())
    }
}
