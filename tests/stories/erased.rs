//! A customer whose data was erased. Told in memory only: erasing is no port's business yet.

use app::{failure::Failure, memory::MemoryStore};
use stories::{
    unkindly::Delivery,
    world::{Consumer, Draft, World},
};

#[tokio::test]
async fn an_order_whose_customer_was_erased_is_not_sent_and_someone_hears_of_it() {
    let mut world = World::new(MemoryStore::default(), Delivery::Kindly);
    world.warehouse("berlin").await;
    world.shelf("berlin", "TEE", 10).await;
    world.falls_asleep(Consumer::Dispatch);
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 2)).await;
    world.store.inner.erase(order);
    world.all_wake_up();
    world.settle().await;
    assert_eq!(world.told(), []);
    let reasons: Vec<String> = world
        .dead_letters()
        .into_iter()
        .map(|letter| letter.reason)
        .collect();
    assert_eq!(reasons, [Failure::Inconsistent(String::new()).code()]);
    assert_eq!(
        world
            .store
            .inner
            .snapshot()
            .map(|table| domain::invariants::check(&table))
            .ok(),
        Some(vec![])
    );
}
