//! The queue that starts a function: when a message comes again, and its dead-letter queue.

use std::time::Duration;

use app::{
    failure::Failure,
    ports::Clock,
    retries::{Attempts, RECEIVE_WAIT_MAX, Retry, failure_wait},
};
use aws_lambda_events::sqs::SqsMessage;
use aws_sdk_sqs::{Client, error::DisplayErrorContext, types::MessageAttributeValue};
use jiff::Timestamp;
use lambda_runtime::tracing;

use crate::runtime::{
    client::Connection,
    clock::SystemClock,
    settings::{BadSetting, required, required_number},
};

/// The wait of a message that the function had no time to begin.
pub const HAND_BACK_WAIT: Duration = Duration::from_secs(1);
/// Longest reason on a dead letter, in characters: enough for a sentence and its causes.
pub const DEAD_LETTER_REASON_CHARS_MAX: usize = 1000;

/// A queue and its dead-letter queue.
#[derive(Debug, Clone)]
pub struct SourceQueue {
    client: Client,
    url: String,
    dead_letters_url: String,
    receives_max: u32,
}

impl SourceQueue {
    /// From the settings `QUEUE_URL`, `DEAD_LETTER_QUEUE_URL` and `MAX_RECEIVES`.
    ///
    /// # Errors
    /// When a setting is missing.
    pub fn from_environment(connection: &Connection) -> Result<Self, BadSetting> {
        Ok(Self {
            client: connection.sqs(),
            url: required("QUEUE_URL")?,
            dead_letters_url: required("DEAD_LETTER_QUEUE_URL")?,
            receives_max: required_number("MAX_RECEIVES")?,
        })
    }

    /// A queue, its dead-letter queue, and after how many receives a failure is a dead letter.
    pub fn new(client: Client, url: &str, dead_letters_url: &str, receives_max: u32) -> Self {
        Self {
            client,
            url: url.to_owned(),
            dead_letters_url: dead_letters_url.to_owned(),
            receives_max,
        }
    }

    /// Leaves a message that failed on the queue until its wait is over, or makes it a dead letter when this was its
    /// last receive. True when the message may be deleted.
    pub(super) async fn retry_later(&self, message: &SqsMessage, failure: &Failure) -> bool {
        let retry = self.attempts(message).after_failure();
        self.retry(message, failure, retry).await
    }

    /// Leaves a message that came too early on the queue until its wait is over, or makes it a dead letter when it has
    /// waited for days. True when the message may be deleted.
    pub(super) async fn wait_for_predecessor(
        &self,
        message: &SqsMessage,
        failure: &Failure,
    ) -> bool {
        let retry = self.attempts(message).when_early();
        self.retry(message, failure, retry).await
    }

    async fn retry(&self, message: &SqsMessage, failure: &Failure, retry: Retry) -> bool {
        match retry {
            Retry::After(wait) => {
                self.leave(message, failure, wait).await;
                false
            }
            Retry::No => self.dead_letter(message, failure).await,
        }
    }

    /// Leaves a message on the queue as one that failed, and until a time if there is one; gives it up when this was its
    /// last receive, because the sweep will ask for it again. True when the message may be deleted.
    pub(super) async fn postpone(
        &self,
        message: &SqsMessage,
        failure: &Failure,
        until: Option<Timestamp>,
    ) -> bool {
        let receives = receives(message);
        if receives >= self.receives_max {
            let id = id(message);
            tracing::warn!(message.id = id, code = failure.code(), error = %failure.chain(), receives, "given up; the sweep asks for it again");
            return true;
        }
        let pause = until.map_or(Duration::ZERO, |until| {
            let pause = Duration::try_from(until.duration_since(SystemClock.now()));
            // Whole seconds, and not before the time.
            Duration::from_secs(pause.unwrap_or_default().as_secs().saturating_add(1))
        });
        let wait = failure_wait(receives).max(pause).min(RECEIVE_WAIT_MAX);
        self.leave(message, failure, wait).await;
        false
    }

    /// Leaves a message on the queue that was not begun: it comes again at once.
    pub(super) async fn hand_back(&self, message: &SqsMessage) {
        self.leave(message, &Failure::OutOfTime, HAND_BACK_WAIT)
            .await;
    }

    /// Whether the message has come so often without an outcome that the queue will not give it again.
    pub(super) fn is_last_chance(&self, message: &SqsMessage) -> Option<u32> {
        let attempts = self.attempts(message);
        attempts.is_without_outcome().then_some(attempts.receives)
    }

