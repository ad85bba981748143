//! What an order costs: the capacity units that DynamoDB counts from placement to delivery. Units, not time, so that
//! the bound is the same on every machine. (The reads include those of this test's relay.)
//!
//! The reference order has three lines and two shipments from two warehouses, and is placed, paid, routed, accepted,
//! shipped and delivered, where possible duplicates are held. `cargo test -p live --test store cost -- --nocapture` prints the units of each step.

#![expect(
    clippy::float_arithmetic,
    clippy::print_stdout,
    clippy::arithmetic_side_effects,
    reason = "DynamoDB counts units as floats"
)]

use std::sync::{Arc, Mutex};

use ::stories::{
    redelivery::Delivery,
    world::{Draft, World},
};
use app::usecases::placement_defaults::DuplicateHold;
use aws_smithy_runtime_api::client::{
    http::{
        HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
        SharedHttpConnector,
    },
    orchestrator::HttpRequest,
    runtime_components::RuntimeComponents,
};
use aws_smithy_types::{body::SdkBody, byte_stream::ByteStream};
use domain::{inbound::FulfillmentFact, order::Status};
use serde_json::Value;

use crate::dynamo::Dynamo;

/// Most write units of the reference order; close to what it costs today. The aim is 60: the state of an order with
/// two shipments is 1.4 KB, and each of its last four writes pays for the second kilobyte.
const WRITE_UNITS_MAX: f64 = 90.0;

/// Units used so far.
#[derive(Debug, Clone, Copy, Default)]
struct Units {
    written: f64,
    read: f64,
    requests: u32,
}

/// An HTTP client that requests the consumed capacity with each call, and sums it up.
#[derive(Debug, Clone)]
struct Meter {
    behind: SharedHttpClient,
    units: Arc<Mutex<Units>>,
}

impl HttpClient for Meter {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        parts: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let behind = self.behind.http_connector(settings, parts);
        SharedHttpConnector::new(Metered {
            behind,
            units: Arc::clone(&self.units),
        })
    }
}

#[derive(Debug)]
struct Metered {
    behind: SharedHttpConnector,
    units: Arc<Mutex<Units>>,
}

impl HttpConnector for Metered {
    fn call(&self, mut request: HttpRequest) -> HttpConnectorFuture {
        let target = request
            .headers()
            .get("x-amz-target")
            .unwrap_or_default()
            .to_owned();
        let mut body: Value = serde_json::from_slice(request.body().bytes().unwrap()).unwrap();
        body["ReturnConsumedCapacity"] = "TOTAL".into();
        let body = body.to_string();
        request
            .headers_mut()
            .insert("content-length", body.len().to_string());
        *request.body_mut() = SdkBody::from(body);
        let (response, units) = (self.behind.call(request), Arc::clone(&self.units));
        HttpConnectorFuture::new(async move {
            let mut response = response.await?;
            let body = ByteStream::new(std::mem::replace(response.body_mut(), SdkBody::taken()));
            let bytes = body.collect().await.unwrap().into_bytes();
            count(
                &mut units.lock().unwrap(),
                &target,
                &serde_json::from_slice(&bytes).unwrap_or_default(),
            );
            *response.body_mut() = SdkBody::from(bytes);
            Ok(response)
        })
    }
}

fn count(units: &mut Units, target: &str, response: &Value) {
    let consumed = &response["ConsumedCapacity"];
    let one = |consumed: &Value| consumed["CapacityUnits"].as_f64().unwrap_or_default();
    let sum: f64 = consumed
        .as_array()
        .map_or_else(|| one(consumed), |all| all.iter().map(one).sum());
    let reads = [".GetItem", ".Query", ".Scan"]
        .iter()
        .any(|read| target.ends_with(read));
    units.requests += 1;
    if reads {
        units.read += sum;
    } else {
        units.written += sum;
    }
}

::stories::case!(the_reference_order_stays_within_its_units);
async fn the_reference_order_stays_within_its_units() {
    let dynamo = Dynamo::start().await;
    let units = Arc::new(Mutex::new(Units::default()));
    let meter = Meter {
        behind: dynamo.connection.http_client(),
        units: Arc::clone(&units),
    };
    let store = dynamo.table_through(SharedHttpClient::new(meter));
    let mut world = World::new(Arc::new(store), Delivery::InOrderOnce);
    world.defaults.duplicate_hold = DuplicateHold::On;
    world.warehouse("berlin").await;
    world.warehouse("lyon").await;
    world.has_stock("berlin", "TEE", 10).await;
    world.has_stock("berlin", "MUG", 10).await;
    world.has_stock("lyon", "LAMP", 10).await;
    *units.lock().unwrap() = Units::default();

    let mut before = Units::default();
    let mut step = |name: &str| {
        let now = *units.lock().unwrap();
        let (written, read) = (now.written - before.written, now.read - before.read);
        let requests = now.requests - before.requests;
        println!("{name:<28} {written:>6} written {read:>6} read {requests:>4} requests");
        before = now;
    };
    let order = world
        .place(
            Draft::new("1001")
                .line("TEE", 2)
                .line("MUG", 1)
                .line("LAMP", 1),
        )
        .await;
    step("placed");
    world.pays("1001");
    world.settle().await;
    step("paid, routed, requested");
    for location in ["berlin", "lyon"] {
        let ful = world.work_at(location, order).await;
        world.reports(location, order, ful, FulfillmentFact::Accepted);
    }
    world.settle().await;
    step("accepted by two");
    world.ships("berlin", order, "SHIPMENT-B").await;
    world.ships("lyon", order, "SHIPMENT-L").await;
    world.settle().await;
    step("shipped in two shipments");
    world.delivers("berlin", order, "SHIPMENT-B");
    world.delivers("lyon", order, "SHIPMENT-L");
    world.settle().await;
    step("delivered");
    assert_eq!(world.status(order).await, Status::Delivered);
    let total = before;
    println!(
        "{:<28} {:>6} written {:>6} read {:>4} requests",
        "total", total.written, total.read, total.requests
    );
    assert!(total.written > 0.0, "DynamoDB returns the consumed units");
    assert!(
        total.written <= WRITE_UNITS_MAX,
        "{} write units, more than {WRITE_UNITS_MAX}",
        total.written
    );
}
