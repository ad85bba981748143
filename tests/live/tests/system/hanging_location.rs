//! Two locations, one of which accepts connections and never answers.

use std::{fs, time::Duration};

use live::{
    environment::Environment,
    locations,
    locations::BERLIN,
    order::Order,
    outcome::{Outcome, StoryError, expect, expect_that},
    queues,
    wait::{self, Poll},
};
use serde_json::{Value, json};

use super::operator;

/// Orders for the location that hangs: more than make it down, so that some are never tried while it is.
const HANGING: usize = 7;
/// Orders for the other one.
const WORKING: usize = 3;
/// Within this time the other location has its requests: less than the first request to the one that hangs takes
/// (`egress::RESPONSE_TIMEOUT`) when the messages wait for each other, far more than it takes when they do not.
const WITHOUT_WAITING: Duration = Duration::from_secs(9);

/// The other location's requests arrive while one hangs; the one that hangs is shown to be down, is not tried
/// meanwhile, gets every request once it answers, and nothing is dead-lettered.
pub(crate) fn does_not_delay_the_others(env: &Environment) -> Outcome {
    let husum = "husum";
    locations::connect(env, husum)?;
    let (lamp, mug) = (env.sku("LAMP"), env.sku("MUG"));
    env.add_stock(husum, &lamp, 7)?;
    env.add_stock(BERLIN, &mug, 3)?;
    let paused = operator::pause_consumer(env, "dispatch")?;
    let mut hanging = Vec::new();
    let mut working = Vec::new();
    for number in 0..HANGING {
        hanging.push(routed(env, &lamp)?);
        if number < WORKING {
            working.push(routed(env, &mug)?);
        }
    }
    messages_for_dispatch(env, HANGING.saturating_add(WORKING))?;
    env.warehouse.withhold_responses(husum, true);
    drop(paused);
    let first = wait::until("a request to each location", wait::SHORT, || {
        let received = (
            env.warehouse.received(husum),
            env.warehouse.received(BERLIN),
        );
        Ok(if received.0 > 0 {
            Poll::Ready(wait::now())
        } else {
            Poll::Pending(format!("{received:?}"))
        })
    })?;
    for order in &working {
        order.fulfillment(env, BERLIN)?.prepare()?;
    }
    let waited = wait::now().duration_since(first).unsigned_abs();
    expect_that("Berlin did not wait", waited < WITHOUT_WAITING, waited)?;

    let down = until_health(env, husum, "down")?;
    expect(
        "why it is down",
        &down["last_error"]["code"],
        &json!("timeout"),
    )?;
    let tried = env.warehouse.received(husum);
    expect_that("requests that were tried", tried >= 5, tried)?;
    env.warehouse.withhold_responses(husum, false);
    until_health(env, husum, "up")?;
    for order in hanging {
        let fulfillment = order.fulfillment(env, husum)?;
        fulfillment.prepare()?;
        fulfillment.ship_all("BOX-1")?;
        let view = order.until_status("fulfilled")?;
        order.expect_times(
            &view,
            &[("FulfillmentRequested", 1), ("ShipmentShipped", 1)],
        )?;
    }
    queues::wait_until_these_are_empty(env, &["dispatch"])?;
    locations::disconnect(env, husum)
}

/// No function was ended by its timeout, in any test.
pub(crate) fn no_function_timed_out(env: &Environment) -> Outcome {
    let file = env.stack.directory.join("emulator.log");
    let log = fs::read_to_string(&file)
        .map_err(|e| StoryError::failed(&file.display().to_string(), e))?;
    let timed_out: Vec<&str> = log
        .lines()
        .filter(|line| line.contains("Task timed out"))
        .collect();
    expect("functions that timed out", timed_out, Vec::<&str>::new())
}

fn routed<'e>(env: &'e Environment, sku: &str) -> Outcome<Order<'e>> {
    let order = env.basket().with(sku, 1).place()?;
    order.pay(env)?;
    order.until_event("OrderRouted")?;
    Ok(order)
}

fn messages_for_dispatch(env: &Environment, count: usize) -> Outcome {
    let queue = env.stack.queue("dispatch")?;
    wait::until("messages on the queue of dispatch", wait::SHORT, || {
        let depth = env.cloud.depth(queue)?;
        let enough = usize::try_from(depth).is_ok_and(|depth| depth >= count);
        Ok(if enough {
            Poll::Ready(())
        } else {
            Poll::Pending(depth.to_string())
        })
    })
}

/// Waits until the API shows this state of a location; gives its health.
fn until_health(env: &Environment, id: &str, state: &str) -> Outcome<Value> {
    wait::until(&format!("{id} being {state}"), wait::LONG, || {
        let response = env.api("operator", "GET", "/api/oms/locations", None)?;
        let all: Value = response.success("GET the locations")?;
        let mut locations = all["locations"].as_array().into_iter().flatten();
        let found = locations.find(|location| location["id"] == id);
        let health = found.map_or(Value::Null, |location| location["health"].clone());
        Ok(if health["state"] == state {
            Poll::Ready(health)
        } else {
            Poll::Pending(health.to_string())
        })
    })
}
