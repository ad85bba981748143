//! Cancellations: in time, too late, and when the location decides.

use serde_json::{Value, json};

use crate::{
    environment::Environment,
    locations::BERLIN,
    outcome::{Outcome, expect, expect_that},
};

/// One of three units, cancelled by the location on request and refunded.
pub(super) fn partial_before_picking(env: &Environment) -> Outcome {
    let tee = env.sku("TEE-GREEN-S");
    env.add_stock(BERLIN, &tee, 5)?;
    let order = env.basket().with(&tee, 3).place()?;
    order.pay(env)?;
    let fulfillment = order.fulfillment(env, BERLIN)?;
    fulfillment.progress("accepted")?.send(env)?;
    order.until_event("FulfillmentAccepted")?;
    let response: Value = order
        .cancel(&[("1", 1)])?
        .success("cancelling one of three")?;
    expect(
        "units requested of the location",
        response["lines"][0]["requested"][0]["units"].as_u64(),
        Some(1),
    )?;
    expect(
        "units cancelled before its response",
        response["lines"][0]["cancelled"].as_u64(),
        Some(0),
    )?;
    let request = env.warehouse.wait_for_cancel_request(&fulfillment.id())?;
    expect(
        "units that Berlin is requested to cancel",
        request.lines.iter().map(|l| l.quantity).sum::<u32>(),
        1,
    )?;
    fulfillment.cancelled("1", 1)?.send(env)?;
    let view = order.until_event("UnitsCancelled")?;
    let owed = view.money.refund_owed;
    expect(
        "the refund owed is the amount cancelled",
        owed,
        view.money.cancelled,
    )?;
    expect_that(
        "the refund owed is positive and less than the total",
        0 < owed && owed < order.total,
        owed,
    )?;
    expect(
        "on hand and reserved in Berlin",
        env.stock_level(&tee, BERLIN)?,
        (5, 2),
    )?;
    let refund = env.name("re_");
    order
        .refund(env, "refund.created", &refund, owed, "succeeded")?
        .send(env)?;
    for step in ["picking", "packed"] {
        fulfillment.progress(step)?.send(env)?;
    }
    fulfillment.shipped("BOX-1", &[("1", 2)], true)?.send(env)?;
    order.until_status("fulfilled")?;
    let view = order.until("the refund being recorded", |o| o.money.refunded > 0)?;
    expect("what was refunded", view.money.refunded, owed)?;
    expect(
        "the payment's status",
        view.payment_status.as_str(),
        "partially_refunded",
    )?;
    env.reporter()
        .passed("Two units were shipped, one was cancelled and its exact amount refunded.");
    Ok(())
}

/// Units that no location works on are cancelled at once.
pub(super) fn at_once_while_held(env: &Environment) -> Outcome {
    let mug = env.sku("MUG-RED");
    env.add_stock(BERLIN, &mug, 5)?;
    let order = env.basket().with(&mug, 3).place()?;
    let path = format!("/api/oms/orders/{}", order.id);
    let hold = json!({ "kind": "manual", "handle": "call-back" });
    env.api("agent", "POST", &format!("{path}/hold"), Some(&hold))?
        .success::<Value>("holding the order")?;
    order.pay(env)?;
    order.until_status("paid")?;
    let response: Value = order
        .cancel(&[("1", 2)])?
        .success("cancelling two of three")?;
    expect(
        "units cancelled at once",
        response["lines"][0]["cancelled"].as_u64(),
        Some(2),
    )?;
    let view = order.read()?;
    expect(
        "the refund owed",
        response["refund_owed"].as_i64(),
        Some(view.money.refund_owed),
    )?;
    let handle = json!({ "handle": "call-back" });
    env.api("agent", "POST", &format!("{path}/release"), Some(&handle))?
        .success::<Value>("releasing it")?;
    let fulfillment = order.fulfillment(env, BERLIN)?;
    expect("units requested of Berlin", fulfillment.units(), 1)?;
    fulfillment.ship_all("BOX-1")?;
    order.until_status("fulfilled")?;
    env.reporter()
        .passed("Berlin was requested to ship only the unit that was not cancelled.");
    Ok(())
}

