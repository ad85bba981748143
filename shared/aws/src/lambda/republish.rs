//! Publishing again what is in the table: a person's request, after what was put aside has been repaired, or when a
//! consumer has lost events.
//!
//! The events are those of the first publication, with the same ids, so consumers treat what they know as duplicates.
//! Commits that the stream is publishing meanwhile may be published in another order: consumers read the order again and
//! do what is due.

use app::{
    bus::publish::{Unpublishable, entries_of_stored},
    failure::Failure,
};
use domain::ids::OrderId;
use lambda_runtime::tracing;
use serde::{Deserialize, Serialize};

use super::publication::{self, Published, Reason};
use crate::{
    bus::Bus,
    table::{StoredRecord, Table},
};

/// Most commits that one request publishes again; its answer says where the next one continues.
pub const COMMITS_PER_REQUEST_MAX: u64 = 100;

/// The reason code of a record that is not in the table.
const NOT_FOUND: &str = "not_found";

/// The request as it is sent: `{"order_id": ..., "from": 1, "to": 5}` or `{"pk": "INBOX#..."}`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RepublishRequest {
    /// The order whose commits are published again.
    order_id: Option<OrderId>,
    /// The number of the first commit; 1 unless told.
    from: Option<u64>,
    /// The number of the last commit; the order's last unless told.
    to: Option<u64>,
    /// The partition key of the stock movement that is published again, as in the message about what was put aside.
    pk: Option<String>,
}

/// What became of a request to publish again.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct RepublishAnswer {
    /// Records that were found in the table and tried.
    records: usize,
    /// Events that the bus accepted.
    events: usize,
    /// What was not published.
    failed: Vec<NotPublished>,
    /// The number of the first commit that was not tried, when there may be more: the `from` of the next request.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_from: Option<u64>,
}

/// One record that was not published.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct NotPublished {
    /// Why: a code of the messages about what was put aside, `not_found`, or `unavailable` when the bus refused it for now.
    reason_code: &'static str,
    /// The number of the commit.
    #[serde(skip_serializing_if = "Option::is_none")]
    seq: Option<u64>,
    /// The bus's error code.
    #[serde(skip_serializing_if = "Option::is_none")]
    bus_error: Option<String>,
}

/// Publishes again what a request names.
///
/// # Errors
/// [`Failure::Malformed`] when the request names nothing, or too much; [`Failure::Unavailable`] when the table does not
/// answer.
pub(super) async fn republish(
    table: &Table,
    bus: &Bus,
    request: RepublishRequest,
) -> Result<RepublishAnswer, Failure> {
    let malformed = |why: &str| Err(Failure::Malformed(why.to_owned()));
    let answer = match request {
        RepublishRequest {
            order_id: Some(order),
            from,
            to,
            pk: None,
        } => {
            let from = from.unwrap_or(1);
            if from == 0 || to.is_some_and(|to| to < from) {
                return malformed("`from` is at least 1, and `to` is not before it");
            }
            commits(table, bus, order, from, to).await?
        }
        RepublishRequest {
            order_id: None,
            from: None,
            to: None,
            pk: Some(pk),
        } => movement(table, bus, &pk).await?,
        _ => return malformed("a request names the commits of an `order_id`, or one `pk`"),
    };
    tracing::info!(
        records = answer.records,
        events = answer.events,
        failed = answer.failed.len(),
        "published again"
    );
    Ok(answer)
}

/// Publishes a range of an order's commits again.
async fn commits(
    table: &Table,
    bus: &Bus,
    order: OrderId,
    from: u64,
    to: Option<u64>,
) -> Result<RepublishAnswer, Failure> {
    let most = from.saturating_add(COMMITS_PER_REQUEST_MAX.saturating_sub(1));
    let last = to.map_or(most, |to| to.min(most));
    let records = table.stored_commits(order, from, last).await?;
    let found: Vec<u64> = records.iter().filter_map(StoredRecord::seq).collect();
    // Without a `to`, the order ends with its last commit.
    let end = to.map_or(found.last().copied().unwrap_or(from), |_| last);
    let more = to.map_or(end == most, |to| to > last);
    let Published {
        events,
        unpublishable,
        failed,
    } = publish(bus, &records).await;
    let seq = |index: usize| found.get(index).copied();
    let stopped = failed.as_ref().and_then(|(index, _)| seq(*index));
    let tried = |number: &u64| stopped.is_none_or(|stopped| *number < stopped);
    let missing = (from..=end).filter(|number| !found.contains(number) && tried(number));
    let mut not_published: Vec<NotPublished> = missing
        .map(|number| NotPublished::new(Some(number), NOT_FOUND, None))
        .collect();
    not_published.extend(
        unpublishable
            .into_iter()
            .map(|(index, reason)| NotPublished::for_reason(seq(index), &reason)),
    );
    not_published.sort_by_key(|one| one.seq);
    if let Some((index, failure)) = &failed {
        tracing::warn!(error = %failure.chain(), "the bus refuses an event for now");
        not_published.push(NotPublished::new(seq(*index), failure.code(), None));
    }
    let next_from = stopped.or_else(|| more.then(|| last.saturating_add(1)));
    Ok(RepublishAnswer {
        records: found.iter().filter(|number| tried(number)).count(),
        events,
        failed: not_published,
        next_from,
    })
}

