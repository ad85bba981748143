//! A location ships in several boxes, or less than it was asked for.

use app::ports::Store;
use domain::order::{FulfillmentStatus, Status};

use crate::world::{Draft, World};

pub async fn a_warehouse_ships_in_two_boxes<S: Store + Send>(world: &mut World<S>) {
    world.warehouse("berlin").await;
    world.shelf("berlin", "TEE", 5).await;
    world.shelf("berlin", "MUG", 5).await;
    let order = world
        .place_and_pay(Draft::new("1001").line("TEE", 3).line("MUG", 1))
        .await;
    world
        .ships_these("berlin", order, "BOX-1", &[("1", 2)], false)
        .await;
    world.settle().await;
    assert_eq!(world.status(order).await, Status::PartiallyFulfilled);
    world
        .ships_these("berlin", order, "BOX-2", &[("1", 1), ("2", 1)], false)
        .await;
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Fulfilled);
    assert_eq!(world.order(order).await.state.shipments.len(), 2);
    assert_eq!(world.level("berlin", "TEE").await.on_hand, 2);
    world.delivers("berlin", order, "BOX-2");
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Fulfilled);
    world.delivers("berlin", order, "BOX-1");
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Delivered);
}

pub async fn what_a_warehouse_ships_short_comes_from_elsewhere<S: Store + Send>(
    world: &mut World<S>,
) {
    world.warehouse("berlin").await;
    world.third_party("hamburg").await;
    world.shelf("berlin", "TEE", 3).await;
    world.shelf("hamburg", "TEE", 3).await;
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 3)).await;
    assert_eq!(
        world.work(order).await,
        [("berlin".to_owned(), FulfillmentStatus::Requested, 3, 0)]
    );
    world
        .ships_these("berlin", order, "BOX-1", &[("1", 2)], true)
        .await;
    world.settle().await;
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
    world.ships("hamburg", order, "BOX-2").await;
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Fulfilled);
}

pub async fn what_a_warehouse_ships_short_waits_when_nobody_else_has_it<S: Store + Send>(
    world: &mut World<S>,
) {
    world.warehouse("berlin").await;
    world.third_party("hamburg").await;
    world.shelf("berlin", "TEE", 5).await;
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 3)).await;
    world
        .ships_these("berlin", order, "BOX-1", &[("1", 2)], true)
        .await;
    world.settle().await;
    // Berlin has two more in the books, but has just not found what the books had.
    assert_eq!(
        (
            world.waiting(order).await,
            world.level("berlin", "TEE").await.available()
        ),
        (1, 2)
    );
    world.receives("hamburg", "TEE", 1);
    world.settle().await;
    assert_eq!(
        (world.waiting(order).await, world.assigned(order).await),
        (0, 1)
    );
}
