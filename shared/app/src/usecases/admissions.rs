//! Which locations of an order are sent requests now: those that work, and one that is down when it is tried again.

use std::collections::BTreeMap;

use domain::{
    ids::{LocationId, OrderId},
    location::Location,
    order::Order,
};

use super::{
    breaker::{GuardedProvider, Permit},
    due_requests::DueRequests,
    execute::load,
};
use crate::{
    failure::Failure,
    ports::{Clock, ConfigStore, FulfillmentProvider, HealthStore, OrderStore},
};

/// Which locations of an order requests may be sent to.
pub(super) struct Admissions {
    /// Those that are down, each with the failure of who wants to send to it.
    pub(super) down: BTreeMap<LocationId, Failure>,
    /// Leave to send the probe.
    pub(super) permits: BTreeMap<LocationId, Permit>,
}

impl Admissions {
    /// Reads the order only when a location is down.
    pub(super) async fn of(
        store: &(impl OrderStore + ConfigStore + HealthStore),
        provider: &GuardedProvider<'_, impl FulfillmentProvider>,
        clock: &impl Clock,
        id: OrderId,
    ) -> Result<Self, Failure> {
        let mut admissions = Self {
            down: provider.down(store, clock).await,
            permits: BTreeMap::new(),
        };
        if admissions.down.is_empty() {
            return Ok(admissions);
        }
        let order = load(store, id).await?;
        let wanted = |location: &Location| {
            let mut work = order.state.fulfillment_orders.iter();
            admissions.down.contains_key(&location.id)
                && work.any(|found| found.location == location.id && order.owes_request(found))
        };
        let locations = store.locations().await?;
        let wanted: Vec<&Location> = locations.iter().filter(|one| wanted(one)).collect();
        for location in wanted {
            match provider.admit(store, clock, location).await {
                Ok(permit) => {
                    admissions.down.remove(&location.id);
                    admissions.permits.insert(location.id.clone(), permit);
                }
                Err(failure) => {
                    admissions.down.insert(location.id.clone(), failure);
                }
            }
        }
        Ok(admissions)
    }

    /// Takes what is due to locations that are down from `due`, and gives why it waits.
    pub(super) fn keep_waiting(
        &mut self,
        order: &Order,
        due: &mut Vec<DueRequests<'_>>,
    ) -> Vec<Failure> {
        due.retain(|due| !self.down.contains_key(&due.fulfillment_order.location));
        let work = order.state.fulfillment_orders.iter();
        let waiting = work.filter(|found| order.owes_request(found));
        waiting
            .filter_map(|found| self.down.remove(&found.location))
            .collect()
    }
}
