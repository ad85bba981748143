//! The table's stream to the bus: every commit, in order per order, at least once.
//!
//! Batches of one shard may run at once, but records of one order share a partition key, and Lambda never has two
//! batches with the same key in flight: no two invocations publish events of one order. Should the function die
//! half-way, the whole batch comes again: some events are published twice, and consumers treat the second as done.

use app::{
    bus::{
        envelope::BusEntry,
        publish::{Unpublishable, entries_of_stored},
    },
    failure::Failure,
};
use aws_lambda_events::{
    dynamodb::{Event, EventRecord},
    streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse},
};
use lambda_runtime::{Error, LambdaEvent, run, service_fn, tracing};
use serde_json::Value;

use super::{
    publication::{self, Published, Reason},
    put_aside::PutAside,
    republish::{RepublishRequest, republish},
};
use crate::{bus::Bus, queue::Queue, table::Table};

/// Publishes every record of the stream, for the life of the function. What can never be published is put aside on the
/// queue `failures`. A payload `{"republish": ...}` publishes again what is in the table (see [`super::republish`]).
///
/// # Errors
/// When the Lambda runtime cannot be reached.
pub async fn publish_commits(bus: &Bus, failures: &Queue, table: &Table) -> Result<(), Error> {
    run(service_fn(async |event: LambdaEvent<Value>| {
        handle(bus, failures, table, event.payload).await
    }))
    .await
}

/// Handles one payload. An error is one of the invocation: the stream gives the batch again.
async fn handle(
    bus: &Bus,
    failures: &Queue,
    table: &Table,
    mut payload: Value,
) -> Result<Value, Error> {
    if let Some(request) = payload.get_mut("republish").map(Value::take) {
        let request: RepublishRequest = serde_json::from_value(request)?;
        let answer = republish(table, bus, request).await?;
        return Ok(serde_json::to_value(answer)?);
    }
    let response = relay(bus, failures, serde_json::from_value(payload)?).await;
    Ok(serde_json::to_value(response)?)
}

/// Publishes a batch of records in its order, and names the first record that was not published: the stream gives that
/// one and all after it again. Nothing is published past an event that the bus refuses for now.
///
/// A record that cannot be read, or that the bus refuses for good, is put aside alone and then counts as done. Later
/// events of its order are published all the same: consumers read the order again and do what is due. Only records
/// before the first failure are put aside: those after it come again.
async fn relay(bus: &Bus, failures: &Queue, event: Event) -> DynamoDbEventResponse {
    let Published {
        events,
        unpublishable,
        failed,
    } = publication::publish(bus, event.records.iter().map(entries_of)).await;
    let failed = put_aside(failures, &event, unpublishable).await.or(failed);
    answer(&event, events, failed)
}

/// Puts records aside, in their order. Gives the first that cannot be: it has to come again.
async fn put_aside(
    failures: &Queue,
    event: &Event,
    unpublishable: Vec<(usize, Reason)>,
) -> Option<(usize, Failure)> {
    for (index, reason) in unpublishable {
        let record = event.records.get(index)?;
        if let Err(failure) = PutAside::new(record, &reason).send(failures).await {
            return Some((index, failure));
        }
    }
    None
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
fn entries_of(record: &EventRecord) -> Result<Vec<BusEntry>, Unpublishable> {
    let image = record.change.new_image.inner();
    entries_of_stored(|name| match image.get(name) {
        Some(serde_dynamo::AttributeValue::S(text)) => Some(text.as_str()),
        _ => None,
    })
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
                "reason_code": "commit_hash_mismatch", "order_id": order, "seq": 2, "stream_sequence_number": "s2"
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
                json!({ "reason_code": "malformed", "pk": "INBOX#api#1", "sk": "INBOX", "stream_sequence_number": "s2" })
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
        let aside = outcome(&aws).1;
        assert_eq!(aside[0]["seq"], 2);
        assert_eq!(aside[0]["reason_code"], "commit_unreadable");
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
