//! Orders that are shipped: in one parcel, in several, from several places.

use crate::{
    locations::{ATELIER, BERLIN, LYON, ROTTERDAM},
    order::Shown,
    outcome::{Told, expect, expect_that},
    world::World,
};

/// Bought, paid, picked, delivered.
///
/// # Errors
/// When something is not so.
pub fn one_parcel(world: &World) -> Told {
    let tee = world.sku("TEE-RED-M");
    world.stock(BERLIN, &tee, 10)?;
    let order = world.basket().with(&tee, 2).place()?;
    order.pay(world)?;
    let job = order.job(world, BERLIN)?;
    order.until_event("FulfillmentRequested")?;
    expect(
        "reserved in Berlin while it is worked on",
        world.shelf(&tee, BERLIN)?,
        (10, 2),
    )?;
    job.prepare()?;
    job.ship_all("BOX-1")?;
    order.until_status("fulfilled")?;
    job.deliver("BOX-1")?;
    let shown = order.until_status("delivered")?;
    for event in [
        "OrderPlaced",
        "PaymentCaptured",
        "OrderReleased",
        "OrderRouted",
        "ShipmentDelivered",
    ] {
        expect(
            &format!("how often {event} happened"),
            shown.times(event),
            1,
        )?;
    }
    expect("what was captured", shown.money.captured, order.total)?;
    expect(
        "on hand and reserved in Berlin afterwards",
        world.shelf(&tee, BERLIN)?,
        (8, 0),
    )?;
    world
        .narrator()
        .so("Delivered; eight of ten are left in Berlin and none is reserved.");
    found_by_tracking(world, &shown, &format!("0034{}-BOX-1", order.number))
}

fn found_by_tracking(world: &World, shown: &Shown, tracking: &str) -> Told {
    let path = format!("/api/oms/orders?tracking={tracking}");
    let found: serde_json::Value = world
        .api("support", "GET", &path, None)?
        .success("finding by tracking number")?;
    expect(
        "the order found by its tracking number",
        found["orders"][0]["id"].as_str(),
        Some(shown.id.as_str()),
    )?;
    world
        .narrator()
        .so("Support finds it by the tracking number.");
    Ok(())
}

/// Three sources, three parcels, one order.
///
/// # Errors
/// When something is not so.
pub fn split_over_three_sources(world: &World) -> Told {
    let (lamp, bag, chair) = (
        world.sku("LAMP-OAK"),
        world.sku("BAG-CANVAS"),
        world.sku("CHAIR-ASH"),
    );
    world.stock(BERLIN, &lamp, 4)?;
    world.stock(ROTTERDAM, &bag, 9)?;
    world.stock(ATELIER, &chair, 3)?;
    let order = world
        .basket()
        .priced(&lamp, 1, 8900)
        .with(&bag, 2)
        .priced(&chair, 1, 24900)
        .place()?;
    order.pay(world)?;
    let shown = order.until_event("OrderRouted")?;
    let mut chosen = shown.locations();
    chosen.sort_unstable();
    expect("who ships", chosen, vec![ATELIER, BERLIN, ROTTERDAM])?;
    for line in shown
        .routing
        .iter()
        .flat_map(|decision| decision.explanation.lines())
    {
        world.narrator().note(line);
    }
    let berlin = order.job(world, BERLIN)?;
    berlin.prepare()?;
    berlin.ship_all("BERLIN-1")?;
    order.until_status("partially_fulfilled")?;
    let (rotterdam, atelier) = (order.job(world, ROTTERDAM)?, order.job(world, ATELIER)?);
    expect("units asked of the 3PL", rotterdam.units(), 2)?;
    // The supplier tells nothing of its progress, only that the parcel has left.
    atelier.ship_all("ATELIER-1")?;
    rotterdam.prepare()?;
    rotterdam.ship_all("RTM-1")?;
    order.until_status("fulfilled")?;
    for (job, parcel) in [
        (&berlin, "BERLIN-1"),
        (&atelier, "ATELIER-1"),
        (&rotterdam, "RTM-1"),
    ] {
        job.parcel("delivered", parcel)?.send(world)?;
    }
    let shown = order.until_status("delivered")?;
    expect("parcels", shown.shipments.len(), 3)?;
    world
        .narrator()
        .so("Three places sent three parcels, each unit once.");
    Ok(())
}

