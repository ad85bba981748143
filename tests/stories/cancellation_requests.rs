//! Cancelling units that a location works on: the location is asked, and confirms or refuses.

use app::{
    ports::ProviderRequest,
    usecases::{cancel::CancelResult, idempotency::IdempotencyKey},
};
use domain::{
    ids::OrderId,
    inbound::{FactLine, FulfillmentFact},
    order::{ExceptionKind, Status},
};

use crate::{
    story::story,
    world::{Draft, World},
};

/// An order of two T-shirts that Berlin has received.
async fn berlin_has_a_request(world: &mut World) -> OrderId {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 10).await;
    world.place_and_pay(Draft::new("1001").line("TEE", 2)).await
}

/// Cancels the whole order; the location is asked.
async fn requests_cancellation(world: &mut World, order: OrderId) {
    let lines = world.cancels(order, &[]).await.expect("an outcome").lines;
    assert!(
        lines.iter().all(|line| !line.requested.is_empty()),
        "{lines:?}"
    );
    world.settle().await;
}

/// How many requests to cancel the locations have received.
fn cancel_requests(world: &World) -> usize {
    let is_cancel = |request: &ProviderRequest| matches!(request, ProviderRequest::Cancel { .. });
    let requests = world.requests();
    requests
        .iter()
        .filter(|sent| is_cancel(&sent.request))
        .count()
}

story!(a_cancellation_races_a_shipment);
async fn a_cancellation_races_a_shipment(world: &mut World) {
    let order = berlin_has_a_request(world).await;
    world.accepts("berlin", order).await;
    world.settle().await;
    // The shipment has left, and its webhook has not arrived.
    world.ships("berlin", order, "SHIPMENT-1").await;
    let answer = world.cancels(order, &[]).await.expect("we can still ask");
    assert_eq!(answer.lines[0].requested[0].units, 2);
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

story!(a_late_copy_of_a_cancellation_that_changed_nothing_asks_nobody);
async fn a_late_copy_of_a_cancellation_that_changed_nothing_asks_nobody(world: &mut World) {
    let order = berlin_has_a_request(world).await;
    requests_cancellation(world, order).await;
    // A second agent asks while the location has not answered.
    let key = IdempotencyKey::new("desk", "second", b"cancel all").expect("a key");
    let second = world.asks_to_cancel(order, &key).await.expect("an answer");
    assert_eq!(second.lines[0].pending[0].units, 2);
    world.refuses_cancellation("berlin", order).await;
    world.settle().await;
    let asked = world.times(order, "CancellationRequested").await;

    let copy = world.asks_to_cancel(order, &key).await.expect("an answer");
    assert_eq!(copy.result, CancelResult::Replayed);
    assert!(copy.lines[0].requested.is_empty() && copy.lines[0].cancelled == 0);
    world.settle().await;
    assert_eq!(world.times(order, "CancellationRequested").await, asked);
}

story!(a_location_has_its_request_before_it_is_asked_to_cancel);
async fn a_location_has_its_request_before_it_is_asked_to_cancel(world: &mut World) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 10).await;
    let order = world.place(Draft::new("1001").line("TEE", 2)).await;
    world
        .provider
        .inner
        .set_hanging("berlin".parse().expect("a location"));
    world.pays("1001");
    world.settle().await;
    // The order says `requested`, and the request may have reached the location.
    world
        .cancels(order, &[])
        .await
        .expect("the location is asked");
    let dead = world.dead_letters();
    assert!(
        dead.iter().all(|letter| letter.reason == "unavailable"),
        "{dead:?}"
    );
    world.provider.inner.set_all_reachable();
    for _ in 0..3 {
        world.minutes_pass(10);
        world.sweeps();
        world.settle().await;
    }
    let sent = world.requests();
    let first = sent.iter().find(|sent| sent.location.as_str() == "berlin");
    let first = first.map(|sent| &sent.request);
    assert!(
        matches!(first, Some(ProviderRequest::Fulfill { .. })),
        "{first:?}"
    );
}

story!(an_answer_to_an_earlier_cancellation_does_not_refuse_a_later_one);
async fn an_answer_to_an_earlier_cancellation_does_not_refuse_a_later_one(world: &mut World) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 10).await;
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 4)).await;
    world.accepts("berlin", order).await;
    world.settle().await;
    // The customer cancels a unit twice, before the location answers either.
    for _ in 0..2 {
        let asked = world.cancels(order, &[("1", 1)]).await.expect("an outcome");
        assert_eq!(asked.lines[0].requested[0].units, 1);
        world.settle().await;
    }
    let ful = world.work_at("berlin", order).await;
    for _ in 0..2 {
        let lines = vec![FactLine {
            line: "1".parse().expect("a line"),
            quantity: 1,
        }];
        let answer = FulfillmentFact::Cancelled { lines };
        world.reports("berlin", order, ful, answer);
        world.settle().await;
    }
    assert_eq!(world.times(order, "CancellationRefused").await, 0);
    assert_eq!(world.times(order, "FulfillmentRejected").await, 0);
    assert_eq!(world.cancelled(order).await, 2);
}