/// Publishes a stock movement again.
async fn movement(table: &Table, bus: &Bus, pk: &str) -> Result<RepublishAnswer, Failure> {
    let record = table.stored_movement(pk).await?;
    let records = record.as_slice();
    let published = publish(bus, records).await;
    let mut failed: Vec<NotPublished> = published
        .unpublishable
        .iter()
        .map(|(_, reason)| NotPublished::for_reason(None, reason))
        .collect();
    if records.is_empty() {
        failed.push(NotPublished::new(None, NOT_FOUND, None));
    }
    if let Some((_, failure)) = &published.failed {
        tracing::warn!(error = %failure.chain(), "the bus refuses an event for now");
        failed.push(NotPublished::new(None, failure.code(), None));
    }
    Ok(RepublishAnswer {
        records: records.len(),
        events: published.events,
        failed,
        next_from: None,
    })
}

async fn publish(bus: &Bus, records: &[StoredRecord]) -> Published {
    // The stream publishes what is marked so; nothing else of the table is published, whatever was asked for.
    let entries = records.iter().map(|record| match record.is_outbox() {
        true => entries_of_stored(|name| record.text(name)),
        false => Err(Unpublishable::Malformed),
    });
    publication::publish(bus, entries).await
}

impl NotPublished {
    fn new(seq: Option<u64>, reason_code: &'static str, bus_error: Option<String>) -> Self {
        Self {
            reason_code,
            seq,
            bus_error,
        }
    }

    fn for_reason(seq: Option<u64>, reason: &Reason) -> Self {
        Self::new(seq, reason.code(), reason.bus_error())
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        ids::ShopId,
        order::{Actor, Cause, Commit, CommitBody, Event},
    };
    use serde_json::{Value, json};

    use super::*;
    use crate::scripted::ScriptedAws;

    fn order() -> OrderId {
        OrderId::of(&ShopId::default(), &"1001".parse().unwrap())
    }

    /// The item of commit `seq`, with one published event.
    fn item(seq: u64) -> Value {
        let body = CommitBody {
            schema: domain::schema::VERSION,
            seq,
            at: jiff::Timestamp::UNIX_EPOCH,
            actor: Actor::system("test"),
            cause: Cause::new("test", seq.to_string()),
            events: vec![Event::OrderReleased {}],
            prev_hash: String::new(),
        };
        let commit = Commit::seal(body).unwrap();
        let text = |value: &str| json!({ "S": value });
        json!({
            "pk": text(&format!("ORDER#{}", order())), "sk": text(&format!("COMMIT#{seq:06}")),
            "order_id": text(&order().to_string()), "text": text(&commit.text), "hash": text(&commit.hash),
            "outbox": text("1"),
        })
    }

