//! Batches of SQS messages: each on its own, each with one of four ends.
//!
//! | the use case says | the message |
//! |---|---|
//! | done | goes |
//! | refused by the rules | is logged and goes: asking again gives the same answer |
//! | too early, failed | stays, and comes back after a while that doubles with each attempt |
//! | failed and hopeless, or for the last time | goes to the dead-letter queue with its reason |
//!
//! Should writing to the dead-letter queue fail, the message stays, and the queue's own redrive policy is the net
//! below.

use std::{panic::AssertUnwindSafe, time::Duration};

use app::failure::{Failure, MessageOutcome};
use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use aws_sdk_sqs::{Client, error::DisplayErrorContext, types::MessageAttributeValue};
use futures_util::FutureExt;
use lambda_runtime::tracing;

use crate::{
    client::Connection,
    settings::{BadSetting, required, required_number},
};

/// Longest wait before a message is tried again.
const WAIT_MAX: Duration = Duration::from_secs(900);
/// Longest reason that is written on a dead letter; enough for a sentence and its causes.
const REASON_MAX: usize = 1000;

/// A queue that is consumed.
#[derive(Debug, Clone)]
pub struct Consumer {
    client: Client,
    queue: String,
    dead_letters: String,
    receives_max: u32,
}

impl Consumer {
    /// The consumer that the settings describe: `QUEUE_URL`, `DEAD_LETTER_QUEUE_URL`, `MAX_RECEIVES`.
    ///
    /// # Errors
    /// When a setting is missing.
    pub fn from_environment(connection: &Connection) -> Result<Self, BadSetting> {
        Ok(Self {
            client: connection.sqs(),
            queue: required("QUEUE_URL")?,
            dead_letters: required("DEAD_LETTER_QUEUE_URL")?,
            receives_max: required_number("MAX_RECEIVES")?,
        })
    }

    /// A consumer with these settings.
    pub fn new(client: Client, queue: &str, dead_letters: &str, receives_max: u32) -> Self {
        Self {
            client,
            queue: queue.to_owned(),
            dead_letters: dead_letters.to_owned(),
            receives_max,
        }
    }
}

/// Hands each message's body to a use case, one after the other, and answers for those that stay on the queue. A
/// message that cannot be read, or whose handling panics, takes none of its neighbours along.
pub async fn each_message(
    consumer: &Consumer,
    batch: SqsEvent,
    handle: impl AsyncFn(&str) -> Result<(), Failure>,
) -> SqsBatchResponse {
    let mut response = SqsBatchResponse::default();
    for message in batch.records {
        if !one(consumer, &message, &handle).await {
            let mut failure = BatchItemFailure::default();
            // An id is always there; an empty one would bring the whole batch again, which is safe.
            failure.item_identifier = message.message_id.unwrap_or_default();
            response.batch_item_failures.push(failure);
        }
    }
    response
}

/// Handles one message; true when it may go.
async fn one(
    consumer: &Consumer,
    message: &SqsMessage,
    handle: &impl AsyncFn(&str) -> Result<(), Failure>,
) -> bool {
    let id = message.message_id.as_deref().unwrap_or_default();
    let body = message.body.as_deref().unwrap_or_default();
    let outcome = AssertUnwindSafe(handle(body)).catch_unwind().await;
    let outcome =
        outcome.unwrap_or_else(|_| Err(Failure::Inconsistent("the handling panicked".to_owned())));
    let receives = receives(message);
    match MessageOutcome::of(outcome) {
        MessageOutcome::Done => true,
        MessageOutcome::Refused(rejection) => {
            tracing::info!(
                message.id = id,
                code = rejection.code.as_str(),
                "refused: {}",
                rejection.message
            );
            true
        }
        MessageOutcome::TooEarly(failure) => put_off(consumer, message, &failure, receives).await,
        MessageOutcome::Failed(failure) if failure.is_permanent() => {
            put_aside(consumer, message, &failure).await
        }
        MessageOutcome::Failed(failure) => put_off(consumer, message, &failure, receives).await,
    }
}

