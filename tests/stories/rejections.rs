//! Locations decline.

use app::ports::Store;
use domain::order::FulfillmentStatus;

use crate::world::{Draft, World};

pub async fn what_one_location_rejects_goes_to_another<S: Store + Send>(world: &mut World<S>) {
    world.warehouse("berlin").await;
    world.third_party("hamburg").await;
    world.shelf("berlin", "TEE", 3).await;
    world.shelf("hamburg", "TEE", 3).await;
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

pub async fn units_that_a_location_cannot_find_are_written_off<S: Store + Send>(
    world: &mut World<S>,
) {
    world.warehouse("berlin").await;
    world.shelf("berlin", "TEE", 3).await;
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 2)).await;
    world.rejects("berlin", order, "out_of_stock").await;
    world.settle().await;
    let shelf = world.level("berlin", "TEE").await;
    assert_eq!((shelf.on_hand, shelf.reserved), (1, 0));
    assert_eq!(world.waiting(order).await, 2);
}

pub async fn what_everyone_rejects_waits_for_others<S: Store + Send>(world: &mut World<S>) {
    world.warehouse("berlin").await;
    world.third_party("hamburg").await;
    world.shelf("berlin", "TEE", 2).await;
    world.shelf("hamburg", "TEE", 2).await;
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 2)).await;
    world.rejects("berlin", order, "cannot_ship").await;
    world.settle().await;
    world.rejects("hamburg", order, "cannot_ship").await;
    world.settle().await;
    assert_eq!(world.waiting(order).await, 2);
    world.supplier("acme").await;
    world.receives("acme", "TEE", 2);
    world.settle().await;
    assert_eq!(
        (world.waiting(order).await, world.assigned(order).await),
        (0, 2)
    );
}

pub async fn what_is_rejected_is_free_for_those_who_wait<S: Store + Send>(world: &mut World<S>) {
    world.warehouse("berlin").await;
    world.shelf("berlin", "TEE", 2).await;
    let first = world.place_and_pay(Draft::new("1001").line("TEE", 2)).await;
    let second = world.place_and_pay(Draft::new("1002").line("TEE", 2)).await;
    assert_eq!(world.waiting(second).await, 2);
    // Berlin cannot ship this order, perhaps for its address; the shirts are there.
    world.rejects("berlin", first, "cannot_ship").await;
    world.settle().await;
    assert_eq!(
        (world.waiting(first).await, world.waiting(second).await),
        (2, 0)
    );
}
