//! Cancelling: at once, by asking, or too late.

use app::{
    failure::Failure,
    ports::{ProviderRequest, Store},
    usecases::{
        cancel::{CancelRequest, cancel},
        idempotency::IdempotencyKey,
    },
};
use domain::order::{Actor, CancelReason, ExceptionKind, FulfillmentStatus, Status};

use crate::world::{Consumer, Draft, World};

/// An order of two shirts that Berlin has been told of.
async fn berlin_was_told<S: Store + Send>(world: &mut World<S>) -> domain::ids::OrderId {
    world.warehouse("berlin").await;
    world.shelf("berlin", "TEE", 10).await;
    world.place_and_pay(Draft::new("1001").line("TEE", 2)).await
}

pub async fn part_of_an_order_is_cancelled_before_picking<S: Store + Send>(world: &mut World<S>) {
    world.warehouse("berlin").await;
    world.shelf("berlin", "TEE", 10).await;
    world.falls_asleep(Consumer::Dispatch);
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 3)).await;
    let answer = world
        .cancels(order, &[("1", 1)])
        .await
        .expect("nobody was told yet");
    assert_eq!(
        (answer.lines[0].cancelled, answer.lines[0].asked_of.len()),
        (1, 0)
    );
    // The last unit's cell: the largest remainders went to the units before it.
    assert_eq!(answer.refund_owed, 1999 + 380 + 163);
    assert_eq!(world.level("berlin", "TEE").await.reserved, 2);
    world.all_wake_up();
    world.settle().await;
    world.ships("berlin", order, "BOX-1").await;
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Fulfilled);
    assert_eq!(world.times(order, "UnitsCancelled").await, 1);
    assert_eq!(world.refund_owed(order).await, answer.refund_owed);
}

pub async fn a_whole_order_is_cancelled_before_anyone_was_told<S: Store + Send>(
    world: &mut World<S>,
) {
    world.warehouse("berlin").await;
    world.shelf("berlin", "TEE", 10).await;
    world.falls_asleep(Consumer::Dispatch);
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 2)).await;
    let answer = world
        .cancels(order, &[])
        .await
        .expect("nobody was told yet");
    assert_eq!(answer.refund_owed, world.total("1001"));
    world.all_wake_up();
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Cancelled);
    assert_eq!(world.told(), []);
    assert_eq!(world.level("berlin", "TEE").await.available(), 10);
}

pub async fn a_cancellation_after_shipping_is_refused<S: Store + Send>(world: &mut World<S>) {
    let order = berlin_was_told(world).await;
    world.ships("berlin", order, "BOX-1").await;
    world.settle().await;
    let Ok(
        answer @ app::usecases::cancel::CancelOutcome {
            result: app::usecases::cancel::CancelResult::NothingToCancel,
            ..
        },
    ) = world.cancels(order, &[]).await
    else {
        panic!("too late")
    };
    let refused = &answer.lines[0].refusals[0];
    assert_eq!(
        (refused.units, refused.winner.as_str(), refused.by.as_str()),
        (2, "shipped", "berlin")
    );
    assert_eq!(world.status(order).await, Status::Fulfilled);
}

pub async fn a_cancellation_after_picking_is_refused<S: Store + Send>(world: &mut World<S>) {
    let order = berlin_was_told(world).await;
    world.picks("berlin", order).await;
    world.settle().await;
    let Ok(
        answer @ app::usecases::cancel::CancelOutcome {
            result: app::usecases::cancel::CancelResult::NothingToCancel,
            ..
        },
    ) = world.cancels(order, &[("1", 1)]).await
    else {
        panic!("too late")
    };
    let refused = &answer.lines[0].refusals[0];
    assert_eq!(
        (refused.units, refused.winner.as_str(), refused.by.as_str()),
        (1, "picking", "berlin")
    );
    assert_eq!(world.refund_owed(order).await, 0);
}

