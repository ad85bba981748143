//! Orders that are shipped: in one shipment or several, from one location or several.

use serde_json::json;

use crate::{
    environment::Environment,
    locations::{ATELIER, BERLIN, LYON, ROTTERDAM},
    order_view::OrderView,
    outcome::{Outcome, StoryError, expect, expect_that},
    queues::wait_until_these_are_empty,
    wait,
    wait::Poll,
};

/// From payment to delivery. Also found by its tracking number.
pub(super) fn one_shipment(env: &Environment) -> Outcome {
    let tee = env.sku("TEE-RED-M");
    env.add_stock(BERLIN, &tee, 10)?;
    let order = env.basket().with(&tee, 2).place()?;
    order.pay(env)?;
    let fulfillment = order.fulfillment(env, BERLIN)?;
    order.until_event("FulfillmentRequested")?;
    expect(
        "on hand and reserved in Berlin before shipping",
        env.stock_level(&tee, BERLIN)?,
        (10, 2),
    )?;
    fulfillment.prepare()?;
    fulfillment.ship_all("BOX-1")?;
    order.until_status("fulfilled")?;
    fulfillment.deliver("BOX-1")?;
    let view = order.until_status("delivered")?;
    for event in [
        "OrderPlaced",
        "PaymentCaptured",
        "OrderReleased",
        "OrderRouted",
        "ShipmentDelivered",
    ] {
        expect(&format!("how often {event} happened"), view.times(event), 1)?;
    }
    expect("what was captured", view.money.captured, order.total)?;
    expect(
        "on hand and reserved in Berlin afterwards",
        env.stock_level(&tee, BERLIN)?,
        (8, 0),
    )?;
    env.reporter()
        .passed("Delivered; eight of ten units are left in Berlin and none is reserved.");
    found_by_tracking(env, &view, &format!("0034{}-BOX-1", order.number))
}

fn found_by_tracking(env: &Environment, view: &OrderView, tracking: &str) -> Outcome {
    let path = format!("/api/oms/orders?tracking={tracking}");
    let found: serde_json::Value = env
        .api("support", "GET", &path, None)?
        .success("finding by tracking number")?;
    expect(
        "the order found by its tracking number",
        found["orders"][0]["id"].as_str(),
        Some(view.id.as_str()),
    )?;
    env.reporter()
        .passed("Support finds the order by its tracking number.");
    Ok(())
}

/// Three lines, each in stock at another location.
pub(super) fn split_over_three_sources(env: &Environment) -> Outcome {
    let (lamp, bag, chair) = (
        env.sku("LAMP-OAK"),
        env.sku("BAG-CANVAS"),
        env.sku("CHAIR-ASH"),
    );
    env.add_stock(BERLIN, &lamp, 4)?;
    env.add_stock(ROTTERDAM, &bag, 9)?;
    env.add_stock(ATELIER, &chair, 3)?;
    let order = env
        .basket()
        .priced(&lamp, 1, 8900)
        .with(&bag, 2)
        .priced(&chair, 1, 24900)
        .place()?;
    order.pay(env)?;
    let view = order.until_event("OrderRouted")?;
    let mut chosen = view.locations();
    chosen.sort_unstable();
    expect(
        "locations that ship",
        chosen,
        vec![ATELIER, BERLIN, ROTTERDAM],
    )?;
    for line in view
        .routing
        .iter()
        .flat_map(|decision| decision.explanation.lines())
    {
        env.reporter().note(line);
    }
    let berlin = order.fulfillment(env, BERLIN)?;
    berlin.prepare()?;
    berlin.ship_all("BERLIN-1")?;
    order.until_status("partially_fulfilled")?;
    let (rotterdam, atelier) = (
        order.fulfillment(env, ROTTERDAM)?,
        order.fulfillment(env, ATELIER)?,
    );
    expect("units requested of the 3PL", rotterdam.units(), 2)?;
    // The supplier sends no progress, only that it has shipped.
    atelier.ship_all("ATELIER-1")?;
    rotterdam.prepare()?;
    rotterdam.ship_all("RTM-1")?;
    order.until_status("fulfilled")?;
    for (fulfillment, reference) in [
        (&berlin, "BERLIN-1"),
        (&atelier, "ATELIER-1"),
        (&rotterdam, "RTM-1"),
    ] {
        fulfillment.shipment("delivered", reference)?.send(env)?;
    }
    let view = order.until_status("delivered")?;
    expect("shipments", view.shipments.len(), 3)?;
    env.reporter()
        .passed("Three locations sent three shipments, each unit once.");
    Ok(())
}

/// One fulfillment order, shipped in two parts.
pub(super) fn two_shipments(env: &Environment) -> Outcome {
    let mug = env.sku("MUG-BLUE");
    env.add_stock(BERLIN, &mug, 6)?;
    let order = env.basket().priced(&mug, 5, 1290).place()?;
    order.pay(env)?;
    let fulfillment = order.fulfillment(env, BERLIN)?;
    fulfillment.prepare()?;
    fulfillment
        .shipped("BOX-1", &[("1", 3)], false)?
        .send(env)?;
    let view = order.until_status("partially_fulfilled")?;
    expect("units still with Berlin", view.units().assigned, 2)?;
    expect(
        "on hand and reserved in Berlin",
        env.stock_level(&mug, BERLIN)?,
        (3, 2),
    )?;
    fulfillment.shipped("BOX-2", &[("1", 2)], true)?.send(env)?;
    let view = order.until_status("fulfilled")?;
    expect("fulfillment orders", view.fulfillment_orders.len(), 1)?;
    expect("shipments", view.shipments.len(), 2)?;
    expect(
        "on hand and reserved in Berlin",
        env.stock_level(&mug, BERLIN)?,
        (1, 0),
    )?;
    fulfillment.deliver("BOX-2")?;
    fulfillment.deliver("BOX-1")?;
    order.until_status("delivered")?;
    env.reporter()
        .passed("Partially fulfilled after the first shipment, fulfilled after the second.");
    Ok(())
}

