//! Locations reject work.

use domain::order::FulfillmentStatus;

use crate::{
    story::story,
    world::{Draft, World},
};

story!(units_that_one_location_rejects_are_routed_to_another);
async fn units_that_one_location_rejects_are_routed_to_another(world: &mut World) {
    world.warehouse("berlin").await;
    world.third_party("hamburg").await;
    world.has_stock("berlin", "TEE", 3).await;
    world.has_stock("hamburg", "TEE", 3).await;
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 2)).await;
    world.rejects("berlin", order, "cannot_ship").await;
    world.settle().await;
    let work = [
        ("berlin".to_owned(), FulfillmentStatus::Rejected, 0, 0),
        ("hamburg".to_owned(), FulfillmentStatus::Requested, 2, 0),
    ];
    assert_eq!(world.work(order).await, work);
    assert_eq!(world.level("berlin", "TEE").await.available(), 3);
}

story!(units_that_a_location_cannot_find_are_written_off);
async fn units_that_a_location_cannot_find_are_written_off(world: &mut World) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 3).await;
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 2)).await;
    world.rejects("berlin", order, "out_of_stock").await;
    world.settle().await;
    let shelf = world.level("berlin", "TEE").await;
    assert_eq!((shelf.on_hand, shelf.reserved), (1, 0));
    assert_eq!(world.backordered(order).await, 2);
}

story!(units_that_every_location_rejects_are_backordered);
async fn units_that_every_location_rejects_are_backordered(world: &mut World) {
    world.warehouse("berlin").await;
    world.third_party("hamburg").await;
    world.has_stock("berlin", "TEE", 2).await;
    world.has_stock("hamburg", "TEE", 2).await;
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 2)).await;
    world.rejects("berlin", order, "cannot_ship").await;
    world.settle().await;
    world.rejects("hamburg", order, "cannot_ship").await;
    world.settle().await;
    assert_eq!(world.backordered(order).await, 2);
    world.supplier("acme").await;
    world.receives("acme", "TEE", 2);
    world.settle().await;
    assert_eq!(
        (world.backordered(order).await, world.assigned(order).await),
        (0, 2)
    );
}

story!(rejected_units_are_released_to_backorders);
async fn rejected_units_are_released_to_backorders(world: &mut World) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 2).await;
    let first = world.place_and_pay(Draft::new("1001").line("TEE", 2)).await;
    let second = world.place_and_pay(Draft::new("1002").line("TEE", 2)).await;
    assert_eq!(world.backordered(second).await, 2);
    // Berlin cannot ship this order, perhaps because of its address; the T-shirts are in stock.
    world.rejects("berlin", first, "cannot_ship").await;
    world.settle().await;
    assert_eq!(
        (
            world.backordered(first).await,
            world.backordered(second).await
        ),
        (2, 0)
    );
}
