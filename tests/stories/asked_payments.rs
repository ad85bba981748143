//! Payments of which nothing is heard: the gateway is asked, and an order ends only after it was.

use domain::{
    ids::OrderId,
    order::{CancelReason, Event, ExceptionKind, PaymentCommands, PaymentStatus, Status},
};

use jiff::SignedDuration;

use crate::{
    gateway::Trouble,
    story::story,
    world::{Consumer, Draft, World},
};

/// An order that is not paid yet, of which the gateway is commanded and whose payment it knows. No webhook arrives.
async fn waits_for_its_payment(world: &mut World) -> OrderId {
    world.webhooks_are_lost();
    world.gateway.inner.knows("pi_1001");
    place_commanded(world).await
}

async fn place_commanded(world: &mut World) -> OrderId {
    let draft = Draft::new("1001").line("TEE", 2);
    let order = world
        .place(draft.commanded(PaymentCommands::default()))
        .await;
    world.settle().await;
    order
}

/// Time passes, and the sweep runs every five minutes.
async fn minutes_pass(world: &mut World, minutes: i64) {
    for _ in 0..(minutes / 5) {
        world.minutes_pass(5);
        world.sweeps();
        world.settle().await;
    }
}

const A_DAY: i64 = 24 * 60;

/// Nothing is heard until five minutes before the time to pay is over.
async fn goes_on_until_shortly_before_the_end(world: &mut World, order: OrderId) {
    minutes_pass(world, 30).await;
    let until = world.order(order).await.pay_until();
    world.advance_to(until - SignedDuration::from_mins(5));
}

/// Why the order has expired, once for each time that it has.
async fn expired(world: &World, order: OrderId) -> Vec<CancelReason> {
    let mut reasons = Vec::new();
    for event in world.events(order).await {
        if let Event::OrderExpired { reason } = event {
            reasons.push(reason);
        }
    }
    reasons
}

/// The position of the first event of that name in what has happened to the order.
async fn first(world: &World, order: OrderId, name: &str) -> Option<usize> {
    let events = world.events(order).await;
    events.iter().position(|event| event.name() == name)
}

story!(a_payment_of_which_nothing_is_heard_is_found_by_asking);
async fn a_payment_of_which_nothing_is_heard_is_found_by_asking(world: &mut World) {
    let order = waits_for_its_payment(world).await;
    world.pays("1001");
    minutes_pass(world, 5).await;
    assert_eq!(world.status(order).await, Status::Pending, "not yet asked");
    minutes_pass(world, 10).await;
    let found = world.order(order).await;
    assert_eq!(found.state.payment.status(), PaymentStatus::Captured);
    assert_eq!(world.times(order, "PaymentCaptured").await, 1);
}

story!(the_gateway_is_asked_with_growing_pauses_and_answers_without_news_are_not_noted);
async fn the_gateway_is_asked_with_growing_pauses_and_answers_without_news_are_not_noted(
    world: &mut World,
) {
    let order = waits_for_its_payment(world).await;
    world.gateway.inner.declines("pi_1001");
    minutes_pass(world, 20).await;
    let version = world.order(order).await.state.version;
    minutes_pass(world, 23 * 60).await;
    let asked = world.gateway.inner.times_asked();
    // Every five minutes would be 280 times; a message that comes several times asks each time.
    assert!((5..=80).contains(&asked), "asked {asked} times in a day");
    assert_eq!(world.times(order, "PaymentFailed").await, 1);
    assert_eq!(world.order(order).await.state.version, version);
    assert_eq!(world.status(order).await, Status::Pending);
}

story!(an_order_that_is_not_paid_expires_after_its_payment_is_cancelled_at_the_gateway);
async fn an_order_that_is_not_paid_expires_after_its_payment_is_cancelled_at_the_gateway(
    world: &mut World,
) {
    let order = waits_for_its_payment(world).await;
    goes_on_until_shortly_before_the_end(world, order).await;
    assert_eq!(world.status(order).await, Status::Pending);
    minutes_pass(world, 30).await;
    assert_eq!(world.status(order).await, Status::Cancelled);
    assert!(world.gateway.inner.intent("pi_1001").cancelled);
    assert_eq!(expired(world, order).await, [CancelReason::NotPaid]);
    let cancelled_there = first(world, order, "PaymentCancelled").await;
    let cancelled_here = first(world, order, "UnitsCancelled").await;
    assert!(cancelled_there < cancelled_here);
    assert_eq!(world.exceptions(order).await, []);
    assert_eq!(world.order(order).await.state.effects, []);
}

story!(an_order_that_was_paid_in_the_last_minute_does_not_expire);
async fn an_order_that_was_paid_in_the_last_minute_does_not_expire(world: &mut World) {
    let order = waits_for_its_payment(world).await;
    goes_on_until_shortly_before_the_end(world, order).await;
    world.pays("1001");
    minutes_pass(world, 30).await;
    let found = world.order(order).await;
    assert_eq!(found.state.payment.status(), PaymentStatus::Captured);
    assert_eq!(found.state.status, Status::AwaitingFulfillment);
    assert_eq!(expired(world, order).await, []);
}

