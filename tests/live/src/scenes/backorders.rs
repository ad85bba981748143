//! Backorders.

use jiff::SignedDuration;
use serde_json::Value;

use crate::{
    environment::Environment,
    locations::{self, BERLIN, DRESDEN},
    outcome::{Outcome, StoryError, expect},
    queues, wait,
};

/// Two backorders of a SKU, released by two receipts in the order in which the orders were placed.
pub(super) fn first_in_first_out(env: &Environment) -> Outcome {
    let chair = env.sku("CHAIR-OAK");
    let earlier = wait::now()
        .checked_sub(SignedDuration::from_mins(5))
        .map_err(|e| StoryError::failed("time", e))?;
    let first = env
        .basket()
        .priced(&chair, 2, 18900)
        .ordered_at(earlier)
        .place()?;
    let second = env.basket().priced(&chair, 2, 18900).place()?;
    second.pay(env)?;
    second.until_event("UnitsBackordered")?;
    first.pay(env)?;
    first.until_event("UnitsBackordered")?;
    expect(
        "backorders, in queue order",
        backorders(env, &chair)?,
        vec![(first.id.clone(), 2), (second.id.clone(), 2)],
    )?;
    env.reporter().note("Berlin receives three chairs.");
    env.receive_stock(BERLIN, &chair, 3)?;
    let view = first.until("the first order having no backordered units", |o| {
        o.units().backordered == 0
    })?;
    expect(
        "units of the first order with Berlin",
        view.units().assigned,
        2,
    )?;
    let view = second.until("the second order having one backordered unit", |o| {
        o.units().backordered == 1
    })?;
    expect(
        "units of the second order with Berlin",
        view.units().assigned,
        1,
    )?;
    expect(
        "backorders afterwards",
        backorders(env, &chair)?,
        vec![(second.id.clone(), 1)],
    )?;
    let (one, two) = (
        first.fulfillment(env, BERLIN)?,
        second.fulfillment(env, BERLIN)?,
    );
    env.reporter().note("Berlin receives one more chair.");
    env.receive_stock(BERLIN, &chair, 1)?;
    second.until("the second order having no backordered units", |o| {
        o.units().backordered == 0
    })?;
    let three = second.next_fulfillment(env, BERLIN, &[&two])?;
    for (fulfillment, reference) in [(&one, "BOX-1"), (&two, "BOX-2"), (&three, "BOX-3")] {
        fulfillment.ship_all(reference)?;
    }
    let view = first.until_status("fulfilled")?;
    first.expect_times(&view, &[("BackorderReleased", 1)])?;
    let view = second.until_status("fulfilled")?;
    second.expect_times(&view, &[("BackorderReleased", 2)])?;
    expect(
        "on hand and reserved in Berlin",
        env.stock_level(&chair, BERLIN)?,
        (0, 0),
    )?;
    env.reporter()
        .passed("The earlier order had both chairs before the later one had its second.");
    Ok(())
}

/// Enabling a location publishes no event: only the sweep releases the backorder.
pub(super) fn released_by_the_sweep(env: &Environment) -> Outcome {
    let lamp = env.sku("LAMP-BRASS");
    locations::set_enabled(env, DRESDEN, false)?;
    env.add_stock(DRESDEN, &lamp, 2)?;
    let order = env.basket().priced(&lamp, 1, 6900).place()?;
    order.pay(env)?;
    order.until_event("UnitsBackordered")?;
    env.reporter().note(
        "Dresden is enabled, which publishes no event. The sweep would run within a minute; its message is sent now.",
    );
    locations::set_enabled(env, DRESDEN, true)?;
    queues::send_sweep(env)?;
    let view = order.until_event("BackorderReleased")?;
    expect("locations that ship", view.locations(), vec![DRESDEN])?;
    order.fulfillment(env, DRESDEN)?.ship_all("BOX-1")?;
    order.until_status("fulfilled")?;
    locations::set_enabled(env, DRESDEN, false)?;
    env.reporter()
        .passed("The sweep has released the backorder.");
    Ok(())
}

/// Orders and units backordered of a SKU, in queue order.
fn backorders(env: &Environment, sku: &str) -> Outcome<Vec<(String, u64)>> {
    let path = format!("/api/oms/backorders?sku={sku}");
    let found: Value = env
        .api("support", "GET", &path, None)?
        .success("GET the backorders")?;
    let all = found["backorders"].as_array().cloned().unwrap_or_default();
    let entry = |w: &Value| {
        (
            w["order"].as_str().unwrap_or_default().to_owned(),
            w["units"].as_u64().unwrap_or(0),
        )
    };
    Ok(all.iter().map(entry).collect())
}
