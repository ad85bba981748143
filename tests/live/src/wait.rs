//! Waiting for a condition: polled until it is true or the time is up. A story never sleeps for a fixed time instead.

use std::{
    thread,
    time::{Duration, Instant},
};

use jiff::Timestamp;

use crate::outcome::{Outcome, StoryError};

/// Longest wait for what needs no retry. Far above what it takes, so that only a fault reaches it.
pub const SHORT: Duration = Duration::from_secs(45);
/// Longest wait for what happens only after retries with growing pauses.
pub const LONG: Duration = Duration::from_secs(150);

/// The pause between two polls doubles from the first to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(15);
const LONGEST_PAUSE: Duration = Duration::from_millis(250);

/// Result of one poll.
#[derive(Debug)]
pub enum Poll<T> {
    Ready(T),
    /// Not yet true; the current state, for the error message.
    Pending(String),
}

/// Polls until the condition named by `what` is true.
///
/// # Errors
/// [`StoryError::Timeout`] with the last state seen, or the error of a poll.
pub fn until<T>(
    what: &str,
    limit: Duration,
    mut poll: impl FnMut() -> Outcome<Poll<T>>,
) -> Outcome<T> {
    let begun = Instant::now();
    let mut pause = FIRST_PAUSE;
    loop {
        let last_seen = match poll()? {
            Poll::Ready(found) => return Ok(found),
            Poll::Pending(state) => state,
        };
        if begun.elapsed() >= limit {
            return Err(StoryError::Timeout {
                what: what.to_owned(),
                seconds: limit.as_secs(),
                last_seen,
            });
        }
        thread::sleep(pause);
        pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
    }
}

pub fn now() -> Timestamp {
    #[expect(
        clippy::disallowed_methods,
        reason = "the stories run in real time, and this is their one clock"
    )]
    Timestamp::now()
}
