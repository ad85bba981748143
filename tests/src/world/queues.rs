//! The bus and the queues: who gets which message, and what becomes of it.

use app::{
    bus::{envelope::BusEntry, publish},
    failure::{Failure, MessageOutcome},
    ports::{OrderStore, StockStore, Store},
    usecases::{apply_inbound, cancel_unpaid, dispatch, release_backorders, route},
};
use domain::order::Owed;
use serde_json::{Value, json};

use super::World;

/// The functions that read from a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consumer {
    /// Facts from outside.
    Lifecycle,
    /// Who ships what.
    Routing,
    /// Tells the locations.
    Dispatch,
    /// Cancels what is not paid.
    Cancellation,
    /// Serves those who wait.
    Replenishment,
}

/// Which events go to whom: the rules of the bus, as the template has them.
pub const RULES: &[(Consumer, &[&str])] = &[
    (
        Consumer::Routing,
        &["OrderReleased", "FulfillmentRejected", "UnitsShortShipped"],
    ),
    (
        Consumer::Dispatch,
        &[
            "OrderRouted",
            "BackorderReleased",
            "CancellationRequested",
            "HoldReleased",
        ],
    ),
    (
        Consumer::Cancellation,
        &["PaymentFailed", "PaymentCancelled"],
    ),
    (
        Consumer::Replenishment,
        &[
            "StockReceived",
            "StockCounted",
            "StockAdjusted",
            "SafetyStockChanged",
            "UnitsCancelled",
            "UnitsBackordered",
            "FulfillmentRejected",
            "HoldReleased",
        ],
    ),
];

/// Deliveries after which a message is put aside.
const TRIES_MAX: usize = 60;

/// A message that was put aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// Whose it was.
    pub consumer: Consumer,
    /// Its body.
    pub body: String,
    /// Why: the code of the failure.
    pub reason: String,
}

#[derive(Debug, Clone)]
struct Pending {
    consumer: Consumer,
    body: String,
    /// Deliveries that are to come, those that fail not counted.
    copies: usize,
    tries: usize,
    done: bool,
}

/// Every message that is on its way.
#[derive(Debug, Default)]
pub(super) struct Queues {
    pending: Vec<Pending>,
    pub(super) dead: Vec<DeadLetter>,
    pub(super) refused: Vec<&'static str>,
    asleep: Vec<Consumer>,
}

impl<S: Store + Send> World<S> {
    /// Puts a message on a consumer's queue.
    pub fn send(&mut self, consumer: Consumer, body: String) {
        let copies = self.delivery.copies();
        self.queues.pending.push(Pending {
            consumer,
            body,
            copies,
            tries: 0,
            done: false,
        });
    }

    /// Delivers until nothing is due.
    pub async fn settle(&mut self) {
        loop {
            self.relay().await;
            let asleep = self.queues.asleep.clone();
            let due: Vec<usize> = self.positions(|m| !m.done && !asleep.contains(&m.consumer));
            if due.is_empty() {
                break;
            }
            let late = self.positions(|m| m.done && !asleep.contains(&m.consumer));
            let from = if !late.is_empty() && self.delivery.brings_a_copy() {
                late
            } else {
                due
            };
            let chosen = self.delivery.choose(from.len());
            self.deliver(from[chosen]).await;
        }
    }

    /// Delivers what is on its way a few times, as it is: what is too early stays on its queue.
    pub async fn settle_but_leave_what_is_early(&mut self) {
        for _ in 0..self.queues.pending.len().saturating_mul(5) {
            self.relay().await;
            let chosen = self.delivery.choose(self.queues.pending.len());
            self.deliver(chosen).await;
        }
    }

    /// Delivers every copy that is left, too.
    pub async fn settle_for_good(&mut self) {
        self.settle().await;
        while !self.queues.pending.is_empty() {
            let chosen = self.delivery.choose(self.queues.pending.len());
            self.deliver(chosen).await;
            self.settle().await;
        }
    }