/// One fulfillment order, two parcels.
///
/// # Errors
/// When something is not so.
pub fn two_boxes(world: &World) -> Told {
    let mug = world.sku("MUG-BLUE");
    world.stock(BERLIN, &mug, 6)?;
    let order = world.basket().priced(&mug, 5, 1290).place()?;
    order.pay(world)?;
    let job = order.job(world, BERLIN)?;
    job.prepare()?;
    job.shipped("BOX-1", &[("1", 3)], false)?.send(world)?;
    let shown = order.until_status("partially_fulfilled")?;
    expect("units still with Berlin", shown.units().assigned, 2)?;
    expect(
        "on hand and reserved in Berlin",
        world.shelf(&mug, BERLIN)?,
        (3, 2),
    )?;
    job.shipped("BOX-2", &[("1", 2)], true)?.send(world)?;
    let shown = order.until_status("fulfilled")?;
    expect("fulfillment orders", shown.fulfillment_orders.len(), 1)?;
    expect("parcels", shown.shipments.len(), 2)?;
    expect(
        "on hand and reserved in Berlin",
        world.shelf(&mug, BERLIN)?,
        (1, 0),
    )?;
    job.deliver("BOX-2")?;
    job.deliver("BOX-1")?;
    order.until_status("delivered")?;
    world
        .narrator()
        .so("Partially fulfilled after the first box, fulfilled after the second.");
    Ok(())
}

/// Less on the shelf than in the books.
///
/// # Errors
/// When something is not so.
pub fn short_shipment(world: &World) -> Told {
    let tee = world.sku("TEE-BLACK-L");
    world.stock(BERLIN, &tee, 3)?;
    world.stock(LYON, &tee, 5)?;
    let order = world.basket().with(&tee, 3).place()?;
    order.pay(world)?;
    let berlin = order.job(world, BERLIN)?;
    expect("units asked of Berlin", berlin.units(), 3)?;
    berlin.prepare()?;
    berlin.shipped("BOX-1", &[("1", 2)], true)?.send(world)?;
    let lyon = order.job(world, LYON)?;
    expect("units asked of Lyon", lyon.units(), 1)?;
    expect(
        "on hand and reserved in Berlin, written down",
        world.shelf(&tee, BERLIN)?,
        (0, 0),
    )?;
    lyon.prepare()?;
    lyon.ship_all("BOX-2")?;
    let shown = order.until_status("fulfilled")?;
    order.expect_times(
        &shown,
        &[
            ("UnitsShortShipped", 1),
            ("OrderRouted", 2),
            ("ShipmentShipped", 2),
        ],
    )?;
    expect(
        "on hand and reserved in Lyon",
        world.shelf(&tee, LYON)?,
        (4, 0),
    )?;
    world
        .narrator()
        .so("Two from Berlin, the third from Lyon; Berlin's books now say what its shelf says.");
    Ok(())
}

/// A location that says no.
///
/// # Errors
/// When something is not so.
pub fn turned_down(world: &World) -> Told {
    let bag = world.sku("BAG-CANVAS");
    world.stock(BERLIN, &bag, 4)?;
    world.stock(LYON, &bag, 4)?;
    let order = world.basket().with(&bag, 2).place()?;
    order.pay(world)?;
    order
        .job(world, BERLIN)?
        .declined("rejected", "cannot_ship")?
        .send(world)?;
    let lyon = order.job(world, LYON)?;
    expect(
        "on hand and reserved in Berlin, as before",
        world.shelf(&bag, BERLIN)?,
        (4, 0),
    )?;
    lyon.prepare()?;
    lyon.ship_all("BOX-1")?;
    let shown = order.until_status("fulfilled")?;
    expect_that(
        "Berlin's part is rejected",
        shown
            .fulfillment_orders
            .iter()
            .any(|f| f.status == "rejected"),
        &shown,
    )?;
    world
        .narrator()
        .so("Lyon sent it; Berlin was not asked twice.");
    Ok(())
}
