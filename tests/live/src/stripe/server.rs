//! The server side: idempotency keys, faults, and the account behind them.

use std::{
    collections::VecDeque,
    io::Read,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
};

use jiff::SignedDuration;
use serde_json::Value;
use tiny_http::{Header, Request, Response, Server};

use super::{
    account::Account,
    error::ApiError,
    event_list::EventList,
    faults::Fault,
    keys::{KeyState, Keys, StoredAnswer},
    reply::{Reply, plain, reply, stored, with_headers},
    webhooks::Webhooks,
};
use crate::{http::Http, outcome::Outcome, wait};

/// The only secret key that the double accepts.
pub const SECRET_KEY: &str = "sk_test_double";

/// Largest body that is read, in bytes.
const REQUEST_MAX: u64 = 64 * 1024;

/// What the server's threads and the tests share.
#[derive(Default)]
pub(super) struct Shared {
    pub(super) state: Mutex<State>,
    /// Notified after every change of the state.
    pub(super) changed: Condvar,
    pub(super) http: Http,
}

#[derive(Default)]
pub(super) struct State {
    pub(super) account: Account,
    pub(super) keys: Keys,
    pub(super) events: EventList,
    pub(super) webhooks: Webhooks,
    pub(super) faults: VecDeque<Fault>,
    /// When no faults are left, every request is answered 503.
    pub(super) is_down: bool,
    /// How far its clock is ahead.
    pub(super) ahead: SignedDuration,
    /// Counts releases; who waits for one waits until it changes.
    pub(super) releases: u64,
    /// Commands that have come, repetitions included.
    pub(super) commands: usize,
}

/// A request as it came.
struct Received {
    method: String,
    path: String,
    query: String,
    body: String,
    key: Option<String>,
    authorized: bool,
}

impl Shared {
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Serves requests until the server is stopped, each on a thread of its own.
    pub(super) fn serve(self: &Arc<Self>, server: &Server) {
        while let Ok(request) = server.recv() {
            let shared = Arc::clone(self);
            thread::spawn(move || shared.respond(request));
        }
    }

    // What is sent fails when the client has given up; it will ask again.
    fn respond(&self, mut request: Request) {
        let reply = match received(&mut request) {
            Some(received) if received.method == "POST" => self.command(&received),
            Some(received) => plain(self.state().read(&received)),
            None => Reply::Broken,
        };
        match reply {
            Reply::Broken => {
                let mut writer = request.into_writer();
                // What is not flushed is not sent, and the client would wait for its timeout instead.
                let sent = writer.write_all(b"\0\r\n\r\n");
                drop(sent.and_then(|()| writer.flush()));
            }
            Reply::Answer {
                answer,
                headers,
                withheld,
            } => {
                if withheld {
                    drop(self.until_released(self.state()));
                }
                let mut response =
                    Response::from_string(answer.body).with_status_code(answer.status);
                for (name, value) in headers {
                    if let Ok(header) = Header::from_bytes(name, value) {
                        response.add_header(header);
                    }
                }
                drop(request.respond(response));
            }
        }
    }

    /// Carries out a command once for its key.
    fn command(&self, received: &Received) -> Reply {
        let mut state = self.state();
        state.commands = state.commands.saturating_add(1);
        if !received.authorized {
            return plain(stored(Err(ApiError::not_authorized())));
        }
        if state.is_out() {
            return plain(stored(Err(ApiError::unavailable())));
        }
        let fault = state.faults.pop_front();
        match fault {
            Some(Fault::RateLimited { retry_after_s }) => {
                let headers = vec![("Retry-After", retry_after_s.to_string())];
                return with_headers(stored(Err(ApiError::rate_limited())), headers);
            }
            Some(Fault::Broken { done: false }) => return Reply::Broken,
            _ => {}
        }
        // A question that has no key is carried out each time.
        let number = state.commands;
        let key = received.key.clone();
        let key = key.unwrap_or_else(|| format!("without a key, {number}"));
        let request = format!("{} {}", received.path, received.body);
        let now_s = state.now_s();
        match state.keys.begin(&key, &request, now_s) {
            KeyState::New => {}
            KeyState::Replay(first) => {
                let headers = vec![("Idempotent-Replayed", "true".to_owned())];
                return reply(fault, first, headers);
            }
            KeyState::InFlight => return plain(stored(Err(ApiError::key_in_use()))),
            KeyState::Reused => return plain(stored(Err(ApiError::key_reused()))),
        }
        self.changed.notify_all();
        if fault == Some(Fault::Held) {
            state = self.until_released(state);
        }
        let first = state.carry_out(received, &key, fault);
        let due = state.webhooks.due();
        drop(state);
        if let Some((endpoint, events)) = due {
            let refused = endpoint.send(&self.http, events);
            self.state().webhooks.waiting.extend(refused);
        }
        self.changed.notify_all();
        reply(fault, first, vec![])
    }

