//! What a request needs beside the store: the time, new ids and the queues.

use app::{
    bus::subscriptions::Consumer,
    failure::Failure,
    ports::{Clock, DeadLetter, DeadLetterQueues, IdGenerator, QueueDepth},
};
use jiff::Timestamp;

/// A clock that makes ids, and the queues.
#[derive(Debug, Clone, Copy)]
pub struct Env<'a, C, Q> {
    /// The time, and new ids.
    pub clock: &'a C,
    /// The queues of the consumers.
    pub queues: &'a Q,
}

/// For a function that serves no route about queues.
#[derive(Debug, Clone, Copy)]
pub struct NoQueues;

impl<C: Clock, Q: Sync> Clock for Env<'_, C, Q> {
    fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

impl<C: IdGenerator, Q: Sync> IdGenerator for Env<'_, C, Q> {
    fn entropy(&self) -> [u8; 10] {
        self.clock.entropy()
    }
}

impl<C: Sync, Q: DeadLetterQueues> DeadLetterQueues for Env<'_, C, Q> {
    async fn depths(&self) -> Result<Vec<QueueDepth>, Failure> {
        self.queues.depths().await
    }

    async fn dead_letters(&self, consumer: Consumer) -> Result<Vec<DeadLetter>, Failure> {
        self.queues.dead_letters(consumer).await
    }

    async fn move_back(&self, consumer: Consumer) -> Result<u32, Failure> {
        self.queues.move_back(consumer).await
    }
}

impl NoQueues {
    fn none() -> Failure {
        Failure::Inconsistent("this function serves no queues".to_owned())
    }
}

impl DeadLetterQueues for NoQueues {
    async fn depths(&self) -> Result<Vec<QueueDepth>, Failure> {
        Err(Self::none())
    }

    async fn dead_letters(&self, _: Consumer) -> Result<Vec<DeadLetter>, Failure> {
        Err(Self::none())
    }

    async fn move_back(&self, _: Consumer) -> Result<u32, Failure> {
        Err(Self::none())
    }
}
