//! Fulfillment orders that a location has accepted, and that do not leave.

use domain::{
    ids::OrderId,
    inbound::FulfillmentFact,
    order::{ExceptionKind, FulfillmentStatus, Status},
};

use crate::{
    story::story,
    world::{Draft, World},
};

const OVERDUE: [ExceptionKind; 1] = [ExceptionKind::FulfillmentOverdue];

/// An order of three tees that berlin has accepted.
async fn accepted(world: &mut World) -> OrderId {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 10).await;
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 3)).await;
    world.accepts("berlin", order).await;
    world.settle().await;
    order
}

/// Days in which nothing happens but sweeps.
async fn days_pass(world: &mut World, days: u32) {
    for _ in 0..(4 * days) {
        world.minutes_pass(6 * 60);
        world.sweeps();
        world.settle().await;
    }
}

story!(a_fulfillment_order_that_stands_still_is_shown_once_until_it_moves_again);
async fn a_fulfillment_order_that_stands_still_is_shown_once_until_it_moves_again(
    world: &mut World,
) {
    let order = accepted(world).await;
    let sent = world.provider.inner.sent().len();
    days_pass(world, 4).await;
    assert_eq!(world.exceptions(order).await, []);
    days_pass(world, 1).await;
    assert_eq!(world.exceptions(order).await, OVERDUE);

    // Whoever closes it has decided: it is not shown again, and the sweep does not look at it any more.
    world.closes_exception(order, &OVERDUE[0]).await;
    let decided = world.order(order).await;
    assert_eq!(decided.due_at(), None);
    days_pass(world, 10).await;
    assert_eq!(
        world.order(order).await.state.version,
        decided.state.version
    );

    // It moves, and then stands still again.
    world.picks("berlin", order).await;
    world.settle().await;
    days_pass(world, 4).await;
    assert_eq!(world.exceptions(order).await, []);
    days_pass(world, 1).await;
    assert_eq!(world.exceptions(order).await, OVERDUE);

    // The next step ends it.
    let found = world.work_at("berlin", order).await;
    world.reports("berlin", order, found, FulfillmentFact::Packed);
    world.settle().await;
    assert_eq!(world.exceptions(order).await, []);
    world.ships("berlin", order, "SHIPMENT-1").await;
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Fulfilled);
    assert_eq!(world.times(order, "ExceptionOpened").await, 2);
    assert_eq!(
        world.provider.inner.sent().len(),
        sent,
        "the location is not asked again"
    );
}

story!(the_rest_of_a_fulfillment_order_that_does_not_follow_its_first_shipment_is_shown);
async fn the_rest_of_a_fulfillment_order_that_does_not_follow_its_first_shipment_is_shown(
    world: &mut World,
) {
    let order = accepted(world).await;
    days_pass(world, 3).await;
    world
        .ships_these("berlin", order, "SHIPMENT-1", &[("1", 1)], false)
        .await;
    world.settle().await;
    days_pass(world, 4).await;
    assert_eq!(world.exceptions(order).await, [], "a shipment is progress");
    days_pass(world, 1).await;
    assert_eq!(world.exceptions(order).await, OVERDUE);
    // An agent gives the rest up, and the location agrees.
    world
        .cancels(order, &[("1", 2)])
        .await
        .expect("a request to cancel");
    world.settle().await;
    assert_eq!(world.exceptions(order).await, OVERDUE);
    world.confirms_cancellation("berlin", order).await;
    world.settle().await;
    assert_eq!(world.exceptions(order).await, []);
    assert_eq!(world.status(order).await, Status::Fulfilled);
}

story!(
    an_overdue_fulfillment_order_is_shown_after_the_time_of_the_setting_and_shipped_from_elsewhere
);
async fn an_overdue_fulfillment_order_is_shown_after_the_time_of_the_setting_and_shipped_from_elsewhere(
    world: &mut World,
) {
    world.shown_after.overdue_s = 3 * 24 * 3600;
    let order = accepted(world).await;
    world.third_party("hamburg").await;
    world.has_stock("hamburg", "TEE", 10).await;
    days_pass(world, 2).await;
    assert_eq!(world.exceptions(order).await, []);
    days_pass(world, 1).await;
    assert_eq!(world.exceptions(order).await, OVERDUE);
    // Somebody calls the location. It will not ship.
    world.rejects("berlin", order, "cannot_ship").await;
    world.settle().await;
    assert_eq!(world.exceptions(order).await, []);
    let work = [
        ("berlin".to_owned(), FulfillmentStatus::Rejected, 0, 0),
        ("hamburg".to_owned(), FulfillmentStatus::Requested, 3, 0),
    ];
    assert_eq!(world.work(order).await, work);
}