/// How often the message has been received, this time included.
fn receives(message: &SqsMessage) -> u32 {
    let count = message.attributes.get("ApproximateReceiveCount");
    count.and_then(|count| count.parse().ok()).unwrap_or(1)
}

/// How long a message waits after so many receives: 1, 2, 4 ... seconds.
fn wait(receives: u32) -> Duration {
    let doubled = 1u64
        .checked_shl(receives.saturating_sub(1).min(20))
        .unwrap_or(u64::MAX);
    Duration::from_secs(doubled).min(WAIT_MAX)
}

/// Leaves a message on the queue for a while, or puts it aside when it has had its last chance.
async fn put_off(
    consumer: &Consumer,
    message: &SqsMessage,
    failure: &Failure,
    receives: u32,
) -> bool {
    if receives >= consumer.receives_max {
        return put_aside(consumer, message, failure).await;
    }
    let id = message.message_id.as_deref().unwrap_or_default();
    let wait = wait(receives);
    tracing::warn!(
        message.id = id,
        code = failure.code(),
        error = %failure.chain(),
        receives,
        wait_s = wait.as_secs(),
        "left on the queue"
    );
    let change = consumer
        .client
        .change_message_visibility()
        .queue_url(&consumer.queue)
        .set_receipt_handle(message.receipt_handle.clone())
        .visibility_timeout(i32::try_from(wait.as_secs()).unwrap_or(i32::MAX));
    if let Err(error) = change.send().await {
        // It comes back all the same, after the queue's own time.
        tracing::warn!(message.id = id, error = %DisplayErrorContext(&error), "could not choose when it comes back");
    }
    false
}

/// Writes a message to the dead-letter queue with its reason; true when that worked.
async fn put_aside(consumer: &Consumer, message: &SqsMessage, failure: &Failure) -> bool {
    let id = message.message_id.as_deref().unwrap_or_default();
    let reason: String = failure
        .chain()
        .chars()
        .take(REASON_MAX)
        .map(printable)
        .collect();
    let source = message
        .event_source_arn
        .clone()
        .unwrap_or_else(|| consumer.queue.clone());
    let sent = consumer
        .client
        .send_message()
        .queue_url(&consumer.dead_letters)
        .message_body(
            message
                .body
                .as_deref()
                .filter(|body| !body.is_empty())
                .unwrap_or("-"),
        )
        .message_attributes("reason_code", attribute(failure.code()))
        .message_attributes("reason", attribute(&reason))
        .message_attributes("source", attribute(&source))
        .send()
        .await;
    match sent {
        Ok(_) => {
            tracing::error!(message.id = id, code = failure.code(), error = %failure.chain(), "put aside as a dead letter");
            true
        }
        Err(error) => {
            tracing::error!(message.id = id, error = %DisplayErrorContext(&error), "could not put it aside; it stays");
            false
        }
    }
}

/// SQS refuses some control characters in attributes.
fn printable(character: char) -> char {
    if character.is_control() {
        ' '
    } else {
        character
    }
}

fn attribute(value: &str) -> MessageAttributeValue {
    let value = if value.is_empty() { "-" } else { value };
    #[expect(
        clippy::expect_used,
        reason = "the builder fails only without a type, and the type stands here"
    )]
    MessageAttributeValue::builder()
        .data_type("String")
        .string_value(value)
        .build()
        .expect("a typed attribute")
}

#[cfg(test)]
mod tests {
    use domain::rejection::{Rejection, RejectionCode};
    use serde_json::{Value, json};

    use super::*;
    use crate::scripted::Scripted;

    /// SQS that takes everything, or refuses dead letters.
    fn sqs(takes_dead_letters: bool) -> Scripted {
        Scripted::new(move |(operation, _)| match operation.as_str() {
            "SendMessage" if takes_dead_letters => (200, json!({ "MessageId": "1" })),
            "SendMessage" => (403, json!({ "__type": "AccessDenied" })),
            _ => (200, json!({})),
        })
    }