story!(an_order_that_is_paid_while_its_payment_is_being_cancelled_is_paid);
async fn an_order_that_is_paid_while_its_payment_is_being_cancelled_is_paid(world: &mut World) {
    let order = waits_for_its_payment(world).await;
    world.gateway.inner.is_down_after(Trouble::Lost);
    world.pause(Consumer::Payments);
    minutes_pass(world, A_DAY + 5).await;
    world.messages_are_lost().await;
    world.resume_all();
    world.gateway.inner.is_up();
    // It is asked, and the command waits.
    minutes_pass_until_the_command(world, order).await;
    world.pays("1001");
    world.resume_all();
    minutes_pass(world, 30).await;
    let found = world.order(order).await;
    assert_eq!(found.state.payment.status(), PaymentStatus::Captured);
    assert_eq!(found.state.effects, []);
    assert_eq!(world.exceptions(order).await, []);
    assert_eq!(expired(world, order).await, []);
}

/// The sweep runs until the cancellation of the payment is asked for, and no further.
async fn minutes_pass_until_the_command(world: &mut World, order: OrderId) {
    for _ in 0..200 {
        world.minutes_pass(5);
        world.sweeps();
        world.pause(Consumer::Payments);
        world.settle().await;
        let payments = world.take_messages().await;
        for (consumer, body) in payments {
            world.deliver_once(consumer, &body, None).await;
            if !world.order(order).await.state.effects.is_empty() {
                drop(world.take_messages().await);
                return;
            }
        }
    }
    panic!("nobody asks for the cancellation of the payment");
}

story!(that_the_gateway_does_not_know_a_payment_is_believed_the_second_time);
async fn that_the_gateway_does_not_know_a_payment_is_believed_the_second_time(world: &mut World) {
    world.webhooks_are_lost();
    let order = place_commanded(world).await;
    let until = world.order(order).await.pay_until();
    // Nothing is asked before the end.
    world.advance_to(until);
    world.minutes_pass(1);
    world.sweeps();
    world.settle().await;
    assert_eq!(world.times(order, "PaymentAsked").await, 1);
    world.minutes_pass(5);
    world.sweeps();
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Pending);
    minutes_pass(world, 40).await;
    assert_eq!(world.times(order, "PaymentAsked").await, 2);
    assert_eq!(world.status(order).await, Status::Cancelled);
    assert_eq!(expired(world, order).await, [CancelReason::NotPaid]);
}

story!(a_payment_that_the_gateway_did_not_know_at_first_pays_the_order);
async fn a_payment_that_the_gateway_did_not_know_at_first_pays_the_order(world: &mut World) {
    world.webhooks_are_lost();
    let order = place_commanded(world).await;
    minutes_pass(world, 15).await;
    assert_eq!(world.times(order, "PaymentAsked").await, 1);
    world.pays("1001");
    minutes_pass(world, 30).await;
    assert_eq!(world.status(order).await, Status::AwaitingFulfillment);
}

story!(no_order_expires_while_the_gateway_cannot_be_asked);
async fn no_order_expires_while_the_gateway_cannot_be_asked(world: &mut World) {
    let order = waits_for_its_payment(world).await;
    world.gateway.inner.is_down_after(Trouble::Lost);
    world.minutes_pass(A_DAY + 60);
    world.sweeps();
    world.settle_except_early_messages().await;
    world.messages_are_lost().await;
    assert_eq!(world.status(order).await, Status::Pending);
    world.gateway.inner.is_up();
    minutes_pass(world, 8 * 60).await;
    assert_eq!(world.status(order).await, Status::Cancelled);
    assert!(world.gateway.inner.intent("pi_1001").cancelled);
}

story!(an_order_expires_although_the_gateway_refuses_to_cancel_its_payment);
async fn an_order_expires_although_the_gateway_refuses_to_cancel_its_payment(world: &mut World) {
    let order = waits_for_its_payment(world).await;
    goes_on_until_shortly_before_the_end(world, order).await;
    world
        .gateway
        .inner
        .goes_wrong(&[Trouble::Refused("payment_intent_unexpected_state")]);
    minutes_pass(world, 40).await;
    assert_eq!(world.status(order).await, Status::Cancelled);
    assert_eq!(expired(world, order).await, [CancelReason::NotPaid]);
    let refused = [ExceptionKind::PaymentCommandRefused];
    assert_eq!(world.exceptions(order).await, refused, "a person must look");
    // Money that comes all the same goes back by itself.
    world.pays("1001");
    world.polls();
    world.settle().await;
    assert_eq!(world.gateway.inner.refunded(), world.total("1001"));
}

story!(an_order_of_which_the_gateway_is_not_commanded_is_not_asked_about_and_expires);
async fn an_order_of_which_the_gateway_is_not_commanded_is_not_asked_about_and_expires(
    world: &mut World,
) {
    let order = world.place(Draft::new("1001").line("TEE", 2)).await;
    world.payment_fails("1001");
    minutes_pass(world, A_DAY + 10).await;
    assert_eq!(world.status(order).await, Status::Cancelled);
    assert_eq!(expired(world, order).await, [CancelReason::PaymentFailed]);
    assert_eq!(world.gateway.inner.times_asked(), 0);
}
