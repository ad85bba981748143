//! Payments that are doubted, that fail, and that have to be found.

use serde_json::json;

use crate::{
    locations::BERLIN,
    outcome::{Told, expect},
    stripe,
    world::World,
};

/// Held while the review is open.
///
/// # Errors
/// When something is not so.
pub fn fraud_review(world: &World) -> Told {
    let chair = world.sku("CHAIR-ASH");
    world.stock(BERLIN, &chair, 2)?;
    let order = world.basket().priced(&chair, 1, 24900).place()?;
    let review = world.name("prv_");
    order.review(world, "review.opened", &review)?.send(world)?;
    order.until_event("HoldPlaced")?;
    order.pay(world)?;
    // Whether a paid order is released is decided in the commit that takes the payment in, so it shows by now.
    let shown = order.until_status("paid")?;
    order.expect_times(&shown, &[("PaymentCaptured", 1), ("OrderReleased", 0)])?;
    expect("the hold", shown.holds[0].kind.as_str(), "fraud_review")?;
    world
        .narrator()
        .so("Paid, and nobody has been told to ship anything.");
    order.review(world, "review.closed", &review)?.send(world)?;
    order.until_event("OrderReleased")?;
    let job = order.job(world, BERLIN)?;
    job.prepare()?;
    job.ship_all("BOX-1")?;
    let shown = order.until_status("fulfilled")?;
    order.expect_times(
        &shown,
        &[
            ("HoldReleased", 1),
            ("OrderReleased", 1),
            ("OrderRouted", 1),
        ],
    )?;
    world.narrator().so("Approved, released, shipped.");
    Ok(())
}

/// Declined; cancelled by us.
///
/// # Errors
/// When something is not so.
pub fn failed(world: &World) -> Told {
    let bag = world.sku("BAG-CANVAS");
    world.stock(BERLIN, &bag, 3)?;
    let order = world.basket().with(&bag, 3).place()?;
    order.processing(world)?.send(world)?;
    order.until_status("payment_processing")?;
    order.payment_failed(world)?.send(world)?;
    let shown = order.until_status("cancelled")?;
    let last = shown
        .timeline
        .iter()
        .find(|moment| moment.event == "UnitsCancelled");
    expect(
        "who cancelled",
        last.map(|m| (m.actor.kind.as_str(), m.actor.id.as_str())),
        Some(("system", "cancellation")),
    )?;
    expect("what is owed back", shown.money.refund_owed, 0)?;
    expect(
        "on hand and reserved in Berlin",
        world.shelf(&bag, BERLIN)?,
        (3, 0),
    )?;
    world
        .narrator()
        .so("Cancelled by the system, with the reason, and nothing is owed.");
    Ok(())
}

/// Checkout names the order; everything else names the intent.
///
/// # Errors
/// When something is not so.
pub fn found_by_checkout(world: &World) -> Told {
    let tee = world.sku("TEE-WHITE-XL");
    world.stock(BERLIN, &tee, 1)?;
    let order = world.basket().with(&tee, 1).without_intent().place()?;
    let session = json!({
        "mode": "payment", "payment_status": "paid", "amount_total": order.total, "currency": "eur",
        "payment_intent": order.intent, "client_reference_id": order.number,
    });
    stripe::event(world, "checkout.session.completed", session)?.send(world)?;
    let shown = order.until_event("PaymentCaptured")?;
    expect("what was captured", shown.money.captured, order.total)?;
    // The same money, told once more by the intent itself, is nothing new.
    order.pay(world)?;
    let job = order.job(world, BERLIN)?;
    job.ship_all("BOX-1")?;
    order.until_status("fulfilled")?;
    let refund = world.name("re_");
    order
        .refund(world, "refund.created", &refund, order.total, "succeeded")?
        .send(world)?;
    let shown = order.until_status("refunded")?;
    order.expect_times(&shown, &[("PaymentCaptured", 1), ("RefundUpdated", 1)])?;
    expect("what was refunded", shown.money.refunded, order.total)?;
    world
        .narrator()
        .so("Found by its number, then by the intent; the money counts once.");
    Ok(())
}
