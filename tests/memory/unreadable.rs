//! Orders that this build cannot read. In memory only: no port can write one.

use std::sync::Arc;

use app::memory::MemoryStore;
use domain::order::FulfillmentStatus;
use stories::{
    case,
    redelivery::Delivery,
    world::{Consumer, Draft, World},
};

case!(an_overdue_order_that_cannot_be_read_does_not_keep_the_others_waiting);
async fn an_overdue_order_that_cannot_be_read_does_not_keep_the_others_waiting() {
    let store = Arc::new(MemoryStore::default());
    let mut world = World::new(Arc::clone(&store), Delivery::InOrderOnce);
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 10).await;
    world.pause(Consumer::Routing);
    let broken = world.place_and_pay(Draft::new("1001").line("TEE", 2)).await;
    let order = world.place_and_pay(Draft::new("1002").line("TEE", 2)).await;
    world.messages_are_lost().await;
    world.resume_all();
    store.replace_state(broken, "{}");
    for _ in 0..2 {
        world.minutes_pass(10);
        world.sweeps();
        world.settle().await;
    }
    assert_eq!(
        world.work(order).await,
        [("berlin".to_owned(), FulfillmentStatus::Requested, 2, 0)]
    );
}

case!(a_backordered_order_that_cannot_be_read_does_not_keep_its_sku_waiting);
async fn a_backordered_order_that_cannot_be_read_does_not_keep_its_sku_waiting() {
    let store = Arc::new(MemoryStore::default());
    let mut world = World::new(Arc::clone(&store), Delivery::InOrderOnce);
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 1).await;
    let first = world.place_and_pay(Draft::new("1000").line("TEE", 1)).await;
    let broken = world.place_and_pay(Draft::new("1001").line("TEE", 2)).await;
    let order = world.place_and_pay(Draft::new("1002").line("TEE", 2)).await;
    assert_eq!(world.assigned(first).await, 1);
    assert_eq!(world.backordered(order).await, 2);
    store.replace_state(broken, "{}");
    world.receives("berlin", "TEE", 4);
    world.settle().await;
    assert_eq!(world.backordered(order).await, 0);
}
