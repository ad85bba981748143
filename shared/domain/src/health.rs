//! The health of a location, as the outcomes of our requests to it show, and the circuit breaker that rests on it.
//!
//! | state | begins | requests |
//! |---|---|---|
//! | up | an answer in time | are sent |
//! | failing | a failure, or a late answer | are sent |
//! | down | [`FAILURES_TO_OPEN`] of them in a row | are not sent until the pause is over; then one is, the probe |
//!
//! When the probe fails, the next pause is twice as long, up to [`LONGEST_PAUSE`]. Any answer to it ends the state.

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::LocationId;

/// This many failures in a row make a location down.
pub const FAILURES_TO_OPEN: u32 = 5;
/// First pause in which nothing is sent to a location that is down; each failed probe doubles it.
pub const FIRST_PAUSE: SignedDuration = SignedDuration::from_secs(30);
/// Longest pause in which nothing is sent to a location that is down: a sweep, so that each finds a probe due.
pub const LONGEST_PAUSE: SignedDuration = SignedDuration::from_secs(300);
/// How long nothing else is sent to a location while a probe is under way: longer than any request takes.
pub const PROBE_TIME: SignedDuration = SignedDuration::from_secs(20);
/// An answer that takes so long counts as a failure: a location that slow takes the time of the others.
pub const SLOW_AFTER: SignedDuration = SignedDuration::from_secs(5);

/// The code of an answer that came late.
pub const SLOW: &str = "slow";

/// What is remembered of a location that has failed at least once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocationHealth {
    /// The location.
    pub location: LocationId,
    /// How often this was written; a writer conditions on the number that it read.
    pub version: u64,
    /// When the state began, UTC.
    pub since: Timestamp,
    /// Failures in a row.
    pub failures: u32,
    /// Pauses in a row; 0: it is not down.
    #[serde(default)]
    pub pauses: u32,
    /// Until when nothing is sent, UTC; none: it is not down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open_until: Option<Timestamp>,
    /// The last failure; kept when the location is up again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_failure: Option<LocationFailure>,
    /// The last answer that was known when this was written, UTC. Answers of a location that is up are not written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_success: Option<Timestamp>,
}

/// A request that a location did not take, or took late.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LocationFailure {
    /// Why: a stable code such as `timeout`, `connect_failed`, `slow` or `http_503`.
    pub code: String,
    /// When, UTC.
    pub at: Timestamp,
}

/// The state of a location.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HealthState {
    /// It answers in time.
    Up,
    /// Its last requests failed or were answered late.
    Failing,
    /// It failed repeatedly; nothing but probes is sent.
    Down,
}

/// Whether a request may be sent now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// It may.
    Send,
    /// The pause is over: one request may be sent, by whoever writes [`LocationHealth::probing`] first.
    Probe,
    /// Not before this time, UTC.
    Wait(Timestamp),
}

/// The outcome of a request, as far as the location's health is concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestOutcome {
    /// Answered in time.
    Answered,
    /// Answered after [`SLOW_AFTER`] or later.
    AnsweredLate,
    /// Not answered, or with an error that says that the location does not work.
    Failed {
        /// As [`LocationFailure::code`].
        code: String,
    },
}

impl LocationHealth {
    /// A location of which nothing is stored: it is up.
    pub fn unknown(location: LocationId, now: Timestamp) -> Self {
        Self {
            location,
            version: 0,
            since: now,
            failures: 0,
            pauses: 0,
            open_until: None,
            last_failure: None,
            last_success: None,
        }
    }

    /// Its state.
    pub fn state(&self) -> HealthState {
        match (self.open_until, self.failures) {
            (Some(_), _) => HealthState::Down,
            (None, 0) => HealthState::Up,
            (None, _) => HealthState::Failing,
        }
    }

    /// Whether a request may be sent at `now`.
    pub fn admission(&self, now: Timestamp) -> Admission {
        match self.open_until {
            None => Admission::Send,
            Some(until) if now < until => Admission::Wait(until),
            Some(_) => Admission::Probe,
        }
    }

