//! A message that is lost.

use live::{
    locations::BERLIN,
    outcome::{Told, expect},
    stories::backorders::sweep,
    watch::{self, Look},
    world::World,
};
use serde_json::json;

use super::operator;

/// Stock comes in, and the message that says so is deleted before anyone reads it.
pub(crate) fn made_good_by_the_sweep(world: &World) -> Told {
    let chair = world.sku("CHAIR");
    let order = world.basket().with(&chair, 2).place()?;
    order.pay(world)?;
    order.until_event("UnitsBackordered")?;
    live::table::settled(world)?;
    let stopped = operator::stop(world, "replenishment")?;
    let queue = operator::queue(world, "replenishment")?;
    world
        .tell(
            BERLIN,
            "stock.received",
            &json!({ "items": [{ "sku": chair, "quantity": 2 }] }),
        )?
        .send(world)?;
    watch::until("the message to be lost", watch::SOON, || {
        let Some(message) = operator::receive(world, queue, 30)? else {
            return Ok(Look::NotYet("an empty queue".to_owned()));
        };
        let this = message.body.contains("StockReceived") && message.body.contains(&chair);
        message.delete(world)?;
        Ok(if this {
            Look::There(())
        } else {
            Look::NotYet("another message".to_owned())
        })
    })?;
    expect(
        "on hand and reserved in Berlin",
        world.shelf(&chair, BERLIN)?,
        (2, 0),
    )?;
    expect(
        "units waiting all the same",
        order.look()?.units().backordered,
        2,
    )?;
    drop(stopped);
    sweep(world)?;
    order.until_event("BackorderReleased")?;
    order.job(world, BERLIN)?.ship_all("BOX-1")?;
    order.until_status("fulfilled").map(drop)
}