pub async fn what_can_be_cancelled_is_and_the_rest_is_refused<S: Store + Send>(
    world: &mut World<S>,
) {
    world.warehouse("berlin").await;
    world.third_party("hamburg").await;
    world.shelf("berlin", "TEE", 1).await;
    world.shelf("hamburg", "MUG", 1).await;
    let order = world
        .place_and_pay(
            Draft::new("1001")
                .line("TEE", 1)
                .line("MUG", 1)
                .line("LAMP", 1),
        )
        .await;
    world.ships("berlin", order, "BOX-1").await;
    world.settle().await;
    let answer = world.cancels(order, &[]).await.expect("not all has left");
    let [tee, mug, lamp] = answer.lines.as_slice() else {
        panic!("{answer:?}")
    };
    assert_eq!(
        (tee.cancelled, tee.refusals.len()),
        (0, 1),
        "the shirt has left"
    );
    assert_eq!(
        (mug.cancelled, mug.asked_of[0].units),
        (0, 1),
        "hamburg is asked for the mug"
    );
    assert_eq!(
        (lamp.cancelled, lamp.refusals.len()),
        (1, 0),
        "the lamp was out of stock"
    );
    world.settle().await;
    world.cancels_there("hamburg", order).await;
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Fulfilled);
    assert_eq!(
        world.refund_owed(order).await,
        world.total("1001") - (1999 + 380 + 164)
    );
}

pub async fn a_cancellation_races_a_parcel<S: Store + Send>(world: &mut World<S>) {
    let order = berlin_was_told(world).await;
    world.accepts("berlin", order).await;
    world.settle().await;
    // The parcel has left, and we have not heard of it yet.
    world.ships("berlin", order, "BOX-1").await;
    let answer = world.cancels(order, &[]).await.expect("we can still ask");
    assert_eq!(answer.lines[0].asked_of[0].units, 2);
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Fulfilled);
    assert_eq!(world.times(order, "CancellationRefused").await, 1);
    assert_eq!(
        (
            world.times(order, "UnitsCancelled").await,
            world.refund_owed(order).await
        ),
        (0, 0)
    );
}

pub async fn a_parcel_that_leaves_after_a_cancellation_is_noted_for_a_person<S: Store + Send>(
    world: &mut World<S>,
) {
    let order = berlin_was_told(world).await;
    world
        .cancels(order, &[])
        .await
        .expect("berlin can be asked");
    world.settle().await;
    world.cancels_there("berlin", order).await;
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Cancelled);
    world
        .ships_these("berlin", order, "BOX-1", &[("1", 2)], true)
        .await;
    world.settle().await;
    assert_eq!(
        world.exceptions(order).await,
        [ExceptionKind::ShippedAfterCancel]
    );
    assert_eq!(world.status(order).await, Status::Cancelled);
    assert_eq!(
        world.order(order).await.state.shipments.len(),
        1,
        "the parcel is recorded"
    );
    assert_eq!(
        world.refund_owed(order).await,
        world.total("1001"),
        "owed once"
    );
    assert_eq!(
        world.level("berlin", "TEE").await.on_hand,
        8,
        "the shirts are gone"
    );
}

pub async fn a_location_consents_to_a_cancellation<S: Store + Send>(world: &mut World<S>) {
    let order = berlin_was_told(world).await;
    let answer = world
        .cancels(order, &[("1", 1)])
        .await
        .expect("berlin can be asked");
    assert_eq!(
        (answer.lines[0].cancelled, answer.lines[0].asked_of[0].units),
        (0, 1)
    );
    world.settle().await;
    let asked = world
        .told()
        .into_iter()
        .filter(|sent| matches!(sent.request, ProviderRequest::Cancel { .. }));
    assert_eq!(asked.count(), 1);
    let berlin = world.work_at("berlin", order).await;
    let one = domain::inbound::FactLine {
        line: "1".parse().expect("a line"),
        quantity: 1,
    };
    world.says(
        "berlin",
        order,
        berlin,
        domain::inbound::FulfillmentFact::Cancelled { lines: vec![one] },
    );
    world.settle().await;
    assert_eq!(world.times(order, "UnitsCancelled").await, 1);
    assert_eq!(world.refund_owed(order).await, 1999 + 380 + 245);
    world.ships("berlin", order, "BOX-1").await;
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Fulfilled);
}

