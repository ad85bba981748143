//! The queues and their dead letters, for operators.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::{
    bus::subscriptions::Consumer,
    ports::{DeadLetter, QueueDepth},
    usecases::redrive_dead_letters::Redriven,
};

/// In place of text that may be personal data.
const MASKED: &str = "***";
/// The longest text of a message that is shown, in bytes.
const SHOWN_BYTES_MAX: usize = 80;

/// The queues of all consumers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct QueuesView {
    /// One for each.
    pub items: Vec<QueueView>,
}

/// A queue. Its numbers are approximate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct QueueView {
    /// Its name: `inbound`, `routing`, `dispatch`, `payments`, `cancellation` or `replenishment`.
    pub queue: &'static str,
    /// The function that reads it.
    pub consumer: &'static str,
    /// Messages that can be received now.
    pub waiting: u64,
    /// Messages that are being handled, or wait until they are tried again.
    pub in_flight: u64,
    /// Messages that the function has given up.
    pub dead_letters: u64,
}

/// Some of the dead letters of a queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DeadLettersView {
    /// The queue's name.
    pub queue: &'static str,
    /// A sample; a queue does not give all of many.
    pub items: Vec<DeadLetterView>,
}

/// A message that a function has given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DeadLetterView {
    /// Its id in the dead-letter queue.
    pub id: String,
    /// When it became a dead letter, UTC.
    pub at: Timestamp,
    /// The stable code of the reason; left out when the queue itself has moved it, because its function never answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason_code: Option<String>,
    /// The reason, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The message, with every text masked that is not an id, a code, a name of a field or a time; a message that is not JSON is
    /// masked whole.
    pub body: Value,
}

/// What a redrive has done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RedrivenView {
    /// The queue's name.
    pub queue: &'static str,
    /// So many messages are on the queue again.
    pub moved: u32,
    /// There may be more: ask again.
    pub more: bool,
}

impl QueuesView {
    /// The queues as they are.
    pub fn of(depths: &[QueueDepth]) -> Self {
        let items = depths.iter().map(|depth| QueueView {
            queue: depth.consumer.queue(),
            consumer: depth.consumer.name(),
            waiting: depth.waiting,
            in_flight: depth.in_flight,
            dead_letters: depth.dead_letters,
        });
        Self {
            items: items.collect(),
        }
    }
}

impl DeadLettersView {
    /// What a queue has given of its dead letters, oldest first.
    pub fn of(consumer: Consumer, mut letters: Vec<DeadLetter>) -> Self {
        letters.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
        let items = letters.into_iter().map(|letter| DeadLetterView {
            body: masked_text(&letter.body),
            id: letter.id,
            at: letter.at,
            reason_code: letter.code,
            reason: letter.reason,
        });
        Self {
            queue: consumer.queue(),
            items: items.collect(),
        }
    }
}

impl RedrivenView {
    /// What a redrive of a consumer's dead letters has done.
    pub fn of(consumer: Consumer, redriven: Redriven) -> Self {
        Self {
            queue: consumer.queue(),
            moved: redriven.moved,
            more: redriven.more,
        }
    }
}

fn masked_text(body: &str) -> Value {
    serde_json::from_str(body).map_or_else(|_| MASKED.into(), masked)
}

fn masked(value: Value) -> Value {
    match value {
        Value::String(text) if is_code(&text) => text.into(),
        Value::String(_) => MASKED.into(),
        Value::Array(items) => items.into_iter().map(masked).collect(),
        Value::Object(fields) => fields
            .into_iter()
            .map(|(name, value)| (name, masked(value)))
            .collect(),
        plain @ (Value::Null | Value::Bool(_) | Value::Number(_)) => plain,
    }
}

/// One word of letters, digits and the signs of ids and times, which has a digit or an underscore, or is in lower or upper
/// case: no name, no address, no e-mail.
fn is_code(text: &str) -> bool {
    let signs = |b: u8| b.is_ascii_alphanumeric() || b"-_.:#/".contains(&b);
    let is_word = text.len() <= SHOWN_BYTES_MAX && text.bytes().all(signs);
    let is_id = text.bytes().any(|b| b.is_ascii_digit() || b == b'_');
    let is_one_case = text.bytes().all(|b| !b.is_ascii_uppercase())
        || text.bytes().all(|b| !b.is_ascii_lowercase());
    is_word && (is_id || is_one_case)
}
