//! A payment gateway that does not work for hours: nothing is lost, and nothing becomes a dead letter.

use super::commanded_payments::{UNIT, books_agree, cancels, given_back, three_are_paid};
use crate::{gateway::Trouble, story::story, world::World};

/// So many hours pass, with the sweep every ten minutes.
async fn hours_pass(world: &mut World, hours: i64) {
    for _ in 0..hours * 6 {
        world.minutes_pass(10);
        world.sweeps();
        world.settle().await;
    }
}

story!(a_refund_is_made_when_a_gateway_works_again_after_hours);
async fn a_refund_is_made_when_a_gateway_works_again_after_hours(world: &mut World) {
    let order = three_are_paid(world).await;
    world.gateway.inner.is_down_after(Trouble::Lost);
    cancels(world, order, 1).await;
    hours_pass(world, 8).await;
    assert_eq!(world.dead_letters(), []);
    assert_eq!(given_back(world), [0_i64; 0]);
    assert_eq!(world.order(order).await.state.effects.len(), 1);
    world.gateway.inner.is_up();
    hours_pass(world, 8).await;
    assert_eq!(given_back(world), [UNIT]);
    books_agree(world, order).await;
    assert_eq!(world.exceptions(order).await, []);
}
