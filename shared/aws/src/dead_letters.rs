//! The queues of the consumers and their dead letters, in SQS.

use std::collections::HashMap;

use app::{
    bus::subscriptions::Consumer,
    failure::Failure,
    ports::{DeadLetter, DeadLetterQueues, QueueDepth},
};
use aws_sdk_sqs::{
    Client,
    error::DisplayErrorContext,
    types::{Message, MessageSystemAttributeName, QueueAttributeName},
};
use futures_util::future::try_join_all;
use jiff::Timestamp;

use crate::runtime::{
    client::Connection,
    settings::{BadSetting, required},
};

/// As many as SQS gives at a time.
const BATCH: i32 = 10;
/// How often a queue is asked for dead letters to show: each answer is a sample of its servers.
const LOOKS: usize = 3;
/// For how long a dead letter that is shown cannot be received by others, seconds.
const SHOWN_FOR_S: i32 = 1;
/// For how long one that is being moved cannot, seconds: longer than a function may run.
const MOVED_WITHIN_S: i32 = 30;

/// A consumer's queue and its dead-letter queue.
#[derive(Debug, Clone)]
struct Urls {
    consumer: Consumer,
    queue: String,
    dead_letters: String,
}

/// The queues of all consumers.
#[derive(Debug, Clone)]
pub struct DeadLetters {
    client: Client,
    urls: Vec<Urls>,
}

impl DeadLetters {
    /// From the setting `QUEUE_URLS`: for each consumer its queue's name, URL and dead letters' URL, as in
    /// `inbound=https://...|https://...`, separated by spaces.
    ///
    /// # Errors
    /// When the setting is missing, or lacks a queue.
    pub fn from_environment(connection: &Connection) -> Result<Self, BadSetting> {
        let urls = parse(&required("QUEUE_URLS")?);
        if urls.len() != Consumer::ALL.len() {
            return Err(BadSetting {
                name: "QUEUE_URLS",
                problem: "does not name every queue",
            });
        }
        let client = connection.sqs();
        Ok(Self { client, urls })
    }

    fn of(&self, consumer: Consumer) -> Result<&Urls, Failure> {
        let mut all = self.urls.iter();
        let missing = || Failure::Inconsistent(format!("no queue of {}", consumer.name()));
        all.find(|urls| urls.consumer == consumer)
            .ok_or_else(missing)
    }

    /// How much can be received, and how much is in flight or waits.
    async fn depth(&self, url: &str) -> Result<(u64, u64), Failure> {
        let attributes = self
            .client
            .get_queue_attributes()
            .queue_url(url)
            .attribute_names(QueueAttributeName::ApproximateNumberOfMessages)
            .attribute_names(QueueAttributeName::ApproximateNumberOfMessagesNotVisible)
            .attribute_names(QueueAttributeName::ApproximateNumberOfMessagesDelayed)
            .send()
            .await
            .map_err(|error| unavailable(DisplayErrorContext(&error).to_string()))?;
        let of = |name| number(attributes.attributes(), &name);
        let in_flight = of(QueueAttributeName::ApproximateNumberOfMessagesNotVisible);
        let delayed = of(QueueAttributeName::ApproximateNumberOfMessagesDelayed);
        let waiting = of(QueueAttributeName::ApproximateNumberOfMessages);
        Ok((waiting, in_flight.saturating_add(delayed)))
    }

    async fn receive(&self, url: &str, hidden_s: i32) -> Result<Vec<Message>, Failure> {
        let received = self
            .client
            .receive_message()
            .queue_url(url)
            .max_number_of_messages(BATCH)
            .visibility_timeout(hidden_s)
            .message_system_attribute_names(MessageSystemAttributeName::SentTimestamp)
            .message_attribute_names("All")
            .send()
            .await;
        let received =
            received.map_err(|error| unavailable(DisplayErrorContext(&error).to_string()))?;
        Ok(received.messages.unwrap_or_default())
    }

    /// Puts a message on its queue, then takes it from the dead letters. One by one: a batch of the longest messages would be
    /// more than SQS takes.
    async fn move_one(&self, urls: &Urls, message: &Message) -> Result<(), Failure> {
        let sent = self
            .client
            .send_message()
            .queue_url(&urls.queue)
            .message_body(message.body().unwrap_or_default())
            .send()
            .await;
        sent.map_err(|error| unavailable(DisplayErrorContext(&error).to_string()))?;
        let deleted = self
            .client
            .delete_message()
            .queue_url(&urls.dead_letters)
            .receipt_handle(message.receipt_handle().unwrap_or_default())
            .send()
            .await;
        deleted
            .map(drop)
            .map_err(|error| unavailable(DisplayErrorContext(&error).to_string()))
    }
}