/// A location ships fewer units than requested: the rest is routed again, and the stock level is corrected.
pub(super) fn short_shipment(env: &Environment) -> Outcome {
    let tee = env.sku("TEE-BLACK-L");
    env.add_stock(BERLIN, &tee, 3)?;
    env.add_stock(LYON, &tee, 5)?;
    let order = env.basket().with(&tee, 3).place()?;
    order.pay(env)?;
    let berlin = order.fulfillment(env, BERLIN)?;
    expect("units requested of Berlin", berlin.units(), 3)?;
    berlin.prepare()?;
    berlin.shipped_in_all("BOX-1", &[("1", 2)])?.send(env)?;
    let lyon = order.fulfillment(env, LYON)?;
    expect("units requested of Lyon", lyon.units(), 1)?;
    expect(
        "on hand and reserved in Berlin, corrected",
        env.stock_level(&tee, BERLIN)?,
        (0, 0),
    )?;
    lyon.prepare()?;
    lyon.ship_all("BOX-2")?;
    let view = order.until_status("fulfilled")?;
    order.expect_times(
        &view,
        &[
            ("UnitsShortShipped", 1),
            ("OrderRouted", 2),
            ("ShipmentShipped", 2),
        ],
    )?;
    expect(
        "on hand and reserved in Lyon",
        env.stock_level(&tee, LYON)?,
        (4, 0),
    )?;
    env
        .reporter()
        .passed("Two units from Berlin, the third from Lyon; the stock level of Berlin is corrected to zero.");
    Ok(())
}

/// A location rejects its fulfillment order: it is routed to another location.
pub(super) fn rejected(env: &Environment) -> Outcome {
    let bag = env.sku("BAG-CANVAS");
    env.add_stock(BERLIN, &bag, 4)?;
    env.add_stock(LYON, &bag, 4)?;
    let order = env.basket().with(&bag, 2).place()?;
    order.pay(env)?;
    order
        .fulfillment(env, BERLIN)?
        .with_reason("rejected", "cannot_ship")?
        .send(env)?;
    let lyon = order.fulfillment(env, LYON)?;
    expect(
        "on hand and reserved in Berlin, as before",
        env.stock_level(&bag, BERLIN)?,
        (4, 0),
    )?;
    lyon.prepare()?;
    lyon.ship_all("BOX-1")?;
    let view = order.until_status("fulfilled")?;
    expect_that(
        "Berlin's fulfillment order is rejected",
        view.fulfillment_orders
            .iter()
            .any(|f| f.status == "rejected"),
        &view,
    )?;
    env.reporter()
        .passed("Lyon has shipped; Berlin was not requested a second time.");
    Ok(())
}

/// The last of two shipments is told of before the first.
pub(super) fn late_first_shipment(env: &Environment) -> Outcome {
    let mug = env.sku("MUG-BLUE");
    env.add_stock(BERLIN, &mug, 4)?;
    env.add_stock(LYON, &mug, 4)?;
    let order = env.basket().with(&mug, 4).place()?;
    order.pay(env)?;
    let berlin = order.fulfillment(env, BERLIN)?;
    berlin.prepare()?;
    berlin.shipped("2", &[("1", 2)], true)?.send(env)?;
    order.until_event("FulfillmentClosing")?;
    berlin.shipped("1", &[("1", 2)], false)?.send(env)?;
    let view = order.until_status("fulfilled")?;
    order.expect_times(
        &view,
        &[
            ("ShipmentShipped", 2),
            ("UnitsShortShipped", 0),
            ("OrderRouted", 1),
        ],
    )?;
    expect(
        "on hand and reserved in Berlin",
        env.stock_level(&mug, BERLIN)?,
        (0, 0),
    )?;
    expect(
        "on hand and reserved in Lyon",
        env.stock_level(&mug, LYON)?,
        (4, 0),
    )?;
    env.reporter()
        .passed("Four mugs have left in two parcels; nothing was sent again from Lyon.");
    Ok(())
}

/// A count that was taken yesterday and told today, after a newer one.
pub(super) fn count_from_yesterday(env: &Environment) -> Outcome {
    let lamp = env.sku("LAMP-OAK");
    let count = |on_hand: u32| json!({ "items": [{ "sku": lamp, "on_hand": on_hand }] });
    env.provider_webhook(BERLIN, "stock.counted", &count(7))?
        .send(env)?;
    let is_counted = || {
        let found = env.stock_level(&lamp, BERLIN)?;
        Ok(if found == (7, 0) {
            Poll::Ready(())
        } else {
            Poll::Pending(format!("{found:?}"))
        })
    };
    wait::until("seven counted", wait::SHORT, is_counted)?;
    let yesterday = wait::now()
        .checked_sub(jiff::SignedDuration::from_hours(24))
        .map_err(|error| StoryError::failed("the time a day ago", error))?;
    env.provider_webhook_at(BERLIN, "stock.counted", yesterday, &count(12))?
        .send(env)?;
    // A receipt is applied after it, so it has been applied too.
    env.receive_stock(BERLIN, &lamp, 1)?;
    wait_until_these_are_empty(env, &["inbound"])?;
    expect(
        "on hand and reserved in Berlin",
        env.stock_level(&lamp, BERLIN)?,
        (8, 0),
    )?;
    env.reporter().passed(
        "The count of yesterday changes nothing: seven were counted since, and one came in.",
    );
    Ok(())
}
