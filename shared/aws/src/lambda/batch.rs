//! Batches of SQS messages: each is handled on its own and ends in one of these ways.
//!
//! | the use case answers | the message |
//! |---|---|
//! | done | is deleted |
//! | refused by the rules | is logged and deleted: the same request gets the same answer |
//! | not due | stays, and comes again when it is due |
//! | too early | stays, and comes again after as long again as it has waited, at most an hour; after three days it is moved to the dead-letter queue with its reason |
//! | failed, stopped because the time was over | stays, and comes again after a wait that doubles with each receive |
//! | postponed | stays until the time that it names; is deleted at the last receive, since the sweep asks for it again |
//! | failed permanently, or at the last receive | is moved to the dead-letter queue with its reason |
//! | nothing: there was no time to begin it | stays, and comes again at once |
//! | nothing, each time: the function ended | is moved to the dead-letter queue with that reason |
//!
//! Those that were received most often come first, so that one that was handed back is not handed back again and again.
//! Some consumers handle several messages at once; messages about one subject are always handled one after the other, in
//! the order of the batch.
//!
//! Should the write to the dead-letter queue fail, the message stays, and the queue's own redrive policy moves it in
//! the end. Should the function stop within a batch, every message of it comes again, also those that are done: a use
//! case treats what has already happened as done. So a message can be stopped at any point.

use std::{cmp::Reverse, panic::AssertUnwindSafe};

use app::failure::{Failure, MessageOutcome};
use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use futures_util::{
    FutureExt,
    future::join_all,
    stream::{StreamExt, iter},
};
use jiff::Timestamp;
use lambda_runtime::tracing;
use tokio::time::timeout_at;

use super::{
    source_queue::{SourceQueue, receives},
    time::InvocationTime,
};

/// Messages of a batch that a consumer handles at once, if it handles several.
pub const MESSAGES_AT_ONCE: usize = 10;

/// The subject of a message, from its body; none when it cannot be read.
pub type Subject = fn(&str) -> Option<String>;

/// In which order the messages of a batch are handled.
#[derive(Debug, Clone, Copy)]
pub(super) enum Sequence {
    /// One after the other.
    OneByOne,
    /// Up to [`MESSAGES_AT_ONCE`] at once, but those with one subject one after the other.
    BySubject(Subject),
}

impl Sequence {
    /// The messages in groups: groups at once, a group's messages one after the other.
    fn groups(self, messages: Vec<SqsMessage>) -> Vec<Vec<SqsMessage>> {
        let subject_of = match self {
            Self::OneByOne => return vec![messages],
            Self::BySubject(subject_of) => subject_of,
        };
        let mut groups: Vec<(Option<String>, Vec<SqsMessage>)> = Vec::new();
        for message in messages {
            let subject = message.body.as_deref().and_then(subject_of);
            match groups
                .iter_mut()
                .find(|(known, _)| subject.is_some() && *known == subject)
            {
                Some((_, group)) => group.push(message),
                None => groups.push((subject, vec![message])),
            }
        }
        groups.into_iter().map(|(_, group)| group).collect()
    }
}

/// Gives each message's body to a use case, with the time until which it may begin something new, and answers with the
/// messages that stay on the queue. A message that cannot be read, or whose handling panics or takes too long, does not
/// affect the others, except that there may be no time left for them.
pub(super) async fn handle_batch(
    queue: &SourceQueue,
    time: InvocationTime,
    sequence: Sequence,
    batch: SqsEvent,
    handle: impl AsyncFn(&str, Timestamp) -> Result<(), Failure>,
) -> SqsBatchResponse {
    let mut messages = batch.records;
    messages.sort_by_key(|message| Reverse(receives(message)));
    let handle = &handle;
    let groups = sequence.groups(messages).into_iter();
    let handled = groups.map(|group| handle_group(queue, time, group, handle));
    let stay: Vec<Vec<SqsMessage>> = iter(handled)
        .buffer_unordered(MESSAGES_AT_ONCE)
        .collect()
        .await;
    let mut response = SqsBatchResponse::default();
    for message in stay.into_iter().flatten() {
        let mut failure = BatchItemFailure::default();
        // SQS always gives an id. An empty one would bring the whole batch again, which is safe.
        failure.item_identifier = message.message_id.unwrap_or_default();
        response.batch_item_failures.push(failure);
    }
    response
}

