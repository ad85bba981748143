//! The relay: redelivered records, and a bus that refuses entries.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    thread,
};

use live::{
    cloud::{Cloud, DYNAMODB, EVENTS},
    environment::Environment,
    locations::BERLIN,
    outcome::{Outcome, StoryError, expect, expect_that},
    queues,
};
use serde_json::{Value, json};
use tiny_http::{Response, Server};

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
    let bus = ThrottlingProxy::open(env, 2)?;
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
fn commits(env: &Environment, order: &str) -> Outcome<Vec<Value>> {
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

/// A proxy between the relay and the bus that refuses the first entries. Until it is dropped, the relay's endpoint
/// setting points to it.
struct ThrottlingProxy<'e> {
    env: &'e Environment,
    function: String,
    original_settings: Value,
    refused: Arc<AtomicU32>,
    server: Arc<Server>,
}

impl<'e> ThrottlingProxy<'e> {
    fn open(env: &'e Environment, refuses: u32) -> Outcome<Self> {
        let server =
            Server::http("127.0.0.1:0").map_err(|e| StoryError::failed("starting the proxy", e))?;
        let server = Arc::new(server);
        let refused = Arc::new(AtomicU32::new(0));
        let function = env.stack.function_name("relay")?.to_owned();
        let path = format!("functions/{function}/configuration");
        let settings =
            env.cloud.call_lambda("GET", &path, &Value::Null)?["Environment"]["Variables"].clone();
        let bus = Self {
            env,
            function,
            original_settings: settings.clone(),
            refused,
            server,
        };
        let (server, refused, cloud) = (
            Arc::clone(&bus.server),
            Arc::clone(&bus.refused),
            env.cloud.clone(),
        );
        thread::spawn(move || serve(&server, &cloud, &refused, refuses));
        let mut settings = settings;
        settings["AWS_ENDPOINT_URL_EVENTBRIDGE"] =
            json!(format!("http://{}", bus.server.server_addr()));
        bus.set(&settings)?;
        Ok(bus)
    }

    fn refused(&self) -> u32 {
        self.refused.load(Ordering::SeqCst)
    }

    fn set(&self, settings: &Value) -> Outcome {
        let path = format!("functions/{}/configuration", self.function);
        let input = json!({ "Environment": { "Variables": settings } });
        self.env.cloud.call_lambda("PUT", &path, &input).map(drop)
    }
}

impl Drop for ThrottlingProxy<'_> {
    fn drop(&mut self) {
        if let Err(error) = self.set(&self.original_settings) {
            eprintln!("restoring the relay's settings: {error}");
        }
        self.server.unblock();
    }
}

/// Serves `PutEvents` like a throttled EventBridge: the first entry of each of the first `refuses` calls fails.
fn serve(server: &Server, cloud: &Cloud, refused: &AtomicU32, refuses: u32) {
    while let Ok(mut request) = server.recv() {
        let mut body = String::new();
        if request.as_reader().read_to_string(&mut body).is_err() {
            continue;
        }
        let mut input: Value = serde_json::from_str(&body).unwrap_or_default();
        let refusing = refused.load(Ordering::SeqCst) < refuses;
        if refusing {
            refused.fetch_add(1, Ordering::SeqCst);
            if let Some(entries) = input["Entries"]
                .as_array_mut()
                .filter(|entries| !entries.is_empty())
            {
                entries.remove(0);
            }
        }
        let none_left = input["Entries"].as_array().is_none_or(Vec::is_empty);
        let accepted = if none_left {
            json!({ "Entries": [] })
        } else {
            cloud.call(EVENTS, "PutEvents", &input).unwrap_or_default()
        };
        let mut entries = accepted["Entries"].as_array().cloned().unwrap_or_default();
        if refusing {
            entries.insert(
                0,
                json!({ "ErrorCode": "ThrottlingException", "ErrorMessage": "too many" }),
            );
        }
        let response = json!({ "FailedEntryCount": u32::from(refusing), "Entries": entries });
        drop(request.respond(Response::from_string(response.to_string())));
    }
}
