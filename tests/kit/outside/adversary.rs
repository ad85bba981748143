//! Everything between outside and us, at its worst: messages come late, several times, in another order, or after many
//! hours, and processes die while they handle one. Everything arrives in the end.

use std::time::Duration;

use app::{
    bus::subscriptions::Consumer,
    retries::{Attempts, Retry},
};
use serde_json::Value;

use super::{
    agenda::{Event, Message, Webhook},
    day::Day,
    kinds::Kind,
    system::Handled,
};
use crate::redelivery::{Crash, Delivery};

/// Seconds by which a message is late.
const LATE: [i64; 6] = [1, 45, 240, 600, 1500, 2400];
const LATE_ODDS: [u32; 6] = [75, 7, 6, 5, 4, 3];
/// Hours for which a webhook is withheld.
const WITHHELD: [i64; 4] = [0, 2, 6, 20];
const WITHHELD_ODDS: [u32; 4] = [88, 5, 4, 3];
/// More deliveries of a message.
const AGAIN_ODDS: [u32; 3] = [85, 10, 5];
/// Steps within which a process dies.
const STEPS: u32 = 9;
/// A process dies so many times at most while it handles one message.
const DEATHS_MAX: u32 = 2;

/// Times that a message is received before it becomes a dead letter, as in the template.
fn receives_max(consumer: Consumer) -> u32 {
    match consumer {
        Consumer::Lifecycle => 12,
        Consumer::Dispatch | Consumer::Payments => 14,
        Consumer::Routing | Consumer::Cancellation | Consumer::Replenishment => 8,
    }
}

fn is_last_receive(message: &Message) -> bool {
    message.failures.saturating_add(1) >= receives_max(message.consumer)
}

