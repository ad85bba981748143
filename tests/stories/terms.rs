//! Terms of fulfillment.

use domain::{order::FulfillmentStatus, stock::StockMovement};

use crate::{
    story::story,
    world::{Draft, World},
};

story!(an_order_that_ships_complete_waits_for_all_units);
async fn an_order_that_ships_complete_waits_for_all_units(world: &mut World) {
    world.warehouse("berlin").await;
    world.third_party("hamburg").await;
    world.has_stock("berlin", "TEE", 5).await;
    world.has_stock("hamburg", "MUG", 0).await;
    let order = world
        .place_and_pay(
            Draft::new("1001")
                .line("TEE", 2)
                .line("MUG", 1)
                .ships_complete(),
        )
        .await;
    assert_eq!(
        (world.backordered(order).await, world.work(order).await),
        (3, vec![])
    );
    world.receives("hamburg", "MUG", 1);
    world.settle().await;
    let work = [
        ("berlin".to_owned(), FulfillmentStatus::Requested, 2, 0),
        ("hamburg".to_owned(), FulfillmentStatus::Requested, 1, 0),
    ];
    assert_eq!(world.work(order).await, work);
    assert_eq!(world.times(order, "BackorderReleased").await, 1);
}

story!(an_order_that_ships_complete_does_not_block_the_queue);
async fn an_order_that_ships_complete_does_not_block_the_queue(world: &mut World) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 2).await;
    world.has_stock("berlin", "MUG", 0).await;
    let complete = world
        .place_and_pay(
            Draft::new("1001")
                .line("TEE", 2)
                .line("MUG", 1)
                .ships_complete(),
        )
        .await;
    let plain = world.place_and_pay(Draft::new("1002").line("TEE", 1)).await;
    assert_eq!(
        (
            world.backordered(complete).await,
            world.backordered(plain).await
        ),
        (3, 0)
    );
    world.receives("berlin", "MUG", 1);
    world.settle().await;
    assert_eq!(world.backordered(complete).await, 3, "one shirt is gone");
    world.receives("berlin", "TEE", 1);
    world.settle().await;
    assert_eq!(
        (
            world.backordered(complete).await,
            world.assigned(complete).await
        ),
        (0, 3)
    );
}

story!(safety_stock_is_not_sold);
async fn safety_stock_is_not_sold(world: &mut World) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 5).await;
    world.stock("berlin", "TEE", StockMovement::SafetyStock { units: 2 });
    world.settle().await;
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 4)).await;
    assert_eq!(
        (world.assigned(order).await, world.backordered(order).await),
        (3, 1)
    );
    assert_eq!(world.level("berlin", "TEE").await.available(), 0);
}

story!(an_order_that_ships_complete_is_released_when_the_missing_units_are_cancelled);
async fn an_order_that_ships_complete_is_released_when_the_missing_units_are_cancelled(
    world: &mut World,
) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 2).await;
    world.has_stock("berlin", "MUG", 0).await;
    let order = world
        .place_and_pay(
            Draft::new("1001")
                .line("TEE", 2)
                .line("MUG", 1)
                .ships_complete(),
        )
        .await;
    assert_eq!(world.backordered(order).await, 3);
    world
        .cancels(order, &[("2", 1)])
        .await
        .expect("it waits for stock");
    world.settle().await;
    assert_eq!(
        (world.backordered(order).await, world.assigned(order).await),
        (0, 2)
    );
}

story!(an_order_that_ships_complete_overtakes_one_that_is_blocked_in_another_queue);
async fn an_order_that_ships_complete_overtakes_one_that_is_blocked_in_another_queue(
    world: &mut World,
) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 0).await;
    world.has_stock("berlin", "MUG", 0).await;
    let held = world.place_and_pay(Draft::new("1001").line("TEE", 1)).await;
    world.holds(held, "call-back").await;
    let complete = world
        .place_and_pay(
            Draft::new("1002")
                .line("TEE", 1)
                .line("MUG", 1)
                .ships_complete(),
        )
        .await;
    world.receives("berlin", "TEE", 1);
    world.settle().await;
    assert_eq!(
        (
            world.backordered(held).await,
            world.backordered(complete).await
        ),
        (1, 2)
    );
    world.receives("berlin", "MUG", 1);
    world.settle().await;
    assert_eq!(
        (
            world.backordered(held).await,
            world.backordered(complete).await
        ),
        (1, 0)
    );
}
