//! Payments succeed, fail, or come too late.

use domain::{
    inbound::PaymentFact,
    order::{CancelReason, Event, ExceptionKind, PaymentStatus, Status},
};

use crate::{
    story::story,
    world::{Consumer, Draft, World},
};

story!(a_failed_payment_cancels_the_order);
async fn a_failed_payment_cancels_the_order(world: &mut World) {
    let order = world.place(Draft::new("1001").line("TEE", 2)).await;
    world.payment_fails("1001");
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Cancelled);
    let cancelled = |event: &Event| {
        matches!(
            event,
            Event::UnitsCancelled {
                reason: CancelReason::PaymentFailed,
                ..
            }
        )
    };
    assert_eq!(
        world
            .events(order)
            .await
            .iter()
            .filter(|event| cancelled(event))
            .count(),
        1
    );
    assert_eq!(world.refund_owed(order).await, 0);
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
    // Whichever is handled first: the order is fulfilled, or it is cancelled and refunded. Never both.
    if world.status(order).await == Status::Cancelled {
        assert_eq!(world.refund_owed(order).await, world.total("1001"));
        assert_eq!(world.level("berlin", "TEE").await.available(), 2);
    } else {
        assert_eq!(world.status(order).await, Status::AwaitingFulfillment);
        assert_eq!(
            (world.assigned(order).await, world.refund_owed(order).await),
            (2, 0)
        );
    }
}

story!(a_failed_payment_that_succeeds_before_the_cancellation_cancels_nothing);
async fn a_failed_payment_that_succeeds_before_the_cancellation_cancels_nothing(world: &mut World) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 2).await;
    let order = world.place(Draft::new("1001").line("TEE", 2)).await;
    world.pause(Consumer::Cancellation);
    world.payment_fails("1001");
    world.settle().await;
    world.pays("1001");
    world.settle().await;
    world.resume_all();
    world.settle().await;
    assert_eq!(world.times(order, "PaymentFailed").await, 1);
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
