//! The order in which backorders are released: first in, first out, with priorities and exceptions.

use app::usecases::release_backorders::RELEASES_PER_MESSAGE;
use domain::{location::LocationKind, order::Status};

use crate::{
    story::story,
    world::{Consumer, Draft, World},
};

/// A warehouse without stock.
async fn berlin_has_nothing(world: &mut World) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 0).await;
}

story!(a_new_order_does_not_overtake_a_backorder);
async fn a_new_order_does_not_overtake_a_backorder(world: &mut World) {
    berlin_has_nothing(world).await;
    let waiting = world.place_and_pay(Draft::new("1001").line("TEE", 5)).await;
    world.pause(Consumer::Replenishment);
    world.receives("berlin", "TEE", 3);
    world.settle().await;
    // The stock is there, no backorder is released yet, and a new order comes in.
    let later_order = world.place_and_pay(Draft::new("1002").line("TEE", 2)).await;
    assert_eq!(world.backordered(later_order).await, 2);
    // One that was placed before both, and paid only now, is first in the queue.
    let earlier = "2026-11-21T09:00:00Z".parse().expect("a time");
    let earlier_order = world
        .place_and_pay(Draft::new("1003").line("TEE", 1).placed_at(earlier))
        .await;
    assert_eq!(world.backordered(earlier_order).await, 0);
    world.resume_all();
    world.settle().await;
    assert_eq!(
        (
            world.backordered(waiting).await,
            world.backordered(later_order).await
        ),
        (3, 2)
    );
}

story!(a_backorder_with_priority_is_released_first);
async fn a_backorder_with_priority_is_released_first(world: &mut World) {
    berlin_has_nothing(world).await;
    let usual = world.place_and_pay(Draft::new("1001").line("TEE", 1)).await;
    let urgent = world
        .place_and_pay(Draft::new("1002").line("TEE", 1).with_priority())
        .await;
    world.receives("berlin", "TEE", 1);
    world.settle().await;
    assert_eq!(
        (
            world.backordered(usual).await,
            world.backordered(urgent).await
        ),
        (1, 0)
    );
}

story!(a_backorder_on_hold_is_skipped_until_its_hold_is_released);
async fn a_backorder_on_hold_is_skipped_until_its_hold_is_released(world: &mut World) {
    berlin_has_nothing(world).await;
    let held = world.place_and_pay(Draft::new("1001").line("TEE", 1)).await;
    let next = world.place_and_pay(Draft::new("1002").line("TEE", 1)).await;
    world.holds(held, "call-back").await;
    world.receives("berlin", "TEE", 2);
    world.settle().await;
    assert_eq!(
        (world.backordered(held).await, world.backordered(next).await),
        (1, 0)
    );
    world.releases(held, "call-back").await;
    world.settle().await;
    assert_eq!(world.backordered(held).await, 0);
}

story!(a_backorder_that_the_location_cannot_ship_to_is_skipped);
async fn a_backorder_that_the_location_cannot_ship_to_is_skipped(world: &mut World) {
    let only_austria = |l: &mut domain::location::Location| l.ships_to = vec!["AT".to_owned()];
    world
        .location("vienna", LocationKind::Warehouse, only_austria)
        .await;
    world.has_stock("vienna", "TEE", 0).await;
    let german = world.place_and_pay(Draft::new("1001").line("TEE", 1)).await;
    let austrian = world
        .place_and_pay(Draft::new("1002").line("TEE", 1).to("AT"))
        .await;
    world.receives("vienna", "TEE", 1);
    world.settle().await;
    assert_eq!(
        (
            world.backordered(german).await,
            world.backordered(austrian).await
        ),
        (1, 0)
    );
}

story!(a_long_queue_is_released_over_several_messages);
async fn a_long_queue_is_released_over_several_messages(world: &mut World) {
    berlin_has_nothing(world).await;
    let mut orders = Vec::new();
    // Two more than one message releases.
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
        assert_eq!(world.backordered(order).await, 0);
    }
    assert_eq!(world.backordered(last).await, 1);
}

story!(a_cancelled_backorder_leaves_the_queue);
async fn a_cancelled_backorder_leaves_the_queue(world: &mut World) {
    berlin_has_nothing(world).await;
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
    assert_eq!(world.backordered(next).await, 0);
}

story!(a_rejected_order_keeps_its_position_in_the_queue);
async fn a_rejected_order_keeps_its_position_in_the_queue(world: &mut World) {
    world.warehouse("berlin").await;
    world.third_party("hamburg").await;
    world.has_stock("berlin", "TEE", 1).await;
    let first = world.place_and_pay(Draft::new("1001").line("TEE", 1)).await;
    let second = world.place_and_pay(Draft::new("1002").line("TEE", 1)).await;
    assert_eq!(world.backordered(second).await, 1);
    // Berlin has none after all, and what Hamburg receives belongs to the older order.
    world.rejects("berlin", first, "out_of_stock").await;
    world.settle().await;
    world.receives("hamburg", "TEE", 1);
    world.settle().await;
    assert_eq!(
        (
            world.backordered(first).await,
            world.backordered(second).await
        ),
        (0, 1)
    );
}
