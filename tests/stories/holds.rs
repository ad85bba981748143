//! Holds: nothing moves on while one stands.

use app::{
    failure::Failure,
    usecases::{hold::HoldRequest, idempotency::IdempotencyKey},
};
use domain::{
    inbound::PaymentFact,
    order::{ExceptionKind, FulfillmentStatus, HoldKind, Status},
};

use crate::{
    story::story,
    world::{Consumer, Draft, World},
};

async fn paid_and_under_review(world: &mut World) -> domain::ids::OrderId {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 10).await;
    let order = world.place(Draft::new("1001").line("TEE", 2)).await;
    world.payment(
        "1001",
        PaymentFact::ReviewOpened {
            id: "prv_1".to_owned(),
        },
    );
    world.settle().await;
    world.pays("1001");
    world.settle().await;
    assert_eq!(
        (world.status(order).await, world.work(order).await),
        (Status::Paid, vec![])
    );
    order
}

fn closed(approved: bool) -> PaymentFact {
    let reason = if approved {
        "approved"
    } else {
        "refunded_as_fraud"
    };
    PaymentFact::ReviewClosed {
        id: "prv_1".to_owned(),
        approved,
        reason: reason.to_owned(),
    }
}

story!(a_fraud_review_holds_an_order_until_it_is_approved);
async fn a_fraud_review_holds_an_order_until_it_is_approved(world: &mut World) {
    let order = paid_and_under_review(world).await;
    world.payment("1001", closed(true));
    world.settle().await;
    assert_eq!(
        world.work(order).await,
        [("berlin".to_owned(), FulfillmentStatus::Requested, 2, 0)]
    );
    assert_eq!(world.times(order, "OrderReleased").await, 1);
}

story!(a_late_copy_of_a_hold_that_changed_nothing_is_answered_as_one);
async fn a_late_copy_of_a_hold_that_changed_nothing_is_answered_as_one(world: &mut World) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 10).await;
    let order = world.place(Draft::new("1001").line("TEE", 2)).await;
    let hold = |handle: &str| HoldRequest {
        kind: HoldKind::Manual,
        handle: handle.to_owned(),
        until: None,
    };
    world.holds(order, "call").await;
    // A second agent asks for what stands already.
    let key = IdempotencyKey::new("desk", "second", b"hold call").expect("a key");
    let commits = world.times(order, "HoldPlaced").await;
    let first = world.asks_to_hold(order, &hold("call"), &key).await;
    first.expect("it stands");
    assert_eq!(world.times(order, "HoldPlaced").await, commits);
    world.releases(order, "call").await;

    // The hold has ended when the copy arrives.
    let copy = world.asks_to_hold(order, &hold("call"), &key).await;
    let copy = copy.expect("the answer of before");
    assert!(copy.replayed && copy.value.state.holds.is_empty());
    let other = IdempotencyKey::new("desk", "second", b"hold all").expect("a key");
    let reused = world.asks_to_hold(order, &hold("all"), &other).await;
    assert!(matches!(reused, Err(Failure::KeyReused)), "{reused:?}");
    world.pays("1001");
    world.settle().await;
    assert_eq!(
        world.work(order).await,
        [("berlin".to_owned(), FulfillmentStatus::Requested, 2, 0)]
    );
}

story!(a_declined_review_keeps_the_order_held);
async fn a_declined_review_keeps_the_order_held(world: &mut World) {
    let order = paid_and_under_review(world).await;
    world.payment("1001", closed(false));
    world.settle().await;
    assert_eq!(world.work(order).await, []);
    assert_eq!(
        world.exceptions(order).await,
        [ExceptionKind::ReviewDeclined]
    );
    world.cancels(order, &[]).await.expect("a person decides");
    assert_eq!(world.refund_owed(order).await, world.total("1001"));
}

story!(a_hold_stops_planned_work_from_being_sent);
async fn a_hold_stops_planned_work_from_being_sent(world: &mut World) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 10).await;
    world.pause(Consumer::Dispatch);
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 2)).await;
    world.holds(order, "call-back").await;
    world.resume_all();
    world.settle().await;
    assert_eq!(world.requests(), []);
    assert_eq!(
        world.work(order).await,
        [("berlin".to_owned(), FulfillmentStatus::Planned, 2, 0)]
    );
    world.releases(order, "call-back").await;
    world.settle().await;
    assert_eq!(world.requests().len(), 1);
}

story!(a_hold_by_an_agent_stops_routing);
async fn a_hold_by_an_agent_stops_routing(world: &mut World) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 10).await;
    let order = world.place(Draft::new("1001").line("TEE", 2)).await;
    world.holds(order, "call-back").await;
    world.holds(order, "address").await;
    world.pays("1001");
    world.settle().await;
    world.releases(order, "call-back").await;
    world.settle().await;
    assert_eq!(world.assigned(order).await, 0, "another hold stands");
    world.releases(order, "address").await;
    world.settle().await;
    assert_eq!(world.assigned(order).await, 2);
}

story!(a_hold_with_an_end_expires);
async fn a_hold_with_an_end_expires(world: &mut World) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 10).await;
    let order = world.place(Draft::new("1001").line("TEE", 2)).await;
    world.holds_for(order, "until-noon", 60).await;
    world.pays("1001");
    world.settle().await;
    world.minutes_pass(30);
    world.sweeps();
    world.settle().await;
    assert_eq!(
        world.assigned(order).await,
        0,
        "the hold lasts half an hour more"
    );
    world.minutes_pass(40);
    world.sweeps();
    world.settle().await;
    assert_eq!(world.assigned(order).await, 2);
    assert_eq!(world.times(order, "HoldReleased").await, 1);
}
