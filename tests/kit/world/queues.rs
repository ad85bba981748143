//! The queues of the consumers: the messages that are under way.

use app::{bus::subscriptions::Consumer, failure::Failure};
use jiff::Timestamp;

/// Failed deliveries after which a message goes to the dead letters.
const TRIES_MAX: usize = 60;

/// A message that was not handled, however often it was delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// The consumer it was for.
    pub consumer: Consumer,
    /// Its body.
    pub body: String,
    /// Why: the code of the failure.
    pub reason: String,
}

/// A message that is under way.
#[derive(Debug, Clone)]
pub(super) struct Pending {
    pub(super) consumer: Consumer,
    pub(super) body: String,
    /// Deliveries that are to come, those that fail not counted.
    copies: usize,
    failures: usize,
    postponements: usize,
    pub(super) handled: bool,
    /// It is not delivered before.
    not_before: Timestamp,
}

/// Every message that is under way.
#[derive(Debug, Default)]
pub(super) struct Queues {
    pub(super) pending: Vec<Pending>,
    pub(super) dead: Vec<DeadLetter>,
    /// Codes of the rejections that messages met.
    pub(super) rejected: Vec<&'static str>,
    pub(super) paused: Vec<Consumer>,
}

impl Queues {
    pub(super) fn push(&mut self, consumer: Consumer, body: String, copies: usize) {
        self.pending.push(Pending {
            consumer,
            body,
            copies,
            failures: 0,
            postponements: 0,
            handled: false,
            not_before: Timestamp::MIN,
        });
    }

    /// Indices of the messages of consumers that are not paused, handled already or not.
    pub(super) fn ready(&self, handled: bool, now: Timestamp) -> Vec<usize> {
        let ready = |message: &Pending| {
            message.handled == handled
                && message.not_before <= now
                && !self.paused.contains(&message.consumer)
        };
        let all = self.pending.iter().enumerate();
        all.filter(|(_, message)| ready(message))
            .map(|(index, _)| index)
            .collect()
    }

    /// It is delivered again at that time.
    pub(super) fn wait_until(&mut self, index: usize, until: Timestamp) {
        self.pending[index].not_before = until;
    }

    /// One copy was handled.
    pub(super) fn remove_copy(&mut self, index: usize) {
        let message = &mut self.pending[index];
        message.handled = true;
        message.copies = message.copies.saturating_sub(1);
        if message.copies == 0 {
            self.pending.remove(index);
        }
    }

    /// Back to the queue until a time; given up after too many tries, because the sweep asks for it again.
    pub(super) fn postponed(&mut self, index: usize, until: Option<Timestamp>) {
        let mut message = self.pending.remove(index);
        message.postponements = message.postponements.saturating_add(1);
        message.not_before = until.unwrap_or(message.not_before);
        if message.postponements < TRIES_MAX {
            self.pending.push(message);
        }
    }

    /// Back to the end of the queue, or to the dead letters when it fails for good or too often.
    pub(super) fn failed(&mut self, index: usize, failure: &Failure) {
        let mut message = self.pending.remove(index);
        message.failures = message.failures.saturating_add(1);
        if message.failures < TRIES_MAX && !failure.is_permanent() {
            self.pending.push(message);
            return;
        }
        self.dead.push(DeadLetter {
            consumer: message.consumer,
            body: message.body,
            reason: failure.code().to_owned(),
        });
    }
}
