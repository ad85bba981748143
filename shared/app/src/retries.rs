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

#[cfg(test)]
mod tests {
    use super::*;

    const INBOUND: u32 = 12;

    fn attempts(receives: u32, seconds: u64) -> Attempts {
        Attempts {
            receives,
            age: Duration::from_secs(seconds),
            receives_max: INBOUND,
        }
    }

    /// The ages at which a message that stays too early is received, in seconds, and its receives.
    fn early() -> Vec<Attempts> {
        let mut all = vec![attempts(1, 0)];
        while let Retry::After(wait) = all.last().unwrap().when_early() {
            let Attempts { receives, age, .. } = *all.last().unwrap();
            let age = age.saturating_add(wait);
            all.push(attempts(receives.saturating_add(1), age.as_secs()));
        }
        all
    }

    #[test]
    fn waits_of_a_failure_double_up_to_a_quarter_of_an_hour() {
        let waits: Vec<u64> = (1..=12).map(|n| failure_wait(n).as_secs()).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
        assert_eq!(attempts(12, 1923).after_failure(), Retry::No);
    }

    #[test]
    fn an_early_message_waits_as_long_again_as_it_has_waited_and_ends_after_three_days() {
        let ages: Vec<u64> = early().iter().map(|at| at.age.as_secs()).collect();
        assert_eq!(ages[..5], [0, 5, 10, 20, 40]);
        assert_eq!(ages[10..14], [2560, 5120, 8720, 12_320]);
        assert_eq!(*ages.last().unwrap(), EARLY_AGE_MAX.as_secs());
        assert_eq!(ages.len(), 83, "its reads cost little");
    }

    #[test]
    fn a_message_that_waited_for_days_is_not_a_dead_letter_at_its_first_failure() {
        for at in early() {
            assert!(!at.is_without_outcome(), "{at:?}");
            assert!(matches!(at.after_failure(), Retry::After(_)), "{at:?}");
        }
    }

    #[test]
    fn a_message_that_waited_and_then_only_fails_becomes_a_dead_letter_within_hours() {
        let mut at = early()[30];
        let begun = at.age;
        while let Retry::After(wait) = at.after_failure() {
            at = attempts(at.receives + 1, (at.age + wait).as_secs());
        }
        let hours = (at.age - begun).as_secs() / 3600;
        assert!((1..=6).contains(&hours), "{hours} hours");
    }

    #[test]
    fn a_function_that_always_ends_without_an_outcome_is_seen_after_its_receives() {
        assert!(!attempts(14, 14 * 180).is_without_outcome());
        assert!(attempts(15, 15 * 180).is_without_outcome());
    }
}
