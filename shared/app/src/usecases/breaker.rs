//! Circuit breakers in front of the locations: nothing is sent to one that is down, so that it does not take the time of
//! the others. The rules are in [`domain::health`].
//!
//! The health of a location is stored, so that it outlives the sandbox and shows in the API. It is read at most every
//! [`HEALTH_TTL`], and written only when it changes: a location that answers costs no write. Two sandboxes may send to
//! a location that just failed in the other one; the probe of a location that is down is sent by whoever writes first.
//!
//! When the store does not answer, requests are sent on what is known: health saves time, and is no rule.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use domain::{
    health::{Admission, HealthState, LocationHealth, PROBE_TIME, RequestOutcome, SLOW_AFTER},
    ids::LocationId,
    location::Location,
};
use jiff::{SignedDuration, Timestamp};

use crate::{
    failure::Failure,
    ports::{Clock, FulfillmentProvider, HealthStore, ProviderRequest},
};

/// How long the health of the locations is used before it is read again.
pub const HEALTH_TTL: SignedDuration = SignedDuration::from_secs(5);
/// How often an outcome is applied to what another writer has written meanwhile before it is left out.
const WRITES_MAX: u32 = 4;

/// A fulfillment provider behind breakers.
#[derive(Debug)]
pub struct GuardedProvider<'p, P> {
    provider: &'p P,
    breakers: Breakers,
}

/// Leave to send one request to a location.
#[derive(Debug)]
pub(super) struct Permit {
    probe: bool,
}

/// Why a request was not taken.
#[derive(Debug)]
pub(super) struct SendFailure {
    pub(super) failure: Failure,
    /// Whether the location may have got it all the same.
    pub(super) may_have_left: bool,
}

/// A breaker for each location, with what this sandbox knows of their health.
#[derive(Debug, Default)]
struct Breakers {
    known: Mutex<Known>,
    /// Held while the health is read or written, so that the requests of one sandbox do not get in each other's way.
    turn: futures_util::lock::Mutex<()>,
}

#[derive(Debug, Default)]
struct Known {
    read_at: Option<Timestamp>,
    health: BTreeMap<LocationId, LocationHealth>,
    answered_at: BTreeMap<LocationId, Timestamp>,
}

impl<'p, P: FulfillmentProvider> GuardedProvider<'p, P> {
    /// In front of a provider.
    pub fn new(provider: &'p P) -> Self {
        Self {
            provider,
            breakers: Breakers::default(),
        }
    }

    /// The locations that are down, whether or not a probe is due, with the failure of whoever wants to send to them.
    pub(super) async fn down(
        &self,
        store: &impl HealthStore,
        clock: &impl Clock,
    ) -> BTreeMap<LocationId, Failure> {
        self.breakers.refresh(store, clock.now()).await;
        let known = self.breakers.known();
        let down = known.health.values().filter_map(|health| {
            let until = health.open_until?;
            Some((health.location.clone(), down(health, until)))
        });
        down.collect()
    }

    /// Leave to send one request, unless the location is down. A probe is sent only to a location that can be connected
    /// to, so that one that cannot costs no commit of the order whose request would be the probe.
    ///
    /// # Errors
    /// [`Failure::LocationDown`]; any other failure to connect.
    pub(super) async fn admit(
        &self,
        store: &impl HealthStore,
        clock: &impl Clock,
        location: &Location,
    ) -> Result<Permit, Failure> {
        let permit = self
            .breakers
            .admit(store, &location.id, clock.now())
            .await?;
        if permit.probe {
            let reaching = self.provider.reach(location);
            self.breakers
                .reached(store, clock, &location.id, reaching)
                .await?;
        }
        Ok(permit)
    }

    /// Sends one request, unless the location is down, with the leave that was given for it, if there was one.
    ///
    /// # Errors
    /// [`Failure::LocationDown`] when nothing was sent, or when this request was the one that failed too much; any
    /// other error of the provider. Each with whether the request may have left.
    pub(super) async fn send(
        &self,
        (store, clock): (&impl HealthStore, &impl Clock),
        location: &Location,
        permit: Option<Permit>,
        id: &str,
        request: &ProviderRequest,
    ) -> Result<(), SendFailure> {
        let permit = match permit {
            Some(permit) => permit,
            None => {
                let admitted = self.admit(store, clock, location).await;
                admitted.map_err(|failure| SendFailure {
                    failure,
                    may_have_left: false,
                })?
            }
        };
        let sending = self.provider.send(location, id, request);
        self.breakers
            .observed(store, clock, (&location.id, permit), sending)
            .await
    }
}

