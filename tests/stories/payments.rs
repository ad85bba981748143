//! Money comes, does not come, or comes too late.

use app::ports::Store;
use domain::{
    inbound::PaymentFact,
    order::{CancelReason, Event, ExceptionKind, PaymentStatus, Status},
};

use crate::world::{Consumer, Draft, World};

pub async fn a_failed_payment_cancels_the_order<S: Store + Send>(world: &mut World<S>) {
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

pub async fn a_cancelled_payment_cancels_the_order_and_frees_its_stock<S: Store + Send>(
    world: &mut World<S>,
) {
    world.warehouse("berlin").await;
    world.shelf("berlin", "TEE", 2).await;
    world.falls_asleep(Consumer::Dispatch);
    let order = world.place(Draft::new("1001").line("TEE", 2)).await;
    world.authorizes("1001");
    world.settle().await;
    assert_eq!(world.level("berlin", "TEE").await.available(), 0);
    world.payment("1001", PaymentFact::Cancelled);
    world.settle().await;
    world.all_wake_up();
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Cancelled);
    assert_eq!(
        world.order(order).await.state.payment.status(),
        PaymentStatus::Voided
    );
    assert_eq!(world.level("berlin", "TEE").await.available(), 2);
    assert_eq!(world.told(), []);
}

pub async fn a_payment_that_succeeds_after_all_is_not_cancelled_twice<S: Store + Send>(
    world: &mut World<S>,
) {
    world.warehouse("berlin").await;
    world.shelf("berlin", "TEE", 2).await;
    let order = world.place(Draft::new("1001").line("TEE", 2)).await;
    world.payment_fails("1001");
    world.pays("1001");
    world.settle().await;
    // Whichever is handled first: the order goes out, or it is cancelled and the money owed back. Never both.
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

pub async fn a_payment_that_is_made_good_before_anyone_looked_cancels_nothing<S: Store + Send>(
    world: &mut World<S>,
) {
    world.warehouse("berlin").await;
    world.shelf("berlin", "TEE", 2).await;
    let order = world.place(Draft::new("1001").line("TEE", 2)).await;
    world.falls_asleep(Consumer::Cancellation);
    world.payment_fails("1001");
    world.settle().await;
    world.pays("1001");
    world.settle().await;
    world.all_wake_up();
    world.settle().await;
    assert_eq!(world.times(order, "PaymentFailed").await, 1);
    for name in ["UnitsCancelled", "CancellationRequested"] {
        assert_eq!(world.times(order, name).await, 0, "{name}");
    }
    assert_eq!(world.assigned(order).await, 2);
}

pub async fn money_captured_after_a_cancellation_is_owed_back<S: Store + Send>(
    world: &mut World<S>,
) {
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

pub async fn an_underpaid_order_waits_for_the_rest<S: Store + Send>(world: &mut World<S>) {
    world.warehouse("berlin").await;
    world.shelf("berlin", "TEE", 2).await;
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

pub async fn money_of_another_currency_does_not_pay<S: Store + Send>(world: &mut World<S>) {
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

pub async fn a_dispute_stops_what_has_not_left<S: Store + Send>(world: &mut World<S>) {
    world.warehouse("berlin").await;
    world.shelf("berlin", "TEE", 0).await;
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
    assert_eq!(world.waiting(order).await, 2);
    world.payment(
        "1001",
        PaymentFact::DisputeClosed {
            id: "dp_1".to_owned(),
            won: true,
        },
    );
    world.settle().await;
    assert_eq!(
        (world.waiting(order).await, world.assigned(order).await),
        (0, 2)
    );
}
