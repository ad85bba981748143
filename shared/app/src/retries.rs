//! When a message that was not done comes again, and when it becomes a dead letter.
//!
//! A failure ends after a number of receives: what failed so often will fail again. A message that came too early ends
//! after a time, because its predecessor may be withheld for hours: it waits as long again as it has waited so far.
//!
//! A queue counts receives and not why they ended, so a message that waited for its predecessor has a high count when it
//! fails for the first time. Therefore a message that is older than [`FAILING_TIME_MAX`] may have been received
//! [`EARLY_RECEIVES`] times, and once more each hour, before its failures are counted.

use std::time::Duration;

/// Longest wait of a message that failed before it is received again; from 1 second, doubling.
pub const RECEIVE_WAIT_MAX: Duration = Duration::from_secs(900);
/// First wait of a message that came too early.
pub const EARLY_WAIT_MIN: Duration = Duration::from_secs(5);
/// Longest wait of a message that came too early; it waits as long again as it has waited so far.
pub const EARLY_WAIT_MAX: Duration = Duration::from_secs(3600);
/// A message that came too early becomes a dead letter at this age. Its queue keeps it a day longer.
pub const EARLY_AGE_MAX: Duration = Duration::from_secs(3 * 24 * 3600);
/// How long a message can be on its queue and only have failed: the receives of each queue take less.
pub const FAILING_TIME_MAX: Duration = Duration::from_secs(3600);
/// How often a message that came too early is received before its waits are [`EARLY_WAIT_MAX`], at most.
pub const EARLY_RECEIVES: u32 = 12;
/// Receives beyond those after which a failure is a dead letter. They are for messages whose function ended before it
/// could answer; at the last, the message is a dead letter with that reason.
pub const RECEIVES_RESERVE: u32 = 3;

/// What becomes of a message that was not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// It is received again after this wait.
    After(Duration),
    /// It is a dead letter.
    No,
}

/// How a message fared so far.
#[derive(Debug, Clone, Copy)]
pub struct Attempts {
    /// How often it was received, this time included.
    pub receives: u32,
    /// How long it has been on its queue. A redrive puts it there anew.
    pub age: Duration,
    /// Receives after which a failure is a dead letter, as the queue's consumer is set up.
    pub receives_max: u32,
}

impl Attempts {
    /// It failed.
    pub fn after_failure(self) -> Retry {
        if self.receives >= self.allowed() {
            Retry::No
        } else {
            Retry::After(failure_wait(self.receives))
        }
    }

    /// What it follows is not here yet.
    pub fn when_early(self) -> Retry {
        let left = EARLY_AGE_MAX.saturating_sub(self.age);
        if left.is_zero() {
            return Retry::No;
        }
        let wait = self.age.clamp(EARLY_WAIT_MIN, EARLY_WAIT_MAX);
        Retry::After(wait.min(left.max(EARLY_WAIT_MIN)))
    }

    /// Whether it has come so often without an outcome that it is not handled again.
    pub fn is_without_outcome(self) -> bool {
        let allowed = self.allowed().max(EARLY_RECEIVES);
        self.receives >= allowed.saturating_add(RECEIVES_RESERVE)
    }

    /// Receives after which a failure is a dead letter: more, when some of them may have been too early.
    fn allowed(self) -> u32 {
        if self.age < FAILING_TIME_MAX {
            return self.receives_max;
        }
        let hours = u32::try_from(self.age.as_secs() / 3600).unwrap_or(u32::MAX);
        self.receives_max
            .saturating_add(EARLY_RECEIVES)
            .saturating_add(hours)
    }
}

/// How long a message that failed waits after so many receives: 1, 2, 4 ... seconds, at most [`RECEIVE_WAIT_MAX`].
pub fn failure_wait(receives: u32) -> Duration {
    let doubled = 1u64
        .checked_shl(receives.saturating_sub(1).min(20))
        .unwrap_or(u64::MAX);
    Duration::from_secs(doubled).min(RECEIVE_WAIT_MAX)
}
