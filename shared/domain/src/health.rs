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

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        let start = Timestamp::from_second(1_790_000_000).unwrap();
        after(start, SignedDuration::from_secs(second))
    }

    fn kiel() -> LocationHealth {
        LocationHealth::unknown("kiel".parse().unwrap(), at(0))
    }

    fn timeout() -> RequestOutcome {
        let code = "timeout".to_owned();
        RequestOutcome::Failed { code }
    }

    /// Kiel after so many outcomes in a row, the last of them at second 0.
    fn after_each(outcome: &RequestOutcome, times: u32) -> LocationHealth {
        (0..times).fold(kiel(), |health, _| {
            health.observe(outcome, false, at(0)).unwrap_or(health)
        })
    }

    fn down() -> LocationHealth {
        after_each(&timeout(), FAILURES_TO_OPEN)
    }

    #[test]
    fn failures_in_a_row_make_a_location_down_for_a_while() {
        let failing = after_each(&timeout(), FAILURES_TO_OPEN - 1);
        assert_eq!(failing.state(), HealthState::Failing);
        assert_eq!(failing.admission(at(0)), Admission::Send);
        let down = down();
        assert_eq!(down.state(), HealthState::Down);
        assert_eq!(down.admission(at(29)), Admission::Wait(at(30)));
        assert_eq!(down.admission(at(30)), Admission::Probe);
        assert_eq!(down.last_failure.as_ref().unwrap().code, "timeout");
        assert_eq!((down.version, down.since), (5, at(0)));
    }

    #[test]
    fn one_answer_between_failures_keeps_a_location_from_being_down() {
        let failing = after_each(&timeout(), FAILURES_TO_OPEN - 1);
        let up = failing
            .observe(&RequestOutcome::Answered, false, at(1))
            .unwrap();
        assert_eq!((up.state(), up.since), (HealthState::Up, at(1)));
        let again = up.observe(&timeout(), false, at(2)).unwrap();
        assert_eq!((again.state(), again.failures), (HealthState::Failing, 1));
    }

    #[test]
    fn pauses_grow_while_probes_fail_and_an_answer_ends_them() {
        let mut health = down();
        let mut pauses = Vec::new();
        let mut now = at(0);
        for _ in 0..6 {
            let until = health.open_until.unwrap();
            pauses.push(until.duration_since(now).as_secs());
            now = until;
            let probing = health.probing(now);
            assert_eq!(
                probing.admission(now),
                Admission::Wait(after(now, PROBE_TIME))
            );
            health = probing.observe(&timeout(), true, now).unwrap();
        }
        assert_eq!(pauses, [30, 60, 120, 240, 300, 300]);
        assert_eq!(health.since, at(0), "it has been down all the time");
        let up = health
            .probing(now)
            .observe(&RequestOutcome::Answered, true, now);
        let up = up.unwrap();
        assert_eq!(up.state(), HealthState::Up);
        assert_eq!((up.pauses, up.last_success), (0, Some(now)));
    }

    #[test]
    fn a_request_that_was_sent_before_the_location_was_down_does_not_lengthen_the_pause() {
        assert_eq!(down().observe(&timeout(), false, at(5)), None);
        let answered = down().observe(&RequestOutcome::Answered, false, at(5));
        assert_eq!(answered.unwrap().state(), HealthState::Up);
    }

    #[test]
    fn a_slow_location_is_failing_and_then_down_but_an_answer_to_the_probe_lets_it_work() {
        let late = RequestOutcome::AnsweredLate;
        let slow = after_each(&late, FAILURES_TO_OPEN);
        assert_eq!(slow.state(), HealthState::Down);
        assert_eq!(slow.last_failure.as_ref().unwrap().code, SLOW);
        assert_eq!(slow.last_success, Some(at(0)));
        let probed = slow.probing(at(30)).observe(&late, true, at(36)).unwrap();
        assert_eq!((probed.state(), probed.failures), (HealthState::Failing, 1));
        assert_eq!(probed.admission(at(36)), Admission::Send);
    }

    #[test]
    fn answers_of_a_location_that_is_up_are_not_worth_a_write() {
        assert_eq!(
            kiel().observe(&RequestOutcome::Answered, false, at(9)),
            None
        );
    }

    #[test]
    fn the_stored_form_reads_back() {
        let text = serde_json::to_string(&down()).unwrap();
        assert_eq!(
            serde_json::from_str::<LocationHealth>(&text).unwrap(),
            down()
        );
    }
}
