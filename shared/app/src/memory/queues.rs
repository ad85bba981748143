//! Queues in memory.

use std::sync::Mutex;

use domain::{
    ids::{OrderId, Sku},
    order::Owed,
};

use super::sync::lock;
use crate::{
    bus::{message, subscriptions::Consumer},
    failure::Failure,
    ports::{DeadLetter, DeadLetterQueues, QueueDepth, Redrive},
};

/// As many as a queue gives at a time.
const BATCH: usize = 10;

/// Queues that keep what the sweep sends.
#[derive(Debug, Default)]
pub struct MemoryRedrive {
    orders: Mutex<Vec<(Owed, String)>>,
    skus: Mutex<Vec<String>>,
}

impl MemoryRedrive {
    /// Takes the messages that were sent to the functions that orders owe progress to.
    pub fn take_orders(&self) -> Vec<(Owed, String)> {
        std::mem::take(&mut lock(&self.orders))
    }

    /// Takes the messages that were sent to the replenishment queue.
    pub fn take_skus(&self) -> Vec<String> {
        std::mem::take(&mut lock(&self.skus))
    }
}

impl Redrive for MemoryRedrive {
    async fn order(&self, id: OrderId, owed: Owed) -> Result<(), Failure> {
        lock(&self.orders).push((owed, message::redrive(id)));
        Ok(())
    }

    async fn sku(&self, sku: &Sku) -> Result<(), Failure> {
        lock(&self.skus).push(message::drain(sku));
        Ok(())
    }

    async fn sweep(&self, after: &str) -> Result<(), Failure> {
        lock(&self.skus).push(message::sweep_after(after));
        Ok(())
    }
}

/// Queues of consumers, and their dead letters.
#[derive(Debug, Default)]
pub struct MemoryDeadLetters {
    letters: Mutex<Vec<(Consumer, DeadLetter)>>,
    moved: Mutex<Vec<(Consumer, String)>>,
    is_down: Mutex<bool>,
}

impl MemoryDeadLetters {
    /// A consumer has given up a message.
    pub fn has(&self, consumer: Consumer, letter: DeadLetter) {
        lock(&self.letters).push((consumer, letter));
    }

    /// The messages that were moved back, with their consumers.
    pub fn moved(&self) -> Vec<(Consumer, String)> {
        lock(&self.moved).clone()
    }

    /// The queues cannot be reached.
    pub fn is_down(&self) {
        *lock(&self.is_down) = true;
    }

    fn reach(&self) -> Result<(), Failure> {
        if *lock(&self.is_down) {
            return Err(Failure::unavailable("SQS", "cannot be reached".to_owned()));
        }
        Ok(())
    }
}

impl DeadLetterQueues for MemoryDeadLetters {
    async fn depths(&self) -> Result<Vec<QueueDepth>, Failure> {
        self.reach()?;
        let (letters, moved) = (lock(&self.letters), lock(&self.moved));
        let depth = |consumer| QueueDepth {
            consumer,
            waiting: count(moved.iter().filter(|(of, _)| *of == consumer)),
            in_flight: 0,
            dead_letters: count(letters.iter().filter(|(of, _)| *of == consumer)),
        };
        Ok(Consumer::ALL.into_iter().map(depth).collect())
    }

    async fn dead_letters(&self, consumer: Consumer) -> Result<Vec<DeadLetter>, Failure> {
        self.reach()?;
        let letters = lock(&self.letters);
        let of = letters.iter().filter(|(of, _)| *of == consumer);
        Ok(of.take(BATCH).map(|(_, letter)| letter.clone()).collect())
    }

    async fn move_back(&self, consumer: Consumer) -> Result<u32, Failure> {
        self.reach()?;
        let mut letters = lock(&self.letters);
        let mut moved = 0_u32;
        while let Some(at) = letters.iter().position(|(of, _)| *of == consumer)
            && usize::try_from(moved).unwrap_or(BATCH) < BATCH
        {
            let (_, letter) = letters.remove(at);
            lock(&self.moved).push((consumer, letter.body));
            moved = moved.saturating_add(1);
        }
        Ok(moved)
    }
}

fn count(of: impl Iterator) -> u64 {
    u64::try_from(of.count()).unwrap_or(u64::MAX)
}
