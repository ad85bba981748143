//! A provider that responds with errors for a while.

use live::{
    environment::Environment,
    locations,
    outcome::{Outcome, expect},
    wait::{self, Poll},
};

/// The request is retried until the provider accepts it, and recorded once.
pub(crate) fn retried(env: &Environment) -> Outcome {
    let kiel = "kiel";
    locations::connect(env, kiel)?;
    let mug = env.sku("MUG");
    env.add_stock(kiel, &mug, 1)?;
    env.warehouse.respond_with(kiel, Some(503));
    let order = env.basket().with(&mug, 1).place()?;
    order.pay(env)?;
    wait::until("dispatch retrying", wait::SHORT, || {
        let attempts = env.warehouse.refusals(kiel);
        Ok(if attempts >= 2 {
            Poll::Ready(())
        } else {
            Poll::Pending(format!("{attempts} attempts"))
        })
    })?;
    let view = order.until_event("FulfillmentRequested")?;
    expect(
        "status of the fulfillment order meanwhile",
        view.fulfillment_orders[0].status.as_str(),
        "requested",
    )?;
    env.warehouse.respond_with(kiel, None);
    let fulfillment = order.fulfillment(env, kiel)?;
    fulfillment.prepare()?;
    fulfillment.ship_all("BOX-1")?;
    let view = order.until_status("fulfilled")?;
    order.expect_times(
        &view,
        &[("FulfillmentRequested", 1), ("ShipmentShipped", 1)],
    )?;
    locations::disconnect(env, kiel)
}
