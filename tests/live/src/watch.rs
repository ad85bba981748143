//! Waiting for something to come about: asked again and again until it is so or the time is up, never slept for.

use std::{
    thread,
    time::{Duration, Instant},
};

use jiff::Timestamp;

use crate::outcome::{Told, Trouble};

/// Longest wait for what needs no retry: far above what it takes, so that only a fault reaches it.
pub const SOON: Duration = Duration::from_secs(45);
/// Longest wait for what comes only after retries with growing pauses.
pub const LATER: Duration = Duration::from_secs(150);

/// Pauses between two looks grow from the first to the second.
const FIRST_PAUSE: Duration = Duration::from_millis(15);
const LONGEST_PAUSE: Duration = Duration::from_millis(250);

/// What a look gave.
#[derive(Debug)]
pub enum Look<T> {
    /// It is so.
    There(T),
    /// Not yet; how things stand.
    NotYet(String),
}

/// Looks until it is so.
///
/// # Errors
/// [`Trouble::TooLate`] with what was seen last, or what a look itself ran into.
pub fn until<T>(what: &str, wait: Duration, mut look: impl FnMut() -> Told<Look<T>>) -> Told<T> {
    let begun = Instant::now();
    let mut pause = FIRST_PAUSE;
    loop {
        let seen = match look()? {
            Look::There(found) => return Ok(found),
            Look::NotYet(seen) => seen,
        };
        if begun.elapsed() >= wait {
            return Err(Trouble::TooLate {
                what: what.to_owned(),
                seconds: wait.as_secs(),
                seen,
            });
        }
        thread::sleep(pause);
        pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
    }
}

/// Now.
pub fn now() -> Timestamp {
    #[expect(
        clippy::disallowed_methods,
        reason = "the stories play in real time, and this is their one clock"
    )]
    Timestamp::now()
}
