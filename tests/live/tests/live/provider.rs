//! A provider that does not answer, for a while.

use live::{
    locations,
    outcome::{Told, expect},
    watch::{self, Look},
    world::World,
};

/// Every answer an error; then it works again, and is told once.
pub(crate) fn down_then_up(world: &World) -> Told {
    let kiel = "kiel";
    locations::connect(world, kiel)?;
    let mug = world.sku("MUG");
    world.stock(kiel, &mug, 1)?;
    world.warehouse.answer_with(kiel, Some(503));
    let order = world.basket().with(&mug, 1).place()?;
    order.pay(world)?;
    watch::until("dispatch trying again", watch::SOON, || {
        let tries = world.warehouse.refusals(kiel);
        Ok(if tries >= 2 {
            Look::There(())
        } else {
            Look::NotYet(format!("{tries} tries"))
        })
    })?;
    let shown = order.until_event("FulfillmentRequested")?;
    expect(
        "how Kiel's part stands meanwhile",
        shown.fulfillment_orders[0].status.as_str(),
        "requested",
    )?;
    world.warehouse.answer_with(kiel, None);
    let job = order.job(world, kiel)?;
    job.prepare()?;
    job.ship_all("BOX-1")?;
    let shown = order.until_status("fulfilled")?;
    order.expect_times(
        &shown,
        &[("FulfillmentRequested", 1), ("ShipmentShipped", 1)],
    )?;
    locations::disconnect(world, kiel)
}