    /// Every message that is on its way is lost.
    pub async fn messages_are_lost(&mut self) {
        self.relay().await;
        self.queues.pending.clear();
    }

    /// A function reads nothing from its queue for now.
    pub fn falls_asleep(&mut self, consumer: Consumer) {
        self.queues.asleep.push(consumer);
    }

    /// Every function reads from its queue again.
    pub fn all_wake_up(&mut self) {
        self.queues.asleep.clear();
    }

    fn positions(&self, wanted: impl Fn(&Pending) -> bool) -> Vec<usize> {
        let all = self.queues.pending.iter().enumerate();
        all.filter(|(_, message)| wanted(message))
            .map(|(place, _)| place)
            .collect()
    }

    /// Publishes what has been committed since the last time, as the relay does.
    async fn relay(&mut self) {
        self.fuse.unset();
        let touched = self.fuse.take_touched();
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
            let consumer = match owed {
                Owed::Routing => Consumer::Routing,
                Owed::Dispatch => Consumer::Dispatch,
                Owed::Cancellation => Consumer::Cancellation,
            };
            self.send(consumer, body);
        }
        for body in self.redrive.inner.take_skus() {
            self.send(Consumer::Replenishment, body);
        }
    }

    fn publish(&mut self, entry: &BusEntry) {
        let detail: Value = serde_json::from_str(&entry.detail).expect("a detail");
        let event = json!({
            "version": "0", "source": entry.source, "detail-type": entry.detail_type, "detail": detail,
        });
        for (consumer, names) in RULES {
            if names.contains(&entry.detail_type) {
                self.send(*consumer, event.to_string());
            }
        }
    }

    async fn deliver(&mut self, place: usize) {
        self.tick();
        match self.delivery.crash() {
            Some(crash) => self.fuse.set(crash.step, crash.answer_lost),
            None => self.fuse.unset(),
        }
        let message = self.queues.pending[place].clone();
        let outcome = self.handle(message.consumer, &message.body).await;
        // A process that died after its last step has not deleted its message either.
        let outcome = if self.fuse.has_burnt() && outcome.is_ok() {
            Err(Failure::unavailable("the process", "it has died"))
        } else {
            outcome
        };
        self.fuse.unset();
        match MessageOutcome::of(outcome) {
            MessageOutcome::Done => self.take_off(place),
            MessageOutcome::Refused(rejection) => {
                self.queues.refused.push(rejection.code.as_str());
                self.take_off(place);
            }
            MessageOutcome::TooEarly(failure) | MessageOutcome::Failed(failure) => {
                self.leave(place, &failure)
            }
        }
    }

    async fn handle(&self, consumer: Consumer, body: &str) -> Result<(), Failure> {
        let (store, ambient, courier) = (&self.store, &self.clock, &self.courier);
        match consumer {
            Consumer::Lifecycle => apply_inbound::on_message(store, ambient, body).await,
            Consumer::Routing => route::on_message(store, ambient, body).await,
            Consumer::Dispatch => dispatch::on_message(store, courier, ambient, body).await,
            Consumer::Cancellation => cancel_unpaid::on_message(store, ambient, body).await,
            Consumer::Replenishment => {
                release_backorders::on_message(store, ambient, &self.redrive, body).await
            }
        }
    }

    fn take_off(&mut self, place: usize) {
        let message = &mut self.queues.pending[place];
        message.done = true;
        message.copies = message.copies.saturating_sub(1);
        if message.copies == 0 {
            self.queues.pending.remove(place);
        }
    }

    /// Left on the queue, behind the others; put aside when it never fits.
    fn leave(&mut self, place: usize, failure: &Failure) {
        let mut message = self.queues.pending.remove(place);
        message.tries = message.tries.saturating_add(1);
        if message.tries >= TRIES_MAX || failure.is_permanent() {
            let (consumer, body, reason) =
                (message.consumer, message.body, failure.code().to_owned());
            self.queues.dead.push(DeadLetter {
                consumer,
                body,
                reason,
            });
        } else {
            self.queues.pending.push(message);
        }
    }
}
