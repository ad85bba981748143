//! Waiting for stock: first in, first out.

use app::{ports::Store, usecases::release_backorders::RELEASES_PER_MESSAGE};
use domain::{
    inbound::StockMovement,
    location::LocationKind,
    order::{FulfillmentStatus, Status},
};

use crate::world::{Consumer, Draft, World};

/// A warehouse with an empty shelf.
async fn nothing_there<S: Store + Send>(world: &mut World<S>) {
    world.warehouse("berlin").await;
    world.shelf("berlin", "TEE", 0).await;
}

pub async fn those_who_wait_are_served_first_in_first_out_by_a_receipt<S: Store + Send>(
    world: &mut World<S>,
) {
    nothing_there(world).await;
    let first = world.place(Draft::new("1001").line("TEE", 2)).await;
    let second = world.place(Draft::new("1002").line("TEE", 2)).await;
    let third = world.place(Draft::new("1003").line("TEE", 2)).await;
    // Paid in another order: the time of placement counts.
    for number in ["1003", "1001", "1002"] {
        world.pays(number);
    }
    world.settle().await;
    assert_eq!(world.status(third).await, Status::AwaitingFulfillment);
    world.receives("berlin", "TEE", 3);
    world.settle().await;
    assert_eq!(world.waiting(first).await, 0);
    assert_eq!(world.waiting(second).await, 1);
    assert_eq!(world.waiting(third).await, 2);
    world.receives("berlin", "TEE", 3);
    world.settle().await;
    assert_eq!(world.waiting(second).await, 0);
    assert_eq!(world.waiting(third).await, 0);
    assert_eq!(world.level("berlin", "TEE").await.available(), 0);
    let told: Vec<_> = world.told().into_iter().map(|sent| sent.id).collect();
    assert_eq!(told.len(), 4, "one message a fulfillment order");
}

pub async fn a_cancellation_serves_who_waits<S: Store + Send>(world: &mut World<S>) {
    world.warehouse("berlin").await;
    world.shelf("berlin", "TEE", 2).await;
    world.falls_asleep(Consumer::Dispatch);
    let first = world.place_and_pay(Draft::new("1001").line("TEE", 2)).await;
    let second = world.place_and_pay(Draft::new("1002").line("TEE", 2)).await;
    assert_eq!(world.waiting(second).await, 2);
    world
        .cancels(first, &[("1", 1)])
        .await
        .expect("nobody was told yet");
    world.settle().await;
    assert_eq!(world.waiting(second).await, 1);
    world.all_wake_up();
    world.settle().await;
    assert_eq!(
        world.work(first).await,
        [("berlin".to_owned(), FulfillmentStatus::Requested, 1, 0)]
    );
}

pub async fn a_cancellation_that_a_location_consents_to_serves_who_waits<S: Store + Send>(
    world: &mut World<S>,
) {
    world.warehouse("berlin").await;
    world.shelf("berlin", "TEE", 2).await;
    let first = world.place_and_pay(Draft::new("1001").line("TEE", 2)).await;
    let second = world.place_and_pay(Draft::new("1002").line("TEE", 2)).await;
    world
        .cancels(first, &[])
        .await
        .expect("the location may still consent");
    world.settle().await;
    assert_eq!(world.waiting(second).await, 2, "asking frees nothing");
    world.cancels_there("berlin", first).await;
    world.settle().await;
    assert_eq!(world.waiting(second).await, 0);
    assert_eq!(world.status(first).await, Status::Cancelled);
}

pub async fn a_correction_serves_who_waits<S: Store + Send>(world: &mut World<S>) {
    nothing_there(world).await;
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 2)).await;
    world.corrects("berlin", "TEE", 2).await;
    world.settle().await;
    assert_eq!(world.waiting(order).await, 0);
}

pub async fn less_safety_stock_serves_who_waits<S: Store + Send>(world: &mut World<S>) {
    world.warehouse("berlin").await;
    world.shelf("berlin", "TEE", 2).await;
    world.stock("berlin", "TEE", StockMovement::SafetyStock { units: 2 });
    world.settle().await;
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 2)).await;
    assert_eq!(world.waiting(order).await, 2);
    world.stock("berlin", "TEE", StockMovement::SafetyStock { units: 0 });
    world.settle().await;
    assert_eq!(world.waiting(order).await, 0);
}

pub async fn the_sweep_serves_who_waits<S: Store + Send>(world: &mut World<S>) {
    nothing_there(world).await;
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 2)).await;
    world.receives("berlin", "TEE", 2);
    world.falls_asleep(Consumer::Replenishment);
    world.settle().await;
    world.messages_are_lost().await;
    world.all_wake_up();
    world.settle().await;
    assert_eq!(world.waiting(order).await, 2);
    world.sweeps();
    world.settle().await;
    assert_eq!(world.waiting(order).await, 0);
}