    fn until_released<'a>(&self, mut state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        let releases = state.releases;
        while state.releases == releases {
            let waited = self.changed.wait(state);
            state = waited.unwrap_or_else(PoisonError::into_inner);
        }
        state
    }
}

impl State {
    /// Its clock, Unix seconds.
    pub(super) fn now_s(&self) -> i64 {
        let ahead = self.ahead.as_secs();
        wait::now().as_second().saturating_add(ahead)
    }

    /// Whether it does nothing, and keeps no answer.
    fn is_out(&self) -> bool {
        self.is_down && self.faults.is_empty()
    }

    fn read(&mut self, received: &Received) -> StoredAnswer {
        if !received.authorized {
            return stored(Err(ApiError::not_authorized()));
        }
        if self.is_out() {
            return stored(Err(ApiError::unavailable()));
        }
        if received.path == "/v1/events" {
            let listed = self.events.list(&received.query);
            return stored(listed.map(|list| list.to_string()));
        }
        let now_s = self.now_s();
        let read = self
            .account
            .handle("GET", &received.path, &received.query, now_s);
        stored(read.map(|(object, _)| object.to_string()))
    }

    /// Records an event about an object; a webhook tells of it.
    ///
    /// # Errors
    /// When there is no sample of its type.
    pub(super) fn tell(&mut self, kind: &str, object: Value, created_s: i64) -> Outcome {
        let event = self.events.record(kind, object, created_s)?;
        self.webhooks.emit(event);
        Ok(())
    }

    /// Carries out a command and keeps its answer.
    fn carry_out(&mut self, received: &Received, key: &str, fault: Option<Fault>) -> StoredAnswer {
        if fault == Some(Fault::ServerError { done: false }) {
            let failed = stored(Err(ApiError::internal()));
            self.keys.complete(key, failed.clone());
            return failed;
        }
        let now_s = self.now_s();
        let done = self
            .account
            .handle("POST", &received.path, &received.body, now_s);
        if done.as_ref().is_err_and(|error| error.is_validation) {
            self.keys.drop(key);
            return stored(done.map(|(object, _)| object.to_string()));
        }
        if let Ok((object, Some(kind))) = &done {
            let created_s = self.now_s();
            // The samples are part of this crate.
            drop(self.tell(kind, object.clone(), created_s));
        }
        let answer = if fault == Some(Fault::ServerError { done: true }) {
            stored(Err(ApiError::internal()))
        } else {
            stored(done.map(|(object, _)| object.to_string()))
        };
        self.keys.complete(key, answer.clone());
        answer
    }
}

fn received(request: &mut Request) -> Option<Received> {
    let mut body = String::new();
    let mut reader = request.as_reader().take(REQUEST_MAX);
    reader.read_to_string(&mut body).ok()?;
    let header = |name: &'static str| {
        let mut headers = request.headers().iter();
        let found = headers.find(|header| header.field.equiv(name))?;
        Some(found.value.as_str().to_owned())
    };
    let (path, query) = request.url().split_once('?').unwrap_or((request.url(), ""));
    Some(Received {
        method: request.method().to_string(),
        path: path.to_owned(),
        query: query.to_owned(),
        key: header("Idempotency-Key"),
        authorized: header("Authorization").is_some_and(|value| value == bearer()),
        body,
    })
}

fn bearer() -> String {
    format!("Bearer {SECRET_KEY}")
}
