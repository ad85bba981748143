//! Payments succeed, fail, or come too late.

use app::ports::Clock;
use domain::{
    ids::OrderId,
    inbound::PaymentFact,
    order::{CancelReason, Event, ExceptionKind, PaymentStatus, Status},
};

use crate::{
    story::story,
    world::{Consumer, Draft, World},
};

/// What is under way is handled, and the sweep runs so many hours later.
async fn hours_pass(world: &mut World, hours: i64) {
    world.settle().await;
    world.minutes_pass(hours * 60);
    world.sweeps();
    world.settle().await;
}

/// Why units of the order were cancelled, once for each time that they were.
async fn reasons(world: &World, order: OrderId) -> Vec<CancelReason> {
    let mut reasons = Vec::new();
    for event in world.events(order).await {
        if let Event::UnitsCancelled { reason, .. } = event {
            reasons.push(reason);
        }
    }
    reasons
}

story!(a_declined_card_is_no_end_until_the_time_to_pay_is_over);
async fn a_declined_card_is_no_end_until_the_time_to_pay_is_over(world: &mut World) {
    let order = world.place(Draft::new("1001").line("TEE", 2)).await;
    world.payment_fails("1001");
    world.payment_fails("1001");
    hours_pass(world, 23).await;
    assert_eq!(world.status(order).await, Status::Pending);
    hours_pass(world, 2).await;
    assert_eq!(world.status(order).await, Status::Cancelled);
    assert_eq!(reasons(world, order).await, [CancelReason::PaymentFailed]);
    assert_eq!(world.refund_owed(order).await, 0);
}

story!(a_declined_card_that_is_tried_again_pays_the_order);
async fn a_declined_card_that_is_tried_again_pays_the_order(world: &mut World) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 2).await;
    let order = world.place(Draft::new("1001").line("TEE", 2)).await;
    world.payment_fails("1001");
    hours_pass(world, 20).await;
    world.pays("1001");
    world.settle().await;
    hours_pass(world, 20).await;
    assert_eq!(world.assigned(order).await, 2);
    assert_eq!(reasons(world, order).await, []);
}

story!(an_order_that_nobody_pays_is_cancelled_when_the_time_to_pay_is_over);
async fn an_order_that_nobody_pays_is_cancelled_when_the_time_to_pay_is_over(world: &mut World) {
    let order = world
        .place(Draft::new("1001").line("TEE", 2).without_intent())
        .await;
    hours_pass(world, 25).await;
    assert_eq!(world.status(order).await, Status::Cancelled);
    assert_eq!(reasons(world, order).await, [CancelReason::NotPaid]);
}

story!(a_shop_gives_its_customers_a_week_to_pay);
async fn a_shop_gives_its_customers_a_week_to_pay(world: &mut World) {
    let mut draft = Draft::new("1001").line("TEE", 2);
    let week = jiff::SignedDuration::from_hours(7 * 24);
    draft.request.terms.pay_until = Some(world.clock.now() + week);
    let order = world.place(draft).await;
    hours_pass(world, 6 * 24).await;
    assert_eq!(world.status(order).await, Status::Pending);
    hours_pass(world, 25).await;
    assert_eq!(world.status(order).await, Status::Cancelled);
}

story!(a_payment_that_is_being_processed_is_waited_for);
async fn a_payment_that_is_being_processed_is_waited_for(world: &mut World) {
    let order = world.place(Draft::new("1001").line("TEE", 2)).await;
    world.payment_fails("1001");
    world.payment("1001", PaymentFact::Processing);
    hours_pass(world, 25).await;
    assert_eq!(world.status(order).await, Status::PaymentProcessing);
    // The bank says no, and the time to pay is over.
    world.payment_fails("1001");
    hours_pass(world, 1).await;
    assert_eq!(world.status(order).await, Status::Cancelled);
    assert_eq!(reasons(world, order).await, [CancelReason::PaymentFailed]);
}

story!(a_payment_that_is_processed_for_weeks_is_shown_once);
async fn a_payment_that_is_processed_for_weeks_is_shown_once(world: &mut World) {
    let order = world.place(Draft::new("1001").line("TEE", 2)).await;
    world.payment("1001", PaymentFact::Processing);
    hours_pass(world, 15 * 24).await;
    assert_eq!(
        world.exceptions(order).await,
        [ExceptionKind::PaymentUnresolved]
    );
    hours_pass(world, 24).await;
    assert_eq!(world.times(order, "ExceptionOpened").await, 1);
    world.pays("1001");
    world.settle().await;
    assert_eq!(world.exceptions(order).await, []);
}

story!(an_authorization_of_less_is_not_cancelled_when_the_time_to_pay_is_over);
async fn an_authorization_of_less_is_not_cancelled_when_the_time_to_pay_is_over(world: &mut World) {
    let order = world.place(Draft::new("1001").line("TEE", 2)).await;
    let amount = world.total("1001") - 1;
    let currency = "EUR".parse().expect("a currency");
    world.payment("1001", PaymentFact::Authorized { amount, currency });
    hours_pass(world, 25).await;
    assert_eq!(world.status(order).await, Status::Pending);
    assert_eq!(world.exceptions(order).await, [ExceptionKind::Underpaid]);
}

