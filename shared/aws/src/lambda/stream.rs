//! The table's stream to the bus: every commit, in order per order, at least once.
//!
//! Batches of one shard may run at once, but records of one order share a partition key, and Lambda never has two
//! batches with the same key in flight: no two invocations publish events of one order. Should the function die
//! half-way, the whole batch comes again: some events are published twice, and consumers treat the second as done.

use app::{
    bus::{
        envelope::BusEntry,
        publish::{entries_of_stored_commit, entries_of_stored_record},
    },
    failure::Failure,
};
use aws_lambda_events::{
    dynamodb::{Event, EventRecord},
    streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse},
};
use lambda_runtime::{Error, LambdaEvent, run, service_fn, tracing};

use super::put_aside::PutAside;
use crate::{bus::Bus, queue::Queue};

/// Publishes every record of the stream, for the life of the function. What can never be published is put aside on the
/// queue `failures`.
///
/// # Errors
/// When the Lambda runtime cannot be reached.
pub async fn publish_commits(bus: &Bus, failures: &Queue) -> Result<(), Error> {
    run(service_fn(async |event: LambdaEvent<Event>| {
        Ok::<_, Error>(relay(bus, failures, event.payload).await)
    }))
    .await
}

/// Publishes a batch of records in its order, and names the first record that was not published: the stream gives that
/// one and all after it again. Nothing is published past an event that the bus refuses for now.
///
/// A record that cannot be read, or that the bus refuses for good, is put aside alone and then counts as done. Later
/// events of its order are published all the same: consumers read the order again and do what is due. Only records
/// before the first failure are put aside: those after it come again.
async fn relay(bus: &Bus, failures: &Queue, event: Event) -> DynamoDbEventResponse {
    let mut entries: Vec<BusEntry> = Vec::new();
    // For each entry, the index of its record.
    let mut record_indexes: Vec<usize> = Vec::new();
    let mut aside: Vec<(usize, PutAside)> = Vec::new();
    for (index, record) in event.records.iter().enumerate() {
        match entries_of(record) {
            Ok(read) => {
                record_indexes.extend(std::iter::repeat_n(index, read.len()));
                entries.extend(read);
            }
            Err(failure) => {
                tracing::warn!(error = %failure.chain(), "a record cannot be read");
                aside.push((index, PutAside::unreadable(record, &failure)));
            }
        }
    }
    let publication = bus.publish(&entries).await;
    let record_of = |entry: usize| record_indexes.get(entry).copied().unwrap_or_default();
    for (entry, code) in publication.refused {
        let index = record_of(entry);
        if let Some(record) = event.records.get(index) {
            aside.push((index, PutAside::refused(record, code)));
        }
    }
    let failed = publication
        .failed
        .map(|(entry, failure)| (record_of(entry), failure));
    let failed = put_aside(failures, aside, failed).await;
    answer(&event, entries.len(), failed)
}

/// Sends what was put aside before the first failed record. When one cannot be sent, it is the first failed record.
async fn put_aside(
    failures: &Queue,
    mut aside: Vec<(usize, PutAside)>,
    failed: Option<(usize, Failure)>,
) -> Option<(usize, Failure)> {
    aside.sort_by_key(|(index, _)| *index);
    for (index, message) in aside {
        if failed.as_ref().is_some_and(|(first, _)| index >= *first) {
            break;
        }
        if let Err(failure) = message.send(failures).await {
            return Some((index, failure));
        }
    }
    failed
}

/// The answer to the stream: the first record that failed, if any.
fn answer(event: &Event, events: usize, failed: Option<(usize, Failure)>) -> DynamoDbEventResponse {
    let mut response = DynamoDbEventResponse::default();
    let Some((index, failure)) = failed else {
        tracing::info!(records = event.records.len(), events, "published");
        return response;
    };
    tracing::warn!(
        records.done = index,
        records.all = event.records.len(),
        error = %failure.chain(),
        "not everything was published; the rest comes again"
    );
    let record = event.records.get(index);
    let sequence = record.and_then(|record| record.change.sequence_number.clone());
    let mut item = DynamoDbBatchItemFailure::default();
    // Without a number the whole batch comes again, which is safe: consumers expect duplicates.
    item.item_identifier = Some(sequence.unwrap_or_default());
    response.batch_item_failures.push(item);
    response
}

