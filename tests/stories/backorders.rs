//! What releases backorders: receipts, cancellations, adjustments, the sweep.

use domain::{
    order::{FulfillmentStatus, Status},
    stock::StockMovement,
};

use jiff::SignedDuration;

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

story!(a_long_queue_is_continued_in_another_message_when_the_time_is_over);
async fn a_long_queue_is_continued_in_another_message_when_the_time_is_over(world: &mut World) {
    berlin_has_nothing(world).await;
    let mut orders = Vec::new();
    for number in 1001..1009 {
        let draft = Draft::new(&number.to_string()).line("TEE", 1);
        orders.push(world.place_and_pay(draft).await);
    }
    // The time of a message is over after two or three of them.
    world.releases_are_slow(SignedDuration::from_secs(7));
    world.receives("berlin", "TEE", 8);
    world.settle().await;
    let messages = world.continued();
    // At least once: a duplicate that is delivered meanwhile may release the rest.
    assert!(messages >= 1, "continued {messages} times");
    for order in orders {
        assert_eq!(world.backordered(order).await, 0);
    }
}
