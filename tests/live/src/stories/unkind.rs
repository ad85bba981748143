//! A network that delivers everything, several times, and in any order.

use std::thread;

use crate::{
    locations::BERLIN,
    outcome::{Told, Trouble, expect},
    watch,
    webhook::Webhook,
    world::World,
};

/// How often each webhook is delivered.
const TIMES: usize = 5;
/// Deliveries under way at once.
const LINES: usize = 4;
/// Chooses the orders in which they are delivered.
const SEED: u64 = 20_261_122;

/// Five times each, shuffled; every effect once.
///
/// # Errors
/// When something is not so.
pub fn five_times_in_any_order(world: &World) -> Told {
    let mug = world.sku("MUG-GREEN");
    world.stock(BERLIN, &mug, 8)?;
    let order = world.basket().with(&mug, 5).place()?;
    let refund = world.name("re_");
    let early = order.refund(world, "refund.created", &refund, 500, "pending")?;
    world
        .narrator()
        .note("Stripe's events, the refund first of all.");
    early.send(world)?;
    let payment = [
        early,
        order.refund(world, "refund.updated", &refund, 500, "succeeded")?,
        order.processing(world)?,
        order.authorized(world)?,
        order.captured(world)?,
    ];
    deliver_all(world, &payment, SEED)?;
    let job = order.job(world, BERLIN)?;
    world
        .narrator()
        .note("The warehouse's messages, the deliveries first of all.");
    let late = [
        job.parcel("delivered", "BOX-1")?,
        job.parcel("delivered", "BOX-2")?,
    ];
    for message in &late {
        message.send(world)?;
    }
    let [first, second] = late;
    let parcels = [
        first,
        second,
        job.progress("accepted")?,
        job.progress("picking")?,
        job.progress("packed")?,
        job.shipped("BOX-1", &[("1", 3)], false)?,
        job.shipped("BOX-2", &[("1", 2)], false)?,
        job.parcel("in_transit", "BOX-1")?,
        job.parcel("out_for_delivery", "BOX-2")?,
    ];
    deliver_all(world, &parcels, SEED.rotate_left(17))?;
    let settled = |o: &crate::order::Shown| {
        o.status == "delivered" && o.payment_status == "partially_refunded"
    };
    let done = |o: &crate::order::Shown| {
        settled(o) && o.timeline.iter().any(|m| m.text.contains("was made"))
    };
    order.within(watch::LATER, "delivered, and partially refunded", done)?;
    drained(world)?;
    let shown = order.look()?;
    let once = [
        ("PaymentCaptured", 1),
        ("OrderReleased", 1),
        ("OrderRouted", 1),
        ("FulfillmentRequested", 1),
    ];
    order.expect_times(&shown, &once)?;
    order.expect_times(&shown, &[("ShipmentShipped", 2), ("ShipmentDelivered", 2)])?;
    expect("exceptions", shown.exceptions.len(), 0)?;
    expect("what was captured", shown.money.captured, order.total)?;
    expect("what was refunded", shown.money.refunded, 500)?;
    expect(
        "on hand and reserved in Berlin",
        world.shelf(&mug, BERLIN)?,
        (3, 0),
    )?;
    let sent = payment
        .len()
        .saturating_add(parcels.len())
        .saturating_mul(TIMES)
        .saturating_add(3);
    world.narrator().so(&format!(
        "{sent} deliveries, seed {SEED}: every effect exactly once."
    ));
    Ok(())
}

/// Waits until nothing is left on the way: whatever was going to have an effect has had it.
fn drained(world: &World) -> Told {
    for name in ["inbound", "routing", "dispatch"] {
        let queue = world.stack.queues.get(name);
        let queue =
            queue.ok_or_else(|| Trouble::Broken(format!("the stack has no queue {name}")))?;
        watch::until(&format!("queue {name} running empty"), watch::LATER, || {
            let depth = world.cloud.depth(queue)?;
            Ok(if depth == 0 {
                watch::Look::There(())
            } else {
                watch::Look::NotYet(format!("{depth} messages"))
            })
        })?;
    }
    Ok(())
}

/// Delivers each of them so many times, several at once, in an order that the seed chooses.
fn deliver_all(world: &World, webhooks: &[Webhook], seed: u64) -> Told {
    let mut deliveries: Vec<&Webhook> = webhooks
        .iter()
        .cycle()
        .take(webhooks.len().saturating_mul(TIMES))
        .collect();
    shuffle(&mut deliveries, seed);
    let share = deliveries.len().div_ceil(LINES);
    thread::scope(|scope| {
        let send = |line: &[&Webhook]| line.iter().try_for_each(|webhook| webhook.send(world));
        let lines: Vec<_> = deliveries
            .chunks(share)
            .map(|line| scope.spawn(move || send(line)))
            .collect();
        lines
            .into_iter()
            .try_for_each(|line| line.join().unwrap_or_else(|_| Err(broken())))
    })
}

fn broken() -> Trouble {
    Trouble::Broken("a delivery ended in a panic".to_owned())
}

/// Fisher and Yates, on a generator of our own (splitmix64): the same seed is the same order on every machine.
fn shuffle<T>(items: &mut [T], seed: u64) {
    let mut state = seed;
    for last in (1..items.len()).rev() {
        let bound = u64::try_from(last).unwrap_or(u64::MAX).saturating_add(1);
        let other = random(&mut state).checked_rem(bound).unwrap_or(0);
        items.swap(last, usize::try_from(other).unwrap_or(0));
    }
}

/// The next random number of a state.
pub(super) fn random(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_is_one_order_and_nothing_is_lost() {
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
