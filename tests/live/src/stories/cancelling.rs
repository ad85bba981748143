//! Cancelling: in time, too late, and against what the warehouse does.

use serde_json::{Value, json};

use crate::{
    http::Answer,
    locations::BERLIN,
    order::Order,
    outcome::{Told, expect, expect_that},
    world::World,
};

/// Asks for a cancellation as an agent; no lines: the whole order.
///
/// # Errors
/// When there is no answer.
pub fn cancel(world: &World, order: &Order<'_>, lines: &[(&str, u32)]) -> Told<Answer> {
    let lines: Vec<Value> = lines
        .iter()
        .map(|(line, units)| json!({ "line": line, "quantity": units }))
        .collect();
    let mut body = json!({ "reason": "CUSTOMER_REQUESTED", "note": "changed their mind" });
    if !lines.is_empty() {
        body["lines"] = json!(lines);
    }
    world.api(
        "agent",
        "POST",
        &format!("/api/oms/orders/{}/cancel", order.id),
        Some(&body),
    )
}

/// One of three, asked of the warehouse, refunded.
///
/// # Errors
/// When something is not so.
pub fn partial_before_picking(world: &World) -> Told {
    let tee = world.sku("TEE-GREEN-S");
    world.stock(BERLIN, &tee, 5)?;
    let order = world.basket().with(&tee, 3).place()?;
    order.pay(world)?;
    let job = order.job(world, BERLIN)?;
    job.progress("accepted")?.send(world)?;
    order.until_event("FulfillmentAccepted")?;
    let answer: Value = cancel(world, &order, &[("1", 1)])?.success("cancelling one of three")?;
    expect(
        "units that the warehouse is asked for",
        answer["lines"][0]["asked"].as_u64(),
        Some(1),
    )?;
    expect(
        "units cancelled before it has answered",
        answer["lines"][0]["cancelled"].as_u64(),
        Some(0),
    )?;
    let asked = world.warehouse.asked_to_cancel(&job.id())?;
    expect(
        "units that Berlin is asked to cancel",
        asked.lines.iter().map(|l| l.quantity).sum::<u32>(),
        1,
    )?;
    job.cancelled("1", 1)?.send(world)?;
    let shown = order.until_event("UnitsCancelled")?;
    let owed = shown.money.refund_owed;
    expect(
        "what is owed back is what was cancelled",
        owed,
        shown.money.cancelled,
    )?;
    expect_that(
        "something is owed back, less than the total",
        0 < owed && owed < order.total,
        owed,
    )?;
    expect(
        "on hand and reserved in Berlin",
        world.shelf(&tee, BERLIN)?,
        (5, 2),
    )?;
    let refund = world.name("re_");
    order
        .refund(world, "refund.created", &refund, owed, "succeeded")?
        .send(world)?;
    for step in ["picking", "packed"] {
        job.progress(step)?.send(world)?;
    }
    job.shipped("BOX-1", &[("1", 2)], true)?.send(world)?;
    order.until_status("fulfilled")?;
    let shown = order.until("the refund being known", |o| o.money.refunded > 0)?;
    expect("what was refunded", shown.money.refunded, owed)?;
    expect(
        "the payment's status",
        shown.payment_status.as_str(),
        "partially_refunded",
    )?;
    world
        .narrator()
        .so("Two were shipped, one was cancelled and refunded to the cent.");
    Ok(())
}

/// Held, so that nobody works on it.
///
/// # Errors
/// When something is not so.
pub fn at_once_while_held(world: &World) -> Told {
    let mug = world.sku("MUG-RED");
    world.stock(BERLIN, &mug, 5)?;
    let order = world.basket().with(&mug, 3).place()?;
    let path = format!("/api/oms/orders/{}", order.id);
    let hold = json!({ "kind": "manual", "handle": "call-back" });
    world
        .api("agent", "POST", &format!("{path}/hold"), Some(&hold))?
        .success::<Value>("holding the order")?;
    order.pay(world)?;
    order.until_status("paid")?;
    let answer: Value = cancel(world, &order, &[("1", 2)])?.success("cancelling two of three")?;
    expect(
        "units cancelled at once",
        answer["lines"][0]["cancelled"].as_u64(),
        Some(2),
    )?;
    let shown = order.look()?;
    expect(
        "what is owed back",
        answer["refund_owed"].as_i64(),
        Some(shown.money.refund_owed),
    )?;
    let handle = json!({ "handle": "call-back" });
    world
        .api("agent", "POST", &format!("{path}/release"), Some(&handle))?
        .success::<Value>("releasing it")?;
    let job = order.job(world, BERLIN)?;
    expect("units asked of Berlin", job.units(), 1)?;
    job.ship_all("BOX-1")?;
    order.until_status("fulfilled")?;
    world
        .narrator()
        .so("Berlin never heard of the two that were cancelled.");
    Ok(())
}

