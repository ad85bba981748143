//! A location that has a request and refuses it for what it says.

use serde_json::{Value, json};

use crate::{
    environment::Environment,
    locations,
    order_view::Exception,
    outcome::{Outcome, expect, expect_that},
    queues,
};

/// Of this scene alone, so that no other one meets its refusals.
const EMDEN: &str = "emden";

/// A person is shown it at once, and reports what the location says on the telephone.
pub(super) fn request(env: &Environment) -> Outcome {
    locations::connect(env, EMDEN)?;
    let kite = env.sku("KITE-BLUE");
    env.add_stock(EMDEN, &kite, 2)?;
    env.warehouse.respond_with(EMDEN, Some(422));
    let order = env.basket().with(&kite, 1).place()?;
    order.pay(env)?;
    let view = order.until("a person being shown request_refused", |view| {
        view.exceptions.iter().any(is_refusal)
    })?;
    let shown = view.exceptions.iter().find(|one| is_refusal(one));
    expect_that(
        "the exception naming the location and the code",
        shown.is_some_and(|one| one.detail.contains(EMDEN) && one.detail.contains("http_422")),
        shown,
    )?;
    queues::wait_until_these_are_empty(env, &["dispatch"])?;
    expect("requests so far", env.warehouse.refusals(EMDEN), 1)?;
    env.reporter().passed(
        "Emden answers 422. A person is shown it with the code at once. The message is done: the sweep asks again after 5 \
         minutes, then with growing pauses.",
    );

    let found = view.fulfillment_orders.first();
    let work = format!(
        "/api/oms/orders/{}/fulfillment_orders/{}",
        order.id,
        found.map_or("", |found| found.id.as_str())
    );
    let report = |step: &str, body: &Value| {
        env.api("operator", "POST", &format!("{work}/{step}"), Some(body))?
            .success::<Value>(step)
    };
    report("accept", &json!({}))?;
    let view = order.read()?;
    expect(
        "open exceptions once Emden has the kite on its list",
        view.exceptions.len(),
        0,
    )?;
    report("ship", &json!({ "reference": "BOX-1" }))?;
    let view = order.until_status("fulfilled")?;
    order.expect_times(&view, &[("ExceptionOpened", 1), ("ShipmentShipped", 1)])?;
    expect(
        "on hand and reserved in Emden",
        env.stock_level(&kite, EMDEN)?,
        (1, 0),
    )?;
    env.reporter().passed(
        "An operator calls Emden and reports that it takes the kite, and its parcel; the exception ended with the first.",
    );
    env.warehouse.respond_with(EMDEN, None);
    locations::disconnect(env, EMDEN)
}

fn is_refusal(exception: &Exception) -> bool {
    exception.kind == "request_refused"
}
