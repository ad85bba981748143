use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use app::{
    failure::Failure,
    memory::{ManualClock, MemoryStore},
    ports::{Clock, HealthStore},
    usecases::breaker::*,
};
use domain::health::{FAILURES_TO_OPEN, FIRST_PAUSE, HealthState, LocationHealth};
use jiff::SignedDuration;

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