story!(a_shipment_after_a_cancellation_opens_an_exception);
async fn a_shipment_after_a_cancellation_opens_an_exception(world: &mut World) {
    let order = berlin_has_a_request(world).await;
    requests_cancellation(world, order).await;
    world.confirms_cancellation("berlin", order).await;
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Cancelled);
    world
        .ships_these("berlin", order, "SHIPMENT-1", &[("1", 2)], true)
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
        "the shipment is recorded"
    );
    assert_eq!(
        world.refund_owed(order).await,
        world.total("1001"),
        "owed once"
    );
    assert_eq!(
        world.level("berlin", "TEE").await.on_hand,
        8,
        "the T-shirts have left"
    );
}

story!(a_location_confirms_a_cancellation);
async fn a_location_confirms_a_cancellation(world: &mut World) {
    let order = berlin_has_a_request(world).await;
    let answer = world
        .cancels(order, &[("1", 1)])
        .await
        .expect("the location can be asked");
    assert_eq!(
        (
            answer.lines[0].cancelled,
            answer.lines[0].requested[0].units
        ),
        (0, 1)
    );
    world.settle().await;
    assert_eq!(cancel_requests(world), 1);
    let berlin = world.work_at("berlin", order).await;
    let one = domain::inbound::FactLine {
        line: "1".parse().expect("a line"),
        quantity: 1,
    };
    world.reports(
        "berlin",
        order,
        berlin,
        domain::inbound::FulfillmentFact::Cancelled { lines: vec![one] },
    );
    world.settle().await;
    assert_eq!(world.times(order, "UnitsCancelled").await, 1);
    assert_eq!(world.refund_owed(order).await, 1999 + 380 + 245);
    world.ships("berlin", order, "SHIPMENT-1").await;
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Fulfilled);
}

story!(a_location_refuses_a_cancellation);
async fn a_location_refuses_a_cancellation(world: &mut World) {
    let order = berlin_has_a_request(world).await;
    requests_cancellation(world, order).await;
    world.refuses_cancellation("berlin", order).await;
    world.settle().await;
    assert_eq!(world.times(order, "CancellationRefused").await, 1);
    assert_eq!(
        (world.assigned(order).await, world.refund_owed(order).await),
        (2, 0)
    );
    world.ships("berlin", order, "SHIPMENT-1").await;
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Fulfilled);
}

story!(a_location_can_be_asked_again_after_it_has_refused);
async fn a_location_can_be_asked_again_after_it_has_refused(world: &mut World) {
    let order = berlin_has_a_request(world).await;
    requests_cancellation(world, order).await;
    world.refuses_cancellation("berlin", order).await;
    world.settle().await;
    requests_cancellation(world, order).await;
    assert_eq!(
        cancel_requests(world),
        2,
        "another cancellation is another request"
    );
    world.confirms_cancellation("berlin", order).await;
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Cancelled);
}

story!(a_cancellation_is_requested_while_the_order_is_on_hold);
async fn a_cancellation_is_requested_while_the_order_is_on_hold(world: &mut World) {
    let order = berlin_has_a_request(world).await;
    world.accepts("berlin", order).await;
    world.settle().await;
    world.holds(order, "call-back").await;
    requests_cancellation(world, order).await;
    assert_eq!(cancel_requests(world), 1);
    world.confirms_cancellation("berlin", order).await;
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Cancelled);
}

story!(units_that_a_location_has_cancelled_are_cancelled_though_its_refusal_came_first);
async fn units_that_a_location_has_cancelled_are_cancelled_though_its_refusal_came_first(
    world: &mut World,
) {
    world.third_party("hamburg").await;
    let order = berlin_has_a_request(world).await;
    world.has_stock("hamburg", "TEE", 10).await;
    requests_cancellation(world, order).await;
    // Berlin has cancelled both, is asked again, and has nothing left to cancel. Its second answer comes first.
    world.refuses_cancellation("berlin", order).await;
    world.settle().await;
    assert_eq!(world.cancelled(order).await, 0);
    world.confirms_cancellation("berlin", order).await;
    world.settle().await;
    assert_eq!(world.cancelled(order).await, 2);
    assert_eq!(world.times(order, "FulfillmentRejected").await, 0);
    assert_eq!(
        world.assigned(order).await,
        0,
        "nothing is sent from Hamburg"
    );
    assert_eq!(world.level("berlin", "TEE").await.available(), 10);
    assert_eq!(world.refund_owed(order).await, world.total("1001"));
}
