//! Locations that refuse a request: they have it, and say that they will not take it as it is.

use domain::{ids::OrderId, order::ExceptionKind};

use crate::{
    story::story,
    world::{Draft, World},
};

const REFUSED: [ExceptionKind; 1] = [ExceptionKind::RequestRefused];

/// A paid order that Berlin, which does not know its SKU, is to ship.
async fn refused(world: &mut World) -> OrderId {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 10).await;
    world
        .provider
        .inner
        .set_refusing("berlin".parse().expect("a location"));
    world.place_and_pay(Draft::new("1001").line("TEE", 2)).await
}

async fn hours_pass(world: &mut World, hours: u32) {
    for _ in 0..hours {
        world.minutes_pass(60);
        world.sweeps();
        world.settle().await;
    }
}

story!(a_request_that_a_location_refuses_is_shown_at_once_and_asked_again);
async fn a_request_that_a_location_refuses_is_shown_at_once_and_asked_again(world: &mut World) {
    let order = refused(world).await;
    assert_eq!(world.exceptions(order).await, REFUSED);
    hours_pass(world, 8).await;
    assert_eq!(world.exceptions(order).await, REFUSED, "it is not silent");
    assert_eq!(world.times(order, "ExceptionOpened").await, 1);
    assert_eq!(world.dead_letters(), []);

    // The location has learned of the SKU.
    world.provider.inner.set_all_reachable();
    hours_pass(world, 12).await;
    assert_eq!(world.requests().len(), 1, "under the same id");
    world.accepts("berlin", order).await;
    world.settle().await;
    assert_eq!(world.exceptions(order).await, []);
}

story!(a_location_that_refuses_to_be_asked_for_units_back_is_shown_too);
async fn a_location_that_refuses_to_be_asked_for_units_back_is_shown_too(world: &mut World) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 10).await;
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 2)).await;
    world.accepts("berlin", order).await;
    world.settle().await;
    world
        .provider
        .inner
        .set_refusing("berlin".parse().expect("a location"));
    world.cancels(order, &[]).await.expect("a cancellation");
    world.settle().await;
    assert_eq!(world.exceptions(order).await, REFUSED);
    world.confirms_cancellation("berlin", order).await;
    world.settle().await;
    assert_eq!(world.exceptions(order).await, []);
}

story!(whoever_closes_a_refused_request_is_not_shown_it_again_before_a_day);
async fn whoever_closes_a_refused_request_is_not_shown_it_again_before_a_day(world: &mut World) {
    let order = refused(world).await;
    world.closes_exception(order, &REFUSED[0]).await;
    hours_pass(world, 20).await;
    assert_eq!(world.exceptions(order).await, []);
    // The sweep asks at most every six hours.
    hours_pass(world, 12).await;
    assert_eq!(world.exceptions(order).await, REFUSED);
}
