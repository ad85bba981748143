//! Webhooks come late, twice, and in the wrong order.

use app::ports::Store;
use domain::{
    inbound::{FulfillmentFact, PaymentFact, ShipmentFact},
    order::{FulfillmentStatus, ShipmentStatus, Status},
};

use crate::world::{Consumer, Draft, World};

async fn berlin_was_told<S: Store + Send>(world: &mut World<S>) -> domain::ids::OrderId {
    world.warehouse("berlin").await;
    world.shelf("berlin", "TEE", 10).await;
    world.place_and_pay(Draft::new("1001").line("TEE", 2)).await
}

pub async fn a_refund_is_heard_of_before_its_capture<S: Store + Send>(world: &mut World<S>) {
    let order = world.place(Draft::new("1001").line("TEE", 2)).await;
    world.refunds("1001", "re_1", 490);
    world.pays("1001");
    world.settle().await;
    let payment = world.order(order).await.state.payment;
    assert_eq!(
        (payment.captured(), payment.refunded()),
        (world.total("1001"), 490)
    );
    assert_eq!(world.times(order, "RefundUpdated").await, 1);
}

pub async fn a_parcel_arrives_before_it_has_left<S: Store + Send>(world: &mut World<S>) {
    let order = berlin_was_told(world).await;
    world.delivers("berlin", order, "BOX-1");
    world.parcel("berlin", order, "BOX-1", ShipmentFact::InTransit);
    world.ships("berlin", order, "BOX-1").await;
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Delivered);
    assert_eq!(world.times(order, "ShipmentDelivered").await, 1);
}

pub async fn a_review_is_closed_before_it_was_opened<S: Store + Send>(world: &mut World<S>) {
    world.warehouse("berlin").await;
    world.shelf("berlin", "TEE", 10).await;
    let order = world.place(Draft::new("1001").line("TEE", 2)).await;
    let closed = PaymentFact::ReviewClosed {
        id: "prv_1".to_owned(),
        approved: true,
        reason: "approved".to_owned(),
    };
    world.payment("1001", closed);
    world.payment(
        "1001",
        PaymentFact::ReviewOpened {
            id: "prv_1".to_owned(),
        },
    );
    world.pays("1001");
    world.settle().await;
    assert_eq!(world.order(order).await.state.holds, []);
    assert_eq!(world.assigned(order).await, 2);
}

pub async fn everything_is_told_twice_under_other_names<S: Store + Send>(world: &mut World<S>) {
    let order = berlin_was_told(world).await;
    world.pays("1001");
    for _ in 0..2 {
        world.accepts("berlin", order).await;
        world.ships("berlin", order, "BOX-1").await;
        world.delivers("berlin", order, "BOX-1");
    }
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Delivered);
    for name in ["PaymentCaptured", "ShipmentShipped", "ShipmentDelivered"] {
        assert_eq!(world.times(order, name).await, 1, "{name}");
    }
    assert_eq!(world.level("berlin", "TEE").await.on_hand, 8);
}

pub async fn progress_comes_in_the_wrong_order<S: Store + Send>(world: &mut World<S>) {
    let order = berlin_was_told(world).await;
    let berlin = world.work_at("berlin", order).await;
    world.says("berlin", order, berlin, FulfillmentFact::Packed);
    world.says("berlin", order, berlin, FulfillmentFact::Accepted);
    world.says("berlin", order, berlin, FulfillmentFact::Picking);
    world.settle().await;
    assert_eq!(
        world.work(order).await,
        [("berlin".to_owned(), FulfillmentStatus::Packed, 2, 0)]
    );
}

pub async fn a_fact_about_an_order_that_never_comes_is_put_aside<S: Store + Send>(
    world: &mut World<S>,
) {
    let amount = 100;
    world.payment(
        "404",
        PaymentFact::Captured {
            amount,
            currency: "EUR".parse().expect("a currency"),
        },
    );
    world.settle().await;
    let dead = world.dead_letters();
    assert_eq!(dead.len(), 1, "{dead:?}");
    assert!(
        ["not_found", "unavailable"].contains(&dead[0].reason.as_str()),
        "{dead:?}"
    );
}

pub async fn what_cannot_be_read_is_put_aside_at_once<S: Store + Send>(world: &mut World<S>) {
    for consumer in [
        Consumer::Lifecycle,
        Consumer::Routing,
        Consumer::Dispatch,
        Consumer::Replenishment,
    ] {
        world.send(consumer, r#"{"neither":"this nor that"}"#.to_owned());
    }
    world.settle().await;
    let reasons: Vec<String> = world
        .dead_letters()
        .into_iter()
        .map(|letter| letter.reason)
        .collect();
    assert_eq!(reasons, ["malformed"; 4]);
}

pub async fn a_location_cannot_speak_of_anothers_work<S: Store + Send>(world: &mut World<S>) {
    let order = berlin_was_told(world).await;
    world.third_party("hamburg").await;
    let berlin = world.work_at("berlin", order).await;
    world.says("hamburg", order, berlin, FulfillmentFact::Picking);
    world.settle().await;
    assert_eq!(
        world.work(order).await,
        [("berlin".to_owned(), FulfillmentStatus::Requested, 2, 0)]
    );
    assert!(world.refusals().contains(&"wrong_location"));
}

pub async fn stock_of_a_location_that_is_not_set_up_waits_for_it<S: Store + Send>(
    world: &mut World<S>,
) {
    world.receives("berlin", "TEE", 5);
    world.settle_but_leave_what_is_early().await;
    assert_eq!(world.level("berlin", "TEE").await.on_hand, 0);
    world.warehouse("berlin").await;
    world.settle().await;
    assert_eq!(world.level("berlin", "TEE").await.on_hand, 5);
}

pub async fn a_refusal_that_answers_no_question_does_not_answer_the_next_one<S: Store + Send>(
    world: &mut World<S>,
) {
    let order = berlin_was_told(world).await;
    world.will_not_cancel("berlin", order).await;
    world.settle().await;
    world
        .cancels(order, &[])
        .await
        .expect("berlin can be asked");
    // A copy of what Berlin said before, if there is one, comes by now at the latest.
    world.settle_for_good().await;
    assert!(world.order(order).await.state.fulfillment_orders[0].awaits_cancellation());
    assert_eq!(world.times(order, "CancellationRefused").await, 0);
}

pub async fn a_parcel_in_trouble_stays_so_when_old_news_comes_twice<S: Store + Send>(
    world: &mut World<S>,
) {
    let order = berlin_was_told(world).await;
    world.ships("berlin", order, "BOX-1").await;
    world.settle().await;
    world.parcel("berlin", order, "BOX-1", ShipmentFact::OutForDelivery);
    world.settle().await;
    world.parcel("berlin", order, "BOX-1", ShipmentFact::InTransit);
    world.settle().await;
    world.parcel(
        "berlin",
        order,
        "BOX-1",
        ShipmentFact::Exception { reason: None },
    );
    world.settle_for_good().await;
    assert_eq!(
        world.order(order).await.state.shipments[0].status,
        ShipmentStatus::Exception
    );
}