impl Day<'_> {
    /// A webhook is sent, or waits for the one before it in its lane.
    pub(super) fn sends(&mut self, webhook: Webhook) {
        if self.is_lost(&webhook) {
            return;
        }
        if let Some(lane) = &webhook.lane
            && let Some(waiting) = self.lanes.get_mut(lane)
        {
            waiting.push_back(webhook);
            return;
        }
        if let Some(lane) = &webhook.lane {
            self.lanes.entry(lane.clone()).or_default();
        }
        self.posts(webhook);
    }

    /// A webhook goes on its way, once or several times.
    fn posts(&mut self, webhook: Webhook) {
        let copies = if self.may(Kind::Twice) {
            let name = format!("again: {}", webhook.label);
            self.choices.pick(&name, &AGAIN_ODDS)
        } else {
            0
        };
        for copy in 0..=copies {
            let name = match copy {
                0 => webhook.label.clone(),
                _ => format!("{} copy {copy}", webhook.label),
            };
            let mut late = self.lateness(&name);
            if self.may(Kind::Withheld) {
                let hours = self
                    .choices
                    .pick(&format!("withheld: {name}"), &WITHHELD_ODDS);
                late = late.saturating_add(at(&WITHHELD, hours).saturating_mul(3600));
            }
            // The lane goes on with the first delivery; the others are only noise.
            let lane = webhook.lane.clone().filter(|_| copy == 0);
            let delivery = Webhook {
                lane,
                copy,
                ..webhook.clone()
            };
            self.in_seconds(late, Event::Arrives(delivery));
        }
    }

    fn lateness(&mut self, name: &str) -> i64 {
        if self.may(Kind::Late) {
            at(
                &LATE,
                self.choices.pick(&format!("late: {name}"), &LATE_ODDS),
            )
        } else {
            1
        }
    }

    /// A webhook is verified, read and put on the queue.
    pub(super) fn arrives(&mut self, webhook: Webhook) {
        match self.system.intake(&webhook) {
            Ok(Some(body)) => {
                self.note(|| match webhook.copy {
                    0 => format!("we receive: {}", webhook.label),
                    copy => format!("we receive: {}, copy {copy}", webhook.label),
                });
                let label = match webhook.copy {
                    0 => webhook.label,
                    copy => format!("{} copy {copy}", webhook.label),
                };
                let message = Message {
                    consumer: Consumer::Lifecycle,
                    body,
                    label,
                    lane: webhook.lane,
                    sent_at: self.system.world.now(),
                    failures: 0,
                };
                self.in_seconds(1, Event::Message(message));
            }
            Ok(None) => self.lane_goes_on(webhook.lane),
            Err(why) => {
                self.is_wrong(format!(
                    "a true webhook is not read: {}: {why}",
                    webhook.label
                ));
                self.lane_goes_on(webhook.lane);
            }
        }
    }

    fn lane_goes_on(&mut self, lane: Option<String>) {
        let Some(lane) = lane else { return };
        match self
            .lanes
            .get_mut(&lane)
            .and_then(std::collections::VecDeque::pop_front)
        {
            Some(next) => self.posts(next),
            None => {
                self.lanes.remove(&lane);
            }
        }
    }

    /// A function receives a message.
    pub(super) async fn receives(&mut self, message: Message) {
        let crash = self.death(&message);
        if message.consumer == Consumer::Payments {
            self.commanded_gateway_knows();
            let order = order_of(&message.body).and_then(|id| id.parse().ok());
            let customer = order.and_then(|id| self.ids.get(&id).copied());
            let attempt = message.failures;
            self.chooses_trouble(&format!("{}, attempt {attempt}", message.label), customer);
        }
        let handled = self
            .system
            .handle(message.consumer, &message.body, crash)
            .await;
        if crash.is_some() && handled != Handled::Done && message.consumer == Consumer::Dispatch {
            self.died_sending.extend(order_of(&message.body));
        }
        let (function, label) = (message.consumer.name(), message.label.clone());
        match handled {
            Handled::Done => {
                self.note(|| format!("{function} has handled: {label}"));
                self.lane_goes_on(message.lane);
            }
            Handled::Refused(code) => {
                if message.consumer == Consumer::Lifecycle {
                    self.is_wrong(format!("a true fact is refused as {code}: {label}"));
                }
                self.lane_goes_on(message.lane);
            }
            Handled::Later(until) => self.agenda.add(until, Event::Message(message)),
            Handled::Postponed(until) => {
                self.note(|| format!("{function} postpones: {label}"));
                if !is_last_receive(&message) {
                    let now = self.system.world.now();
                    let wait = match self.attempts(&message).after_failure() {
                        Retry::After(wait) => wait,
                        Retry::No => Duration::ZERO,
                    };
                    let until = until.unwrap_or_else(|| now.checked_add(wait).expect("a time"));
                    let failures = message.failures.saturating_add(1);
                    let message = Message {
                        failures,
                        ..message
                    };
                    self.agenda.add(until, Event::Message(message));
                }
            }
            Handled::Never(code) => self.is_dead(message, &code),
            Handled::Early(code) => {
                self.note(|| format!("{function} leaves as {code}: {label}"));
                let retry = self.attempts(&message).when_early();
                self.again(message, &code, retry);
            }
            Handled::Again(code) => {
                self.note(|| match crash {
                    Some(crash) => format!("{function} dies in step {} with: {label}", crash.step),
                    None => format!("{function} leaves as {code}: {label}"),
                });
                let retry = self.attempts(&message).after_failure();
                self.again(message, &code, retry);
            }
        }
    }

    fn attempts(&self, message: &Message) -> Attempts {
        let age = self.system.world.now().duration_since(message.sent_at);
        Attempts {
            receives: message.failures.saturating_add(1),
            age: Duration::try_from(age).unwrap_or_default(),
            receives_max: receives_max(message.consumer),
        }
    }

    fn again(&mut self, mut message: Message, code: &str, retry: Retry) {
        match retry {
            Retry::After(wait) => {
                message.failures = message.failures.saturating_add(1);
                let wait = i64::try_from(wait.as_secs()).unwrap_or(i64::MAX);
                self.in_seconds(wait, Event::Message(message));
            }
            Retry::No => self.is_dead(message, code),
        }
    }

    fn is_dead(&mut self, message: Message, code: &str) {
        let function = message.consumer.name();
        self.is_wrong(format!(
            "a dead letter of {function} as {code}: {}",
            message.label
        ));
        self.lane_goes_on(message.lane);
    }

    /// Whether the process that handles a message dies, and where.
    fn death(&mut self, message: &Message) -> Option<Crash> {
        if !self.may(Kind::Deaths) || message.failures >= DEATHS_MAX {
            return None;
        }
        let mut odds = vec![170];
        odds.resize(19, 1);
        let name = match message.failures {
            0 => format!("dies: {}", message.label),
            failures => format!("dies: {} try {failures}", message.label),
        };
        let way = self.choices.pick(&name, &odds).checked_sub(1)?;
        Some(Crash {
            step: usize::try_from(way % STEPS).unwrap_or(0),
            answer_lost: way >= STEPS,
        })
    }

    /// Requests to the API from here on may be handled by processes that die; they are made again until answered.
    pub(super) fn processes_may_die(&mut self, what: &str) {
        if self.may(Kind::Deaths) {
            let way = self.choices.pick(&format!("dies: {what}"), &[85, 5, 5, 5]);
            if way > 0 {
                self.system.world.delivery = Delivery::redelivered(way.into());
            }
        }
    }

    /// From here on they do not.
    pub(super) fn processes_live(&mut self) {
        self.system.world.delivery = Delivery::InOrderOnce;
    }

    /// The schedule puts the sweep on its queue.
    pub(super) fn sweeps(&mut self) {
        let message = Message {
            consumer: Consumer::Replenishment,
            body: r#"{"sweep":true}"#.to_owned(),
            label: "sweep".to_owned(),
            lane: None,
            sent_at: self.system.world.now(),
            failures: DEATHS_MAX,
        };
        self.agenda
            .add(self.system.world.now(), Event::Message(message));
    }

    /// What was committed is published, and what was requested is received.
    pub(super) async fn takes_what_was_sent(&mut self) {
        self.takes_what_was_commanded();
        for request in self.system.requests() {
            self.hears(&request);
        }
        for (consumer, body) in self.system.world.take_messages().await {
            let label = self.label_of(consumer, &body);
            let label = self.unique(label);
            let copies = if self.may(Kind::Twice) {
                self.choices.pick(&format!("again: {label}"), &AGAIN_ODDS)
            } else {
                0
            };
            for copy in 0..=copies {
                let name = match copy {
                    0 => label.clone(),
                    _ => format!("{label} copy {copy}"),
                };
                let late = self.lateness(&name);
                let message = Message {
                    consumer,
                    body: body.clone(),
                    label: name,
                    lane: None,
                    sent_at: self.system.world.now(),
                    failures: 0,
                };
                self.in_seconds(late, Event::Message(message));
            }
        }
    }

    /// What people call a message of ours.
    fn label_of(&self, consumer: Consumer, body: &str) -> String {
        let body: Value = serde_json::from_str(body).unwrap_or_default();
        let to = consumer.name();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        if let Some(kind) = body["detail-type"].as_str() {
            let detail = &body["detail"];
            let order = text(&detail["order_id"]);
            return match order.as_str() {
                "" => format!("{kind} to {to}"),
                order => format!("{kind} of {} to {to}", self.name_of(order)),
            };
        }
        match (&body["redrive"]["order"], &body["drain"]["sku"]) {
            (Value::String(order), _) => format!("redrive of {} to {to}", self.name_of(order)),
            (_, Value::String(sku)) => format!("drain of {sku}"),
            _ => format!("another message to {to}"),
        }
    }
}

/// The order that a message for dispatch is about.
fn order_of(body: &str) -> Option<String> {
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    let order = body["detail"]["order_id"]
        .as_str()
        .or(body["redrive"]["order"].as_str());
    order.map(str::to_owned)
}

fn at(values: &[i64], index: u32) -> i64 {
    let index = usize::try_from(index).unwrap_or(0);
    values.get(index).copied().unwrap_or(0)
}