    /// A table with these items, and a bus that refuses with a code the events of one commit.
    fn aws(items: Vec<Value>, refused: Option<(u64, &'static str)>) -> ScriptedAws {
        ScriptedAws::new(move |(operation, input)| {
            if operation == "Query" {
                let values = &input["ExpressionAttributeValues"];
                let sk = |item: &Value| item["sk"]["S"].as_str().unwrap().to_owned();
                let bound = |name: &str| values[name]["S"].as_str().map(str::to_owned);
                let in_range = |item: &&Value| {
                    item["pk"] == values[":pk"]
                        && bound(":from").is_none_or(|from| sk(item) >= from)
                        && bound(":to").is_none_or(|to| sk(item) <= to)
                };
                let found: Vec<&Value> = items.iter().filter(in_range).collect();
                return (200, json!({ "Items": found, "Count": found.len() }));
            }
            let entries = input["Entries"].as_array().unwrap();
            let answer = |entry: &Value| match refused {
                Some((seq, code)) if detail(entry)["seq"] == seq => json!({ "ErrorCode": code }),
                _ => json!({ "EventId": "1" }),
            };
            let answers: Vec<Value> = entries.iter().map(answer).collect();
            (200, json!({ "FailedEntryCount": 0, "Entries": answers }))
        })
    }

    fn detail(entry: &Value) -> Value {
        serde_json::from_str(entry["Detail"].as_str().unwrap()).unwrap()
    }

    async fn asked(aws: &ScriptedAws, request: Value) -> Result<Value, Failure> {
        let table = Table::new(aws.connection().dynamodb(), "oms");
        let bus = Bus::new(aws.connection().eventbridge(), "oms");
        let request = serde_json::from_value(request).unwrap();
        let answer = republish(&table, &bus, request).await?;
        Ok(serde_json::to_value(answer).unwrap())
    }

    /// The ids of the events in all calls of the bus.
    fn published(aws: &ScriptedAws) -> Vec<String> {
        let calls = aws.calls();
        let entries = calls
            .iter()
            .filter(|(operation, _)| operation == "PutEvents")
            .flat_map(|(_, input)| input["Entries"].as_array().unwrap());
        entries
            .map(|entry| detail(entry)["id"].as_str().unwrap().to_owned())
            .collect()
    }

    fn of_order(more: Value) -> Value {
        let mut request = json!({ "order_id": order().to_string() });
        for (name, value) in more.as_object().unwrap() {
            request[name] = value.clone();
        }
        request
    }

    #[tokio::test]
    async fn a_range_is_published_with_the_ids_of_the_first_publication() {
        let aws = aws((1..=5).map(item).collect(), None);
        let answer = asked(&aws, of_order(json!({ "from": 2, "to": 4 }))).await;
        let expected = json!({ "records": 3, "events": 3, "failed": [] });
        assert_eq!(answer.unwrap(), expected);
        let order = order();
        let ids = (2..=4).map(|seq| format!("{order}:{seq}:0"));
        assert_eq!(published(&aws), ids.collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn without_an_end_all_commits_are_published() {
        let aws = aws((1..=5).map(item).collect(), None);
        let answer = asked(&aws, of_order(json!({}))).await.unwrap();
        assert_eq!(answer, json!({ "records": 5, "events": 5, "failed": [] }));
    }

    #[tokio::test]
    async fn a_request_is_bounded_and_says_where_the_next_one_continues() {
        let aws = aws((1..=150).map(item).collect(), None);
        let first = asked(&aws, of_order(json!({}))).await.unwrap();
        assert_eq!(
            (&first["events"], &first["next_from"]),
            (&json!(100), &json!(101))
        );
        let rest = asked(&aws, of_order(json!({ "from": 101 }))).await.unwrap();
        assert_eq!(rest, json!({ "records": 50, "events": 50, "failed": [] }));
        let wide = asked(&aws, of_order(json!({ "from": 1, "to": 150 })))
            .await
            .unwrap();
        assert_eq!(wide["next_from"], 101);
    }

    #[tokio::test]
    async fn what_cannot_be_published_is_named_with_its_reason_and_the_rest_goes_out() {
        let mut edited = item(2);
        edited["hash"] = json!({ "S": "00" });
        let items = vec![item(1), edited, item(3), item(5)];
        let aws = aws(items, Some((3, "MalformedDetail")));
        let answer = asked(&aws, of_order(json!({ "from": 1, "to": 5 }))).await;
        let failed = json!([
            { "seq": 2, "reason_code": "commit_hash_mismatch" },
            { "seq": 3, "reason_code": "refused_by_bus", "bus_error": "MalformedDetail" },
            { "seq": 4, "reason_code": "not_found" },
        ]);
        let expected = json!({ "records": 4, "events": 2, "failed": failed });
        assert_eq!(answer.unwrap(), expected);
    }

    #[tokio::test]
    async fn when_the_bus_refuses_for_now_the_next_request_continues_there() {
        let aws = aws(
            (1..=12).map(item).collect(),
            Some((11, "ThrottlingException")),
        );
        let answer = asked(&aws, of_order(json!({}))).await.unwrap();
        assert_eq!(answer["events"], 10);
        assert_eq!(
            answer["failed"],
            json!([{ "seq": 11, "reason_code": "unavailable" }])
        );
        assert_eq!(answer["next_from"], 11);
    }

    #[tokio::test]
    async fn a_stock_movement_is_published_by_the_key_that_was_put_aside() {
        let sample = include_str!("../../../../events/relay/stock_received.json");
        let sample: Value = serde_json::from_str(sample).unwrap();
        let image = sample["Records"][0]["dynamodb"]["NewImage"].clone();
        let pk = image["pk"]["S"].as_str().unwrap().to_owned();
        let aws = aws(vec![image], None);
        let answer = asked(&aws, json!({ "pk": pk })).await.unwrap();
        assert_eq!(answer, json!({ "records": 1, "events": 1, "failed": [] }));
        let other = asked(&aws, json!({ "pk": "INBOX#wms#other" }))
            .await
            .unwrap();
        assert_eq!(other["failed"], json!([{ "reason_code": "not_found" }]));
    }

    #[tokio::test]
    async fn a_request_for_anything_else_is_malformed_and_reads_nothing() {
        let aws = aws(vec![item(1)], None);
        for request in [
            json!({}),
            json!({ "from": 1 }),
            json!({ "pk": "CONFIG" }),
            of_order(json!({ "from": 0 })),
            of_order(json!({ "from": 3, "to": 2 })),
            of_order(json!({ "pk": "INBOX#wms#1" })),
        ] {
            let failure = asked(&aws, request.clone()).await.unwrap_err();
            assert!(
                matches!(failure, Failure::Malformed(_)),
                "{request}: {failure}"
            );
        }
        assert!(aws.calls().is_empty());
    }
}
