//! The queues of the consumers and their dead letters, as operators see them.

use jiff::Timestamp;

use crate::{bus::subscriptions::Consumer, failure::Failure};

/// How much is on the queue of a consumer. Numbers are approximate, as SQS gives them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueDepth {
    /// Whose queue it is.
    pub consumer: Consumer,
    /// Messages that can be received now.
    pub waiting: u64,
    /// Messages that are being handled, or wait until they are tried again.
    pub in_flight: u64,
    /// Messages in its dead-letter queue.
    pub dead_letters: u64,
}

/// A message that a consumer has given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// The id of the message in its dead-letter queue.
    pub id: String,
    /// When it became a dead letter, UTC.
    pub at: Timestamp,
    /// The stable code of the reason; `None`: the queue itself has moved it.
    pub code: Option<String>,
    /// The reason, for people.
    pub reason: Option<String>,
    /// The message.
    pub body: String,
}

/// The queues and dead-letter queues of all consumers.
pub trait DeadLetterQueues: Sync {
    /// How much is on each queue.
    ///
    /// # Errors
    /// [`Failure::Unavailable`].
    fn depths(&self) -> impl Future<Output = Result<Vec<QueueDepth>, Failure>> + Send;

    /// Some of the dead letters of a consumer, which stay where they are: a queue gives no more than a sample of many.
    ///
    /// # Errors
    /// [`Failure::Unavailable`].
    fn dead_letters(
        &self,
        consumer: Consumer,
    ) -> impl Future<Output = Result<Vec<DeadLetter>, Failure>> + Send;

    /// Moves some dead letters back to the queue of their consumer, and gives how many. None: there are none that can be
    /// received now. Each is on its queue before it leaves the dead letters, so one may be there twice for a while, which
    /// every consumer bears.
    ///
    /// # Errors
    /// [`Failure::Unavailable`]: some may have been moved.
    fn move_back(&self, consumer: Consumer) -> impl Future<Output = Result<u32, Failure>> + Send;
}
