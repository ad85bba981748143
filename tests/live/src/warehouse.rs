//! A small warehouse: it takes what dispatch sends to the locations, checks who signed it, and answers as a 3PL
//! does, in webhooks of its own. What it answers, the story says.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Read,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use connect::{
    Headers, Secrets,
    signature::standard,
    vendors::wms::requests::{self, CancelRequest, FulfillmentRequest, Request},
};
use domain::ids::LocationId;
use tiny_http::{Response, Server};

use crate::{
    outcome::{Told, Trouble},
    watch,
};

/// Threads that take requests.
const CLERKS: usize = 4;
/// Largest request that is read.
const REQUEST_MAX: u64 = 1024 * 1024;

/// The warehouse: one server for all locations, each below a path of its own.
pub struct Warehouse {
    /// Where it is, without a location.
    pub url: String,
    desk: Arc<Desk>,
    server: Arc<Server>,
}

/// What has come in, and what to do with what comes.
#[derive(Default)]
struct Desk {
    state: Mutex<State>,
    news: Condvar,
}

#[derive(Default)]
struct State {
    secrets: BTreeMap<String, Secrets>,
    received: Vec<Received>,
    /// Locations that answer every request with this status.
    closed: BTreeMap<String, u16>,
    /// Locations that keep what comes and do not answer.
    silent: BTreeSet<String>,
    /// Requests that were turned away, and why.
    turned_away: Vec<String>,
}

impl std::fmt::Debug for Warehouse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Warehouse({})", self.url)
    }
}

/// A request as the location keeps it: the same id is the same request, however often it came.
#[derive(Debug, Clone)]
pub struct Received {
    /// Which location was asked.
    pub location: LocationId,
    /// Its `webhook-id`.
    pub id: String,
    /// How often it came.
    pub times: u32,
    /// What it asks.
    pub request: Request,
}

impl Warehouse {
    /// Opens on a free port of this machine.
    ///
    /// # Errors
    /// When there is none.
    pub fn open() -> Told<Self> {
        let server =
            Server::http("127.0.0.1:0").map_err(|e| Trouble::broken("opening the warehouse", e))?;
        let server = Arc::new(server);
        let desk = Arc::new(Desk::default());
        for _ in 0..CLERKS {
            let (server, desk) = (Arc::clone(&server), Arc::clone(&desk));
            thread::spawn(move || desk.work(&server));
        }
        Ok(Self {
            url: format!("http://{}", server.server_addr()),
            desk,
            server,
        })
    }

    /// The URL of a location, which signs what it is sent with this secret.
    pub fn location(&self, id: &str, secret: &str) -> String {
        self.desk
            .state()
            .secrets
            .insert(id.to_owned(), Secrets::new([secret]));
        format!("{}/{id}", self.url)
    }

    /// From now on the location answers everything with this status; none: it works again.
    pub fn answer_with(&self, location: &str, status: Option<u16>) {
        let mut state = self.desk.state();
        match status {
            Some(status) => state.closed.insert(location.to_owned(), status),
            None => state.closed.remove(location),
        };
    }

    /// From now on the location keeps what it is sent and does not answer; then it answers again.
    pub fn keep_silent(&self, location: &str, silent: bool) {
        let mut state = self.desk.state();
        if silent {
            state.silent.insert(location.to_owned());
        } else {
            state.silent.remove(location);
        }
        drop(state);
        self.desk.news.notify_all();
    }

    /// How often a location was asked while it answered with an error.
    pub fn refusals(&self, location: &str) -> usize {
        self.desk
            .state()
            .turned_away
            .iter()
            .filter(|line| line.starts_with(location))
            .count()
    }

    /// Requests that could not be taken although the location was open: an unknown location, a bad signature.
    pub fn complaints(&self) -> Vec<String> {
        let state = self.desk.state();
        state
            .turned_away
            .iter()
            .filter(|line| !line.ends_with("is closed"))
            .cloned()
            .collect()
    }

    /// Waits until a location is asked to ship something of an order that it has not been asked before.
    ///
    /// # Errors
    /// When it is not asked soon.
    pub fn asked_to_ship(
        &self,
        location: &str,
        order: &str,
        known: &[String],
    ) -> Told<FulfillmentRequest> {
        let what = format!("{location} being asked to ship order {order}");
        self.wait(&what, watch::SOON, |received| match &received.request {
            Request::Ship(message) if received.location.as_str() == location => {
                let data = &message.data;
                let new = !known.contains(&data.fulfillment_order_id.to_string());
                (new && data.order_id.to_string() == order).then(|| data.clone())
            }
            Request::Ship(_) | Request::Cancel(_) | Request::Unknown { .. } => None,
        })
    }

