//! Every webhook delivered several times and out of order.

use std::thread;

use serde_json::{Value, json};
use stories::random::SeededRng;

use crate::{
    environment::Environment,
    locations::BERLIN,
    order_view::OrderView,
    outcome::{Outcome, StoryError, expect},
    queues, wait,
    webhook::Webhook,
};

/// Deliveries of each webhook.
const TIMES: usize = 5;
/// Deliveries at the same time.
const SENDERS: usize = 4;
/// Of the order of the deliveries.
const SEED: u64 = 20_261_122;

/// Five deliveries of each webhook, shuffled; every effect happens once.
pub(super) fn five_times_in_any_order(env: &Environment) -> Outcome {
    let mug = env.sku("MUG-GREEN");
    env.add_stock(BERLIN, &mug, 8)?;
    let order = env.basket().with(&mug, 5).place()?;
    env.reporter().note("Stripe's webhooks.");
    let payment = [
        order.processing(env)?,
        order.authorized(env)?,
        order.captured(env)?,
    ];
    deliver_all(env, &payment, SEED)?;
    let fulfillment = order.fulfillment(env, BERLIN)?;
    env.reporter()
        .note("The location's webhooks, the deliveries first.");
    let delivered = [
        fulfillment.shipment("delivered", "BOX-1")?,
        fulfillment.shipment("delivered", "BOX-2")?,
    ];
    for message in &delivered {
        message.send(env)?;
    }
    let [first, second] = delivered;
    let shipments = [
        first,
        second,
        fulfillment.progress("accepted")?,
        fulfillment.progress("picking")?,
        fulfillment.progress("packed")?,
        fulfillment.shipped("BOX-1", &[("1", 3)], false)?,
        fulfillment.shipped("BOX-2", &[("1", 2)], false)?,
        fulfillment.shipment("in_transit", "BOX-1")?,
        fulfillment.shipment("out_for_delivery", "BOX-2")?,
    ];
    deliver_all(env, &shipments, SEED.rotate_left(17))?;
    let delivered = |o: &OrderView| o.status == "delivered";
    order.within(wait::LONG, "delivered", delivered)?;
    env.reporter().note(
        "A refund at the gateway that nobody here asked for: an agent accepts it as a credit.",
    );
    let refund = env.name("re_");
    let refunds = [
        order.refund(env, "refund.created", &refund, 500, "pending")?,
        order.refund(env, "refund.updated", &refund, 500, "succeeded")?,
    ];
    deliver_all(env, &refunds, SEED.rotate_left(31))?;
    let refunded = |o: &OrderView| {
        o.payment_status == "partially_refunded"
            && o.exceptions
                .iter()
                .any(|e| e.kind == "refund_not_requested")
            && o.timeline.iter().any(|m| m.text.contains("was made"))
    };
    let view = order.within(
        wait::LONG,
        "partially refunded, with an exception",
        refunded,
    )?;
    for exception in &view.exceptions {
        let path = format!(
            "/api/oms/orders/{}/exceptions/{}/close",
            view.id, exception.id
        );
        let body = json!({ "outcome": "accepted_as_credit" });
        env.api("agent", "POST", &path, Some(&body))?
            .success::<Value>("accepting the refund as a credit")?;
    }
    // Whatever was going to have an effect has had it when these are empty.
    queues::wait_until_these_are_empty(env, &["inbound", "routing", "dispatch"])?;
    let view = order.read()?;
    let once = [
        ("PaymentCaptured", 1),
        ("OrderReleased", 1),
        ("OrderRouted", 1),
        ("FulfillmentRequested", 1),
    ];
    order.expect_times(&view, &once)?;
    order.expect_times(&view, &[("ShipmentShipped", 2), ("ShipmentDelivered", 2)])?;
    expect("exceptions", view.exceptions.len(), 0)?;
    expect("what was captured", view.money.captured, order.total)?;
    expect("what was refunded", view.money.refunded, 500)?;
    expect(
        "on hand and reserved in Berlin",
        env.stock_level(&mug, BERLIN)?,
        (3, 0),
    )?;
    let sent = payment
        .len()
        .saturating_add(shipments.len())
        .saturating_add(refunds.len())
        .saturating_mul(TIMES)
        .saturating_add(2);
    env.reporter().passed(&format!(
        "{sent} deliveries with seed {SEED}, every effect exactly once."
    ));
    Ok(())
}

/// Delivers each webhook [`TIMES`] times, [`SENDERS`] at once, in an order chosen by the seed.
fn deliver_all(env: &Environment, webhooks: &[Webhook], seed: u64) -> Outcome {
    let mut deliveries: Vec<&Webhook> = webhooks
        .iter()
        .cycle()
        .take(webhooks.len().saturating_mul(TIMES))
        .collect();
    shuffle(&mut deliveries, seed);
    let share = deliveries.len().div_ceil(SENDERS);
    thread::scope(|scope| {
        let send = |share: &[&Webhook]| share.iter().try_for_each(|webhook| webhook.send(env));
        let senders: Vec<_> = deliveries
            .chunks(share)
            .map(|part| scope.spawn(move || send(part)))
            .collect();
        senders
            .into_iter()
            .try_for_each(|sender| sender.join().unwrap_or_else(|_| Err(panicked())))
    })
}

fn panicked() -> StoryError {
    StoryError::Failed("a delivery panicked".to_owned())
}

/// Fisher-Yates.
fn shuffle<T>(items: &mut [T], seed: u64) {
    let mut rng = SeededRng::new(seed);
    for last in (1..items.len()).rev() {
        items.swap(last, rng.below(last.saturating_add(1)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_one_order_of_all_items() {
        let shuffled = |seed| {
            let mut items: Vec<u32> = (0..50).collect();
            shuffle(&mut items, seed);
            items
        };
        assert_eq!(shuffled(7), shuffled(7));
        assert_ne!(shuffled(7), shuffled(8));
        let mut sorted = shuffled(7);
        sorted.sort_unstable();
        assert_eq!(sorted, (0..50).collect::<Vec<_>>());
    }
}
