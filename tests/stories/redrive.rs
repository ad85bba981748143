//! The sweep redrives what lost messages left undone.

use app::ports::ProviderRequest;
use domain::{
    inbound::PaymentFact,
    order::{ExceptionKind, FulfillmentStatus, Status},
};

use crate::{
    story::story,
    world::{Consumer, Draft, World},
};

/// The order is paid, and all messages to one function after that are lost.
async fn lost(world: &mut World, consumer: Consumer) -> domain::ids::OrderId {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 10).await;
    world.pause(consumer);
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 2)).await;
    world.messages_are_lost().await;
    world.resume_all();
    world.sweeps();
    world.settle().await;
    order
}

story!(a_lost_message_to_routing_is_redriven);
async fn a_lost_message_to_routing_is_redriven(world: &mut World) {
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

story!(a_lost_message_to_dispatch_is_redriven);
async fn a_lost_message_to_dispatch_is_redriven(world: &mut World) {
    let order = lost(world, Consumer::Dispatch).await;
    assert_eq!(world.requests(), []);
    world.minutes_pass(10);
    world.sweeps();
    world.settle().await;
    assert_eq!(world.requests().len(), 1);
    assert_eq!(
        world.work(order).await,
        [("berlin".to_owned(), FulfillmentStatus::Requested, 2, 0)]
    );
}

story!(a_lost_message_to_cancellation_is_redriven);
async fn a_lost_message_to_cancellation_is_redriven(world: &mut World) {
    let order = world.place(Draft::new("1001").line("TEE", 2)).await;
    world.pause(Consumer::Cancellation);
    world.payment("1001", PaymentFact::Cancelled);
    world.settle().await;
    world.messages_are_lost().await;
    world.resume_all();
    world.minutes_pass(10);
    world.sweeps();
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Cancelled);
}

story!(a_request_without_an_answer_is_sent_again);
async fn a_request_without_an_answer_is_sent_again(world: &mut World) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 10).await;
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 2)).await;
    let before = world.provider.inner.sent().len();
    world.minutes_pass(10);
    world.sweeps();
    world.settle().await;
    assert!(world.provider.inner.sent().len() > before, "sent again");
    assert_eq!(world.requests().len(), 1, "with the same id");
    world.accepts("berlin", order).await;
    world.settle().await;
    let before = world.provider.inner.sent().len();
    world.minutes_pass(10);
    world.sweeps();
    world.settle().await;
    assert_eq!(
        world.provider.inner.sent().len(),
        before,
        "accepted work is not requested again"
    );
}

story!(an_unreachable_location_does_not_delay_the_others);
async fn an_unreachable_location_does_not_delay_the_others(world: &mut World) {
    world.warehouse("berlin").await;
    world.third_party("hamburg").await;
    world.has_stock("berlin", "TEE", 1).await;
    world.has_stock("hamburg", "TEE", 1).await;
    world
        .provider
        .inner
        .set_unreachable("berlin".parse().expect("a location"));
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 2)).await;
    let sent: Vec<String> = world
        .requests()
        .iter()
        .map(|sent| sent.location.to_string())
        .collect();
    assert_eq!(sent, ["hamburg"]);
    let dead = world.dead_letters();
    assert!(
        dead.iter().all(|letter| letter.reason == "unavailable"),
        "{dead:?}"
    );
    world.provider.inner.set_all_reachable();
    world.minutes_pass(10);
    world.sweeps();
    world.settle().await;
    let fulfill = world
        .requests()
        .into_iter()
        .filter(|sent| matches!(sent.request, ProviderRequest::Fulfill { .. }));
    assert_eq!(fulfill.count(), 2);
    assert_eq!(world.work(order).await.len(), 2);
}

story!(messages_lost_repeatedly_are_redriven_each_time);
async fn messages_lost_repeatedly_are_redriven_each_time(world: &mut World) {
    world.third_party("hamburg").await;
    world.has_stock("hamburg", "TEE", 10).await;
    let order = lost(world, Consumer::Routing).await;
    world.minutes_pass(10);
    world.sweeps();
    world.settle().await;
    world.pause(Consumer::Routing);
    world.rejects("berlin", order, "cannot_ship").await;
    world.settle().await;
    world.messages_are_lost().await;
    world.resume_all();
    world.minutes_pass(10);
    world.sweeps();
    world.settle().await;
    let work = [
        ("berlin".to_owned(), FulfillmentStatus::Rejected, 0, 0),
        ("hamburg".to_owned(), FulfillmentStatus::Requested, 2, 0),
    ];
    assert_eq!(world.work(order).await, work);
}

story!(a_silent_location_is_asked_with_growing_pauses_and_a_person_is_shown_it);
async fn a_silent_location_is_asked_with_growing_pauses_and_a_person_is_shown_it(
    world: &mut World,
) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 10).await;
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 2)).await;
    let before = world.provider.inner.sent().len();
    for _ in 0..(24 * 12) {
        world.minutes_pass(5);
        world.sweeps();
        world.settle().await;
    }
    let sent = world.provider.inner.sent().len() - before;
    // Every five minutes would be 288 times; a redelivered message sends once more.
    assert!((5..=30).contains(&sent), "sent {sent} times in a day");
    assert_eq!(world.requests().len(), 1, "the same id each time");
    assert_eq!(
        world.exceptions(order).await,
        [ExceptionKind::LocationSilent]
    );
    world.accepts("berlin", order).await;
    world.settle().await;
    assert_eq!(world.exceptions(order).await, []);
}
