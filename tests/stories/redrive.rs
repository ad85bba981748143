//! Nothing waits for luck: what was lost is made up for by the sweep.

use app::ports::{ProviderRequest, Store};
use domain::order::{FulfillmentStatus, Status};

use crate::world::{Consumer, Draft, World};

/// The order is paid, and the messages that follow, to one function, are lost.
async fn lost<S: Store + Send>(world: &mut World<S>, consumer: Consumer) -> domain::ids::OrderId {
    world.warehouse("berlin").await;
    world.shelf("berlin", "TEE", 10).await;
    world.falls_asleep(consumer);
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 2)).await;
    world.messages_are_lost().await;
    world.all_wake_up();
    world.sweeps();
    world.settle().await;
    order
}

pub async fn a_lost_message_to_routing_is_made_up_for<S: Store + Send>(world: &mut World<S>) {
    let order = lost(world, Consumer::Routing).await;
    assert_eq!(
        world.status(order).await,
        Status::Paid,
        "it is not overdue yet"
    );
    world.minutes_pass(10);
    world.sweeps();
    world.settle().await;
    assert_eq!(
        world.work(order).await,
        [("berlin".to_owned(), FulfillmentStatus::Requested, 2, 0)]
    );
}

pub async fn a_lost_message_to_dispatch_is_made_up_for<S: Store + Send>(world: &mut World<S>) {
    let order = lost(world, Consumer::Dispatch).await;
    assert_eq!(world.told(), []);
    world.minutes_pass(10);
    world.sweeps();
    world.settle().await;
    assert_eq!(world.told().len(), 1);
    assert_eq!(
        world.work(order).await,
        [("berlin".to_owned(), FulfillmentStatus::Requested, 2, 0)]
    );
}

pub async fn a_lost_message_to_cancellation_is_made_up_for<S: Store + Send>(world: &mut World<S>) {
    let order = world.place(Draft::new("1001").line("TEE", 2)).await;
    world.falls_asleep(Consumer::Cancellation);
    world.payment_fails("1001");
    world.settle().await;
    world.messages_are_lost().await;
    world.all_wake_up();
    world.minutes_pass(10);
    world.sweeps();
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Cancelled);
}

pub async fn a_location_that_has_not_answered_is_told_again<S: Store + Send>(world: &mut World<S>) {
    world.warehouse("berlin").await;
    world.shelf("berlin", "TEE", 10).await;
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 2)).await;
    let before = world.courier.inner.sent().len();
    world.minutes_pass(10);
    world.sweeps();
    world.settle().await;
    assert!(world.courier.inner.sent().len() > before, "told again");
    assert_eq!(world.told().len(), 1, "by the very same message");
    world.accepts("berlin", order).await;
    world.settle().await;
    let before = world.courier.inner.sent().len();
    world.minutes_pass(10);
    world.sweeps();
    world.settle().await;
    assert_eq!(
        world.courier.inner.sent().len(),
        before,
        "what is accepted is not told again"
    );
}

pub async fn a_location_out_of_reach_keeps_nobody_else_from_being_told<S: Store + Send>(
    world: &mut World<S>,
) {
    world.warehouse("berlin").await;
    world.third_party("hamburg").await;
    world.shelf("berlin", "TEE", 1).await;
    world.shelf("hamburg", "TEE", 1).await;
    world
        .courier
        .inner
        .set_unreachable("berlin".parse().expect("a location"));
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 2)).await;
    let told: Vec<String> = world
        .told()
        .iter()
        .map(|sent| sent.location.to_string())
        .collect();
    assert_eq!(told, ["hamburg"]);
    let dead = world.dead_letters();
    assert!(
        dead.iter().all(|letter| letter.reason == "unavailable"),
        "{dead:?}"
    );
    world.courier.inner.set_all_reachable();
    world.minutes_pass(10);
    world.sweeps();
    world.settle().await;
    let fulfill = world
        .told()
        .into_iter()
        .filter(|sent| matches!(sent.request, ProviderRequest::Fulfill { .. }));
    assert_eq!(fulfill.count(), 2);
    assert_eq!(world.work(order).await.len(), 2);
}

pub async fn messages_that_are_lost_time_and_again_are_made_up_for_each_time<S: Store + Send>(
    world: &mut World<S>,
) {
    world.third_party("hamburg").await;
    world.shelf("hamburg", "TEE", 10).await;
    let order = lost(world, Consumer::Routing).await;
    world.minutes_pass(10);
    world.sweeps();
    world.settle().await;
    world.falls_asleep(Consumer::Routing);
    world.rejects("berlin", order, "cannot_ship").await;
    world.settle().await;
    world.messages_are_lost().await;
    world.all_wake_up();
    world.minutes_pass(10);
    world.sweeps();
    world.settle().await;
    let work = [
        ("berlin".to_owned(), FulfillmentStatus::Rejected, 0, 0),
        ("hamburg".to_owned(), FulfillmentStatus::Requested, 2, 0),
    ];
    assert_eq!(world.work(order).await, work);
}