    fn batch(bodies: &[(&str, u32)]) -> SqsEvent {
        let records = bodies.iter().enumerate().map(|(n, (body, receives))| {
            json!({
                "messageId": format!("m{n}"), "receiptHandle": format!("r{n}"), "body": body,
                "attributes": { "ApproximateReceiveCount": receives.to_string() },
                "messageAttributes": {}, "eventSourceARN": "arn:aws:sqs:us-east-1:1:inbound"
            })
        });
        serde_json::from_value(json!({ "Records": records.collect::<Vec<Value>>() })).unwrap()
    }

    /// Hands the bodies over and gives the ids that stay.
    async fn stay(sqs: &Scripted, bodies: &[(&str, u32)]) -> Vec<String> {
        let consumer = Consumer::new(sqs.connection().sqs(), "queue-url", "dead-url", 3);
        let handle = async |body: &str| match body {
            "done" => Ok(()),
            "refused" => Err(Failure::Rejected(Rejection::new(
                RejectionCode::NothingToCancel,
                "x",
                "too late",
            ))),
            "early" => Err(Failure::NotFound("order".to_owned())),
            "down" => Err(Failure::unavailable("the table", "no\u{7}answer")),
            "broken" => Err(Failure::Malformed("not a message".to_owned())),
            _ => panic!("a fault of ours"),
        };
        let response = each_message(&consumer, batch(bodies), handle).await;
        response
            .batch_item_failures
            .into_iter()
            .map(|f| f.item_identifier)
            .collect()
    }

    #[tokio::test]
    async fn each_message_ends_in_its_own_way_and_takes_no_neighbour_along() {
        let sqs = sqs(true);
        let bodies = [
            ("done", 1),
            ("refused", 1),
            ("broken", 1),
            ("early", 1),
            ("down", 2),
            ("panic", 1),
            ("done", 1),
        ];
        assert_eq!(stay(&sqs, &bodies).await, ["m3", "m4", "m5"]);
        let asked = sqs.asked();
        let dead: Vec<&Value> = asked
            .iter()
            .filter(|(o, _)| o == "SendMessage")
            .map(|(_, input)| input)
            .collect();
        assert_eq!(
            dead.len(),
            1,
            "only what can never be read is put aside at once"
        );
        assert_eq!(
            dead[0]["MessageAttributes"]["reason_code"]["StringValue"],
            "malformed"
        );
        assert_eq!(dead[0]["MessageBody"], "broken");
        let waits: Vec<&Value> = asked
            .iter()
            .filter(|(o, _)| o == "ChangeMessageVisibility")
            .map(|(_, input)| &input["VisibilityTimeout"])
            .collect();
        assert_eq!(waits, [1, 2, 1]);
    }

    #[tokio::test]
    async fn the_last_failure_goes_to_the_dead_letters_with_its_reason() {
        let sqs = sqs(true);
        assert!(stay(&sqs, &[("down", 3), ("early", 3)]).await.is_empty());
        let reasons: Vec<String> = sqs
            .asked()
            .iter()
            .map(|(_, input)| {
                input["MessageAttributes"]["reason"]["StringValue"]
                    .as_str()
                    .unwrap()
                    .to_owned()
            })
            .collect();
        assert_eq!(
            reasons,
            ["the table is unavailable: no answer", "not found: order"]
        );
    }

    #[tokio::test]
    async fn what_cannot_be_put_aside_stays_on_the_queue() {
        assert_eq!(
            stay(&sqs(false), &[("broken", 1), ("down", 9)]).await,
            ["m0", "m1"]
        );
    }

    #[test]
    fn waits_double_up_to_a_quarter_of_an_hour() {
        let waits: Vec<u64> = (1..=12).map(|n| wait(n).as_secs()).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
    }
}
