//! Locations that did not ship a line, and when it is routed to them again.

use domain::order::{ExceptionKind, FulfillmentStatus};

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
