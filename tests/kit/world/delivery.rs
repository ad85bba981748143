//! What the relay, the bus and the queues do: publish what was committed, and deliver messages to the consumers.

use app::{
    bus::{
        envelope::BusEntry,
        publish,
        subscriptions::{Consumer, consumers_of},
    },
    failure::{Failure, MessageOutcome},
    ports::{Clock, OrderStore, StockStore},
    usecases::{
        apply_inbound, breaker::GuardedProvider, cancel_after_failed_payment, dispatch, payments,
        release_backorders, route,
    },
};
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::state::World;

/// How long after its begin a function that can continue in another message does so.
const TIME_PER_MESSAGE: SignedDuration = SignedDuration::from_secs(40);

impl World {
    /// Puts a message on a consumer's queue.
    pub fn send(&mut self, consumer: Consumer, body: String) {
        let copies = self.delivery.copies();
        self.queues.push(consumer, body, copies);
    }

    /// Delivers until nothing is due.
    pub async fn settle(&mut self) {
        loop {
            self.relay().await;
            let due = self.queues.ready(false, self.clock.now());
            if due.is_empty() {
                break;
            }
            let late = self.queues.ready(true, self.clock.now());
            let from = if !late.is_empty() && self.delivery.late_copy_first() {
                late
            } else {
                due
            };
            let chosen = self.delivery.choose(from.len());
            self.deliver(from[chosen]).await;
        }
    }

    /// The time in which shipments may be missing passes.
    pub async fn grace_passes(&mut self) {
        let grace = SignedDuration::from_secs(i64::from(apply_inbound::CLOSING_GRACE_S));
        self.clock.advance(grace);
        self.settle().await;
    }

    /// Delivers what is under way a few times and no more: what came too early stays on its queue.
    pub async fn settle_except_early_messages(&mut self) {
        for _ in 0..self.queues.pending.len().saturating_mul(5) {
            self.relay().await;
            let chosen = self.delivery.choose(self.queues.pending.len());
            self.deliver(chosen).await;
        }
    }

    /// Delivers every duplicate that is left, too.
    pub async fn settle_with_duplicates(&mut self) {
        self.settle().await;
        while !self.queues.pending.is_empty() {
            let chosen = self.delivery.choose(self.queues.pending.len());
            self.deliver(chosen).await;
            self.settle().await;
        }
    }

    /// Loses every message that is under way.
    pub async fn messages_are_lost(&mut self) {
        self.relay().await;
        self.queues.pending.clear();
    }

    /// A function reads nothing from its queue until [`World::resume_all`].
    pub fn pause(&mut self, consumer: Consumer) {
        self.queues.paused.push(consumer);
    }

    /// Every function reads from its queue again.
    pub fn resume_all(&mut self) {
        self.queues.paused.clear();
    }

    /// Publishes what has been committed since the last time, as the relay does.
    pub(super) async fn relay(&mut self) {
        self.faults.clear();
        let touched = self.faults.take_touched();
        let mut entries = Vec::new();
        for id in touched.orders {
            for commit in self.store.commits(id).await.expect("commits") {
                let published = self.orders.entry(id).or_default();
                if commit.body.seq > *published {
                    *published = commit.body.seq;
                    entries.extend(
                        publish::entries_of_stored_commit(
                            &id.to_string(),
                            &commit.text,
                            &commit.hash,
                        )
                        .expect("events"),
                    );
                }
            }
        }
        for cause in touched.movements {
            if let Some(record) = self.store.movement(&cause).await.expect("a store")
                && self.movements.insert(cause)
            {
                let text = serde_json::to_string(&record).expect("a record");
                entries.extend(publish::entries_of_stored_record(&text).expect("events"));
            }
        }
        for entry in entries {
            self.publish(&entry);
        }
        for (owed, body) in self.redrive.inner.take_orders() {
            self.send(Consumer::of_owed(owed), body);
        }
        for body in self.inbound.inner.take() {
            self.send(Consumer::Lifecycle, body);
        }
        for body in self.own.inner.take() {
            self.send(Consumer::Payments, body);
        }
        for body in self.redrive.inner.take_skus() {
            self.continued = self.continued.saturating_add(1);
            self.send(Consumer::Replenishment, body);
        }
    }

    fn publish(&mut self, entry: &BusEntry) {
        let detail: Value = serde_json::from_str(&entry.detail).expect("a detail");
        let event = json!({
            "version": "0", "source": entry.source, "detail-type": entry.detail_type, "detail": detail,
        });
        for consumer in consumers_of(entry.detail_type) {
            self.send(consumer, event.to_string());
        }
    }

    async fn deliver(&mut self, index: usize) {
        self.tick();
        match self.delivery.crash() {
            Some(crash) => self.faults.set(crash.step, crash.answer_lost),
            None => self.faults.clear(),
        }
        let message = self.queues.pending[index].clone();
        let outcome = self.handle(message.consumer, &message.body).await;
        // A process that died after its last step has not deleted its message either.
        let outcome = if self.faults.has_died() && outcome.is_ok() {
            Err(Failure::unavailable("the process", "it has died"))
        } else {
            outcome
        };
        self.faults.clear();
        match MessageOutcome::of(outcome) {
            MessageOutcome::Done => self.queues.remove_copy(index),
            MessageOutcome::Refused(rejection) => {
                self.queues.rejected.push(rejection.code.as_str());
                self.queues.remove_copy(index);
            }
            MessageOutcome::Later(until) => self.queues.wait_until(index, until),
            MessageOutcome::TooEarly(failure) | MessageOutcome::Failed(failure) => {
                self.queues.failed(index, &failure)
            }
            MessageOutcome::Postponed(_, until) => self.queues.postponed(index, until),
        }
    }

    /// What a consumer does with the body of a message.
    ///
    /// # Errors
    /// As its use case.
    pub async fn handle(&self, consumer: Consumer, body: &str) -> Result<(), Failure> {
        let (store, clock, provider) = (&self.store, &self.clock, &self.provider);
        match consumer {
            Consumer::Lifecycle => {
                apply_inbound::on_message(store, clock, apply_inbound::CLOSING_GRACE_S, body).await
            }
            Consumer::Routing => route::on_message(store, clock, body).await,
            Consumer::Dispatch => {
                // A new sandbox for each message: what a location's health is rests on the store alone.
                let provider = &GuardedProvider::new(provider);
                dispatch::on_message(store, provider, clock, body).await
            }
            Consumer::Payments => {
                let queues = &payments::Queues {
                    inbound: &self.inbound,
                    own: &self.own,
                };
                let stop_at = self.clock.now() + TIME_PER_MESSAGE;
                if let Some(gateway) = &self.other_gateway {
                    return payments::on_message(store, gateway, queues, clock, body, stop_at)
                        .await;
                }
                let gateway = &self.gateway;
                gateway.inner.time_is(clock.now());
                payments::on_message(store, gateway, queues, clock, body, stop_at).await
            }
            Consumer::Cancellation => {
                cancel_after_failed_payment::on_message(store, clock, body).await
            }
            Consumer::Replenishment => {
                let (clock, redrive) = (&self.slow_clock(), &self.redrive);
                let stop_at = self.clock.now() + TIME_PER_MESSAGE;
                release_backorders::on_message(
                    store,
                    clock,
                    redrive,
                    self.shown_after,
                    body,
                    stop_at,
                )
                .await
            }
        }
    }
}