/// The events of one record: of an order's commit, or of a stock movement.
fn entries_of(record: &EventRecord) -> Result<Vec<BusEntry>, Failure> {
    let text = |name: &str| match record.change.new_image.inner().get(name) {
        Some(serde_dynamo::AttributeValue::S(text)) => Some(text.as_str()),
        _ => None,
    };
    match (text("order_id"), text("text"), text("hash"), text("record")) {
        (Some(order), Some(commit), Some(hash), _) => entries_of_stored_commit(order, commit, hash),
        (.., Some(record)) => entries_of_stored_record(record),
        _ => Err(Failure::Malformed(
            "a record that is neither a commit nor a movement".to_owned(),
        )),
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        ids::{OrderId, ShopId},
        order::{Actor, Cause, Commit, CommitBody, Event as Happened},
    };
    use serde_json::{Value, json};

    use super::*;
    use crate::scripted::ScriptedAws;

    /// A bus that refuses for now the entries for which `refuses` is true, given their index over all calls.
    fn bus(refuses: impl Fn(usize) -> bool + Send + Sync + 'static) -> ScriptedAws {
        refusing("InternalFailure", refuses)
    }

    /// The same with an error code. The queue takes every message.
    fn refusing(
        code: &'static str,
        refuses: impl Fn(usize) -> bool + Send + Sync + 'static,
    ) -> ScriptedAws {
        let seen = std::sync::atomic::AtomicUsize::new(0);
        ScriptedAws::new(move |(operation, input)| {
            if operation == "SendMessage" {
                return (200, json!({ "MessageId": "1" }));
            }
            let entries = input["Entries"].as_array().unwrap();
            let first = seen.fetch_add(entries.len(), std::sync::atomic::Ordering::Relaxed);
            let answers: Vec<Value> = (0..entries.len())
                .map(|n| match first.checked_add(n).is_some_and(&refuses) {
                    true => json!({ "ErrorCode": code, "ErrorMessage": "no" }),
                    false => json!({ "EventId": "1" }),
                })
                .collect();
            let failed = answers
                .iter()
                .filter(|a| a["ErrorCode"].is_string())
                .count();
            (
                200,
                json!({ "FailedEntryCount": failed, "Entries": answers }),
            )
        })
    }

    /// A record of commit `seq` with two published events.
    fn record(seq: u64) -> Value {
        let order = OrderId::of(&ShopId::default(), &"1001".parse().unwrap());
        let intent = "pi_1".to_owned();
        let body = CommitBody {
            schema: domain::schema::VERSION,
            seq,
            at: jiff::Timestamp::UNIX_EPOCH,
            actor: Actor::system("test"),
            cause: Cause::new("test", seq.to_string()),
            events: vec![
                Happened::PaymentCaptured {
                    intent,
                    amount: 1,
                    capturable: 0,
                },
                Happened::OrderReleased {},
            ],
            prev_hash: String::new(),
        };
        let commit = Commit::seal(body).unwrap();
        let text = |value: &str| json!({ "S": value });
        json!({
            "awsRegion": "us-east-1", "eventID": seq.to_string(), "eventName": "INSERT",
            "eventSource": "aws:dynamodb", "eventVersion": "1.1",
            "dynamodb": {
                "ApproximateCreationDateTime": 1_790_000_000, "SequenceNumber": format!("s{seq}"),
                "SizeBytes": 1, "StreamViewType": "NEW_AND_OLD_IMAGES",
                "Keys": { "pk": text(&format!("ORDER#{order}")), "sk": text(&format!("COMMIT#{seq:06}")) },
                "NewImage": {
                    "order_id": text(&order.to_string()), "text": text(&commit.text), "hash": text(&commit.hash)
                }
            }
        })
    }

    async fn relayed(aws: &ScriptedAws, records: Vec<Value>) -> Vec<String> {
        let bus = Bus::new(aws.connection().eventbridge(), "oms");
        let event: Event = serde_json::from_value(json!({ "Records": records })).unwrap();
        let failures = Queue::new(aws.connection().sqs(), "relay-failures");
        let response = relay(&bus, &failures, event).await;
        response
            .batch_item_failures
            .into_iter()
            .filter_map(|f| f.item_identifier)
            .collect()
    }

    #[tokio::test]
    async fn every_event_is_published_in_order_ten_a_call() {
        let aws = bus(|_| false);
        assert!(
            relayed(&aws, (1..=6).map(record).collect())
                .await
                .is_empty()
        );
        let sizes: Vec<usize> = aws
            .calls()
            .iter()
            .map(|(_, i)| i["Entries"].as_array().unwrap().len())
            .collect();
        assert_eq!(sizes, [10, 2]);
        let first: Value =
            serde_json::from_str(aws.calls()[0].1["Entries"][0]["Detail"].as_str().unwrap())
                .unwrap();
        assert_eq!(first["seq"], 1);
    }

    #[tokio::test]
    async fn the_record_of_the_first_refused_entry_is_named_and_nothing_is_published_after_it() {
        // The fourth entry is the second event of the second record.
        let aws = bus(|index| index == 3);
        assert_eq!(relayed(&aws, (1..=8).map(record).collect()).await, ["s2"]);
        assert_eq!(aws.calls().len(), 1, "the second call is not made");
    }

    /// The numbers of the commits that were published, and the messages about those that were put aside.
    fn outcome(aws: &ScriptedAws) -> (Vec<u64>, Vec<Value>) {
        let parsed = |text: &Value| serde_json::from_str::<Value>(text.as_str().unwrap()).unwrap();
        let (mut published, mut aside) = (Vec::new(), Vec::new());
        for (operation, input) in aws.calls() {
            match operation.as_str() {
                "SendMessage" => aside.push(parsed(&input["MessageBody"])),
                _ => published.extend(
                    input["Entries"]
                        .as_array()
                        .unwrap()
                        .iter()
                        .map(|entry| parsed(&entry["Detail"])["seq"].as_u64().unwrap()),
                ),
            }
        }
        (published, aside)
    }

    fn edited(seq: u64) -> Value {
        let mut edited = record(seq);
        edited["dynamodb"]["NewImage"]["hash"] = json!({ "S": "00" });
        edited
    }

    #[tokio::test]
    async fn an_unreadable_record_is_put_aside_alone_and_counts_as_done() {
        let aws = bus(|_| false);
        let failed = relayed(&aws, vec![record(1), edited(2), record(3)]).await;
        assert!(failed.is_empty(), "{failed:?}");
        let (published, aside) = outcome(&aws);
        assert_eq!(published, [1, 1, 3, 3]);
        let order = OrderId::of(&ShopId::default(), &"1001".parse().unwrap()).to_string();
        assert_eq!(
            aside,
            [json!({
                "reason_code": "inconsistent", "order_id": order, "seq": 2, "stream_sequence_number": "s2"
            })]
        );
    }

    #[tokio::test]
    async fn a_record_that_is_no_commit_is_put_aside_with_its_key() {
        let aws = bus(|_| false);
        let mut other = record(2);
        other["dynamodb"]["NewImage"] = json!({ "outbox": { "S": "1" } });
        other["dynamodb"]["Keys"] = json!({ "pk": { "S": "INBOX#api#1" }, "sk": { "S": "INBOX" } });
        assert!(relayed(&aws, vec![other, record(3)]).await.is_empty());
        let (published, aside) = outcome(&aws);
        assert_eq!(published, [3, 3]);
        assert_eq!(
            aside,
            [
                json!({ "reason_code": "malformed", "pk": "INBOX#api#1", "stream_sequence_number": "s2" })
            ]
        );
    }

    #[tokio::test]
    async fn an_event_of_an_unknown_kind_is_put_aside() {
        let aws = bus(|_| false);
        let mut newer = record(2);
        let text = newer["dynamodb"]["NewImage"]["text"]["S"].as_str().unwrap();
        let text = text.replace("OrderReleased", "OrderTeleported");
        let hash = hex::encode(<sha2::Sha256 as sha2::Digest>::digest(text.as_bytes()));
        newer["dynamodb"]["NewImage"]["text"] = json!({ "S": text });
        newer["dynamodb"]["NewImage"]["hash"] = json!({ "S": hash });
        assert!(relayed(&aws, vec![record(1), newer]).await.is_empty());
        assert_eq!(outcome(&aws).1[0]["seq"], 2);
    }

    #[tokio::test]
    async fn an_entry_refused_for_good_is_put_aside_and_the_rest_is_published() {
        let aws = refusing("MalformedDetail", |index| index == 2);
        assert!(
            relayed(&aws, (1..=8).map(record).collect())
                .await
                .is_empty()
        );
        assert_eq!(outcome(&aws).0.len(), 16, "both calls are made");
        let aside = outcome(&aws).1;
        assert_eq!(aside.len(), 1);
        assert_eq!(aside[0]["reason_code"], "refused_by_bus");
        assert_eq!(aside[0]["bus_error"], "MalformedDetail");
        assert_eq!(aside[0]["seq"], 2);
    }

    #[tokio::test]
    async fn entries_too_large_for_a_call_are_sent_one_by_one_and_only_the_faulty_one_is_put_aside()
    {
        let faulty = |input: &Value| {
            input["Entries"].as_array().unwrap().iter().any(|entry| {
                let detail = entry["Detail"].as_str().unwrap();
                detail.contains("\"seq\":2,") && entry["DetailType"] == "PaymentCaptured"
            })
        };
        let aws = ScriptedAws::new(move |(operation, input)| {
            if operation == "SendMessage" {
                return (200, json!({ "MessageId": "1" }));
            }
            if faulty(input) {
                return (400, json!({ "__type": "ValidationException" }));
            }
            let entries = input["Entries"].as_array().unwrap();
            let answers: Vec<Value> = entries.iter().map(|_| json!({ "EventId": "1" })).collect();
            (200, json!({ "FailedEntryCount": 0, "Entries": answers }))
        });
        assert!(
            relayed(&aws, (1..=3).map(record).collect())
                .await
                .is_empty()
        );
        let (published, aside) = outcome(&aws);
        assert_eq!(
            published,
            [1, 1, 2, 2, 3, 3, 1, 1, 2, 2, 3, 3],
            "all at once, then each alone"
        );
        assert_eq!(aside.len(), 1);
        assert_eq!(aside[0]["bus_error"], "ValidationException");
    }

    #[tokio::test]
    async fn what_comes_after_a_temporary_refusal_is_not_put_aside_yet() {
        let aws = bus(|index| index == 0);
        assert_eq!(relayed(&aws, vec![record(1), edited(2)]).await, ["s1"]);
        assert!(outcome(&aws).1.is_empty());
    }

    #[tokio::test]
    async fn a_record_that_cannot_be_put_aside_comes_again() {
        let aws = ScriptedAws::new(|(operation, input)| match operation.as_str() {
            "SendMessage" => (403, json!({ "__type": "AccessDenied" })),
            _ => {
                let entries = input["Entries"].as_array().unwrap();
                let answers: Vec<Value> =
                    entries.iter().map(|_| json!({ "EventId": "1" })).collect();
                (200, json!({ "FailedEntryCount": 0, "Entries": answers }))
            }
        });
        assert_eq!(
            relayed(&aws, vec![record(1), edited(2), record(3)]).await,
            ["s2"]
        );
    }

    #[tokio::test]
    async fn when_the_bus_is_down_the_first_record_is_named() {
        let aws = ScriptedAws::new(|_| (400, json!({ "__type": "AccessDeniedException" })));
        assert_eq!(relayed(&aws, vec![record(1), record(2)]).await, ["s1"]);
    }
}
