//! What a story does with the warehouses: make a location fail, and wait for the requests that it receives.

use std::{
    sync::{Arc, PoisonError},
    thread,
    time::{Duration, Instant},
};

use connect::{
    Secrets,
    vendors::wms::requests::{CancellationRequest, FulfillmentRequest, Request},
};
use tiny_http::Server;

use super::server::{Received, Shared};
use crate::{
    outcome::{Outcome, StoryError},
    wait,
};

/// Threads that serve requests.
const WORKERS: usize = 4;

/// One server for all locations; the path is the location's id.
pub struct Warehouse {
    /// Without a location.
    pub url: String,
    shared: Arc<Shared>,
    server: Arc<Server>,
}

impl std::fmt::Debug for Warehouse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Warehouse({})", self.url)
    }
}

impl Warehouse {
    /// Starts the server on a free local port.
    ///
    /// # Errors
    /// When there is none.
    pub fn open() -> Outcome<Self> {
        let server = Server::http("127.0.0.1:0")
            .map_err(|e| StoryError::failed("starting the warehouse server", e))?;
        let server = Arc::new(server);
        let shared = Arc::new(Shared::default());
        for _ in 0..WORKERS {
            let (server, shared) = (Arc::clone(&server), Arc::clone(&shared));
            thread::spawn(move || shared.serve(&server));
        }
        Ok(Self {
            url: format!("http://{}", server.server_addr()),
            shared,
            server,
        })
    }

    /// The URL of a location whose requests are signed with this secret.
    pub fn location(&self, id: &str, secret: &str) -> String {
        self.shared
            .state()
            .secrets
            .insert(id.to_owned(), Secrets::new([secret]));
        format!("{}/{id}", self.url)
    }

    /// The location responds to everything with this status; with none it works again.
    pub fn respond_with(&self, location: &str, status: Option<u16>) {
        let mut state = self.shared.state();
        match status {
            Some(status) => state.failing.insert(location.to_owned(), status),
            None => state.failing.remove(location),
        };
    }

    /// The location keeps requests without responding, until this is switched off.
    pub fn withhold_responses(&self, location: &str, silent: bool) {
        let mut state = self.shared.state();
        if silent {
            state.silent.insert(location.to_owned());
        } else {
            state.silent.remove(location);
        }
        drop(state);
        self.shared.changed.notify_all();
    }

    /// Requests that a location has received, repetitions included.
    pub fn received(&self, location: &str) -> u32 {
        let state = self.shared.state();
        let received = state.received.iter();
        received
            .filter(|received| received.location.as_str() == location)
            .map(|received| received.times)
            .sum()
    }

    /// Requests that a failing location has refused.
    pub fn refusals(&self, location: &str) -> usize {
        self.shared
            .state()
            .refused
            .get(location)
            .copied()
            .unwrap_or(0)
    }

    /// Requests that were rejected although the location works: an unknown location, a wrong signature.
    pub fn rejected(&self) -> Vec<String> {
        self.shared.state().rejected.clone()
    }

    /// Waits until a location is requested to ship something of an order, other than the `known` fulfillment orders.
    ///
    /// # Errors
    /// When no such request comes within [`wait::SHORT`].
    pub fn wait_for_ship_request(
        &self,
        location: &str,
        order: &str,
        known: &[String],
    ) -> Outcome<FulfillmentRequest> {
        let what = format!("a ship request of order {order} at {location}");
        self.wait_for(&what, wait::SHORT, |received| match &received.request {
            Request::Ship(message) if received.location.as_str() == location => {
                let data = &message.data;
                let new = !known.contains(&data.fulfillment_order_id.to_string());
                (new && data.order_id.to_string() == order).then(|| data.clone())
            }
            Request::Ship(_) | Request::Cancel(_) | Request::Unknown { .. } => None,
        })
    }

    /// Waits until units of a fulfillment order are requested to be cancelled.
    ///
    /// # Errors
    /// When no such request comes within [`wait::SHORT`].
    pub fn wait_for_cancel_request(&self, fulfillment_order: &str) -> Outcome<CancellationRequest> {
        let what = format!("a cancel request of {fulfillment_order}");
        self.wait_for(&what, wait::SHORT, |received| {
            cancels(received, fulfillment_order)
        })
    }

    /// Whether a cancel request of a fulfillment order has come by now.
    pub fn has_cancel_request(&self, fulfillment_order: &str) -> bool {
        self.shared
            .state()
            .received
            .iter()
            .any(|received| cancels(received, fulfillment_order).is_some())
    }

    /// How often the request of this id came.
    pub fn times(&self, id: &str) -> u32 {
        self.shared
            .state()
            .received
            .iter()
            .find(|received| received.id == id)
            .map_or(0, |received| received.times)
    }

    /// All requests about an order, oldest first.
    pub fn requests(&self, order: &str) -> Vec<Received> {
        let about = |received: &&Received| match &received.request {
            Request::Ship(message) => message.data.order_id.to_string() == order,
            Request::Cancel(message) => message.data.order_id.to_string() == order,
            Request::Unknown { .. } => false,
        };
        self.shared
            .state()
            .received
            .iter()
            .filter(about)
            .cloned()
            .collect()
    }

    fn wait_for<T>(
        &self,
        what: &str,
        limit: Duration,
        find: impl Fn(&Received) -> Option<T>,
    ) -> Outcome<T> {
        let begun = Instant::now();
        let mut state = self.shared.state();
        loop {
            if let Some(found) = state.received.iter().find_map(&find) {
                return Ok(found);
            }
            let left = limit.saturating_sub(begun.elapsed());
            if left.is_zero() {
                let last_seen = format!(
                    "{} requests; rejected: {:?}",
                    state.received.len(),
                    state.rejected
                );
                return Err(StoryError::Timeout {
                    what: what.to_owned(),
                    seconds: limit.as_secs(),
                    last_seen,
                });
            }
            state = self
                .shared
                .changed
                .wait_timeout(state, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }
}

impl Drop for Warehouse {
    fn drop(&mut self) {
        self.server.unblock();
    }
}

fn cancels(received: &Received, fulfillment_order: &str) -> Option<CancellationRequest> {
    match &received.request {
        Request::Cancel(message)
            if message.data.fulfillment_order_id.to_string() == fulfillment_order =>
        {
            Some(message.data.clone())
        }
        Request::Ship(_) | Request::Cancel(_) | Request::Unknown { .. } => None,
    }
}
