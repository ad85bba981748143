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

use crate::bus::Bus;

/// Publishes every record of the stream, for the life of the function.
///
/// # Errors
/// When the Lambda runtime cannot be reached.
pub async fn publish_commits(bus: &Bus) -> Result<(), Error> {
    run(service_fn(async |event: LambdaEvent<Event>| {
        Ok::<_, Error>(relay(bus, event.payload).await)
    }))
    .await
}

/// Publishes a batch of records in its order, and names the first record that was not published: the stream gives that
/// one and all after it again. Nothing is published past an event that the bus refuses, so that no event of an order
/// overtakes an earlier one.
///
/// A record that cannot be read fails alone: the others are published, whatever order they are of. After its retries the
/// stream moves it to the queue of relay failures, which raises an alarm.
async fn relay(bus: &Bus, event: Event) -> DynamoDbEventResponse {
    let mut entries: Vec<BusEntry> = Vec::new();
    // For each entry, the index of its record.
    let mut record_indexes: Vec<usize> = Vec::new();
    let mut unreadable = None;
    for (index, record) in event.records.iter().enumerate() {
        match entries_of(record) {
            Ok(read) => {
                record_indexes.extend(std::iter::repeat_n(index, read.len()));
                entries.extend(read);
            }
            Err(failure) => {
                unreadable.get_or_insert((index, failure));
            }
        }
    }
    let (published, failure) = bus.publish(&entries).await;
    let failed = match failure {
        Some(failure) => record_indexes.get(published).map(|index| (*index, failure)),
        None => None,
    };
    let failed = failed
        .into_iter()
        .chain(unreadable)
        .min_by_key(|(index, _)| *index);
    let mut response = DynamoDbEventResponse::default();
    let Some((index, failure)) = failed else {
        tracing::info!(
            records = event.records.len(),
            events = published,
            "published"
        );
        return response;
    };
    tracing::warn!(
        events.published = published,
        events.all = entries.len(),
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

    /// A bus that refuses the entries for which `refuses` is true, given their index over all calls.
    fn bus(refuses: impl Fn(usize) -> bool + Send + Sync + 'static) -> ScriptedAws {
        let seen = std::sync::atomic::AtomicUsize::new(0);
        ScriptedAws::new(move |(_, input)| {
            let entries = input["Entries"].as_array().unwrap();
            let first = seen.fetch_add(entries.len(), std::sync::atomic::Ordering::Relaxed);
            let answers: Vec<Value> = (0..entries.len())
                .map(|n| match first.checked_add(n).is_some_and(&refuses) {
                    true => json!({ "ErrorCode": "InternalFailure", "ErrorMessage": "later" }),
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
                "ApproximateCreationDateTime": 1_790_000_000, "Keys": {}, "SequenceNumber": format!("s{seq}"),
                "SizeBytes": 1, "StreamViewType": "NEW_AND_OLD_IMAGES",
                "NewImage": {
                    "order_id": text(&order.to_string()), "text": text(&commit.text), "hash": text(&commit.hash)
                }
            }
        })
    }

    async fn relayed(aws: &ScriptedAws, records: Vec<Value>) -> Vec<String> {
        let bus = Bus::new(aws.connection().eventbridge(), "oms");
        let event: Event = serde_json::from_value(json!({ "Records": records })).unwrap();
        let response = relay(&bus, event).await;
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

    #[tokio::test]
    async fn an_unreadable_record_fails_alone() {
        let aws = bus(|_| false);
        let mut edited = record(2);
        edited["dynamodb"]["NewImage"]["hash"] = json!({ "S": "00" });
        assert_eq!(
            relayed(&aws, vec![record(1), edited, record(3)]).await,
            ["s2"]
        );
        let published = aws.calls()[0].1["Entries"].as_array().unwrap().len();
        assert_eq!(published, 4, "the events of the other two records");
    }

    #[tokio::test]
    async fn when_the_bus_is_down_the_first_record_is_named() {
        let aws = ScriptedAws::new(|_| (400, json!({ "__type": "AccessDeniedException" })));
        assert_eq!(relayed(&aws, vec![record(1), record(2)]).await, ["s1"]);
    }
}
