//! The table's stream: every commit in order per order, at least once.

use app::{
    failure::Failure,
    publish::{Entry, stored_commit, stored_record},
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
    let mut entries: Vec<Entry> = Vec::new();
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
        let sequence = event.records.get(place).and_then(|record| record.change.sequence_number.clone());
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
fn read(record: &EventRecord) -> Result<Vec<Entry>, Failure> {
    let text = |name: &str| match record.change.new_image.inner().get(name) {
        Some(serde_dynamo::AttributeValue::S(text)) => Some(text.as_str()),
        _ => None,
    };
    match (text("order_id"), text("text"), text("hash"), text("record")) {
        (Some(order), Some(commit), Some(hash), _) => stored_commit(order, commit, hash),
        (.., Some(record)) => stored_record(record),
        _ => Err(Failure::Malformed("a record that is neither a commit nor a movement".to_owned())),
    }
}
