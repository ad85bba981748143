//! A clock and ids under a test's control.

use std::sync::{
    Mutex,
    atomic::{AtomicU64, Ordering},
};

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use super::sync::lock;
use crate::ports::{Clock, IdGenerator};

/// A clock that stands still until it is advanced, and ids that follow from a seed.
#[derive(Debug)]
pub struct ManualClock {
    now: Mutex<Timestamp>,
    seed: u64,
    generated: AtomicU64,
}

impl ManualClock {
    /// A clock that stands at `now`; the same `seed` generates the same ids.
    pub fn new(now: Timestamp, seed: u64) -> Self {
        Self {
            now: Mutex::new(now),
            seed,
            generated: AtomicU64::new(0),
        }
    }

    pub fn advance(&self, by: SignedDuration) {
        let mut now = lock(&self.now);
        *now = now.checked_add(by).unwrap_or(*now);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *lock(&self.now)
    }
}

impl IdGenerator for ManualClock {
    fn entropy(&self) -> [u8; 10] {
        let number = self.generated.fetch_add(1, Ordering::Relaxed);
        let digest = Sha256::digest([self.seed.to_be_bytes(), number.to_be_bytes()].concat());
        let mut entropy = [0; 10];
        entropy.copy_from_slice(&digest[..10]);
        entropy
    }
}