/// Nothing is left to cancel.
pub(super) fn too_late(env: &Environment) -> Outcome {
    let lamp = env.sku("LAMP-OAK");
    env.add_stock(BERLIN, &lamp, 1)?;
    let order = env.basket().with(&lamp, 1).place()?;
    order.pay(env)?;
    let fulfillment = order.fulfillment(env, BERLIN)?;
    fulfillment.prepare()?;
    fulfillment.ship_all("BOX-1")?;
    order.until_status("fulfilled")?;
    let response = order.cancel(&[])?;
    expect("the status of the response", response.status, 409)?;
    expect(
        "its code",
        response.text("/code").as_str(),
        "nothing_to_cancel",
    )?;
    let refusal = &response.json()["lines"][0]["refused"][0];
    expect(
        "what came first, and by whom",
        (refusal["winner"].as_str(), refusal["by"].as_str()),
        (Some("shipped"), Some(BERLIN)),
    )?;
    let at = refusal["at"].as_str().unwrap_or_default();
    env.reporter().note(&format!(
        "409 nothing_to_cancel: shipped by {BERLIN} at {at}"
    ));
    let view = order.read()?;
    expect("units cancelled", view.units().cancelled, 0)?;
    env.reporter()
        .passed("Nothing was cancelled, no refund is owed, and the response gives the reason.");
    Ok(())
}

/// The location refuses to cancel, and ships.
pub(super) fn refused_by_the_location(env: &Environment) -> Outcome {
    let bag = env.sku("BAG-CANVAS");
    env.add_stock(BERLIN, &bag, 1)?;
    let order = env.basket().with(&bag, 1).place()?;
    order.pay(env)?;
    let fulfillment = order.fulfillment(env, BERLIN)?;
    let response: Value = order.cancel(&[])?.success("cancelling the order")?;
    expect(
        "units requested of the location",
        response["lines"][0]["requested"][0]["units"].as_u64(),
        Some(1),
    )?;
    env.warehouse.wait_for_cancel_request(&fulfillment.id())?;
    fulfillment
        .with_reason("cancel_refused", "already_packed")?
        .send(env)?;
    order.until_event("CancellationRefused")?;
    fulfillment.ship_all("BOX-1")?;
    let view = order.until_status("fulfilled")?;
    order.expect_times(
        &view,
        &[
            ("CancellationRequested", 1),
            ("CancellationRefused", 1),
            ("UnitsCancelled", 0),
        ],
    )?;
    expect("the refund owed", view.money.refund_owed, 0)?;
    env.reporter()
        .passed("Requested once, refused once, recorded with who and when; the order is shipped.");
    Ok(())
}

/// The location confirms the cancellation and ships nevertheless.
pub(super) fn shipped_after_cancel(env: &Environment) -> Outcome {
    let mug = env.sku("MUG-BLUE");
    env.add_stock(BERLIN, &mug, 4)?;
    let order = env.basket().with(&mug, 2).place()?;
    order.pay(env)?;
    let fulfillment = order.fulfillment(env, BERLIN)?;
    fulfillment.progress("accepted")?.send(env)?;
    order.until_event("FulfillmentAccepted")?;
    order
        .cancel(&[])?
        .success::<Value>("cancelling the order")?;
    env.warehouse.wait_for_cancel_request(&fulfillment.id())?;
    fulfillment.cancelled("1", 2)?.send(env)?;
    order.until_status("cancelled")?;
    expect(
        "on hand and reserved in Berlin",
        env.stock_level(&mug, BERLIN)?,
        (4, 0),
    )?;
    fulfillment.ship_all("BOX-1")?;
    let view = order.until_event("ExceptionOpened")?;
    expect(
        "the exception",
        view.exceptions[0].kind.as_str(),
        "shipped_after_cancel",
    )?;
    expect("shipments", view.shipments.len(), 1)?;
    let units = view.units();
    expect(
        "units cancelled and shipped",
        (units.cancelled, units.shipped),
        (2, 0),
    )?;
    expect(
        "on hand and reserved in Berlin",
        env.stock_level(&mug, BERLIN)?,
        (2, 0),
    )?;
    expect("the refund owed, once", view.money.refund_owed, order.total)?;
    env.reporter()
        .passed("The shipment is recorded, no unit is counted twice, and an exception is open.");
    Ok(())
}
