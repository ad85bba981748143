//! Cancelling: at once, by request to a location, or too late.

use app::{
    failure::Failure,
    usecases::{
        cancel::{CancelRequest, cancel},
        idempotency::IdempotencyKey,
    },
};
use domain::order::{Actor, CancelReason, FulfillmentStatus, Status};

use crate::{
    story::story,
    world::{Consumer, Draft, World},
};

/// An order of two T-shirts that Berlin has received.
async fn berlin_has_a_request(world: &mut World) -> domain::ids::OrderId {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 10).await;
    world.place_and_pay(Draft::new("1001").line("TEE", 2)).await
}

story!(part_of_an_order_is_cancelled_before_picking);
async fn part_of_an_order_is_cancelled_before_picking(world: &mut World) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 10).await;
    world.pause(Consumer::Dispatch);
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 3)).await;
    let answer = world
        .cancels(order, &[("1", 1)])
        .await
        .expect("no request was sent yet");
    assert_eq!(
        (answer.lines[0].cancelled, answer.lines[0].requested.len()),
        (1, 0)
    );
    // The last unit's cell: the largest remainders went to the units before it.
    assert_eq!(answer.refund_owed, 1999 + 380 + 163);
    assert_eq!(world.level("berlin", "TEE").await.reserved, 2);
    world.resume_all();
    world.settle().await;
    world.ships("berlin", order, "SHIPMENT-1").await;
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Fulfilled);
    assert_eq!(world.times(order, "UnitsCancelled").await, 1);
    assert_eq!(world.refund_owed(order).await, answer.refund_owed);
}

story!(a_whole_order_is_cancelled_before_any_request_is_sent);
async fn a_whole_order_is_cancelled_before_any_request_is_sent(world: &mut World) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 10).await;
    world.pause(Consumer::Dispatch);
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 2)).await;
    let answer = world
        .cancels(order, &[])
        .await
        .expect("no request was sent yet");
    assert_eq!(answer.refund_owed, world.total("1001"));
    world.resume_all();
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Cancelled);
    assert_eq!(world.requests(), []);
    assert_eq!(world.level("berlin", "TEE").await.available(), 10);
}

story!(a_cancellation_after_shipping_is_refused);
async fn a_cancellation_after_shipping_is_refused(world: &mut World) {
    let order = berlin_has_a_request(world).await;
    world.ships("berlin", order, "SHIPMENT-1").await;
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
    let refused = &answer.lines[0].refused[0];
    assert_eq!(
        (refused.units, refused.winner.as_str(), refused.by.as_str()),
        (2, "shipped", "berlin")
    );
    assert_eq!(world.status(order).await, Status::Fulfilled);
}

story!(a_cancellation_after_picking_is_refused);
async fn a_cancellation_after_picking_is_refused(world: &mut World) {
    let order = berlin_has_a_request(world).await;
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
    let refused = &answer.lines[0].refused[0];
    assert_eq!(
        (refused.units, refused.winner.as_str(), refused.by.as_str()),
        (1, "picking", "berlin")
    );
    assert_eq!(world.refund_owed(order).await, 0);
}

story!(units_that_can_be_cancelled_are_and_the_rest_is_refused);
async fn units_that_can_be_cancelled_are_and_the_rest_is_refused(world: &mut World) {
    world.warehouse("berlin").await;
    world.third_party("hamburg").await;
    world.has_stock("berlin", "TEE", 1).await;
    world.has_stock("hamburg", "MUG", 1).await;
    let order = world
        .place_and_pay(
            Draft::new("1001")
                .line("TEE", 1)
                .line("MUG", 1)
                .line("LAMP", 1),
        )
        .await;
    world.ships("berlin", order, "SHIPMENT-1").await;
    world.settle().await;
    let answer = world.cancels(order, &[]).await.expect("not all has left");
    let [tee, mug, lamp] = answer.lines.as_slice() else {
        panic!("{answer:?}")
    };
    assert_eq!(
        (tee.cancelled, tee.refused.len()),
        (0, 1),
        "the shirt has left"
    );
    assert_eq!(
        (mug.cancelled, mug.requested[0].units),
        (0, 1),
        "hamburg is asked for the mug"
    );
    assert_eq!(
        (lamp.cancelled, lamp.refused.len()),
        (1, 0),
        "the lamp was out of stock"
    );
    world.settle().await;
    world.confirms_cancellation("hamburg", order).await;
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Fulfilled);
    assert_eq!(
        world.refund_owed(order).await,
        world.total("1001") - (1999 + 380 + 164)
    );
}

story!(backordered_units_are_cancelled_after_the_last_shipment);
async fn backordered_units_are_cancelled_after_the_last_shipment(world: &mut World) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 2).await;
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 3)).await;
    world.ships("berlin", order, "SHIPMENT-1").await;
    world.settle().await;
    assert_eq!(world.status(order).await, Status::PartiallyFulfilled);
    let answer = world
        .cancels(order, &[("1", 1)])
        .await
        .expect("one unit is backordered");
    assert_eq!(answer.lines[0].cancelled, 1);
    assert_eq!(world.status(order).await, Status::Fulfilled);
    assert_eq!(
        world.work(order).await,
        [("berlin".to_owned(), FulfillmentStatus::Shipped, 0, 2)]
    );
}

story!(the_same_key_with_another_body_is_refused);
async fn the_same_key_with_another_body_is_refused(world: &mut World) {
    world.warehouse("berlin").await;
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 2)).await;
    let request = CancelRequest {
        lines: Vec::new(),
        restocking_fee: 0,
        reason: CancelReason::CustomerRequested,
        note: None,
    };
    let key =
        |content: &str| IdempotencyKey::new("agent-7", "key", content.as_bytes()).expect("a key");
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