impl DeadLetterQueues for DeadLetters {
    async fn depths(&self) -> Result<Vec<QueueDepth>, Failure> {
        let depths = self.urls.iter().map(async |urls| {
            let (waiting, in_flight) = self.depth(&urls.queue).await?;
            let (dead, being_moved) = self.depth(&urls.dead_letters).await?;
            Ok(QueueDepth {
                consumer: urls.consumer,
                waiting,
                in_flight,
                dead_letters: dead.saturating_add(being_moved),
            })
        });
        try_join_all(depths).await
    }

    async fn dead_letters(&self, consumer: Consumer) -> Result<Vec<DeadLetter>, Failure> {
        let url = &self.of(consumer)?.dead_letters;
        let mut found: Vec<DeadLetter> = Vec::new();
        for _ in 0..LOOKS {
            let received = self.receive(url, SHOWN_FOR_S).await?;
            if received.is_empty() {
                break;
            }
            for letter in received.iter().map(dead_letter) {
                if !found.iter().any(|known| known.id == letter.id) {
                    found.push(letter);
                }
            }
        }
        Ok(found)
    }

    async fn move_back(&self, consumer: Consumer) -> Result<u32, Failure> {
        let urls = self.of(consumer)?;
        let received = self.receive(&urls.dead_letters, MOVED_WITHIN_S).await?;
        if received.is_empty() {
            return Ok(0);
        }
        let moved = received.iter().map(|message| self.move_one(urls, message));
        try_join_all(moved).await?;
        Ok(u32::try_from(received.len()).unwrap_or(u32::MAX))
    }
}

fn parse(text: &str) -> Vec<Urls> {
    let parts = text.split_whitespace().filter_map(|part| {
        let (name, urls) = part.split_once('=')?;
        let (queue, dead_letters) = urls.split_once('|')?;
        Some(Urls {
            consumer: Consumer::of_queue(name)?,
            queue: queue.to_owned(),
            dead_letters: dead_letters.to_owned(),
        })
    });
    parts.collect()
}

fn dead_letter(message: &Message) -> DeadLetter {
    // A consumer writes `reason`, EventBridge its own names.
    let attribute = |name: &str| {
        let all = message.message_attributes()?;
        all.get(name)?.string_value().map(str::to_owned)
    };
    let sent = message.attributes();
    let sent = sent.and_then(|all| all.get(&MessageSystemAttributeName::SentTimestamp));
    let sent = sent.and_then(|sent| sent.parse().ok());
    let at = sent.and_then(|sent| Timestamp::from_millisecond(sent).ok());
    DeadLetter {
        id: message.message_id().unwrap_or_default().to_owned(),
        at: at.unwrap_or(Timestamp::UNIX_EPOCH),
        code: attribute("reason_code").or_else(|| attribute("ERROR_CODE")),
        reason: attribute("reason").or_else(|| attribute("ERROR_MESSAGE")),
        body: message.body().unwrap_or_default().to_owned(),
    }
}

fn number(
    attributes: Option<&HashMap<QueueAttributeName, String>>,
    name: &QueueAttributeName,
) -> u64 {
    let told = attributes.and_then(|all| all.get(name));
    told.and_then(|told| told.parse().ok()).unwrap_or(0)
}