pub async fn a_location_refuses_a_cancellation<S: Store + Send>(world: &mut World<S>) {
    let order = berlin_was_told(world).await;
    world
        .cancels(order, &[])
        .await
        .expect("berlin can be asked");
    world.settle().await;
    world.will_not_cancel("berlin", order).await;
    world.settle().await;
    assert_eq!(world.times(order, "CancellationRefused").await, 1);
    assert_eq!(
        (world.assigned(order).await, world.refund_owed(order).await),
        (2, 0)
    );
    world.ships("berlin", order, "BOX-1").await;
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Fulfilled);
}

pub async fn a_location_is_asked_anew_after_it_has_refused<S: Store + Send>(world: &mut World<S>) {
    let order = berlin_was_told(world).await;
    world
        .cancels(order, &[])
        .await
        .expect("berlin can be asked");
    world.settle().await;
    world.will_not_cancel("berlin", order).await;
    world.settle().await;
    world
        .cancels(order, &[])
        .await
        .expect("berlin can be asked again");
    world.settle().await;
    let asked = world
        .told()
        .into_iter()
        .filter(|sent| matches!(sent.request, ProviderRequest::Cancel { .. }));
    assert_eq!(asked.count(), 2, "another wish is another message");
    world.cancels_there("berlin", order).await;
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Cancelled);
}

pub async fn an_order_is_cancelled_after_its_last_parcel_but_for_the_rest<S: Store + Send>(
    world: &mut World<S>,
) {
    world.warehouse("berlin").await;
    world.shelf("berlin", "TEE", 2).await;
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 3)).await;
    world.ships("berlin", order, "BOX-1").await;
    world.settle().await;
    assert_eq!(world.status(order).await, Status::PartiallyFulfilled);
    let answer = world
        .cancels(order, &[("1", 1)])
        .await
        .expect("one unit waits for stock");
    assert_eq!(answer.lines[0].cancelled, 1);
    assert_eq!(world.status(order).await, Status::Fulfilled);
    assert_eq!(
        world.work(order).await,
        [("berlin".to_owned(), FulfillmentStatus::Shipped, 0, 2)]
    );
}

pub async fn the_same_key_with_other_words_is_refused<S: Store + Send>(world: &mut World<S>) {
    world.warehouse("berlin").await;
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 2)).await;
    let request = CancelRequest {
        lines: Vec::new(),
        reason: CancelReason::CustomerRequested,
        note: None,
    };
    let key = |content: &str| IdempotencyKey::new("key", content.as_bytes()).expect("a key");
    let agent = Actor::system("agent");
    cancel(
        &world.store,
        &world.clock,
        order,
        &request,
        &key("one"),
        &agent,
    )
    .await
    .expect("cancelled");
    let reused = cancel(
        &world.store,
        &world.clock,
        order,
        &request,
        &key("two"),
        &agent,
    )
    .await;
    assert!(matches!(reused, Err(Failure::KeyReused)), "{reused:?}");
}

pub async fn a_cancellation_is_asked_for_while_a_hold_stands<S: Store + Send>(
    world: &mut World<S>,
) {
    let order = berlin_was_told(world).await;
    world.accepts("berlin", order).await;
    world.settle().await;
    world.holds(order, "call-back").await;
    world
        .cancels(order, &[])
        .await
        .expect("berlin can be asked");
    world.settle().await;
    let asked = world
        .told()
        .into_iter()
        .filter(|sent| matches!(sent.request, ProviderRequest::Cancel { .. }));
    assert_eq!(asked.count(), 1);
    world.cancels_there("berlin", order).await;
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Cancelled);
}
