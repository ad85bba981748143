//! Circuit breakers: a location that is down does not take the time of the others.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use domain::ids::LocationId;
use jiff::{SignedDuration, Timestamp};

/// This many failures in a row open a location's breaker.
const FAILURES_TO_OPEN: u32 = 5;
/// How long requests to a location are not tried after its breaker opened.
const OPEN_FOR: SignedDuration = SignedDuration::from_secs(30);

/// One breaker a location, in the memory of this sandbox. A request that is not tried stays on the queue.
#[derive(Default)]
pub(crate) struct Breakers(Mutex<BTreeMap<LocationId, Breaker>>);

#[derive(Debug, Clone, Copy, Default)]
struct Breaker {
    failures: u32,
    open_until: Option<Timestamp>,
}

impl Breakers {
    /// Whether requests to the location are not to be tried now.
    pub(crate) fn is_open(&self, location: &LocationId, now: Timestamp) -> bool {
        let breakers = self.lock();
        let open_until = breakers
            .get(location)
            .and_then(|breaker| breaker.open_until);
        open_until.is_some_and(|until| now < until)
    }

    /// A request has succeeded: the breaker closes.
    pub(crate) fn succeeded(&self, location: &LocationId) {
        self.lock().remove(location);
    }

    /// A request that was begun at `now` has failed. Returns the number of failures in a row if the breaker is open.
    pub(crate) fn failed(&self, location: &LocationId, now: Timestamp) -> Option<u32> {
        let mut breakers = self.lock();
        let breaker = breakers.entry(location.clone()).or_default();
        breaker.failures = breaker.failures.saturating_add(1);
        let open = breaker.failures >= FAILURES_TO_OPEN;
        breaker.open_until = open.then(|| now.checked_add(OPEN_FOR).unwrap_or(now));
        open.then_some(breaker.failures)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<LocationId, Breaker>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_in_a_row_open_the_breaker_for_a_while_and_a_success_closes_it() {
        let breakers = Breakers::default();
        let (berlin, hamburg) = ("berlin".parse().unwrap(), "hamburg".parse().unwrap());
        let now = Timestamp::from_second(1_790_000_000).unwrap();
        let later = now.checked_add(OPEN_FOR).unwrap();
        for _ in 1..FAILURES_TO_OPEN {
            assert_eq!(breakers.failed(&berlin, now), None);
        }
        assert!(!breakers.is_open(&berlin, now));
        assert_eq!(breakers.failed(&berlin, now), Some(FAILURES_TO_OPEN));
        assert!(breakers.is_open(&berlin, now) && !breakers.is_open(&hamburg, now));
        assert!(!breakers.is_open(&berlin, later), "one request is tried");
        assert!(breakers.failed(&berlin, later).is_some());
        assert!(breakers.is_open(&berlin, later));
        breakers.succeeded(&berlin);
        assert_eq!(breakers.failed(&berlin, later), None);
    }
}
