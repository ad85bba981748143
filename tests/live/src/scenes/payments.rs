//! Payments that are reviewed, that fail, and that name the order instead of the intent.

use serde_json::{Value, json};

use crate::{
    environment::Environment,
    locations::BERLIN,
    outcome::{Outcome, expect},
    stripe::{self, Fault},
};

/// An open review holds the order.
pub(super) fn fraud_review(env: &Environment) -> Outcome {
    let chair = env.sku("CHAIR-ASH");
    env.add_stock(BERLIN, &chair, 2)?;
    let order = env.basket().priced(&chair, 1, 24900).place()?;
    let review = env.name("prv_");
    order.review(env, "review.opened", &review)?.send(env)?;
    order.until_event("HoldPlaced")?;
    order.pay(env)?;
    // A paid order is released in the commit that records the payment, so a release would show by now.
    let view = order.until_status("paid")?;
    order.expect_times(&view, &[("PaymentCaptured", 1), ("OrderReleased", 0)])?;
    expect("the hold", view.holds[0].kind.as_str(), "fraud_review")?;
    env.reporter()
        .passed("Paid, and no location has been requested to ship.");
    order.review(env, "review.closed", &review)?.send(env)?;
    order.until_event("OrderReleased")?;
    let fulfillment = order.fulfillment(env, BERLIN)?;
    fulfillment.prepare()?;
    fulfillment.ship_all("BOX-1")?;
    let view = order.until_status("fulfilled")?;
    order.expect_times(
        &view,
        &[
            ("HoldReleased", 1),
            ("OrderReleased", 1),
            ("OrderRouted", 1),
        ],
    )?;
    env.reporter().passed("Approved, released, shipped.");
    Ok(())
}

/// A declined card leaves the order payable; a cancelled payment cancels it.
pub(super) fn failed(env: &Environment) -> Outcome {
    let bag = env.sku("BAG-CANVAS");
    env.add_stock(BERLIN, &bag, 3)?;
    let order = env.basket().with(&bag, 3).place()?;
    order.processing(env)?.send(env)?;
    order.until_status("payment_processing")?;
    order.payment_failed(env)?.send(env)?;
    let view = order.until_event("PaymentFailed")?;
    order.expect_times(&view, &[("UnitsCancelled", 0)])?;
    env.reporter()
        .passed("Declined, and the customer may try again.");
    order.payment_cancelled(env)?.send(env)?;
    let view = order.until_status("cancelled")?;
    let last = view
        .timeline
        .iter()
        .find(|entry| entry.event == "UnitsCancelled");
    expect(
        "who cancelled",
        last.map(|m| (m.actor.kind.as_str(), m.actor.id.as_str())),
        Some(("system", "cancellation")),
    )?;
    expect("what is owed back", view.money.refund_owed, 0)?;
    expect(
        "on hand and reserved in Berlin",
        env.stock_level(&bag, BERLIN)?,
        (3, 0),
    )?;
    env.reporter()
        .passed("Cancelled by the system, with the reason, and nothing is owed.");
    Ok(())
}

/// The checkout session names the order; the later events name only the payment intent.
pub(super) fn order_named_by_checkout(env: &Environment) -> Outcome {
    let tee = env.sku("TEE-WHITE-XL");
    env.add_stock(BERLIN, &tee, 1)?;
    let order = env.basket().with(&tee, 1).without_intent().place()?;
    let session = json!({
        "mode": "payment", "payment_status": "paid", "amount_total": order.total, "currency": "eur",
        "payment_intent": order.intent, "client_reference_id": order.number,
    });
    stripe::event(env, "checkout.session.completed", session)?.send(env)?;
    let view = order.until_event("PaymentCaptured")?;
    expect("what was captured", view.money.captured, order.total)?;
    // The intent's own event reports the same capture and must not count again.
    order.pay(env)?;
    let fulfillment = order.fulfillment(env, BERLIN)?;
    fulfillment.ship_all("BOX-1")?;
    order.until_status("fulfilled")?;
    let refund = env.name("re_");
    order
        .refund(env, "refund.created", &refund, order.total, "succeeded")?
        .send(env)?;
    let view = order.until_status("refunded")?;
    order.expect_times(&view, &[("PaymentCaptured", 1), ("RefundUpdated", 1)])?;
    expect("what was refunded", view.money.refunded, order.total)?;
    env.reporter()
        .passed("Found by its number, then by the intent; the capture counts once.");
    Ok(())
}

/// A refund that is owed is made at the payment gateway, once, although its answer is lost.
pub(super) fn commanded_refund(env: &Environment) -> Outcome {
    let scarf = env.sku("SCARF-WOOL");
    let order = env.basket().with(&scarf, 2).commanded().place()?;
    order.pay(env)?;
    order.until_event("UnitsBackordered")?;
    env.stripe.inject(Fault::Broken { done: true });
    let _: Value = order
        .cancel(&[("1", 1)])?
        .success("cancelling one of two")?;
    let view = order.until("the refund being recorded", |o| o.money.refunded > 0)?;
    expect(
        "what was refunded",
        view.money.refunded,
        view.money.cancelled,
    )?;
    let made = env.stripe.ledger().refunds.into_iter();
    let made: Vec<i64> = made
        .filter(|refund| refund.intent == order.intent)
        .map(|refund| refund.amount)
        .collect();
    expect("refunds at Stripe", made, vec![view.money.refunded])?;
    env.reporter()
        .passed("Stripe made one refund, of the exact amount, although its first answer was lost.");
    Ok(())
}