/// Handles messages one after the other, as long as there is time; gives those that stay on the queue.
async fn handle_group(
    queue: &SourceQueue,
    time: InvocationTime,
    group: Vec<SqsMessage>,
    handle: &impl AsyncFn(&str, Timestamp) -> Result<(), Failure>,
) -> Vec<SqsMessage> {
    let mut stay = Vec::new();
    let mut not_begun = Vec::new();
    for message in group {
        if !time.may_begin() {
            not_begun.push(message);
        } else if !handle_message(queue, time, &message, handle).await {
            stay.push(message);
        }
    }
    let handed_back = join_all(not_begun.iter().map(|message| queue.hand_back(message)));
    if timeout_at(time.answer_at, handed_back).await.is_err() {
        tracing::warn!("not every message could be handed back at once");
    }
    stay.extend(not_begun);
    stay
}

/// Handles one message; true when it may be deleted.
async fn handle_message(
    queue: &SourceQueue,
    time: InvocationTime,
    message: &SqsMessage,
    handle: &impl AsyncFn(&str, Timestamp) -> Result<(), Failure>,
) -> bool {
    let outcome = match queue.is_last_chance(message) {
        Some(receives) => Err(Failure::NoOutcome(receives)),
        None => {
            let body = message.body.as_deref().unwrap_or_default();
            let handling = timeout_at(time.stop_at, handle(body, time.begin_until_utc));
            match AssertUnwindSafe(handling).catch_unwind().await {
                Ok(Ok(outcome)) => outcome,
                Ok(Err(_)) => Err(Failure::OutOfTime),
                Err(_) => Err(Failure::Inconsistent("the handling panicked".to_owned())),
            }
        }
    };
    let answered = answer(queue, message, MessageOutcome::of(outcome));
    // A message whose answer is not written comes again after the queue's visibility timeout.
    timeout_at(time.answer_at, answered).await.unwrap_or(false)
}

