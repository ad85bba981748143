//! The server side: verifies and keeps what dispatch sends.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Read,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
};

use connect::{
    Headers, Secrets,
    signature::standard,
    vendors::wms::requests::{self, Request},
};
use domain::ids::LocationId;
use tiny_http::{Response, Server};

use crate::wait;

/// Largest body that is read, in bytes.
const REQUEST_MAX: u64 = 1024 * 1024;

/// What the server's threads and the stories share.
#[derive(Default)]
pub(super) struct Shared {
    pub(super) state: Mutex<State>,
    /// Notified after every change of the state.
    pub(super) changed: Condvar,
}

#[derive(Default)]
pub(super) struct State {
    pub(super) secrets: BTreeMap<String, Secrets>,
    pub(super) received: Vec<Received>,
    /// Locations that respond to every request with this status.
    pub(super) failing: BTreeMap<String, u16>,
    /// Locations that keep requests and do not respond.
    pub(super) silent: BTreeSet<String>,
    /// Requests that a failing location has refused, by location.
    pub(super) refused: BTreeMap<String, usize>,
    /// Requests that were rejected although the location works, with the reason.
    pub(super) rejected: Vec<String>,
}

/// A received request. Redeliveries have the same id and are counted.
#[derive(Debug, Clone)]
pub struct Received {
    pub location: LocationId,
    /// Its `webhook-id`.
    pub id: String,
    pub times: u32,
    pub request: Request,
}

impl Shared {
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Serves requests until the server is stopped.
    pub(super) fn serve(self: &Arc<Self>, server: &Server) {
        while let Ok(mut request) = server.recv() {
            let mut body = Vec::new();
            let read = request.as_reader().take(REQUEST_MAX).read_to_end(&mut body);
            let name = request.url().trim_start_matches('/').to_owned();
            let status = match read {
                Ok(_) => self.receive(&name, &request, &body),
                Err(_) => 400,
            };
            if self.state().silent.contains(&name) {
                // On a thread of its own, so that the other locations are served meanwhile.
                let shared = Arc::clone(self);
                thread::spawn(move || {
                    shared.wait_while_silent(&name);
                    drop(request.respond(Response::empty(status)));
                });
            } else {
                // Fails when the sender has timed out; it will send the request again.
                drop(request.respond(Response::empty(status)));
            }
        }
    }

    fn wait_while_silent(&self, name: &str) {
        let mut state = self.state();
        while state.silent.contains(name) {
            state = self
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Keeps one request and gives the status to respond with.
    fn receive(&self, name: &str, request: &tiny_http::Request, body: &[u8]) -> u16 {
        let mut state = self.state();
        let status = match state.failing.get(name).copied() {
            Some(status) => {
                let refused = state.refused.entry(name.to_owned()).or_default();
                *refused = refused.saturating_add(1);
                status
            }
            None => match keep(&mut state, name, request, body) {
                Ok(()) => 204,
                Err(reason) => {
                    state.rejected.push(format!("{name}: {reason}"));
                    401
                }
            },
        };
        self.changed.notify_all();
        status
    }
}

fn keep(
    state: &mut State,
    name: &str,
    request: &tiny_http::Request,
    body: &[u8],
) -> Result<(), String> {
    let location: LocationId = name.parse().map_err(|_| "not a location id".to_owned())?;
    let secrets = state.secrets.get(name).ok_or("unknown location")?;
    let headers: Headers<'_> = request
        .headers()
        .iter()
        .map(|h| (h.field.as_str().as_str(), h.value.as_str()))
        .collect();
    let message =
        standard::verify(&headers, body, secrets, wait::now()).map_err(|e| e.to_string())?;
    let id = message.id().to_owned();
    let content = requests::read(message).map_err(|e| e.to_string())?;
    match state
        .received
        .iter_mut()
        .find(|known| known.id == id && known.location == location)
    {
        Some(known) => known.times = known.times.saturating_add(1),
        None => state.received.push(Received {
            location,
            id,
            times: 1,
            request: content,
        }),
    }
    Ok(())
}
