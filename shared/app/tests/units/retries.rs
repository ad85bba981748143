use std::time::Duration;

use app::retries::*;

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