story!(a_cancelled_payment_cancels_the_order_and_frees_its_stock);
async fn a_cancelled_payment_cancels_the_order_and_frees_its_stock(world: &mut World) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 2).await;
    world.pause(Consumer::Dispatch);
    let order = world.place(Draft::new("1001").line("TEE", 2)).await;
    world.authorizes("1001");
    world.settle().await;
    assert_eq!(world.level("berlin", "TEE").await.available(), 0);
    world.payment("1001", PaymentFact::Cancelled);
    world.settle().await;
    world.resume_all();
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Cancelled);
    assert_eq!(
        world.order(order).await.state.payment.status(),
        PaymentStatus::Voided
    );
    assert_eq!(world.level("berlin", "TEE").await.available(), 2);
    assert_eq!(world.requests(), []);
}

story!(a_payment_that_fails_and_then_succeeds_has_one_effect);
async fn a_payment_that_fails_and_then_succeeds_has_one_effect(world: &mut World) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 2).await;
    let order = world.place(Draft::new("1001").line("TEE", 2)).await;
    world.payment_fails("1001");
    world.pays("1001");
    world.settle().await;
    assert_eq!(world.status(order).await, Status::AwaitingFulfillment);
    assert_eq!(
        (world.assigned(order).await, world.refund_owed(order).await),
        (2, 0)
    );
}

story!(a_payment_that_succeeds_just_before_the_cancellation_cancels_nothing);
async fn a_payment_that_succeeds_just_before_the_cancellation_cancels_nothing(world: &mut World) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 2).await;
    let order = world.place(Draft::new("1001").line("TEE", 2)).await;
    world.pause(Consumer::Cancellation);
    world.payment_fails("1001");
    hours_pass(world, 25).await;
    world.pays("1001");
    world.settle().await;
    world.resume_all();
    world.settle().await;
    for name in ["UnitsCancelled", "CancellationRequested"] {
        assert_eq!(world.times(order, name).await, 0, "{name}");
    }
    assert_eq!(world.assigned(order).await, 2);
}

story!(a_capture_after_a_cancellation_is_refunded);
async fn a_capture_after_a_cancellation_is_refunded(world: &mut World) {
    let order = world.place(Draft::new("1001").line("TEE", 2)).await;
    world
        .cancels(order, &[])
        .await
        .expect("nothing has happened yet");
    assert_eq!(world.refund_owed(order).await, 0);
    world.pays("1001");
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Cancelled);
    assert_eq!(
        world.exceptions(order).await,
        [ExceptionKind::CapturedAfterCancel]
    );
    assert_eq!(world.refund_owed(order).await, world.total("1001"));
    assert_eq!(world.times(order, "RefundOwed").await, 1);
}

story!(an_underpaid_order_is_not_released_until_it_is_paid);
async fn an_underpaid_order_is_not_released_until_it_is_paid(world: &mut World) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 2).await;
    let order = world.place(Draft::new("1001").line("TEE", 2)).await;
    world.captures("1001", world.total("1001") - 1);
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Pending);
    assert_eq!(world.exceptions(order).await, [ExceptionKind::Underpaid]);
    world.pays("1001");
    world.settle().await;
    assert_eq!(
        (world.status(order).await, world.assigned(order).await),
        (Status::AwaitingFulfillment, 2)
    );
}

story!(a_capture_in_another_currency_does_not_pay);
async fn a_capture_in_another_currency_does_not_pay(world: &mut World) {
    let order = world.place(Draft::new("1001").line("TEE", 2)).await;
    let dollars = "USD".parse().expect("a currency");
    let amount = world.total("1001");
    world.payment(
        "1001",
        PaymentFact::Captured {
            amount,
            currency: dollars,
        },
    );
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Pending);
    assert_eq!(
        world.exceptions(order).await,
        [ExceptionKind::CurrencyMismatch]
    );
}

story!(a_dispute_stops_units_that_are_not_shipped);
async fn a_dispute_stops_units_that_are_not_shipped(world: &mut World) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 0).await;
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 2)).await;
    world.payment(
        "1001",
        PaymentFact::DisputeOpened {
            id: "dp_1".to_owned(),
        },
    );
    world.settle().await;
    assert_eq!(
        world.order(order).await.state.payment.status(),
        PaymentStatus::Disputed
    );
    world.receives("berlin", "TEE", 2);
    world.settle().await;
    assert_eq!(world.backordered(order).await, 2);
    world.payment(
        "1001",
        PaymentFact::DisputeClosed {
            id: "dp_1".to_owned(),
            won: true,
        },
    );
    world.settle().await;
    assert_eq!(
        (world.backordered(order).await, world.assigned(order).await),
        (0, 2)
    );
}
