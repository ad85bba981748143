//! Terms of fulfillment.

use app::ports::Store;
use domain::{inbound::StockMovement, order::FulfillmentStatus};

use crate::world::{Draft, World};

pub async fn an_order_that_ships_complete_waits_until_all_is_there<S: Store + Send>(
    world: &mut World<S>,
) {
    world.warehouse("berlin").await;
    world.third_party("hamburg").await;
    world.shelf("berlin", "TEE", 5).await;
    world.shelf("hamburg", "MUG", 0).await;
    let order = world
        .place_and_pay(
            Draft::new("1001")
                .line("TEE", 2)
                .line("MUG", 1)
                .ships_complete(),
        )
        .await;
    assert_eq!(
        (world.waiting(order).await, world.work(order).await),
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

pub async fn an_order_that_ships_complete_lets_others_pass_meanwhile<S: Store + Send>(
    world: &mut World<S>,
) {
    world.warehouse("berlin").await;
    world.shelf("berlin", "TEE", 2).await;
    world.shelf("berlin", "MUG", 0).await;
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
        (world.waiting(complete).await, world.waiting(plain).await),
        (3, 0)
    );
    world.receives("berlin", "MUG", 1);
    world.settle().await;
    assert_eq!(world.waiting(complete).await, 3, "one shirt is gone");
    world.receives("berlin", "TEE", 1);
    world.settle().await;
    assert_eq!(
        (
            world.waiting(complete).await,
            world.assigned(complete).await
        ),
        (0, 3)
    );
}

pub async fn safety_stock_is_not_sold<S: Store + Send>(world: &mut World<S>) {
    world.warehouse("berlin").await;
    world.shelf("berlin", "TEE", 5).await;
    world.stock("berlin", "TEE", StockMovement::SafetyStock { units: 2 });
    world.settle().await;
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 4)).await;
    assert_eq!(
        (world.assigned(order).await, world.waiting(order).await),
        (3, 1)
    );
    assert_eq!(world.level("berlin", "TEE").await.available(), 0);
}

pub async fn an_order_that_ships_complete_goes_when_what_is_missing_is_cancelled<
    S: Store + Send,
>(
    world: &mut World<S>,
) {
    world.warehouse("berlin").await;
    world.shelf("berlin", "TEE", 2).await;
    world.shelf("berlin", "MUG", 0).await;
    let order = world
        .place_and_pay(
            Draft::new("1001")
                .line("TEE", 2)
                .line("MUG", 1)
                .ships_complete(),
        )
        .await;
    assert_eq!(world.waiting(order).await, 3);
    world
        .cancels(order, &[("2", 1)])
        .await
        .expect("it waits for stock");
    world.settle().await;
    assert_eq!(
        (world.waiting(order).await, world.assigned(order).await),
        (0, 2)
    );
}

pub async fn an_order_that_ships_complete_passes_one_that_is_held_in_another_queue<
    S: Store + Send,
>(
    world: &mut World<S>,
) {
    world.warehouse("berlin").await;
    world.shelf("berlin", "TEE", 0).await;
    world.shelf("berlin", "MUG", 0).await;
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
        (world.waiting(held).await, world.waiting(complete).await),
        (1, 2)
    );
    world.receives("berlin", "MUG", 1);
    world.settle().await;
    assert_eq!(
        (world.waiting(held).await, world.waiting(complete).await),
        (1, 0)
    );
}