    /// Waits until a location is asked to cancel something of a fulfillment order.
    ///
    /// # Errors
    /// When it is not asked soon.
    pub fn asked_to_cancel(&self, fulfillment_order: &str) -> Told<CancelRequest> {
        let what = format!("being asked to cancel something of {fulfillment_order}");
        self.wait(&what, watch::SOON, |received| {
            cancels(received, fulfillment_order)
        })
    }

    /// Whether a location has been asked to cancel something of a fulfillment order by now.
    pub fn has_cancel(&self, fulfillment_order: &str) -> bool {
        self.desk
            .state()
            .received
            .iter()
            .any(|received| cancels(received, fulfillment_order).is_some())
    }

    /// How often the request of that id came.
    pub fn times(&self, id: &str) -> u32 {
        self.desk
            .state()
            .received
            .iter()
            .find(|received| received.id == id)
            .map_or(0, |received| received.times)
    }

    /// What a location was asked about an order, in the order in which it came.
    pub fn asked(&self, order: &str) -> Vec<Received> {
        let about = |received: &&Received| match &received.request {
            Request::Ship(message) => message.data.order_id.to_string() == order,
            Request::Cancel(message) => message.data.order_id.to_string() == order,
            Request::Unknown { .. } => false,
        };
        self.desk
            .state()
            .received
            .iter()
            .filter(about)
            .cloned()
            .collect()
    }

    fn wait<T>(
        &self,
        what: &str,
        wait: Duration,
        find: impl Fn(&Received) -> Option<T>,
    ) -> Told<T> {
        let begun = Instant::now();
        let mut state = self.desk.state();
        loop {
            if let Some(found) = state.received.iter().find_map(&find) {
                return Ok(found);
            }
            let left = wait.saturating_sub(begun.elapsed());
            if left.is_zero() {
                let seen = format!(
                    "{} requests; turned away: {:?}",
                    state.received.len(),
                    state.turned_away
                );
                return Err(Trouble::TooLate {
                    what: what.to_owned(),
                    seconds: wait.as_secs(),
                    seen,
                });
            }
            state = self
                .desk
                .news
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

fn cancels(received: &Received, fulfillment_order: &str) -> Option<CancelRequest> {
    match &received.request {
        Request::Cancel(message)
            if message.data.fulfillment_order_id.to_string() == fulfillment_order =>
        {
            Some(message.data.clone())
        }
        Request::Ship(_) | Request::Cancel(_) | Request::Unknown { .. } => None,
    }
}

impl Desk {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes requests until the warehouse closes.
    fn work(&self, server: &Server) {
        while let Ok(mut request) = server.recv() {
            let mut body = Vec::new();
            let read = request.as_reader().take(REQUEST_MAX).read_to_end(&mut body);
            let status = match read {
                Ok(_) => self.take(&request, &body),
                Err(_) => 400,
            };
            // Whoever is gone has given up, and sends it again.
            drop(request.respond(Response::empty(status)));
        }
    }

    /// Takes one request in: 204 says that it is kept.
    fn take(&self, request: &tiny_http::Request, body: &[u8]) -> u16 {
        let name = request.url().trim_start_matches('/').to_owned();
        let mut state = self.state();
        let (status, problem) = match state.closed.get(&name) {
            Some(status) => (*status, Some("is closed".to_owned())),
            None => match keep(&mut state, &name, request, body) {
                Ok(()) => (204, None),
                Err(problem) => (401, Some(problem)),
            },
        };
        state
            .turned_away
            .extend(problem.map(|problem| format!("{name} {problem}")));
        self.news.notify_all();
        while state.silent.contains(&name) {
            state = self
                .news
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        status
    }
}

fn keep(
    state: &mut State,
    name: &str,
    request: &tiny_http::Request,
    body: &[u8],
) -> Result<(), String> {
    let location: LocationId = name.parse().map_err(|_| "is no location".to_owned())?;
    let secrets = state.secrets.get(name).ok_or("is not one of ours")?;
    let headers: Headers<'_> = request
        .headers()
        .iter()
        .map(|h| (h.field.as_str().as_str(), h.value.as_str()))
        .collect();
    let message =
        standard::verify(&headers, body, secrets, watch::now()).map_err(|e| e.to_string())?;
    let id = message.id().to_owned();
    let asked = requests::read(message).map_err(|e| e.to_string())?;
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
            request: asked,
        }),
    }
    Ok(())
}
