//! Batches of SQS messages: each is handled on its own and ends in one of five ways.
//!
//! | the use case answers | the message |
//! |---|---|
//! | done | is deleted |
//! | refused by the rules | is logged and deleted: the same request gets the same answer |
//! | not due | stays, and comes again when it is due |
//! | too early, failed | stays, and comes again after a wait that doubles with each receive |
//! | failed permanently, or at the last receive | is moved to the dead-letter queue with its reason |
//!
//! Should the write to the dead-letter queue fail, the message stays, and the queue's own redrive policy moves it in
//! the end. Should the function stop within a batch, every message of it comes again, also those that are done: a use
//! case treats what has already happened as done.

use std::panic::AssertUnwindSafe;

use app::failure::{Failure, MessageOutcome};
use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use futures_util::FutureExt;
use lambda_runtime::tracing;

use super::source_queue::SourceQueue;

/// Gives each message's body to a use case, one after the other, and answers with those that stay on the queue. A
/// message that cannot be read, or whose handling panics, does not affect the others.
pub(super) async fn handle_batch(
    queue: &SourceQueue,
    batch: SqsEvent,
    handle: impl AsyncFn(&str) -> Result<(), Failure>,
) -> SqsBatchResponse {
    let mut response = SqsBatchResponse::default();
    for message in batch.records {
        if !handle_message(queue, &message, &handle).await {
            let mut failure = BatchItemFailure::default();
            // SQS always gives an id. An empty one would bring the whole batch again, which is safe.
            failure.item_identifier = message.message_id.unwrap_or_default();
            response.batch_item_failures.push(failure);
        }
    }
    response
}

/// Handles one message; true when it may be deleted.
async fn handle_message(
    queue: &SourceQueue,
    message: &SqsMessage,
    handle: &impl AsyncFn(&str) -> Result<(), Failure>,
) -> bool {
    let body = message.body.as_deref().unwrap_or_default();
    let outcome = AssertUnwindSafe(handle(body)).catch_unwind().await;
    let outcome =
        outcome.unwrap_or_else(|_| Err(Failure::Inconsistent("the handling panicked".to_owned())));
    match MessageOutcome::of(outcome) {
        MessageOutcome::Done => true,
        MessageOutcome::Refused(rejection) => {
            tracing::info!(
                message.id = message.message_id.as_deref().unwrap_or_default(),
                code = rejection.code.as_str(),
                "refused: {}",
                rejection.message
            );
            true
        }
        MessageOutcome::TooEarly(failure) => queue.retry_later(message, &failure).await,
        MessageOutcome::Later(until) => {
            queue.receive_at(message, until).await;
            false
        }
        MessageOutcome::Failed(failure) if failure.is_permanent() => {
            queue.dead_letter(message, &failure).await
        }
        MessageOutcome::Failed(failure) => queue.retry_later(message, &failure).await,
    }
}

#[cfg(test)]
mod tests {
    use domain::order::{Rejection, RejectionCode};
    use serde_json::{Value, json};

    use super::*;
    use crate::scripted::ScriptedAws;

    /// SQS that accepts everything, or everything but dead letters.
    fn sqs(accepts_dead_letters: bool) -> ScriptedAws {
        ScriptedAws::new(move |(operation, _)| match operation.as_str() {
            "SendMessage" if accepts_dead_letters => (200, json!({ "MessageId": "1" })),
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

    /// Handles the bodies and gives the ids of the messages that stay.
    async fn left_on_queue(sqs: &ScriptedAws, bodies: &[(&str, u32)]) -> Vec<String> {
        let queue = SourceQueue::new(sqs.connection().sqs(), "queue-url", "dead-url", 3);
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
            _ => panic!("a bug"),
        };
        let response = handle_batch(&queue, batch(bodies), handle).await;
        response
            .batch_item_failures
            .into_iter()
            .map(|f| f.item_identifier)
            .collect()
    }

    #[tokio::test]
    async fn each_message_ends_on_its_own_and_does_not_affect_the_others() {
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
        assert_eq!(left_on_queue(&sqs, &bodies).await, ["m3", "m4", "m5"]);
        let calls = sqs.calls();
        let dead: Vec<&Value> = calls
            .iter()
            .filter(|(o, _)| o == "SendMessage")
            .map(|(_, input)| input)
            .collect();
        assert_eq!(
            dead.len(),
            1,
            "only what can never be read is a dead letter at once"
        );
        assert_eq!(
            dead[0]["MessageAttributes"]["reason_code"]["StringValue"],
            "malformed"
        );
        assert_eq!(dead[0]["MessageBody"], "broken");
        let waits: Vec<&Value> = calls
            .iter()
            .filter(|(o, _)| o == "ChangeMessageVisibility")
            .map(|(_, input)| &input["VisibilityTimeout"])
            .collect();
        assert_eq!(waits, [1, 2, 1]);
    }

    #[tokio::test]
    async fn a_failure_at_the_last_receive_goes_to_the_dead_letter_queue_with_its_reason() {
        let sqs = sqs(true);
        assert!(
            left_on_queue(&sqs, &[("down", 3), ("early", 3)])
                .await
                .is_empty()
        );
        let reasons: Vec<String> = sqs
            .calls()
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
    async fn what_cannot_be_moved_to_the_dead_letter_queue_stays_on_the_queue() {
        assert_eq!(
            left_on_queue(&sqs(false), &[("broken", 1), ("down", 9)]).await,
            ["m0", "m1"]
        );
    }
}