impl Breakers {
    /// Connects to a location that is down, which a probe is due for. A connection alone says nothing about its health.
    async fn reached(
        &self,
        store: &impl HealthStore,
        clock: &impl Clock,
        location: &LocationId,
        reaching: impl Future<Output = Result<(), Failure>>,
    ) -> Result<(), Failure> {
        let reached = reaching.await;
        let Err(Failure::Location { code, .. }) = &reached else {
            return reached;
        };
        let outcome = RequestOutcome::Failed { code: code.clone() };
        let health = self
            .observe(store, location, &outcome, true, clock.now())
            .await;
        health
            .open_until
            .map_or(reached, |until| Err(down(&health, until)))
    }

    /// Sends a request to a location that has admitted it. A future that is not polled sends nothing.
    async fn observed(
        &self,
        store: &impl HealthStore,
        clock: &impl Clock,
        (location, Permit { probe }): (&LocationId, Permit),
        sending: impl Future<Output = Result<(), Failure>>,
    ) -> Result<(), SendFailure> {
        let begun = clock.now();
        let sent = sending.await;
        let now = clock.now();
        let outcome = match &sent {
            Ok(()) if now.duration_since(begun) >= SLOW_AFTER => RequestOutcome::AnsweredLate,
            Ok(()) => RequestOutcome::Answered,
            Err(Failure::Location { code, .. }) => RequestOutcome::Failed { code: code.clone() },
            // Our own failure, or an answer about this request only. A probe is due again when its time is over.
            Err(_) => return sent.map_err(SendFailure::of_sending),
        };
        let health = self.observe(store, location, &outcome, probe, now).await;
        let Err(mut sent) = sent.map_err(SendFailure::of_sending) else {
            return Ok(());
        };
        if let Some(until) = health.open_until {
            tracing::warn!(%location, error = %sent.failure.chain(), "not taken by a location that is down");
            sent.failure = down(&health, until);
        }
        Err(sent)
    }

    /// Leave to send a request now.
    async fn admit(
        &self,
        store: &impl HealthStore,
        location: &LocationId,
        now: Timestamp,
    ) -> Result<Permit, Failure> {
        self.refresh(store, now).await;
        let health = self.health_of(location, now);
        match health.admission(now) {
            Admission::Send => Ok(Permit { probe: false }),
            Admission::Wait(until) => Err(down(&health, until)),
            Admission::Probe => {
                let probing = health.probing(now);
                if store.put_health(&probing).await? {
                    self.keep(probing);
                    return Ok(Permit { probe: true });
                }
                // Another one probes, or has found that it is up: the next request reads which.
                self.known().read_at = None;
                let until = now.checked_add(PROBE_TIME).unwrap_or(Timestamp::MAX);
                Err(down(&health, until))
            }
        }
    }

    /// Applies an outcome to the health of a location, and writes it when it has changed.
    async fn observe(
        &self,
        store: &impl HealthStore,
        location: &LocationId,
        outcome: &RequestOutcome,
        probe: bool,
        now: Timestamp,
    ) -> LocationHealth {
        if *outcome == RequestOutcome::Answered {
            self.known().answered_at.insert(location.clone(), now);
            let health = self.health_of(location, now);
            if health.state() == HealthState::Up {
                return health;
            }
        }
        let _turn = self.turn.lock().await;
        for _ in 0..WRITES_MAX {
            let before = self.health_of(location, now);
            let Some(mut next) = before.observe(outcome, probe, now) else {
                return before;
            };
            let answered_at = self.known().answered_at.get(location).copied();
            next.last_success = next.last_success.max(answered_at);
            match store.put_health(&next).await {
                Ok(true) => {
                    log_change(&before, &next);
                    self.keep(next.clone());
                    return next;
                }
                Ok(false) => self.read(store, now).await,
                Err(failure) => {
                    tracing::warn!(%location, error = %failure.chain(), "the health of a location could not be written");
                    self.keep(next.clone());
                    return next;
                }
            }
        }
        tracing::info!(%location, "others are writing the health of this location; this outcome is left out");
        self.health_of(location, now)
    }

    /// Reads the health of all locations, unless it was read a moment ago.
    async fn refresh(&self, store: &impl HealthStore, now: Timestamp) {
        let is_fresh = || {
            let read_at = self.known().read_at;
            read_at.is_some_and(|read_at| now.duration_since(read_at) < HEALTH_TTL)
        };
        if is_fresh() {
            return;
        }
        let _turn = self.turn.lock().await;
        if !is_fresh() {
            self.read(store, now).await;
        }
    }

