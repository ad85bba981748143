//! A location that takes a request and says nothing.

use serde_json::{Value, json};

use crate::{
    environment::Environment,
    locations::BERLIN,
    order_view::OrderView,
    outcome::{Outcome, expect, expect_that},
    queues, table,
    wait::{self, Poll},
};

/// An exception shows the silence to people, who then work the fulfillment order through the API.
pub(super) fn silent_warehouse(env: &Environment) -> Outcome {
    let mug = env.sku("MUG-GREEN");
    env.add_stock(BERLIN, &mug, 4)?;
    let order = env.basket().with(&mug, 2).place()?;
    order.pay(env)?;
    let fulfillment = order.fulfillment(env, BERLIN)?;
    order.until_event("FulfillmentRequested")?;
    env.reporter().note(
        "Berlin has the request and says nothing. In an account a person is shown it after four hours, here after 20 s. \
         The sweep looks at an order after 5 minutes; the demo makes this one due at once.",
    );
    let view = shown(env, &order.id, || order.read())?;
    let silent = &view.exceptions[0];

    let path = format!("/api/oms/orders/{}/exceptions/{}/take", order.id, silent.id);
    env.api("operator", "POST", &path, Some(&json!({})))?
        .success::<Value>("taking the exception")?;
    let listed: Value = env
        .api(
            "operator",
            "GET",
            "/api/oms/exceptions?kind=location_silent&state=taken",
            None,
        )?
        .success("listing silent locations")?;
    let listed = listed["exceptions"].as_array().cloned().unwrap_or_default();
    let is_listed = listed.iter().any(|one| one["order"] == *order.id);
    expect_that(
        "the order being among the silent locations that are taken",
        is_listed,
        &listed,
    )?;
    env.reporter()
        .passed("An operator finds the order among the silent locations, and takes it.");

    // What Berlin says on the telephone.
    let work = format!(
        "/api/oms/orders/{}/fulfillment_orders/{}",
        order.id,
        fulfillment.id()
    );
    let report = |step: &str, body: &Value| {
        env.api("operator", "POST", &format!("{work}/{step}"), Some(body))?
            .success::<Value>(step)
    };
    report("accept", &json!({}))?;
    let view = order.read()?;
    expect(
        "open exceptions once Berlin has answered",
        view.exceptions.len(),
        0,
    )?;
    report("ship", &json!({ "reference": "BOX-1" }))?;
    order.until_status("fulfilled")?;
    report("deliver", &json!({ "reference": "BOX-1" }))?;
    order.until_status("delivered")?;
    expect(
        "on hand and reserved in Berlin",
        env.stock_level(&mug, BERLIN)?,
        (2, 0),
    )?;
    env.reporter()
        .passed("The operator reports the answer, the parcel and its delivery; the exception ended with the answer.");
    Ok(())
}

/// Sweeps until the order has an exception about a silent location.
fn shown(
    env: &Environment,
    order: &str,
    read: impl Fn() -> Outcome<OrderView>,
) -> Outcome<OrderView> {
    wait::until("a person being shown the silence", wait::LONG, || {
        let view = read()?;
        if view
            .exceptions
            .iter()
            .any(|open| open.kind == "location_silent")
        {
            return Ok(Poll::Ready(view));
        }
        table::make_due(env, order)?;
        queues::send_sweep(env)?;
        queues::wait_until_these_are_empty(env, &["replenishment"])?;
        Ok(Poll::Pending(view.summary()))
    })
}