/// Does with a message what its outcome asks for; true when it may be deleted.
async fn answer(queue: &SourceQueue, message: &SqsMessage, outcome: MessageOutcome) -> bool {
    match outcome {
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
        MessageOutcome::TooEarly(failure) => queue.wait_for_predecessor(message, &failure).await,
        MessageOutcome::Later(until) => {
            queue.receive_at(message, until).await;
            false
        }
        MessageOutcome::Failed(failure) if failure.is_permanent() => {
            queue.dead_letter(message, &failure).await
        }
        MessageOutcome::Failed(failure) => queue.retry_later(message, &failure).await,
        MessageOutcome::Postponed(failure, until) => queue.postpone(message, &failure, until).await,
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::Mutex, time::Duration};

    use app::{
        ports::Clock,
        retries::{EARLY_AGE_MAX, EARLY_RECEIVES, RECEIVES_RESERVE},
    };
    use domain::order::{Rejection, RejectionCode};
    use jiff::SignedDuration;
    use serde_json::{Value, json};
    use tokio::time::{Instant, sleep};

    use super::*;
    use crate::{runtime::clock::SystemClock, scripted::ScriptedAws};

    fn in_seconds(seconds: i64) -> Timestamp {
        let wait = SignedDuration::from_secs(seconds);
        SystemClock.now().checked_add(wait).unwrap()
    }

    /// SQS that accepts everything, or everything but dead letters.
    fn sqs(accepts_dead_letters: bool) -> ScriptedAws {
        ScriptedAws::new(move |(operation, _)| match operation.as_str() {
            "SendMessage" if accepts_dead_letters => (200, json!({ "MessageId": "1" })),
            "SendMessage" => (403, json!({ "__type": "AccessDenied" })),
            _ => (200, json!({})),
        })
    }

    fn batch(bodies: &[(&str, u32)]) -> SqsEvent {
        aged_batch(bodies, 0)
    }

    /// The same, of messages that were sent so many seconds ago.
    fn aged_batch(bodies: &[(&str, u32)], seconds: i64) -> SqsEvent {
        let sent = in_seconds(seconds.saturating_neg())
            .as_millisecond()
            .to_string();
        let records = bodies.iter().enumerate().map(|(n, (body, receives))| {
            json!({
                "messageId": format!("m{n}"), "receiptHandle": format!("r{n}"), "body": body,
                "attributes": { "ApproximateReceiveCount": receives.to_string(), "SentTimestamp": sent },
                "messageAttributes": {}, "eventSourceARN": "arn:aws:sqs:us-east-1:1:inbound"
            })
        });
        serde_json::from_value(json!({ "Records": records.collect::<Vec<Value>>() })).unwrap()
    }

    /// Handles the bodies and gives the ids of the messages that stay.
    async fn left_on_queue(sqs: &ScriptedAws, bodies: &[(&str, u32)]) -> Vec<String> {
        left_of(sqs, batch(bodies)).await
    }

    /// Handles a batch and gives the ids of the messages that stay.
    async fn left_of(sqs: &ScriptedAws, batch: SqsEvent) -> Vec<String> {
        let queue = SourceQueue::new(sqs.connection().sqs(), "queue-url", "dead-url", 3);
        let handle = async |body: &str, _| match body {
            "done" => Ok(()),
            "refused" => Err(Failure::Rejected(Rejection::new(
                RejectionCode::NothingToCancel,
                "x",
                "too late",
            ))),
            "early" => Err(Failure::NotFound("order".to_owned())),
            "down" => Err(Failure::unavailable("the table", "no\u{7}answer")),
            "broken" => Err(Failure::Malformed("not a message".to_owned())),
            "paused" => Err(Failure::LocationDown {
                location: "kiel".parse().unwrap(),
                code: "timeout".to_owned(),
                until: in_seconds(40),
            }),
            _ => panic!("a bug"),
        };
        let time = InvocationTime::with(Duration::from_secs(60), SystemClock.now());
        let response = handle_batch(&queue, time, Sequence::OneByOne, batch, handle).await;
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
        assert_eq!(left_on_queue(&sqs, &bodies).await, ["m4", "m3", "m5"]);
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
        assert_eq!(waits, [2, 5, 1], "those received most often come first");
    }

    #[tokio::test]
    async fn a_failure_at_the_last_receive_goes_to_the_dead_letter_queue_with_its_reason() {
        let sqs = sqs(true);
        assert!(
            left_on_queue(&sqs, &[("down", 3), ("down", 4)])
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
        assert_eq!(reasons, ["the table is unavailable: no answer"; 2]);
    }

    /// The waits that were set, in seconds.
    fn waits(sqs: &ScriptedAws) -> Vec<u64> {
        let calls = sqs.calls();
        let of = |(_, input): &(String, Value)| input["VisibilityTimeout"].as_u64();
        calls.iter().filter_map(of).collect()
    }

    #[tokio::test]
    async fn an_early_message_waits_by_its_age_and_not_by_its_receives() {
        let sqs = sqs(true);
        let half_an_hour = aged_batch(&[("early", 11)], 1800);
        assert_eq!(left_of(&sqs, half_an_hour).await, ["m0"]);
        let a_day = aged_batch(&[("early", 36)], 24 * 3600);
        assert_eq!(left_of(&sqs, a_day).await, ["m0"]);
        let waits = waits(&sqs);
        assert!((1795..=1805).contains(&waits[0]), "{waits:?}");
        assert_eq!(waits[1..], [3600]);
        let days = aged_batch(&[("early", 80)], EARLY_AGE_MAX.as_secs().cast_signed());
        assert!(left_of(&sqs, days).await.is_empty());
        let (operation, sent) = sqs.calls().pop().unwrap();
        assert_eq!(operation, "SendMessage");
        let sent = &sent["MessageAttributes"];
        assert_eq!(sent["reason"]["StringValue"], "not found: order");
        assert_eq!(sent["reason_code"]["StringValue"], "not_found");
    }

    #[tokio::test]
    async fn a_message_that_was_early_for_a_day_is_tried_again_when_it_fails() {
        let sqs = sqs(true);
        let a_day = aged_batch(&[("down", 36)], 24 * 3600);
        assert_eq!(left_of(&sqs, a_day).await, ["m0"]);
        assert_eq!(waits(&sqs), [900]);
    }

    #[tokio::test]
    async fn what_cannot_be_moved_to_the_dead_letter_queue_stays_on_the_queue() {
        assert_eq!(
            left_on_queue(&sqs(false), &[("broken", 1), ("down", 9)]).await,
            ["m1", "m0"]
        );
    }

    #[tokio::test]
    async fn a_postponed_message_waits_for_its_time_and_is_never_a_dead_letter() {
        let sqs = sqs(true);
        let left = left_on_queue(&sqs, &[("paused", 1), ("paused", 2), ("paused", 3)]).await;
        assert_eq!(left, ["m1", "m0"], "at the last receive it is given up");
        let calls = sqs.calls();
        let wait = |(operation, input): &(String, Value)| {
            assert_eq!(operation, "ChangeMessageVisibility");
            input["VisibilityTimeout"].as_u64().unwrap()
        };
        let waits: Vec<u64> = calls.iter().map(wait).collect();
        assert!(
            waits.iter().all(|wait| (39..=41).contains(wait)),
            "{waits:?}"
        );
    }

    #[tokio::test]
    async fn a_message_whose_function_always_ended_without_an_outcome_is_a_dead_letter_with_that_reason()
     {
        let sqs = sqs(true);
        let left = left_on_queue(&sqs, &[("panic", EARLY_RECEIVES + RECEIVES_RESERVE)]).await;
        assert!(left.is_empty());
        let sent = &sqs.calls()[0].1["MessageAttributes"];
        assert_eq!(sent["reason_code"]["StringValue"], "no_outcome");
    }

    /// Handles a batch of one receive each in an invocation of a minute, in which each message takes as many seconds as
    /// its body says. Gives those that stay, the wait of each, and the bodies in the order in which they ended.
    async fn in_a_minute(
        bodies: &[&str],
        sequence: Sequence,
    ) -> (Vec<String>, Vec<Value>, Vec<String>) {
        let sqs = sqs(true);
        let queue = SourceQueue::new(sqs.connection().sqs(), "queue-url", "dead-url", 3);
        let ended = Mutex::new(Vec::new());
        let handle = async |body: &str, _| {
            let seconds = body.split(' ').next_back().unwrap().parse().unwrap();
            sleep(Duration::from_secs(seconds)).await;
            ended.lock().unwrap().push(body.to_owned());
            Ok(())
        };
        let bodies: Vec<(&str, u32)> = bodies.iter().map(|body| (*body, 1)).collect();
        let time = InvocationTime::with(Duration::from_secs(60), SystemClock.now());
        let begun = Instant::now();
        let response = handle_batch(&queue, time, sequence, batch(&bodies), handle).await;
        assert!(begun.elapsed() < Duration::from_secs(60), "it was killed");
        let stay = response.batch_item_failures.into_iter();
        let calls = sqs.calls();
        (
            stay.map(|failure| failure.item_identifier).collect(),
            calls
                .into_iter()
                .map(|(_, mut input)| input["VisibilityTimeout"].take())
                .collect(),
            ended.into_inner().unwrap(),
        )
    }

    #[tokio::test(start_paused = true)]
    async fn ten_messages_of_ten_seconds_are_not_killed_and_the_rest_is_handed_back() {
        let bodies = ["10"; 10];
        let (stay, waits, ended) = in_a_minute(&bodies, Sequence::OneByOne).await;
        assert_eq!(ended.len(), 4, "begun in the first forty seconds");
        assert_eq!(stay, ["m4", "m5", "m6", "m7", "m8", "m9"]);
        assert_eq!(waits, vec![json!(1); 6], "they come again at once");
    }

    #[tokio::test(start_paused = true)]
    async fn a_message_that_takes_too_long_is_stopped_and_tried_again() {
        let (stay, waits, ended) = in_a_minute(&["1", "99", "1"], Sequence::OneByOne).await;
        assert_eq!(ended, ["1"]);
        assert_eq!(stay, ["m1", "m2"]);
        assert_eq!(waits, [1, 1]);
    }

    #[tokio::test(start_paused = true)]
    async fn subjects_do_not_wait_for_each_other_and_the_messages_of_one_keep_their_order() {
        let first_word = |body: &str| body.split(' ').next().map(str::to_owned);
        let bodies = ["a 9", "b 99", "c 1", "a 1", "b 1", "c 3"];
        let (stay, _, ended) = in_a_minute(&bodies, Sequence::BySubject(first_word)).await;
        assert_eq!(ended, ["c 1", "c 3", "a 9", "a 1"]);
        assert_eq!(stay, ["m1", "m4"], "only those of `b`");
    }
}
