//! One step at a time, for a test that decides itself when each message is delivered.

use std::collections::BTreeSet;

use app::{
    failure::{Failure, MessageOutcome},
    memory::Sent,
    ports::Clock,
};
use domain::ids::OrderId;
use jiff::Timestamp;

use super::{Consumer, state::World};
use crate::redelivery::Crash;

impl World {
    /// The time.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Lets time pass until then. A time in the past changes nothing.
    pub(crate) fn advance_to(&self, at: Timestamp) {
        let pause = at.duration_since(self.now());
        if pause.is_positive() {
            self.clock.advance(pause);
        }
    }

    /// Publishes what was committed, and takes the messages that are then on the queues.
    pub async fn take_messages(&mut self) -> Vec<(Consumer, String)> {
        self.relay().await;
        let pending = self.queues.pending.drain(..);
        pending.map(|m| (m.consumer, m.body)).collect()
    }

    /// Delivers one message once; the process that handles it may die.
    pub(crate) async fn deliver_once(
        &mut self,
        consumer: Consumer,
        body: &str,
        crash: Option<Crash>,
    ) -> MessageOutcome {
        match crash {
            Some(crash) => self.faults.set(crash.step, crash.answer_lost),
            None => self.faults.clear(),
        }
        let outcome = self.handle(consumer, body).await;
        let outcome = if self.faults.has_died() && outcome.is_ok() {
            Err(Failure::unavailable("the process", "it has died"))
        } else {
            outcome
        };
        self.faults.clear();
        MessageOutcome::of(outcome)
    }

    /// Orders, and the causes of stock movements, that were published.
    pub(crate) fn published(&self) -> (Vec<OrderId>, &BTreeSet<String>) {
        (self.orders.keys().copied().collect(), &self.movements)
    }

    /// Takes the requests that locations have received since the last time.
    pub(crate) fn take_requests(&self) -> Vec<Sent> {
        self.provider.inner.take_sent()
    }

    /// Whether anything has changed is seen by comparing this: commits and stock movements published so far.
    pub(crate) fn changes(&self) -> u64 {
        let movements = u64::try_from(self.movements.len()).unwrap_or(u64::MAX);
        self.orders.values().sum::<u64>().saturating_add(movements)
    }
}