pub async fn a_newcomer_does_not_jump_the_queue<S: Store + Send>(world: &mut World<S>) {
    nothing_there(world).await;
    let waiting = world.place_and_pay(Draft::new("1001").line("TEE", 5)).await;
    world.falls_asleep(Consumer::Replenishment);
    world.receives("berlin", "TEE", 3);
    world.settle().await;
    // The stock is there, nobody has been served yet, and a new order comes by.
    let newcomer = world.place_and_pay(Draft::new("1002").line("TEE", 2)).await;
    assert_eq!(world.waiting(newcomer).await, 2);
    // One that was placed before all of them, and paid only now, may have what it wants.
    let earlier = "2026-11-21T09:00:00Z".parse().expect("a time");
    let elder = world
        .place_and_pay(Draft::new("1003").line("TEE", 1).placed_at(earlier))
        .await;
    assert_eq!(world.waiting(elder).await, 0);
    world.all_wake_up();
    world.settle().await;
    assert_eq!(
        (world.waiting(waiting).await, world.waiting(newcomer).await),
        (3, 2)
    );
}

pub async fn an_order_with_priority_is_served_before_the_others<S: Store + Send>(
    world: &mut World<S>,
) {
    nothing_there(world).await;
    let usual = world.place_and_pay(Draft::new("1001").line("TEE", 1)).await;
    let urgent = world
        .place_and_pay(Draft::new("1002").line("TEE", 1).first_in_line())
        .await;
    world.receives("berlin", "TEE", 1);
    world.settle().await;
    assert_eq!(
        (world.waiting(usual).await, world.waiting(urgent).await),
        (1, 0)
    );
}

pub async fn an_order_on_hold_is_passed_over_and_served_when_it_is_released<S: Store + Send>(
    world: &mut World<S>,
) {
    nothing_there(world).await;
    let held = world.place_and_pay(Draft::new("1001").line("TEE", 1)).await;
    let next = world.place_and_pay(Draft::new("1002").line("TEE", 1)).await;
    world.holds(held, "call-back").await;
    world.receives("berlin", "TEE", 2);
    world.settle().await;
    assert_eq!(
        (world.waiting(held).await, world.waiting(next).await),
        (1, 0)
    );
    world.releases(held, "call-back").await;
    world.settle().await;
    assert_eq!(world.waiting(held).await, 0);
}

pub async fn who_cannot_have_it_is_passed_over<S: Store + Send>(world: &mut World<S>) {
    let only_austria = |l: &mut domain::location::Location| l.ships_to = vec!["AT".to_owned()];
    world
        .location("vienna", LocationKind::Warehouse, only_austria)
        .await;
    world.shelf("vienna", "TEE", 0).await;
    let german = world.place_and_pay(Draft::new("1001").line("TEE", 1)).await;
    let austrian = world
        .place_and_pay(Draft::new("1002").line("TEE", 1).to("AT"))
        .await;
    world.receives("vienna", "TEE", 1);
    world.settle().await;
    assert_eq!(
        (world.waiting(german).await, world.waiting(austrian).await),
        (1, 0)
    );
}

pub async fn a_long_queue_is_served_over_several_messages<S: Store + Send>(world: &mut World<S>) {
    nothing_there(world).await;
    let mut orders = Vec::new();
    // Two more than one message serves.
    for n in 0..RELEASES_PER_MESSAGE + 2 {
        let number = (1000 + n).to_string();
        orders.push(world.place(Draft::new(&number).line("TEE", 1)).await);
        world.pays(&number);
    }
    world.settle().await;
    world.receives("berlin", "TEE", RELEASES_PER_MESSAGE + 1);
    world.settle().await;
    let last = orders.pop().expect("an order");
    for order in orders {
        assert_eq!(world.waiting(order).await, 0);
    }
    assert_eq!(world.waiting(last).await, 1);
}

pub async fn a_waiting_order_that_is_cancelled_leaves_the_queue<S: Store + Send>(
    world: &mut World<S>,
) {
    nothing_there(world).await;
    let gone = world.place_and_pay(Draft::new("1001").line("TEE", 2)).await;
    let next = world.place_and_pay(Draft::new("1002").line("TEE", 2)).await;
    let answer = world
        .cancels(gone, &[])
        .await
        .expect("nothing was assigned");
    assert_eq!(answer.lines[0].cancelled, 2);
    world.receives("berlin", "TEE", 2);
    world.settle().await;
    assert_eq!(world.status(gone).await, Status::Cancelled);
    assert_eq!(world.waiting(next).await, 0);
}

pub async fn two_lines_of_one_order_are_served_by_one_receipt<S: Store + Send>(
    world: &mut World<S>,
) {
    nothing_there(world).await;
    let order = world
        .place_and_pay(Draft::new("1001").line("TEE", 1).line("TEE", 2))
        .await;
    assert_eq!(world.waiting(order).await, 3);
    world.receives("berlin", "TEE", 3);
    world.settle().await;
    assert_eq!(
        (world.waiting(order).await, world.assigned(order).await),
        (0, 3)
    );
}

pub async fn an_order_that_comes_back_goes_before_those_who_came_later<S: Store + Send>(
    world: &mut World<S>,
) {
    world.warehouse("berlin").await;
    world.third_party("hamburg").await;
    world.shelf("berlin", "TEE", 1).await;
    let first = world.place_and_pay(Draft::new("1001").line("TEE", 1)).await;
    let second = world.place_and_pay(Draft::new("1002").line("TEE", 1)).await;
    assert_eq!(world.waiting(second).await, 1);
    // Berlin has nothing after all, and what comes in at Hamburg is the older order's.
    world.rejects("berlin", first, "out_of_stock").await;
    world.settle().await;
    world.receives("hamburg", "TEE", 1);
    world.settle().await;
    assert_eq!(
        (world.waiting(first).await, world.waiting(second).await),
        (0, 1)
    );
}