    /// The health while the probe that begins at `now` is under way. Should its sender die, another one is due after
    /// [`PROBE_TIME`].
    #[must_use]
    pub fn probing(&self, now: Timestamp) -> Self {
        Self {
            version: self.version.saturating_add(1),
            open_until: Some(after(now, PROBE_TIME)),
            ..self.clone()
        }
    }

    /// The health after a request that ended at `now`; none when it changes nothing that is worth a write: an answer
    /// of a location that is up, or a failure, while it is down, of a request that was sent before it was down.
    pub fn observe(&self, outcome: &RequestOutcome, probe: bool, now: Timestamp) -> Option<Self> {
        let mut next = match (outcome, self.state()) {
            (RequestOutcome::Answered, HealthState::Up) => return None,
            (RequestOutcome::Answered, HealthState::Failing | HealthState::Down) => Self {
                last_success: Some(now),
                ..self.not_down(0)
            },
            // It works, however slowly: it gets its requests again until it is late so often in a row.
            (RequestOutcome::AnsweredLate, HealthState::Down) => self.not_down(1).failed(SLOW, now),
            (RequestOutcome::AnsweredLate, HealthState::Up | HealthState::Failing) => {
                self.one_more_failure(now).failed(SLOW, now)
            }
            (RequestOutcome::Failed { .. }, HealthState::Down) if !probe => return None,
            (RequestOutcome::Failed { code }, HealthState::Down) => {
                self.paused_again(now).failed(code, now)
            }
            (RequestOutcome::Failed { code }, HealthState::Up | HealthState::Failing) => {
                self.one_more_failure(now).failed(code, now)
            }
        };
        if *outcome == RequestOutcome::AnsweredLate {
            next.last_success = Some(now);
        }
        if next.state() != self.state() {
            next.since = now;
        }
        next.version = self.version.saturating_add(1);
        Some(next)
    }

    /// The health after the location got another address at `now`: nothing is known of it, so the next request is sent.
    /// None when there is nothing to forget.
    pub fn at_another_address(&self, now: Timestamp) -> Option<Self> {
        (self.state() != HealthState::Up).then(|| Self {
            version: self.version.saturating_add(1),
            since: now,
            ..self.not_down(0)
        })
    }

    fn not_down(&self, failures: u32) -> Self {
        Self {
            failures,
            pauses: 0,
            open_until: None,
            ..self.clone()
        }
    }

    fn one_more_failure(&self, now: Timestamp) -> Self {
        let failures = self.failures.saturating_add(1);
        let failing = Self {
            failures,
            ..self.clone()
        };
        if failures < FAILURES_TO_OPEN {
            return failing;
        }
        Self {
            pauses: 1,
            open_until: Some(after(now, pause(1))),
            ..failing
        }
    }

    fn paused_again(&self, now: Timestamp) -> Self {
        let pauses = self.pauses.saturating_add(1);
        Self {
            failures: self.failures.saturating_add(1),
            pauses,
            open_until: Some(after(now, pause(pauses))),
            ..self.clone()
        }
    }

    fn failed(self, code: &str, now: Timestamp) -> Self {
        let code = code.to_owned();
        Self {
            last_failure: Some(LocationFailure { code, at: now }),
            ..self
        }
    }
}

/// The length of the pause of this number, counted from 1.
fn pause(number: u32) -> SignedDuration {
    let doubled = 1i32.checked_shl(number.saturating_sub(1).min(20));
    FIRST_PAUSE
        .checked_mul(doubled.unwrap_or(i32::MAX))
        .map_or(LONGEST_PAUSE, |pause| pause.min(LONGEST_PAUSE))
}

fn after(now: Timestamp, wait: SignedDuration) -> Timestamp {
    now.checked_add(wait).unwrap_or(Timestamp::MAX)
}
