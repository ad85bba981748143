//! A customer whose data was erased. In memory only: no port can erase yet.

use std::sync::Arc;

use app::{failure::Failure, memory::MemoryStore};
use stories::{
    case,
    redelivery::Delivery,
    world::{Consumer, Draft, World},
};

case!(an_order_whose_customer_was_erased_is_not_sent_and_becomes_a_dead_letter);
async fn an_order_whose_customer_was_erased_is_not_sent_and_becomes_a_dead_letter() {
    let store = Arc::new(MemoryStore::default());
    let mut world = World::new(Arc::clone(&store), Delivery::InOrderOnce);
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 10).await;
    world.pause(Consumer::Dispatch);
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 2)).await;
    store.erase(order);
    world.resume_all();
    world.settle().await;
    assert_eq!(world.requests(), []);
    let reasons: Vec<String> = world
        .dead_letters()
        .into_iter()
        .map(|letter| letter.reason)
        .collect();
    assert_eq!(reasons, [Failure::Inconsistent(String::new()).code()]);
    let table = store.snapshot().expect("a table that can be read");
    assert_eq!(domain::invariants::check(&table), []);
}
