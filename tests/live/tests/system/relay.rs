//! The relay: redelivered records, and a bus that refuses entries.

use live::{
    cloud::DYNAMODB,
    environment::Environment,
    locations::BERLIN,
    outcome::{Outcome, expect, expect_that},
    queues,
};
use serde_json::{Value, json};

use super::refusing_bus::RefusingBus;

/// The same records are given to the relay three times: nothing happens twice.
pub(crate) fn redelivered(env: &Environment) -> Outcome {
    let tee = env.sku("TEE");
    env.add_stock(BERLIN, &tee, 2)?;
    let order = env.basket().with(&tee, 2).place()?;
    order.pay(env)?;
    let fulfillment = order.fulfillment(env, BERLIN)?;
    fulfillment.progress("accepted")?.send(env)?;
    order.until_event("FulfillmentAccepted")?;
    queues::wait_until_empty(env)?;
    let before = order.read()?;
    let event = stream_event(&commits(env, &order.id)?);
    expect_that(
        "the order has commits",
        event["Records"].as_array().is_some_and(|r| r.len() > 3),
        &event,
    )?;
    for _ in 0..3 {
        let response = env
            .cloud
            .invoke(env.stack.function_name("relay")?, &event)?;
        expect(
            "records that the relay did not publish",
            &response["batchItemFailures"],
            &json!([]),
        )?;
    }
    queues::wait_until_empty(env)?;
    let after = order.read()?;
    expect("commits of the order", after.version, before.version)?;
    expect(
        "how often Berlin was requested",
        env.warehouse.times(&fulfillment.id()),
        1,
    )?;
    expect(
        "on hand and reserved in Berlin",
        env.stock_level(&tee, BERLIN)?,
        (2, 2),
    )
}

/// The bus refuses an entry of each of the first two calls; nothing is lost and nothing is done twice.
pub(crate) fn refused_entry(env: &Environment) -> Outcome {
    let bag = env.sku("BAG");
    env.add_stock(BERLIN, &bag, 1)?;
    queues::wait_until_empty(env)?;
    let bus = RefusingBus::open(env, 2, "ThrottlingException")?;
    let order = env.basket().with(&bag, 1).place()?;
    order.pay(env)?;
    let fulfillment = order.fulfillment(env, BERLIN)?;
    expect("entries that were refused", bus.refused(), 2)?;
    fulfillment.ship_all("BOX-1")?;
    let view = order.until_status("fulfilled")?;
    order.expect_times(
        &view,
        &[
            ("OrderRouted", 1),
            ("FulfillmentRequested", 1),
            ("ShipmentShipped", 1),
        ],
    )?;
    drop(bus);
    // The relay's own settings are restored: it publishes to the stack's bus without the proxy.
    let other = env.basket().with(&bag, 1).place()?;
    other.pay(env)?;
    other.until_event("UnitsBackordered").map(drop)
}

/// The items of an order's commits.
pub(super) fn commits(env: &Environment, order: &str) -> Outcome<Vec<Value>> {
    let input = json!({
        "TableName": env.stack.table,
        "KeyConditionExpression": "pk = :pk AND begins_with(sk, :sk)",
        "ExpressionAttributeValues": { ":pk": { "S": format!("ORDER#{order}") }, ":sk": { "S": "COMMIT#" } },
    });
    let found = env.cloud.call(DYNAMODB, "Query", &input)?;
    Ok(found["Items"].as_array().cloned().unwrap_or_default())
}

/// The event in which the stream delivers these items.
fn stream_event(items: &[Value]) -> Value {
    let record = |(number, item): (usize, &Value)| {
        json!({
            "eventID": format!("redelivered-{number}"), "eventName": "INSERT", "eventVersion": "1.1",
            "eventSource": "aws:dynamodb", "awsRegion": "us-east-1",
            "dynamodb": {
                "ApproximateCreationDateTime": 1_795_317_581, "SequenceNumber": format!("{number:021}"),
                "SizeBytes": 0, "StreamViewType": "NEW_IMAGE",
                "Keys": { "pk": item["pk"], "sk": item["sk"] }, "NewImage": item,
            },
        })
    };
    json!({ "Records": items.iter().enumerate().map(record).collect::<Vec<_>>() })
}
