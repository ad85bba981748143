//! The relay: records that come again, and a bus that does not take everything.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    thread,
};

use live::{
    cloud::{Cloud, DYNAMODB, EVENTS},
    locations::BERLIN,
    outcome::{Told, Trouble, expect, expect_that},
    table,
    world::World,
};
use serde_json::{Value, json};
use tiny_http::{Response, Server};

use super::operator;

/// The stream brings the same records three times.
pub(crate) fn redelivered(world: &World) -> Told {
    let tee = world.sku("TEE");
    world.stock(BERLIN, &tee, 2)?;
    let order = world.basket().with(&tee, 2).place()?;
    order.pay(world)?;
    let job = order.job(world, BERLIN)?;
    job.progress("accepted")?.send(world)?;
    order.until_event("FulfillmentAccepted")?;
    table::settled(world)?;
    let before = order.look()?;
    let event = stream_event(&commits(world, &order.id)?);
    expect_that(
        "the order has commits",
        event["Records"].as_array().is_some_and(|r| r.len() > 3),
        &event,
    )?;
    for _ in 0..3 {
        let answer = world
            .cloud
            .invoke(operator::function(world, "relay")?, &event)?;
        expect(
            "records that the relay did not publish",
            &answer["batchItemFailures"],
            &json!([]),
        )?;
    }
    table::settled(world)?;
    let after = order.look()?;
    expect("commits of the order", after.version, before.version)?;
    expect(
        "how often Berlin was asked",
        world.warehouse.times(&job.id()),
        1,
    )?;
    expect(
        "on hand and reserved in Berlin",
        world.shelf(&tee, BERLIN)?,
        (2, 2),
    )
}

/// The bus refuses the first two entries that it is given; nothing is lost, and nothing overtakes.
pub(crate) fn refused_entry(world: &World) -> Told {
    let bag = world.sku("BAG");
    world.stock(BERLIN, &bag, 1)?;
    table::settled(world)?;
    let censor = Censor::open(world, 2)?;
    let order = world.basket().with(&bag, 1).place()?;
    order.pay(world)?;
    let job = order.job(world, BERLIN)?;
    expect("entries that were refused", censor.refused(), 2)?;
    job.ship_all("BOX-1")?;
    let shown = order.until_status("fulfilled")?;
    order.expect_times(
        &shown,
        &[
            ("OrderRouted", 1),
            ("FulfillmentRequested", 1),
            ("ShipmentShipped", 1),
        ],
    )?;
    drop(censor);
    // Through the bus itself again.
    let other = world.basket().with(&bag, 1).place()?;
    other.pay(world)?;
    other.until_event("UnitsBackordered").map(drop)
}

/// An order's commits as the table holds them.
fn commits(world: &World, order: &str) -> Told<Vec<Value>> {
    let input = json!({
        "TableName": world.stack.table,
        "KeyConditionExpression": "pk = :pk AND begins_with(sk, :sk)",
        "ExpressionAttributeValues": { ":pk": { "S": format!("ORDER#{order}") }, ":sk": { "S": "COMMIT#" } },
    });
    let found = world.cloud.call(DYNAMODB, "Query", &input)?;
    Ok(found["Items"].as_array().cloned().unwrap_or_default())
}

/// These items as the stream brings them.
fn stream_event(items: &[Value]) -> Value {
    let record = |(number, item): (usize, &Value)| {
        json!({
            "eventID": format!("again-{number}"), "eventName": "INSERT", "eventVersion": "1.1",
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

/// Stands between the relay and the bus, and refuses the first entries that it sees. The relay is told of it by a
/// setting, until this is dropped.
struct Censor<'w> {
    world: &'w World,
    function: String,
    settings: Value,
    refused: Arc<AtomicU32>,
    server: Arc<Server>,
}

impl<'w> Censor<'w> {
    fn open(world: &'w World, refuses: u32) -> Told<Self> {
        let server =
            Server::http("127.0.0.1:0").map_err(|e| Trouble::broken("opening the censor", e))?;
        let server = Arc::new(server);
        let refused = Arc::new(AtomicU32::new(0));
        let function = operator::function(world, "relay")?.to_owned();
        let path = format!("functions/{function}/configuration");
        let settings =
            operator::lambda(world, "GET", &path, &Value::Null)?["Environment"]["Variables"]
                .clone();
        let censor = Self {
            world,
            function,
            settings: settings.clone(),
            refused,
            server,
        };
        let (server, refused, cloud) = (
            Arc::clone(&censor.server),
            Arc::clone(&censor.refused),
            world.cloud.clone(),
        );
        thread::spawn(move || work(&server, &cloud, &refused, refuses));
        let mut settings = settings;
        settings["AWS_ENDPOINT_URL_EVENTBRIDGE"] =
            json!(format!("http://{}", censor.server.server_addr()));
        censor.set(&settings)?;
        Ok(censor)
    }

    fn refused(&self) -> u32 {
        self.refused.load(Ordering::SeqCst)
    }

    fn set(&self, settings: &Value) -> Told {
        let path = format!("functions/{}/configuration", self.function);
        let input = json!({ "Environment": { "Variables": settings } });
        operator::lambda(self.world, "PUT", &path, &input).map(drop)
    }
}

impl Drop for Censor<'_> {
    fn drop(&mut self) {
        if let Err(trouble) = self.set(&self.settings) {
            eprintln!("setting the relay right again: {trouble}");
        }
        self.server.unblock();
    }
}

/// Answers `PutEvents` as EventBridge does that is short of breath: the first entry of a call is not taken.
fn work(server: &Server, cloud: &Cloud, refused: &AtomicU32, refuses: u32) {
    while let Ok(mut request) = server.recv() {
        let mut body = String::new();
        if request.as_reader().read_to_string(&mut body).is_err() {
            continue;
        }
        let mut input: Value = serde_json::from_str(&body).unwrap_or_default();
        let strict = refused.load(Ordering::SeqCst) < refuses;
        if strict {
            refused.fetch_add(1, Ordering::SeqCst);
            if let Some(entries) = input["Entries"]
                .as_array_mut()
                .filter(|entries| !entries.is_empty())
            {
                entries.remove(0);
            }
        }
        let none_left = input["Entries"].as_array().is_none_or(Vec::is_empty);
        let taken = if none_left {
            json!({ "Entries": [] })
        } else {
            cloud.call(EVENTS, "PutEvents", &input).unwrap_or_default()
        };
        let mut entries = taken["Entries"].as_array().cloned().unwrap_or_default();
        if strict {
            entries.insert(
                0,
                json!({ "ErrorCode": "ThrottlingException", "ErrorMessage": "too many" }),
            );
        }
        let answer = json!({ "FailedEntryCount": u32::from(strict), "Entries": entries });
        drop(request.respond(Response::from_string(answer.to_string())));
    }
}
