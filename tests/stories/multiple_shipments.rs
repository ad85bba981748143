//! A location ships in several shipments, or less than requested.

use domain::order::{FulfillmentStatus, Status};

use crate::{
    story::story,
    world::{Draft, World},
};

story!(a_warehouse_ships_in_two_shipments);
async fn a_warehouse_ships_in_two_shipments(world: &mut World) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 5).await;
    world.has_stock("berlin", "MUG", 5).await;
    let order = world
        .place_and_pay(Draft::new("1001").line("TEE", 3).line("MUG", 1))
        .await;
    world
        .ships_these("berlin", order, "SHIPMENT-1", &[("1", 2)], false)
        .await;
    world.settle().await;
    assert_eq!(world.status(order).await, Status::PartiallyFulfilled);
    world
        .ships_these("berlin", order, "SHIPMENT-2", &[("1", 1), ("2", 1)], false)
        .await;
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Fulfilled);
    assert_eq!(world.order(order).await.state.shipments.len(), 2);
    assert_eq!(world.level("berlin", "TEE").await.on_hand, 2);
    world.delivers("berlin", order, "SHIPMENT-2");
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Fulfilled);
    world.delivers("berlin", order, "SHIPMENT-1");
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Delivered);
}

story!(units_shipped_short_are_routed_to_another_location);
async fn units_shipped_short_are_routed_to_another_location(world: &mut World) {
    world.warehouse("berlin").await;
    world.third_party("hamburg").await;
    world.has_stock("berlin", "TEE", 3).await;
    world.has_stock("hamburg", "TEE", 3).await;
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 3)).await;
    assert_eq!(
        world.work(order).await,
        [("berlin".to_owned(), FulfillmentStatus::Requested, 3, 0)]
    );
    world
        .ships_these("berlin", order, "SHIPMENT-1", &[("1", 2)], true)
        .await;
    world.settle().await;
    world.grace_passes().await;
    let work = [
        ("berlin".to_owned(), FulfillmentStatus::Shipped, 0, 2),
        ("hamburg".to_owned(), FulfillmentStatus::Requested, 1, 0),
    ];
    assert_eq!(world.work(order).await, work);
    assert_eq!(
        world.level("berlin", "TEE").await.on_hand,
        0,
        "what was not there is written off"
    );
    world.ships("hamburg", order, "SHIPMENT-2").await;
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Fulfilled);
}

story!(units_shipped_short_are_backordered_when_no_other_location_has_them);
async fn units_shipped_short_are_backordered_when_no_other_location_has_them(world: &mut World) {
    world.warehouse("berlin").await;
    world.third_party("hamburg").await;
    world.has_stock("berlin", "TEE", 5).await;
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 3)).await;
    world
        .ships_these("berlin", order, "SHIPMENT-1", &[("1", 2)], true)
        .await;
    world.settle().await;
    world.grace_passes().await;
    // Two more are recorded at Berlin, but Berlin has just reported that units are missing.
    assert_eq!(
        (
            world.backordered(order).await,
            world.level("berlin", "TEE").await.available()
        ),
        (1, 2)
    );
    world.receives("hamburg", "TEE", 1);
    world.settle().await;
    assert_eq!(
        (world.backordered(order).await, world.assigned(order).await),
        (0, 1)
    );
}
