//! Orders that wait for stock.

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::{
    locations::{self, BERLIN, DRESDEN},
    outcome::{Told, Trouble, expect},
    watch,
    world::World,
};

/// Two wait; stock comes in twice.
///
/// # Errors
/// When something is not so.
pub fn first_in_first_out(world: &World) -> Told {
    let chair = world.sku("CHAIR-OAK");
    let earlier = watch::now()
        .checked_sub(SignedDuration::from_mins(5))
        .map_err(|e| Trouble::broken("time", e))?;
    let first = world
        .basket()
        .priced(&chair, 2, 18900)
        .ordered_at(earlier)
        .place()?;
    let second = world.basket().priced(&chair, 2, 18900).place()?;
    second.pay(world)?;
    second.until_event("UnitsBackordered")?;
    first.pay(world)?;
    first.until_event("UnitsBackordered")?;
    expect(
        "who waits, in order",
        waiting(world, &chair)?,
        vec![(first.id.clone(), 2), (second.id.clone(), 2)],
    )?;
    world.narrator().note("Three chairs come in at Berlin.");
    world.receive(BERLIN, &chair, 3)?;
    let shown = first.until("the first order having its chairs", |o| {
        o.units().backordered == 0
    })?;
    expect(
        "units of the first order with Berlin",
        shown.units().assigned,
        2,
    )?;
    let shown = second.until("the second order having one chair", |o| {
        o.units().backordered == 1
    })?;
    expect(
        "units of the second order with Berlin",
        shown.units().assigned,
        1,
    )?;
    expect(
        "who waits now",
        waiting(world, &chair)?,
        vec![(second.id.clone(), 1)],
    )?;
    let (one, two) = (first.job(world, BERLIN)?, second.job(world, BERLIN)?);
    world.narrator().note("One more chair comes in.");
    world.receive(BERLIN, &chair, 1)?;
    second.until("the second order having both chairs", |o| {
        o.units().backordered == 0
    })?;
    let three = second.next_job(world, BERLIN, &[&two])?;
    for (job, parcel) in [(&one, "BOX-1"), (&two, "BOX-2"), (&three, "BOX-3")] {
        job.ship_all(parcel)?;
    }
    let shown = first.until_status("fulfilled")?;
    first.expect_times(&shown, &[("BackorderReleased", 1)])?;
    let shown = second.until_status("fulfilled")?;
    second.expect_times(&shown, &[("BackorderReleased", 2)])?;
    expect(
        "on hand and reserved in Berlin",
        world.shelf(&chair, BERLIN)?,
        (0, 0),
    )?;
    world
        .narrator()
        .so("Who ordered first had both chairs before the other had the second.");
    Ok(())
}

/// Stock that nothing announced.
///
/// # Errors
/// When something is not so.
pub fn released_by_the_sweep(world: &World) -> Told {
    let lamp = world.sku("LAMP-BRASS");
    locations::open(world, DRESDEN, false)?;
    world.stock(DRESDEN, &lamp, 2)?;
    let order = world.basket().priced(&lamp, 1, 6900).place()?;
    order.pay(world)?;
    order.until_event("UnitsBackordered")?;
    world.narrator().note(
        "Dresden opens. No event says so; the sweep would come within a minute, we send its message now.",
    );
    locations::open(world, DRESDEN, true)?;
    sweep(world)?;
    let shown = order.until_event("BackorderReleased")?;
    expect("who ships", shown.locations(), vec![DRESDEN])?;
    order.job(world, DRESDEN)?.ship_all("BOX-1")?;
    order.until_status("fulfilled")?;
    locations::open(world, DRESDEN, false)?;
    world
        .narrator()
        .so("The sweep found it: nothing waits for luck.");
    Ok(())
}

/// Sends what the scheduler sends.
///
/// # Errors
/// When the queue does not take it.
pub fn sweep(world: &World) -> Told {
    let queue = world.stack.queues.get("replenishment");
    let queue =
        queue.ok_or_else(|| Trouble::Broken("the stack has no queue replenishment".to_owned()))?;
    world.cloud.put_on(queue, &json!({ "sweep": true }))
}

/// Orders and units that wait for a SKU, in queue order.
fn waiting(world: &World, sku: &str) -> Told<Vec<(String, u64)>> {
    let path = format!("/api/oms/backorders?sku={sku}");
    let found: Value = world
        .api("support", "GET", &path, None)?
        .success("GET the backorders")?;
    let all = found["waiting"].as_array().cloned().unwrap_or_default();
    let entry = |w: &Value| {
        (
            w["order"].as_str().unwrap_or_default().to_owned(),
            w["units"].as_u64().unwrap_or(0),
        )
    };
    Ok(all.iter().map(entry).collect())
}