    async fn read(&self, store: &impl HealthStore, now: Timestamp) {
        let read = store.health().await;
        let mut known = self.known();
        known.read_at = Some(now);
        match read {
            Ok(all) => {
                known.health = all
                    .into_iter()
                    .map(|one| (one.location.clone(), one))
                    .collect();
            }
            Err(failure) => {
                tracing::warn!(error = %failure.chain(), "the health of the locations could not be read");
            }
        }
    }

    fn health_of(&self, location: &LocationId, now: Timestamp) -> LocationHealth {
        let known = self.known();
        let health = known.health.get(location).cloned();
        health.unwrap_or_else(|| LocationHealth::unknown(location.clone(), now))
    }

    fn keep(&self, health: LocationHealth) {
        self.known().health.insert(health.location.clone(), health);
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SendFailure {
    /// The failure of a request that was begun.
    fn of_sending(failure: Failure) -> Self {
        let unsent = matches!(failure, Failure::Location { unsent: true, .. });
        Self {
            failure,
            may_have_left: !unsent,
        }
    }
}

fn down(health: &LocationHealth, until: Timestamp) -> Failure {
    let code = health.last_failure.as_ref().map(|last| last.code.clone());
    Failure::LocationDown {
        location: health.location.clone(),
        code: code.unwrap_or_default(),
        until,
    }
}

/// The value of `health` in a line of the log from which the template makes the metric `LocationDown`.
const DOWN: &str = "down";

fn log_change(before: &LocationHealth, after: &LocationHealth) {
    let location = &after.location;
    let code = after.last_failure.as_ref().map(|last| last.code.as_str());
    match (before.state(), after.state()) {
        (HealthState::Up | HealthState::Failing, HealthState::Down) => {
            tracing::error!(%location, health = DOWN, code, failures = after.failures, "location {location} is down");
        }
        (HealthState::Down, HealthState::Up | HealthState::Failing) => {
            tracing::info!(%location, since = %before.since, "location {location} is no longer down");
        }
        (HealthState::Down, HealthState::Down) => {
            tracing::warn!(%location, health = DOWN, code, until = ?after.open_until, "location {location} is still down");
        }
        (HealthState::Up | HealthState::Failing, HealthState::Up | HealthState::Failing) => {}
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

    use domain::health::{FAILURES_TO_OPEN, FIRST_PAUSE};

    use super::*;
    use crate::memory::{ManualClock, MemoryStore};

    fn clock() -> ManualClock {
        ManualClock::new("2026-11-22T08:00:00Z".parse().unwrap(), 1)
    }

    /// Kiel, as some sandboxes see it.
    struct Kiel {
        clock: ManualClock,
        takes: SignedDuration,
        sent: AtomicU32,
    }

    impl Kiel {
        fn taking(seconds: i64) -> Self {
            Self {
                clock: clock(),
                takes: SignedDuration::from_secs(seconds),
                sent: AtomicU32::new(0),
            }
        }

        /// So many requests, one after the other; gives the codes of those that failed.
        async fn gets(
            &self,
            times: u32,
            answers: fn() -> Result<(), Failure>,
            (breakers, store): (&Breakers, &impl HealthStore),
        ) -> Vec<&'static str> {
            let kiel = "kiel".parse().unwrap();
            let mut codes = Vec::new();
            for _ in 0..times {
                let sending = async {
                    self.sent.fetch_add(1, Relaxed);
                    self.clock.advance(self.takes);
                    answers()
                };
                let sent = match breakers.admit(store, &kiel, self.clock.now()).await {
                    Ok(permit) => breakers
                        .observed(store, &self.clock, (&kiel, permit), sending)
                        .await
                        .map_err(|sent| sent.failure),
                    Err(failure) => Err(failure),
                };
                codes.extend(sent.err().map(|failure| failure.code()));
            }
            codes
        }

        fn sent(&self) -> u32 {
            self.sent.load(Relaxed)
        }
    }

    fn times_out() -> Result<(), Failure> {
        Err(Failure::location("timeout", "no answer"))
    }

    fn answers() -> Result<(), Failure> {
        Ok(())
    }

    /// A store that counts what is asked of it, and does not answer when it is down.
    #[derive(Default)]
    struct Counting {
        inner: MemoryStore,
        down: bool,
        reads: AtomicU32,
        writes: AtomicU32,
    }

    impl HealthStore for Counting {
        async fn health(&self) -> Result<Vec<LocationHealth>, Failure> {
            self.reads.fetch_add(1, Relaxed);
            match self.down {
                true => Err(Failure::unavailable("the table", "no answer")),
                false => self.inner.health().await,
            }
        }

        async fn put_health(&self, health: &LocationHealth) -> Result<bool, Failure> {
            self.writes.fetch_add(1, Relaxed);
            match self.down {
                true => Err(Failure::unavailable("the table", "no answer")),
                false => self.inner.put_health(health).await,
            }
        }
    }

    #[tokio::test]
    async fn a_location_that_hangs_is_down_for_every_sandbox() {
        let (kiel, store) = (Kiel::taking(10), MemoryStore::default());
        let codes = kiel
            .gets(6, times_out, (&Breakers::default(), &store))
            .await;
        assert_eq!(codes[..4], ["location_failed"; 4]);
        assert_eq!(codes[4..], ["location_down"; 2]);
        assert_eq!(
            kiel.sent(),
            FAILURES_TO_OPEN,
            "the fifth failed, the sixth was not sent"
        );
        let codes = kiel
            .gets(2, times_out, (&Breakers::default(), &store))
            .await;
        assert_eq!(codes, ["location_down"; 2]);
        assert_eq!(kiel.sent(), FAILURES_TO_OPEN);
    }

    #[tokio::test]
    async fn of_two_sandboxes_one_sends_the_probe() {
        let (kiel, store) = (Kiel::taking(0), MemoryStore::default());
        let (one, two) = (Breakers::default(), Breakers::default());
        kiel.gets(5, times_out, (&one, &store)).await;
        assert_eq!(
            kiel.gets(1, answers, (&two, &store)).await,
            ["location_down"]
        );
        kiel.clock.advance(FIRST_PAUSE);
        // Both know that a probe is due before either of them sends it.
        for breakers in [&one, &two] {
            breakers.refresh(&store, kiel.clock.now()).await;
        }
        assert_eq!(
            kiel.gets(1, times_out, (&one, &store)).await,
            ["location_down"]
        );
        assert_eq!(
            kiel.gets(1, answers, (&two, &store)).await,
            ["location_down"]
        );
        assert_eq!(kiel.sent(), FAILURES_TO_OPEN + 1);
        kiel.clock.advance(FIRST_PAUSE * 2);
        let nothing: [&str; 0] = [];
        assert_eq!(kiel.gets(1, answers, (&two, &store)).await, nothing);
        kiel.clock.advance(HEALTH_TTL);
        assert_eq!(kiel.gets(1, answers, (&one, &store)).await, nothing);
        let health = &store.health().await.unwrap()[0];
        assert_eq!(health.state(), HealthState::Up);
    }

    #[tokio::test]
    async fn late_answers_are_taken_and_count_as_failures() {
        let (kiel, store) = (Kiel::taking(6), MemoryStore::default());
        let codes = kiel.gets(6, answers, (&Breakers::default(), &store)).await;
        assert_eq!(
            codes,
            ["location_down"],
            "five were taken, the sixth was not sent"
        );
        let health = &store.health().await.unwrap()[0];
        assert_eq!(health.last_failure.as_ref().unwrap().code, "slow");
    }

    #[tokio::test]
    async fn what_says_nothing_about_the_location_does_not_count() {
        let (kiel, store) = (Kiel::taking(0), MemoryStore::default());
        let refuses = || {
            Err(Failure::unavailable(
                "the location",
                "it refuses the request",
            ))
        };
        let codes = kiel.gets(9, refuses, (&Breakers::default(), &store)).await;
        assert_eq!(codes, ["unavailable"; 9]);
        assert_eq!(store.health().await.unwrap(), []);
    }

    #[tokio::test]
    async fn a_location_that_works_costs_no_write_and_a_read_now_and_then() {
        let (kiel, store) = (Kiel::taking(1), Counting::default());
        kiel.gets(20, answers, (&Breakers::default(), &store)).await;
        assert_eq!(store.writes.load(Relaxed), 0);
        assert_eq!(store.reads.load(Relaxed), 4, "one in five seconds");
    }

    #[tokio::test]
    async fn without_a_store_the_sandbox_has_its_own_memory() {
        let kiel = Kiel::taking(0);
        let store = Counting {
            down: true,
            ..Counting::default()
        };
        let breakers = Breakers::default();
        assert_eq!(kiel.gets(1, answers, (&breakers, &store)).await.len(), 0);
        kiel.gets(8, times_out, (&breakers, &store)).await;
        assert_eq!(kiel.sent(), FAILURES_TO_OPEN + 1);
    }
}
