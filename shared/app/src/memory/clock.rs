//! A clock and ids under a test's control.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU64, Ordering},
};

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use super::sync::lock;
use crate::ports::{Clock, IdGenerator};

/// A clock that stands still until it is advanced, and ids that follow from a seed. A clone is the same clock.
#[derive(Debug, Clone)]
pub struct ManualClock {
    now: Arc<Mutex<Timestamp>>,
    seed: u64,
    generated: Arc<AtomicU64>,
}

impl ManualClock {
    /// A clock that stands at `now`; the same `seed` generates the same ids.
    pub fn new(now: Timestamp, seed: u64) -> Self {
        Self {
            now: Arc::new(Mutex::new(now)),
            seed,
            generated: Arc::default(),
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
