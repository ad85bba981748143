//! Locations that did not ship a line, and when it is routed to them again.

use app::{bus::subscriptions::Consumer, ports::Clock};
use domain::{
    ids::OrderId,
    inbound::{FactLine, FulfillmentFact},
    order::{ExceptionKind, FulfillmentStatus},
};

use crate::{
    story::story,
    world::{Draft, World},
};

story!(a_location_that_was_short_and_is_restocked_gets_the_line_again);
async fn a_location_that_was_short_and_is_restocked_gets_the_line_again(world: &mut World) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 3).await;
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 3)).await;
    world
        .ships_these("berlin", order, "1", &[("1", 2)], true)
        .await;
    world.settle().await;
    world.grace_passes().await;
    assert_eq!(world.backordered(order).await, 1);
    assert_eq!(
        world.exceptions(order).await,
        [ExceptionKind::DeclinedEverywhere],
        "nobody is left, and a person is shown it"
    );
    world.minutes_pass(60);
    world.receives("berlin", "TEE", 5);
    world.settle().await;
    assert_eq!(
        (world.backordered(order).await, world.assigned(order).await),
        (0, 1)
    );
    assert_eq!(world.exceptions(order).await, []);
    world.ships("berlin", order, "2").await;
    world.settle().await;
    assert_eq!(world.level("berlin", "TEE").await.on_hand, 4);
}

story!(a_location_that_cannot_ship_a_line_is_allowed_again_by_an_agent_only);
async fn a_location_that_cannot_ship_a_line_is_allowed_again_by_an_agent_only(world: &mut World) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 3).await;
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 3)).await;
    world.rejects("berlin", order, "cannot_ship").await;
    world.settle().await;
    world.minutes_pass(60);
    world.receives("berlin", "TEE", 5);
    world.settle().await;
    assert_eq!(
        world.backordered(order).await,
        3,
        "stock was not the reason"
    );
    world.allows(order, "1", "berlin").await;
    world.settle().await;
    assert_eq!(
        world.work(order).await.last(),
        Some(&("berlin".to_owned(), FulfillmentStatus::Requested, 3, 0))
    );
    assert_eq!(world.exceptions(order).await, []);
}

story!(after_three_refusals_only_an_agent_allows_the_location_again);
async fn after_three_refusals_only_an_agent_allows_the_location_again(world: &mut World) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 3).await;
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 1)).await;
    for _ in 0..3 {
        world.rejects("berlin", order, "out_of_stock").await;
        world.settle().await;
        world.minutes_pass(60);
        world.receives("berlin", "TEE", 5);
        world.settle().await;
    }
    assert_eq!(world.assigned(order).await, 0);
    assert_eq!(
        world.exceptions(order).await,
        [ExceptionKind::DeclinedEverywhere]
    );
    world.allows(order, "1", "berlin").await;
    world.settle().await;
    assert_eq!(world.assigned(order).await, 1);
}

story!(a_location_without_stock_that_has_not_declined_is_waited_for);
async fn a_location_without_stock_that_has_not_declined_is_waited_for(world: &mut World) {
    world.warehouse("berlin").await;
    world.warehouse("lyon").await;
    world.has_stock("berlin", "TEE", 3).await;
    world.has_stock("lyon", "TEE", 0).await;
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 3)).await;
    world.rejects("berlin", order, "out_of_stock").await;
    world.settle().await;
    assert_eq!(world.backordered(order).await, 3);
    assert_eq!(world.exceptions(order).await, []);
}

story!(a_late_refusal_to_ship_what_was_short_shows_that_nobody_is_left);
async fn a_late_refusal_to_ship_what_was_short_shows_that_nobody_is_left(world: &mut World) {
    world.warehouse("berlin").await;
    world.third_party("hamburg").await;
    world.has_stock("berlin", "TEE", 2).await;
    world.has_stock("hamburg", "TEE", 0).await;
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 2)).await;
    let in_berlin = world.work_at("berlin", order).await;
    world
        .ships_these("berlin", order, "1", &[("1", 1)], true)
        .await;
    world.settle().await;
    world.grace_passes().await;
    world.minutes_pass(60);
    // Whatever was short is not why Berlin would not ship now.
    world.counted("berlin", "TEE", 0, world.clock.now());
    world.receives("hamburg", "TEE", 1);
    world.settle().await;
    world.rejects("hamburg", order, "cannot_ship").await;
    world.settle().await;
    assert_eq!(world.backordered(order).await, 1);
    assert_eq!(world.exceptions(order).await, []);
    // Berlin had cancelled the unit, and we hear of it now.
    let line = FactLine {
        line: "1".parse().expect("a line"),
        quantity: 1,
    };
    let cancelled = FulfillmentFact::Cancelled { lines: vec![line] };
    world.reports("berlin", order, in_berlin, cancelled);
    world.settle().await;
    let nobody = [ExceptionKind::DeclinedEverywhere];
    assert_eq!(world.exceptions(order).await, nobody);
    world.receives("berlin", "TEE", 5);
    world.settle().await;
    assert_eq!(world.backordered(order).await, 1);
    world.allows(order, "1", "berlin").await;
    world.settle().await;
    assert_eq!(world.backordered(order).await, 0);
}

/// Berlin has one of two units, and the other one waits.
async fn placed_with_one_that_waits(world: &mut World) -> OrderId {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 1).await;
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 2)).await;
    assert_eq!(
        (world.backordered(order).await, world.assigned(order).await),
        (1, 1)
    );
    order
}

/// The unit that was declined is cancelled: nothing is to be routed any more.
async fn cancels_what_was_declined(world: &mut World, order: OrderId) {
    let cancelled = world.cancels(order, &[("1", 1)]).await;
    assert!(cancelled.is_ok());
    assert_eq!(
        (world.backordered(order).await, world.assigned(order).await),
        (1, 0)
    );
}

story!(a_unit_that_waits_is_shown_when_the_other_one_is_declined_under_a_hold);
async fn a_unit_that_waits_is_shown_when_the_other_one_is_declined_under_a_hold(world: &mut World) {
    let order = placed_with_one_that_waits(world).await;
    world.holds(order, "fraud").await;
    world.rejects("berlin", order, "cannot_ship").await;
    world.settle().await;
    cancels_what_was_declined(world, order).await;
    world.releases(order, "fraud").await;
    world.settle().await;
    let nobody = [ExceptionKind::DeclinedEverywhere];
    assert_eq!(world.exceptions(order).await, nobody, "once");
    world.receives("berlin", "TEE", 5);
    world.allows(order, "1", "berlin").await;
    world.settle().await;
    assert_eq!(
        (world.backordered(order).await, world.assigned(order).await),
        (0, 1)
    );
    assert_eq!(world.exceptions(order).await, []);
}

story!(a_unit_that_waits_is_shown_when_the_declined_one_is_cancelled_before_it_is_routed);
async fn a_unit_that_waits_is_shown_when_the_declined_one_is_cancelled_before_it_is_routed(
    world: &mut World,
) {
    let order = placed_with_one_that_waits(world).await;
    world.pause(Consumer::Routing);
    world.rejects("berlin", order, "cannot_ship").await;
    world.settle().await;
    cancels_what_was_declined(world, order).await;
    world.resume_all();
    world.settle().await;
    let nobody = [ExceptionKind::DeclinedEverywhere];
    assert_eq!(world.exceptions(order).await, nobody);
}
