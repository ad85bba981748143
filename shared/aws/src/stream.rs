//! The table's stream: every commit in order per order, at least once.

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
use lambda_runtime::tracing;

use crate::bus::Bus;

/// Publishes what a batch of stream records says, in its order, and names the first record that did not go: the
/// stream hands that one and all after it over again. Nothing is attempted past the first failure, so that no event
/// of an order overtakes an earlier one for good.
///
/// A record that cannot be read is a failure like any other: after its retries the stream puts it before a person,
/// in the queue of relay failures.
pub async fn relay(bus: &Bus, event: Event) -> DynamoDbEventResponse {
    let mut entries: Vec<BusEntry> = Vec::new();
    let mut owners: Vec<usize> = Vec::new();
    let mut unreadable = None;
    for (place, record) in event.records.iter().enumerate() {
        match read(record) {
            Ok(read) => {
                owners.extend(std::iter::repeat_n(place, read.len()));
                entries.extend(read);
            }
            Err(failure) => {
                unreadable = Some((place, failure));
                break;
            }
        }
    }
    let (taken, refused) = bus.publish(&entries).await;
    let failed = match refused {
        Some(failure) => owners.get(taken).map(|place| (*place, failure)),
        None => unreadable,
    };
    let mut response = DynamoDbEventResponse::default();
    if let Some((place, failure)) = failed {
        let sequence = event
            .records
            .get(place)
            .and_then(|record| record.change.sequence_number.clone());
        tracing::warn!(
            events.taken = taken,
            events.all = entries.len(),
            error = %failure.chain(),
            "not everything went out; the rest comes again"
        );
        let mut item = DynamoDbBatchItemFailure::default();
        // Without a number the whole batch comes again, which is safe: whoever reads an event twice knows it.
        item.item_identifier = Some(sequence.unwrap_or_default());
        response.batch_item_failures.push(item);
    } else {
        tracing::info!(records = event.records.len(), events = taken, "relayed");
    }
    response
}

/// The entries of one record: of an order's commit, or of a movement of stock.
fn read(record: &EventRecord) -> Result<Vec<BusEntry>, Failure> {
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
        ids::OrderId,
        order::{Actor, Cause, Commit, CommitBody, Event as Happened},
    };
    use serde_json::{Value, json};

    use super::*;
    use crate::scripted::Scripted;

    /// A bus that refuses the entries of which `refuses` says so, by their place over all calls.
    fn bus(refuses: impl Fn(usize) -> bool + Send + Sync + 'static) -> Scripted {
        let seen = std::sync::atomic::AtomicUsize::new(0);
        Scripted::new(move |(_, input)| {
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
        let order = OrderId::mint(jiff::Timestamp::UNIX_EPOCH, [1; 10]);
        let intent = "pi_1".to_owned();
        let body = CommitBody {
            seq,
            at: jiff::Timestamp::UNIX_EPOCH,
            actor: Actor::system("test"),
            cause: Cause::new("test", seq.to_string()),
            events: vec![
                Happened::PaymentCaptured { intent, amount: 1 },
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
                "SizeBytes": 1, "StreamViewType": "NEW_IMAGE",
                "NewImage": {
                    "order_id": text(&order.to_string()), "text": text(&commit.text), "hash": text(&commit.hash)
                }
            }
        })
    }

    async fn relayed(aws: &Scripted, records: Vec<Value>) -> Vec<String> {
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
    async fn every_event_goes_out_in_order_ten_a_call() {
        let aws = bus(|_| false);
        assert!(
            relayed(&aws, (1..=6).map(record).collect())
                .await
                .is_empty()
        );
        let sizes: Vec<usize> = aws
            .asked()
            .iter()
            .map(|(_, i)| i["Entries"].as_array().unwrap().len())
            .collect();
        assert_eq!(sizes, [10, 2]);
        let first: Value =
            serde_json::from_str(aws.asked()[0].1["Entries"][0]["Detail"].as_str().unwrap())
                .unwrap();
        assert_eq!(first["seq"], 1);
    }

    #[tokio::test]
    async fn the_record_of_the_first_refused_entry_is_named_and_nothing_after_it_is_tried() {
        // The fourth entry is the second event of the second record.
        let aws = bus(|place| place == 3);
        assert_eq!(relayed(&aws, (1..=8).map(record).collect()).await, ["s2"]);
        assert_eq!(aws.asked().len(), 1, "the second call is not made");
    }

    #[tokio::test]
    async fn an_unreadable_record_lets_those_before_it_go_and_is_named() {
        let aws = bus(|_| false);
        let mut edited = record(2);
        edited["dynamodb"]["NewImage"]["hash"] = json!({ "S": "00" });
        assert_eq!(
            relayed(&aws, vec![record(1), edited, record(3)]).await,
            ["s2"]
        );
        assert_eq!(aws.asked()[0].1["Entries"].as_array().unwrap().len(), 2);
    }

    #[tokio::test]
    async fn when_the_bus_is_down_the_first_record_is_named() {
        let aws = Scripted::new(|_| (400, json!({ "__type": "AccessDeniedException" })));
        assert_eq!(relayed(&aws, vec![record(1), record(2)]).await, ["s1"]);
    }
}
