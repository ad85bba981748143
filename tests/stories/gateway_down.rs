//! A payment gateway that does not work for hours: nothing is lost, nothing becomes a dead letter, and no order is given up that
//! may have been paid.

use domain::{
    ids::OrderId,
    order::{ExceptionKind, ExceptionOutcome, PaymentCommands, PaymentStatus, Status},
};

use super::commanded_payments::{UNIT, books_agree, cancels, given_back, three_are_paid};
use crate::{
    gateway::Trouble,
    story::story,
    world::{Draft, World},
};

/// So many hours pass, with the sweep every ten minutes.
async fn hours_pass(world: &mut World, hours: i64) {
    for _ in 0..hours * 6 {
        world.minutes_pass(10);
        world.sweeps();
        world.settle().await;
    }
}

/// Two orders that nobody has paid, of which the gateway is commanded. No webhook arrives, and the gateway cannot be reached.
async fn two_wait_for_their_payments(world: &mut World) -> [OrderId; 2] {
    world.webhooks_are_lost();
    let mut orders = Vec::new();
    for number in ["1001", "1002"] {
        world.gateway.inner.knows(&format!("pi_{number}"));
        let draft = Draft::new(number).line("TEE", 1);
        let draft = draft.commanded(PaymentCommands::default());
        orders.push(world.place(draft).await);
    }
    world.settle().await;
    world.gateway.inner.is_down_after(Trouble::Lost);
    orders.try_into().expect("two orders")
}

const SHOWN: [ExceptionKind; 1] = [ExceptionKind::ExpiryAwaitsGateway];

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

story!(orders_that_wait_for_nothing_but_the_gateway_are_shown_and_then_expire_or_are_paid);
async fn orders_that_wait_for_nothing_but_the_gateway_are_shown_and_then_expire_or_are_paid(
    world: &mut World,
) {
    let [unpaid, paid] = two_wait_for_their_payments(world).await;
    world.pays("1002");
    hours_pass(world, 27).await;
    for order in [unpaid, paid] {
        assert_eq!(world.status(order).await, Status::Pending);
        assert_eq!(world.exceptions(order).await, [], "not yet");
    }
    hours_pass(world, 3).await;
    for order in [unpaid, paid] {
        assert_eq!(world.status(order).await, Status::Pending);
        assert_eq!(world.exceptions(order).await, SHOWN);
    }
    assert_eq!(world.dead_letters(), []);
    world.gateway.inner.is_up();
    hours_pass(world, 7).await;
    assert_eq!(world.status(unpaid).await, Status::Cancelled);
    assert!(world.gateway.inner.intent("pi_1001").cancelled);
    let status = world.order(paid).await.state.payment.status();
    assert_eq!(status, PaymentStatus::Captured);
    for order in [unpaid, paid] {
        assert_eq!(world.exceptions(order).await, []);
        assert_eq!(world.times(order, "ExceptionOpened").await, 1);
        assert_eq!(world.order(order).await.state.effects, []);
    }
}

story!(an_order_whose_payment_the_gateway_is_asked_to_cancel_waits_for_it_too);
async fn an_order_whose_payment_the_gateway_is_asked_to_cancel_waits_for_it_too(world: &mut World) {
    let [order, _] = two_wait_for_their_payments(world).await;
    world.gateway.inner.is_up();
    let until = world.order(order).await.pay_until();
    world.advance_to(until);
    // It says that nothing is paid, and then cannot be reached.
    for _ in 0..50 {
        world.minutes_pass(10);
        world.sweeps();
        for (consumer, body) in world.take_messages().await {
            world.deliver_once(consumer, &body, None).await;
            if !world.order(order).await.state.effects.is_empty() {
                world.gateway.inner.is_down_after(Trouble::Lost);
            }
        }
    }
    assert_eq!(world.status(order).await, Status::Pending);
    assert_eq!(world.exceptions(order).await, SHOWN);
    world.gateway.inner.is_up();
    hours_pass(world, 7).await;
    assert_eq!(world.status(order).await, Status::Cancelled);
    assert_eq!(world.exceptions(order).await, []);
}

story!(a_short_outage_shows_nobody_an_order);
async fn a_short_outage_shows_nobody_an_order(world: &mut World) {
    let [order, _] = two_wait_for_their_payments(world).await;
    hours_pass(world, 25).await;
    world.gateway.inner.is_up();
    hours_pass(world, 7).await;
    assert_eq!(world.status(order).await, Status::Cancelled);
    assert_eq!(world.times(order, "ExceptionOpened").await, 0);
}

story!(an_agent_who_closes_it_while_the_order_still_waits_is_shown_it_again_after_as_long);
async fn an_agent_who_closes_it_while_the_order_still_waits_is_shown_it_again_after_as_long(
    world: &mut World,
) {
    let [order, _] = two_wait_for_their_payments(world).await;
    hours_pass(world, 29).await;
    for _ in 0..2 {
        assert_eq!(world.exceptions(order).await, SHOWN);
        world
            .closes_exception_as(order, &SHOWN[0], ExceptionOutcome::NoAction)
            .await
            .expect("closed");
        hours_pass(world, 3).await;
        assert_eq!(world.exceptions(order).await, [], "not yet");
        hours_pass(world, 2).await;
    }
    assert_eq!(world.exceptions(order).await, SHOWN);
    assert_eq!(world.times(order, "ExceptionOpened").await, 3);
    assert_eq!(world.status(order).await, Status::Pending);
    world.gateway.inner.is_up();
    hours_pass(world, 7).await;
    assert_eq!(world.status(order).await, Status::Cancelled);
    assert_eq!(world.exceptions(order).await, []);
}

story!(where_no_gateway_is_connected_only_an_order_that_names_a_payment_waits_for_it);
async fn where_no_gateway_is_connected_only_an_order_that_names_a_payment_waits_for_it(
    world: &mut World,
) {
    world.gateway.inner.is_not_connected();
    let draft = |number: &str| {
        let draft = Draft::new(number).line("TEE", 1);
        draft.commanded(PaymentCommands::default())
    };
    let names_none = world.place(draft("1001").without_intent()).await;
    let names_one = world.place(draft("1002")).await;
    hours_pass(world, 25).await;
    assert_eq!(world.status(names_none).await, Status::Cancelled);
    assert_eq!(world.times(names_none, "OrderExpired").await, 1);
    hours_pass(world, 5).await;
    assert_eq!(world.status(names_one).await, Status::Pending);
    assert_eq!(world.exceptions(names_one).await, SHOWN);
    assert_eq!(world.exceptions(names_none).await, []);
    assert_eq!(world.dead_letters(), []);
}
