//! Time, queues and locations that a test holds in its hands.

use std::{
    future::poll_fn,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    task::Poll,
};

use domain::{
    ids::{LocationId, OrderId, Sku},
    location::Location,
    order::Owed,
};
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use crate::{
    failure::Failure,
    messages,
    ports::{Ambient, Courier, Errand, Redrive},
};

/// Lets other tasks go first, once.
pub(super) async fn give_way() {
    let mut waited = false;
    poll_fn(|context| {
        if waited {
            return Poll::Ready(());
        }
        waited = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A clock that stands until it is moved, and dice that always fall the same way.
#[derive(Debug)]
pub struct Clock {
    now: Mutex<Timestamp>,
    seed: u64,
    thrown: AtomicU64,
}

impl Clock {
    /// A clock that stands at `now`; the same `seed` throws the same ids.
    pub fn new(now: Timestamp, seed: u64) -> Self {
        Self {
            now: Mutex::new(now),
            seed,
            thrown: AtomicU64::new(0),
        }
    }

    /// Moves the clock on.
    pub fn advance(&self, by: SignedDuration) {
        let mut now = held(&self.now);
        *now = now.checked_add(by).unwrap_or(*now);
    }
}

impl Ambient for Clock {
    fn now(&self) -> Timestamp {
        *held(&self.now)
    }

    fn entropy(&self) -> [u8; 10] {
        let throw = self.thrown.fetch_add(1, Ordering::Relaxed);
        let digest = Sha256::digest([self.seed.to_be_bytes(), throw.to_be_bytes()].concat());
        let mut entropy = [0; 10];
        entropy.copy_from_slice(&digest[..10]);
        entropy
    }
}

/// Queues that keep what the sweep hands on.
#[derive(Debug, Default)]
pub struct MemoryRedrive {
    orders: Mutex<Vec<(Owed, String)>>,
    skus: Mutex<Vec<String>>,
}

impl MemoryRedrive {
    /// Takes the bodies that were put on the queues of the functions that orders owe progress to.
    pub fn take_orders(&self) -> Vec<(Owed, String)> {
        std::mem::take(&mut held(&self.orders))
    }

    /// Takes the bodies that were put on replenishment's queue.
    pub fn take_skus(&self) -> Vec<String> {
        std::mem::take(&mut held(&self.skus))
    }
}

impl Redrive for MemoryRedrive {
    async fn order(&self, id: OrderId, owed: Owed) -> Result<(), Failure> {
        held(&self.orders).push((owed, messages::redrive(id)));
        Ok(())
    }

    async fn sku(&self, sku: &Sku) -> Result<(), Failure> {
        held(&self.skus).push(messages::drain(sku));
        Ok(())
    }
}

/// One message as a location has received it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// To whom.
    pub location: LocationId,
    /// The message's id; the same id is the same message.
    pub id: String,
    /// What it says.
    pub errand: Errand,
}

/// Locations that take in what they are told, unless they are out of reach.
#[derive(Debug, Default)]
pub struct MemoryCourier {
    sent: Mutex<Vec<Sent>>,
    unreachable: Mutex<Vec<LocationId>>,
}

impl MemoryCourier {
    /// Everything that was received, repeats included.
    pub fn sent(&self) -> Vec<Sent> {
        held(&self.sent).clone()
    }

    /// Puts a location out of reach.
    pub fn cut_off(&self, location: LocationId) {
        held(&self.unreachable).push(location);
    }

    /// Brings every location into reach again.
    pub fn reconnect(&self) {
        held(&self.unreachable).clear();
    }
}

impl Courier for MemoryCourier {
    async fn send(&self, location: &Location, id: &str, errand: &Errand) -> Result<(), Failure> {
        give_way().await;
        if held(&self.unreachable).contains(&location.id) {
            return Err(Failure::unavailable("a location", "out of reach"));
        }
        let sent = Sent {
            location: location.id.clone(),
            id: id.to_owned(),
            errand: errand.clone(),
        };
        held(&self.sent).push(sent);
        Ok(())
    }
}