fn unavailable(what: String) -> Failure {
    Failure::unavailable("SQS", what)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::scripted::ScriptedAws;

    fn queues(aws: &ScriptedAws) -> DeadLetters {
        let urls = Consumer::ALL.map(|one| format!("{0}=url/{0}|url/{0}-dead", one.queue()));
        DeadLetters {
            client: aws.connection().sqs(),
            urls: parse(&urls.join(" ")),
        }
    }

    fn received() -> Value {
        let attribute = |text: &str| json!({ "DataType": "String", "StringValue": text });
        json!({ "Messages": [
            {
                "MessageId": "m1", "ReceiptHandle": "r1", "Body": "{\"order\":\"ord_1\"}",
                "Attributes": { "SentTimestamp": "1795000000000" },
                "MessageAttributes": { "reason_code": attribute("not_found"), "reason": attribute("no such order") },
            },
            { "MessageId": "m2", "ReceiptHandle": "r2", "Body": "x", "Attributes": { "SentTimestamp": "1795000001000" } },
        ] })
    }

    #[tokio::test]
    async fn dead_letters_are_shown_with_their_reasons_and_stay() {
        let aws = ScriptedAws::new(|_| (200, received()));
        let found = queues(&aws).dead_letters(Consumer::Lifecycle).await;
        let found = found.unwrap();
        assert_eq!(found.len(), 2, "each once: {found:?}");
        assert_eq!(found[0].code.as_deref(), Some("not_found"));
        assert_eq!(found[0].at.as_millisecond(), 1_795_000_000_000);
        assert_eq!(
            (found[1].code.as_deref(), found[1].body.as_str()),
            (None, "x")
        );
        let calls = aws.calls();
        assert!(calls.iter().all(|(name, _)| name == "ReceiveMessage"));
        assert_eq!(calls[0].1["QueueUrl"], "url/inbound-dead");
    }

    #[tokio::test]
    async fn only_what_is_on_the_queue_leaves_the_dead_letters() {
        let aws = ScriptedAws::new(|(name, input)| match name.as_str() {
            "ReceiveMessage" => (200, received()),
            "SendMessage" if input["MessageBody"] == "x" => (200, json!({ "MessageId": "n" })),
            "SendMessage" => (500, json!({ "__type": "InternalError" })),
            _ => (200, json!({})),
        });
        let moved = queues(&aws).move_back(Consumer::Payments).await;
        assert_eq!(moved.unwrap_err().code(), "unavailable");
        let calls = aws.calls();
        let deleted = calls.iter().filter(|(name, _)| name == "DeleteMessage");
        let handles: Vec<_> = deleted
            .map(|(_, input)| input["ReceiptHandle"].clone())
            .collect();
        assert!(handles.iter().all(|handle| handle == "r2"), "{handles:?}");
        let sent = calls.iter().filter(|(name, _)| name == "SendMessage");
        assert!(
            sent.clone()
                .all(|(_, input)| input["QueueUrl"] == "url/payments")
        );
    }

    #[tokio::test]
    async fn what_is_moved_is_deleted_where_it_was() {
        let aws = ScriptedAws::new(|(name, _)| match name.as_str() {
            "ReceiveMessage" => (200, received()),
            _ => (200, json!({ "MessageId": "n" })),
        });
        let moved = queues(&aws).move_back(Consumer::Payments).await.unwrap();
        assert_eq!(moved, 2);
        let calls = aws.calls();
        let deleted = calls.iter().filter(|(name, _)| name == "DeleteMessage");
        let from: Vec<_> = deleted
            .map(|(_, input)| input["QueueUrl"].clone())
            .collect();
        assert_eq!(from, ["url/payments-dead", "url/payments-dead"]);
    }

    #[tokio::test]
    async fn queues_that_cannot_be_reached_are_no_empty_queues() {
        let aws = ScriptedAws::new(|_| (500, json!({ "__type": "InternalError" })));
        let queues = queues(&aws);
        let failed = |result: Result<(), Failure>| result.unwrap_err().code();
        assert_eq!(failed(queues.depths().await.map(drop)), "unavailable");
        let letters = queues.dead_letters(Consumer::Routing).await;
        assert_eq!(failed(letters.map(drop)), "unavailable");
        assert_eq!(
            failed(queues.move_back(Consumer::Routing).await.map(drop)),
            "unavailable"
        );
    }

    #[tokio::test]
    async fn a_queue_tells_what_waits_and_what_is_handled() {
        let aws = ScriptedAws::new(|(_, input)| {
            let dead = input["QueueUrl"].as_str().unwrap().ends_with("-dead");
            let waiting = if dead { "4" } else { "7" };
            (
                200,
                json!({ "Attributes": {
                "ApproximateNumberOfMessages": waiting, "ApproximateNumberOfMessagesNotVisible": "1",
                "ApproximateNumberOfMessagesDelayed": "0",
            } }),
            )
        });
        let depths = queues(&aws).depths().await.unwrap();
        assert_eq!(depths.len(), Consumer::ALL.len());
        assert_eq!(
            (
                depths[0].waiting,
                depths[0].in_flight,
                depths[0].dead_letters
            ),
            (7, 1, 5)
        );
    }
}
