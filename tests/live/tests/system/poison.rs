//! Records of the stream that cannot be published: each is put aside alone, and is published again after its repair.

use live::{
    cloud::DYNAMODB,
    environment::Environment,
    locations::BERLIN,
    outcome::{Outcome, StoryError, expect},
    queues,
    wait::{self, Poll},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{bus_listener::BusListener, operator, refusing_bus::RefusingBus, relay};

/// Two damaged commits between those of other orders, in one batch: the others are published, the two are put aside with
/// their reasons, and after the repair a request publishes the same events again.
pub(crate) fn put_aside_repaired_published_again(env: &Environment) -> Outcome {
    let mug = env.sku("MUG");
    env.add_stock(BERLIN, &mug, 1)?;
    let bus = BusListener::open(env)?;
    let order = env.basket().with(&mug, 1).place()?;
    order.pay(env)?;
    order.fulfillment(env, BERLIN)?;
    queues::wait_until_empty(env)?;
    let before = order.read()?;
    // `OrderPlaced`; `PaymentCaptured` and `OrderReleased`.
    let published = of_commits(bus.events_of(&order.id, 3)?, &[1, 2]);
    let commits = relay::commits(env, &order.id)?;
    let [first, second, ..] = commits.as_slice() else {
        return Err(StoryError::failed(
            "the commits of the order",
            commits.len(),
        ));
    };

    let paused = operator::pause_consumer(env, "relay")?;
    let early = env.basket().with(&mug, 1).place()?;
    insert(env, &of_an_unknown_kind(first))?;
    insert(env, &with_another_hash(second))?;
    let late = env.basket().with(&mug, 1).place()?;
    drop(paused);
    bus.events_of(&early.id, 1)?;
    bus.events_of(&late.id, 1)?;
    let mut aside = put_aside(env, 2)?;
    aside.sort_by_key(|message| message["seq"].as_u64());
    let reasons: Vec<_> = aside.iter().map(reason).collect();
    let id = order.id.as_str();
    let expected = [
        (id, Some(1), "commit_unreadable"),
        (id, Some(2), "commit_hash_mismatch"),
    ];
    expect("what was put aside", reasons, expected.to_vec())?;

    let range = json!({ "order_id": id, "from": 1, "to": 2 });
    let failed = json!([
        { "seq": 1, "reason_code": "commit_unreadable" },
        { "seq": 2, "reason_code": "commit_hash_mismatch" },
    ]);
    let answer = republish(env, &range)?;
    let expected = json!({ "records": 2, "events": 0, "failed": failed });
    expect("the answer before the repair", &answer, &expected)?;
    put(env, first)?;
    put(env, second)?;
    let answer = republish(env, &range)?;
    let events = published.len();
    let expected = json!({ "records": 2, "events": events, "failed": [] });
    expect("the answer after the repair", &answer, &expected)?;
    let again = bus.events_of(&order.id, events)?;
    expect("what was published again", again, published)?;
    queues::wait_until_empty(env)?;
    let after = order.read()?;
    expect("commits of the order", after.version, before.version)
}

/// The bus refuses an event for good: it is put aside, and later events of the order are published. Published again on
/// request when the bus takes it.
pub(crate) fn refused_for_good(env: &Environment) -> Outcome {
    let cap = env.sku("CAP");
    env.add_stock(BERLIN, &cap, 1)?;
    queues::wait_until_empty(env)?;
    let bus = BusListener::open(env)?;
    let refusing = RefusingBus::open(env, 1, "MalformedDetail")?;
    let order = env.basket().with(&cap, 1).place()?;
    let aside = put_aside(env, 1)?;
    let found: Vec<_> = aside.iter().map(reason).collect();
    let expected = vec![(order.id.as_str(), Some(1), "refused_by_bus")];
    expect("what was put aside", found, expected)?;
    expect(
        "the error of the bus",
        &aside[0]["bus_error"],
        &json!("MalformedDetail"),
    )?;
    order.pay(env)?;
    order.fulfillment(env, BERLIN)?;
    expect("entries that were refused", refusing.refused(), 1)?;
    drop(refusing);
    let published = of_commits(bus.events_of(&order.id, 2)?, &[1]);
    expect(
        "events of the refused commit",
        published,
        Vec::<Value>::new(),
    )?;
    let range = json!({ "order_id": order.id, "from": 1, "to": 1 });
    let expected = json!({ "records": 1, "events": 1, "failed": [] });
    expect("the answer", &republish(env, &range)?, &expected)?;
    wait::until("the refused event on the bus", wait::SHORT, || {
        let events = of_commits(bus.events_of(&order.id, 1)?, &[1]);
        Ok(match events.as_slice() {
            [event] if event["name"] == "OrderPlaced" => Poll::Ready(()),
            _ => Poll::Pending(format!("{events:?}")),
        })
    })?;
    queues::wait_until_empty(env)
}

/// The events of some of an order's commits.
fn of_commits(events: Vec<Value>, seqs: &[u64]) -> Vec<Value> {
    let of_one = |event: &Value| {
        let seq = event["detail"]["seq"].as_u64();
        seq.is_some_and(|seq| seqs.contains(&seq))
    };
    events.into_iter().filter(of_one).collect()
}

/// Order, number of the commit and reason of a message about what was put aside.
fn reason(message: &Value) -> (&str, Option<u64>, &str) {
    let text = |name: &str| message[name].as_str().unwrap_or_default();
    (
        text("order_id"),
        message["seq"].as_u64(),
        text("reason_code"),
    )
}

fn republish(env: &Environment, request: &Value) -> Outcome<Value> {
    let relay = env.stack.function_name("relay")?;
    env.cloud.invoke(relay, &json!({ "republish": request }))
}

/// Takes this many messages off the queue of relay failures.
fn put_aside(env: &Environment, count: usize) -> Outcome<Vec<Value>> {
    let mut messages = Vec::new();
    wait::until("messages about what was put aside", wait::SHORT, || {
        while let Some(message) = operator::receive(env, &env.stack.relay_failures, 30)? {
            messages.push(serde_json::from_str(&message.body).unwrap_or_default());
            message.delete(env)?;
        }
        Ok(if messages.len() >= count {
            Poll::Ready(())
        } else {
            Poll::Pending(format!("{messages:?}"))
        })
    })?;
    Ok(messages)
}

/// The commit with an event that no build knows, under a hash that fits.
fn of_an_unknown_kind(commit: &Value) -> Value {
    let mut item = commit.clone();
    let text = item["text"]["S"].as_str().unwrap_or_default();
    let text = text.replace("OrderPlaced", "OrderImagined");
    item["hash"] = json!({ "S": hex::encode(Sha256::digest(&text)) });
    item["text"] = json!({ "S": text });
    item
}

fn with_another_hash(commit: &Value) -> Value {
    let mut item = commit.clone();
    item["hash"] = json!({ "S": "00".repeat(32) });
    item
}

/// Writes an item as a new one: the stream delivers it as an insertion.
fn insert(env: &Environment, item: &Value) -> Outcome {
    let key = json!({ "pk": item["pk"], "sk": item["sk"] });
    let input = json!({ "TableName": env.stack.table, "Key": key });
    env.cloud.call(DYNAMODB, "DeleteItem", &input)?;
    put(env, item)
}

/// Overwrites an item: the stream's filter drops the change.
fn put(env: &Environment, item: &Value) -> Outcome {
    let input = json!({ "TableName": env.stack.table, "Item": item });
    env.cloud.call(DYNAMODB, "PutItem", &input).map(drop)
}