/// After the parcel.
///
/// # Errors
/// When something is not so.
pub fn too_late(world: &World) -> Told {
    let lamp = world.sku("LAMP-OAK");
    world.stock(BERLIN, &lamp, 1)?;
    let order = world.basket().with(&lamp, 1).place()?;
    order.pay(world)?;
    let job = order.job(world, BERLIN)?;
    job.prepare()?;
    job.ship_all("BOX-1")?;
    order.until_status("fulfilled")?;
    let answer = cancel(world, &order, &[])?;
    expect("the answer's status", answer.status, 409)?;
    expect(
        "its code",
        answer.text("/code").as_str(),
        "nothing_to_cancel",
    )?;
    let refusal = &answer.json()["lines"][0]["refusals"][0];
    expect(
        "who was first",
        (refusal["winner"].as_str(), refusal["by"].as_str()),
        (Some("shipped"), Some(BERLIN)),
    )?;
    let at = refusal["at"].as_str().unwrap_or_default();
    world.narrator().note(&format!(
        "409 nothing_to_cancel: shipped by {BERLIN} at {at}"
    ));
    let shown = order.look()?;
    expect("units cancelled", shown.units().cancelled, 0)?;
    world
        .narrator()
        .so("Nothing was cancelled, nothing is owed, and the agent can say why.");
    Ok(())
}

/// Asked, and answered with no.
///
/// # Errors
/// When something is not so.
pub fn refused_by_the_warehouse(world: &World) -> Told {
    let bag = world.sku("BAG-CANVAS");
    world.stock(BERLIN, &bag, 1)?;
    let order = world.basket().with(&bag, 1).place()?;
    order.pay(world)?;
    let job = order.job(world, BERLIN)?;
    let answer: Value = cancel(world, &order, &[])?.success("cancelling the order")?;
    expect(
        "units that the warehouse is asked for",
        answer["lines"][0]["asked"].as_u64(),
        Some(1),
    )?;
    world.warehouse.asked_to_cancel(&job.id())?;
    job.declined("cancel_refused", "already_packed")?
        .send(world)?;
    order.until_event("CancellationRefused")?;
    job.ship_all("BOX-1")?;
    let shown = order.until_status("fulfilled")?;
    order.expect_times(
        &shown,
        &[
            ("CancellationRequested", 1),
            ("CancellationRefused", 1),
            ("UnitsCancelled", 0),
        ],
    )?;
    expect("what is owed back", shown.money.refund_owed, 0)?;
    world
        .narrator()
        .so("Asked once, refused once, on record with who and when; the parcel is on its way.");
    Ok(())
}

/// Cancelled with the warehouse's consent, shipped all the same.
///
/// # Errors
/// When something is not so.
pub fn shipped_all_the_same(world: &World) -> Told {
    let mug = world.sku("MUG-BLUE");
    world.stock(BERLIN, &mug, 4)?;
    let order = world.basket().with(&mug, 2).place()?;
    order.pay(world)?;
    let job = order.job(world, BERLIN)?;
    job.progress("accepted")?.send(world)?;
    order.until_event("FulfillmentAccepted")?;
    cancel(world, &order, &[])?.success::<Value>("cancelling the order")?;
    world.warehouse.asked_to_cancel(&job.id())?;
    job.cancelled("1", 2)?.send(world)?;
    order.until_status("cancelled")?;
    expect(
        "on hand and reserved in Berlin",
        world.shelf(&mug, BERLIN)?,
        (4, 0),
    )?;
    job.ship_all("BOX-1")?;
    let shown = order.until_event("ExceptionOpened")?;
    expect(
        "what a person has to look at",
        shown.exceptions[0].kind.as_str(),
        "shipped_after_cancel",
    )?;
    expect("parcels", shown.shipments.len(), 1)?;
    let units = shown.units();
    expect(
        "units cancelled and shipped",
        (units.cancelled, units.shipped),
        (2, 0),
    )?;
    expect(
        "on hand and reserved in Berlin",
        world.shelf(&mug, BERLIN)?,
        (2, 0),
    )?;
    expect(
        "what is owed back, once",
        shown.money.refund_owed,
        order.total,
    )?;
    world
        .narrator()
        .so("The parcel is on record, no unit is counted twice, and a person has been called.");
    Ok(())
}
