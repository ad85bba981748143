//! Backorders: first in, first out.

use app::replenishment::RELEASES_PER_MESSAGE;
use domain::{
    facts::StockMovement,
    location::LocationKind,
    order::{FulfillmentStatus, Status},
};

use crate::{
    story::story,
    world::{Consumer, Draft, World},
};

/// A warehouse without stock.
async fn berlin_has_nothing(world: &mut World) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 0).await;
}

story!(a_receipt_releases_backorders_first_in_first_out);
async fn a_receipt_releases_backorders_first_in_first_out(world: &mut World) {
    berlin_has_nothing(world).await;
    let first = world.place(Draft::new("1001").line("TEE", 2)).await;
    let second = world.place(Draft::new("1002").line("TEE", 2)).await;
    let third = world.place(Draft::new("1003").line("TEE", 2)).await;
    // Paid in another sequence: the time of placement counts.
    for number in ["1003", "1001", "1002"] {
        world.pays(number);
    }
    world.settle().await;
    assert_eq!(world.status(third).await, Status::AwaitingFulfillment);
    world.receives("berlin", "TEE", 3);
    world.settle().await;
    assert_eq!(world.backordered(first).await, 0);
    assert_eq!(world.backordered(second).await, 1);
    assert_eq!(world.backordered(third).await, 2);
    world.receives("berlin", "TEE", 3);
    world.settle().await;
    assert_eq!(world.backordered(second).await, 0);
    assert_eq!(world.backordered(third).await, 0);
    assert_eq!(world.level("berlin", "TEE").await.available(), 0);
    let sent: Vec<_> = world.requests().into_iter().map(|sent| sent.id).collect();
    assert_eq!(sent.len(), 4, "one message a fulfillment order");
}

story!(a_cancellation_releases_backorders);
async fn a_cancellation_releases_backorders(world: &mut World) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 2).await;
    world.pause(Consumer::Dispatch);
    let first = world.place_and_pay(Draft::new("1001").line("TEE", 2)).await;
    let second = world.place_and_pay(Draft::new("1002").line("TEE", 2)).await;
    assert_eq!(world.backordered(second).await, 2);
    world
        .cancels(first, &[("1", 1)])
        .await
        .expect("no request was sent yet");
    world.settle().await;
    assert_eq!(world.backordered(second).await, 1);
    world.resume_all();
    world.settle().await;
    assert_eq!(
        world.work(first).await,
        [("berlin".to_owned(), FulfillmentStatus::Requested, 1, 0)]
    );
}

story!(a_cancellation_confirmed_by_a_location_releases_backorders);
async fn a_cancellation_confirmed_by_a_location_releases_backorders(world: &mut World) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 2).await;
    let first = world.place_and_pay(Draft::new("1001").line("TEE", 2)).await;
    let second = world.place_and_pay(Draft::new("1002").line("TEE", 2)).await;
    world
        .cancels(first, &[])
        .await
        .expect("the location may still consent");
    world.settle().await;
    assert_eq!(
        world.backordered(second).await,
        2,
        "a request alone frees nothing"
    );
    world.confirms_cancellation("berlin", first).await;
    world.settle().await;
    assert_eq!(world.backordered(second).await, 0);
    assert_eq!(world.status(first).await, Status::Cancelled);
}

story!(an_adjustment_releases_backorders);
async fn an_adjustment_releases_backorders(world: &mut World) {
    berlin_has_nothing(world).await;
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 2)).await;
    world.adjusts("berlin", "TEE", 2).await;
    world.settle().await;
    assert_eq!(world.backordered(order).await, 0);
}

story!(less_safety_stock_releases_backorders);
async fn less_safety_stock_releases_backorders(world: &mut World) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 2).await;
    world.stock("berlin", "TEE", StockMovement::SafetyStock { units: 2 });
    world.settle().await;
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 2)).await;
    assert_eq!(world.backordered(order).await, 2);
    world.stock("berlin", "TEE", StockMovement::SafetyStock { units: 0 });
    world.settle().await;
    assert_eq!(world.backordered(order).await, 0);
}

story!(the_sweep_releases_backorders);
async fn the_sweep_releases_backorders(world: &mut World) {
    berlin_has_nothing(world).await;
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 2)).await;
    world.receives("berlin", "TEE", 2);
    world.pause(Consumer::Replenishment);
    world.settle().await;
    world.messages_are_lost().await;
    world.resume_all();
    world.settle().await;
    assert_eq!(world.backordered(order).await, 2);
    world.sweeps();
    world.settle().await;
    assert_eq!(world.backordered(order).await, 0);
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

story!(two_lines_of_one_order_are_released_by_one_receipt);
async fn two_lines_of_one_order_are_released_by_one_receipt(world: &mut World) {
    berlin_has_nothing(world).await;
    let order = world
        .place_and_pay(Draft::new("1001").line("TEE", 1).line("TEE", 2))
        .await;
    assert_eq!(world.backordered(order).await, 3);
    world.receives("berlin", "TEE", 3);
    world.settle().await;
    assert_eq!(
        (world.backordered(order).await, world.assigned(order).await),
        (0, 3)
    );
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
