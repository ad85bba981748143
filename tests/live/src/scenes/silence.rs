//! Locations that say nothing: to a request, or after they have accepted it.

use serde_json::{Value, json};

use crate::{
    environment::Environment,
    locations::BERLIN,
    order::Order,
    order_view::{Exception, OrderView},
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
    let silent = shown(env, &order, "location_silent")?;
    taken(env, &order, &silent)?;
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

/// An exception shows that a location has stopped, and the location's next step ends it.
pub(super) fn no_progress(env: &Environment) -> Outcome {
    let kettle = env.sku("KETTLE-RED");
    env.add_stock(BERLIN, &kettle, 3)?;
    let order = env.basket().with(&kettle, 2).place()?;
    order.pay(env)?;
    let fulfillment = order.fulfillment(env, BERLIN)?;
    for step in ["accepted", "picking"] {
        fulfillment.progress(step)?.send(env)?;
    }
    order.until("Berlin picking", |view| {
        let mut found = view.fulfillment_orders.iter();
        found.any(|found| found.status == "picking")
    })?;
    env.reporter().note(
        "Berlin picks, and goes no further. In an account a person is shown it after five days, here after 20 s. The sweep \
         looks at such an order after a day or two; the demo makes this one due at once.",
    );
    let overdue = shown(env, &order, "fulfillment_overdue")?;
    expect_that(
        "the exception naming the location and the step",
        overdue.detail.contains(BERLIN) && overdue.detail.contains("picking"),
        &overdue.detail,
    )?;
    taken(env, &order, &overdue)?;
    env.reporter().passed(
        "An operator finds the order among those without progress, takes it, and calls Berlin.",
    );

    fulfillment.progress("packed")?.send(env)?;
    order.until("the exception having ended", |view| {
        view.exceptions.is_empty()
    })?;
    fulfillment.ship_all("BOX-1")?;
    let view = order.until_status("fulfilled")?;
    order.expect_times(&view, &[("ExceptionOpened", 1), ("ShipmentShipped", 1)])?;
    expect(
        "on hand and reserved in Berlin",
        env.stock_level(&kettle, BERLIN)?,
        (1, 0),
    )?;
    env.reporter()
        .passed("Berlin packs and ships; the exception ended with the first of these steps.");
    Ok(())
}

/// Sweeps until the order has an exception of this kind.
fn shown(env: &Environment, order: &Order<'_>, kind: &str) -> Outcome<Exception> {
    let what = format!("a person being shown {kind}");
    wait::until(&what, wait::LONG, || {
        let view: OrderView = order.read()?;
        let mut open = view.exceptions.iter();
        if let Some(found) = open.find(|open| open.kind == kind) {
            return Ok(Poll::Ready(found.clone()));
        }
        // The schedule's sweep may have shown it since, and the order then owes nothing.
        if let Err(error) = table::make_due(env, &order.id) {
            return Ok(Poll::Pending(error.to_string()));
        }
        queues::send_sweep(env)?;
        queues::wait_until_these_are_empty(env, &["replenishment"])?;
        Ok(Poll::Pending(view.summary()))
    })
}

/// An operator takes the exception, and finds it in the list of its kind.
fn taken(env: &Environment, order: &Order<'_>, exception: &Exception) -> Outcome {
    let Exception { id, kind, .. } = exception;
    let path = format!("/api/oms/orders/{}/exceptions/{id}/take", order.id);
    env.api("operator", "POST", &path, Some(&json!({})))?
        .success::<Value>("taking the exception")?;
    let path = format!("/api/oms/exceptions?kind={kind}&state=taken");
    let listed: Value = env
        .api("operator", "GET", &path, None)?
        .success("listing exceptions")?;
    let listed = listed["exceptions"].as_array().cloned().unwrap_or_default();
    let is_listed = listed.iter().any(|one| one["order"] == *order.id);
    expect_that(
        &format!("the order being listed with {kind} that is taken"),
        is_listed,
        &listed,
    )
}