    fn attempts(&self, message: &SqsMessage) -> Attempts {
        Attempts {
            receives: receives(message),
            age: age(message),
            receives_max: self.receives_max,
        }
    }

    async fn leave(&self, message: &SqsMessage, failure: &Failure, wait: Duration) {
        let id = id(message);
        tracing::warn!(
            message.id = id,
            code = failure.code(),
            error = %failure.chain(),
            receives = receives(message),
            age_s = age(message).as_secs(),
            wait_s = wait.as_secs(),
            "left on the queue"
        );
        self.set_wait(message, wait).await;
    }

    /// Leaves a message on the queue until a time.
    pub(super) async fn receive_at(&self, message: &SqsMessage, until: Timestamp) {
        let seconds = until.duration_since(SystemClock.now()).as_secs().max(1);
        let wait = Duration::from_secs(u64::try_from(seconds).unwrap_or(1));
        self.set_wait(message, wait.min(RECEIVE_WAIT_MAX)).await;
    }

    async fn set_wait(&self, message: &SqsMessage, wait: Duration) {
        let change = self
            .client
            .change_message_visibility()
            .queue_url(&self.url)
            .set_receipt_handle(message.receipt_handle.clone())
            .visibility_timeout(i32::try_from(wait.as_secs()).unwrap_or(i32::MAX));
        if let Err(error) = change.send().await {
            let id = id(message);
            // The message comes again all the same, after the queue's own visibility timeout.
            tracing::warn!(message.id = id, error = %DisplayErrorContext(&error), "could not set the wait");
        }
    }

    /// Writes a message to the dead-letter queue with its reason. True when the message may be deleted.
    ///
    /// Should the function stop between this write and the deletion, the message is handled again and may become a
    /// second dead letter: handling and redrive are both safe to repeat.
    pub(super) async fn dead_letter(&self, message: &SqsMessage, failure: &Failure) -> bool {
        let id = id(message);
        let body = message.body.as_deref().filter(|body| !body.is_empty());
        let source = message.event_source_arn.as_deref().unwrap_or(&self.url);
        let sent = self
            .client
            .send_message()
            .queue_url(&self.dead_letters_url)
            .message_body(body.unwrap_or("-"))
            .message_attributes("reason_code", attribute(failure.code()))
            .message_attributes("reason", attribute(&reason(failure)))
            .message_attributes("source", attribute(source))
            .send()
            .await;
        match sent {
            Ok(_) => {
                tracing::error!(message.id = id, code = failure.code(), error = %failure.chain(), "moved to the dead-letter queue");
                true
            }
            Err(error) => {
                tracing::error!(message.id = id, error = %DisplayErrorContext(&error), "could not be moved to the dead-letter queue; left on the queue");
                false
            }
        }
    }
}

fn id(message: &SqsMessage) -> &str {
    message.message_id.as_deref().unwrap_or_default()
}

/// How often the message has been received, this time included.
pub(super) fn receives(message: &SqsMessage) -> u32 {
    let count = message.attributes.get("ApproximateReceiveCount");
    count.and_then(|count| count.parse().ok()).unwrap_or(1)
}

/// How long the message has been on its queue, by the time at which it was sent there; a redrive sends it anew.
fn age(message: &SqsMessage) -> Duration {
    let sent = message.attributes.get("SentTimestamp");
    let sent = sent.and_then(|sent| sent.parse().ok());
    let sent = sent.and_then(|sent| Timestamp::from_millisecond(sent).ok());
    // SQS always gives the time.
    let age = sent.map(|sent| SystemClock.now().duration_since(sent));
    age.and_then(|age| Duration::try_from(age).ok())
        .unwrap_or_default()
}

fn reason(failure: &Failure) -> String {
    // SQS refuses some control characters in attributes.
    let printable = |character: char| match character.is_control() {
        true => ' ',
        false => character,
    };
    let chain = failure.chain();
    chain
        .chars()
        .take(DEAD_LETTER_REASON_CHARS_MAX)
        .map(printable)
        .collect()
}

fn attribute(value: &str) -> MessageAttributeValue {
    let value = if value.is_empty() { "-" } else { value };
    #[expect(
        clippy::expect_used,
        reason = "the builder fails only without a type, and the type is set here"
    )]
    MessageAttributeValue::builder()
        .data_type("String")
        .string_value(value)
        .build()
        .expect("a typed attribute")
}
