//! The sweep redrives what lost messages left undone.

use app::{memory::Sent, ports::ProviderRequest};
use domain::{
    health::{FAILURES_TO_OPEN, HealthState, LocationHealth},
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

/// The schedule goes on until it is so. A probe may die with its process, and then the next one is due a little later.
async fn sweeps_until(world: &mut World, is_so: impl Fn(&World) -> bool) {
    for _ in 0..10 {
        world.minutes_pass(5);
        world.sweeps();
        world.settle().await;
        if is_so(world) {
            return;
        }
    }
    panic!("not so after ten sweeps: {:?}", world.requests());
}

fn fulfill_requests(world: &World) -> usize {
    let requests = world.requests();
    let fulfill = |sent: &&Sent| matches!(sent.request, ProviderRequest::Fulfill { .. });
    requests.iter().filter(fulfill).count()
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
    assert_eq!(world.dead_letters(), []);
    world.provider.inner.set_all_reachable();
    sweeps_until(world, |world| fulfill_requests(world) == 2).await;
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

story!(a_silence_that_a_person_has_closed_is_shown_again_after_growing_pauses);
async fn a_silence_that_a_person_has_closed_is_shown_again_after_growing_pauses(world: &mut World) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 10).await;
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 2)).await;
    let hours_pass = async |world: &mut World, hours: i64| {
        for _ in 0..hours {
            world.minutes_pass(60);
            world.sweeps();
            world.settle().await;
        }
    };
    let silent = ExceptionKind::LocationSilent;
    let shown = std::slice::from_ref(&silent);
    hours_pass(world, 6).await;
    assert_eq!(world.exceptions(order).await, shown);
    for days in [1, 2, 4] {
        world.closes_exception(order, &silent).await;
        hours_pass(world, days * 24 - 2).await;
        assert_eq!(
            world.exceptions(order).await,
            [],
            "{days} days are not over"
        );
        hours_pass(world, 4).await;
        assert_eq!(world.exceptions(order).await, shown, "after {days} days");
    }
}

/// Berlin does not answer, and so many orders are for it.
async fn berlin_does_not_answer(world: &mut World, orders: u32) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", orders).await;
    let berlin = "berlin".parse().expect("a location");
    world.provider.inner.set_unreachable(berlin);
    for number in 1..=orders {
        let draft = Draft::new(&format!("{}", 1000 + number)).line("TEE", 1);
        world.place_and_pay(draft).await;
    }
}

async fn health_of_berlin(world: &World) -> LocationHealth {
    world
        .health()
        .await
        .into_iter()
        .next()
        .expect("a location that failed")
}

story!(nothing_is_sent_to_a_location_that_is_down_until_a_pause_is_over);
async fn nothing_is_sent_to_a_location_that_is_down_until_a_pause_is_over(world: &mut World) {
    berlin_does_not_answer(world, 8).await;
    let health = health_of_berlin(world).await;
    assert_eq!(health.state(), HealthState::Down);
    assert_eq!(
        health.last_failure.expect("a failure").code,
        "connect_failed"
    );
    let attempts = world.provider.inner.refused();
    world.sweeps();
    world.settle().await;
    assert_eq!(
        world.provider.inner.refused(),
        attempts,
        "a pause is not over"
    );
    world.minutes_pass(10);
    world.sweeps();
    world.settle().await;
    let probes = world.provider.inner.refused() - attempts;
    // One, and more only when processes die before they can write how it went.
    assert!(probes <= 4, "eight orders are due, and {probes} were tried");
}

story!(hours_with_a_location_that_is_down_make_no_dead_letters);
async fn hours_with_a_location_that_is_down_make_no_dead_letters(world: &mut World) {
    berlin_does_not_answer(world, 6).await;
    let attempts = world.provider.inner.refused();
    for _ in 0..36 {
        world.minutes_pass(5);
        world.sweeps();
        world.settle().await;
    }
    assert_eq!(world.dead_letters(), []);
    let attempts = world.provider.inner.refused() - attempts;
    // One probe a sweep; a process that dies cannot say how its probe went, so that another one comes sooner.
    assert!((1..=72).contains(&attempts), "{attempts} in three hours");
    // However long it was down, the sweep alone sends everything soon after it is up.
    world.messages_are_lost().await;
    world.provider.inner.set_all_reachable();
    sweeps_until(world, |world| fulfill_requests(world) == 6).await;
    assert_eq!(health_of_berlin(world).await.state(), HealthState::Up);
}

story!(a_location_that_fails_now_and_then_is_not_down);
async fn a_location_that_fails_now_and_then_is_not_down(world: &mut World) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 20).await;
    world.place_and_pay(Draft::new("1001").line("TEE", 1)).await;
    assert_eq!(world.health().await, []);
    world.provider.inner.refuse_next(FAILURES_TO_OPEN - 1);
    world.place_and_pay(Draft::new("1002").line("TEE", 1)).await;
    assert_eq!(fulfill_requests(world), 2, "tried again at once");
    assert_eq!(health_of_berlin(world).await.state(), HealthState::Up);
}
