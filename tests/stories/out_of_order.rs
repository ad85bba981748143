//! Webhooks come late, twice, and in the wrong order.

use app::ports::Clock;
use domain::{
    inbound::{FulfillmentFact, PaymentFact, ShipmentFact},
    order::{ExceptionKind, FulfillmentStatus, ShipmentStatus, Status},
};
use jiff::SignedDuration;

use crate::{
    story::story,
    world::{Consumer, Draft, World},
};

async fn berlin_has_a_request(world: &mut World) -> domain::ids::OrderId {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 10).await;
    world.place_and_pay(Draft::new("1001").line("TEE", 2)).await
}

story!(a_refund_is_reported_before_its_capture);
async fn a_refund_is_reported_before_its_capture(world: &mut World) {
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

story!(a_delivery_is_reported_before_its_shipment);
async fn a_delivery_is_reported_before_its_shipment(world: &mut World) {
    let order = berlin_has_a_request(world).await;
    world.delivers("berlin", order, "SHIPMENT-1");
    world.shipment("berlin", order, "SHIPMENT-1", ShipmentFact::InTransit);
    world.ships("berlin", order, "SHIPMENT-1").await;
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Delivered);
    assert_eq!(world.times(order, "ShipmentDelivered").await, 1);
}

story!(a_review_is_closed_before_it_is_opened);
async fn a_review_is_closed_before_it_is_opened(world: &mut World) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 10).await;
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

story!(every_webhook_comes_twice_with_different_ids);
async fn every_webhook_comes_twice_with_different_ids(world: &mut World) {
    let order = berlin_has_a_request(world).await;
    world.pays("1001");
    for _ in 0..2 {
        world.accepts("berlin", order).await;
        world.ships("berlin", order, "SHIPMENT-1").await;
        world.delivers("berlin", order, "SHIPMENT-1");
    }
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Delivered);
    for name in ["PaymentCaptured", "ShipmentShipped", "ShipmentDelivered"] {
        assert_eq!(world.times(order, name).await, 1, "{name}");
    }
    assert_eq!(world.level("berlin", "TEE").await.on_hand, 8);
}

story!(progress_is_reported_out_of_order);
async fn progress_is_reported_out_of_order(world: &mut World) {
    let order = berlin_has_a_request(world).await;
    let berlin = world.work_at("berlin", order).await;
    world.reports("berlin", order, berlin, FulfillmentFact::Packed);
    world.reports("berlin", order, berlin, FulfillmentFact::Accepted);
    world.reports("berlin", order, berlin, FulfillmentFact::Picking);
    world.settle().await;
    assert_eq!(
        world.work(order).await,
        [("berlin".to_owned(), FulfillmentStatus::Packed, 2, 0)]
    );
}

story!(an_unreadable_message_becomes_a_dead_letter_at_once);
async fn an_unreadable_message_becomes_a_dead_letter_at_once(world: &mut World) {
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

story!(a_location_cannot_report_on_the_work_of_another);
async fn a_location_cannot_report_on_the_work_of_another(world: &mut World) {
    let order = berlin_has_a_request(world).await;
    world.third_party("hamburg").await;
    let berlin = world.work_at("berlin", order).await;
    world.reports("hamburg", order, berlin, FulfillmentFact::Picking);
    world.settle().await;
    assert_eq!(
        world.work(order).await,
        [("berlin".to_owned(), FulfillmentStatus::Requested, 2, 0)]
    );
    assert!(world.rejections().contains(&"wrong_location"));
}

story!(stock_of_an_unknown_location_is_retried_until_it_exists);
async fn stock_of_an_unknown_location_is_retried_until_it_exists(world: &mut World) {
    world.receives("berlin", "TEE", 5);
    world.settle_except_early_messages().await;
    assert_eq!(world.level("berlin", "TEE").await.on_hand, 0);
    world.warehouse("berlin").await;
    world.settle().await;
    assert_eq!(world.level("berlin", "TEE").await.on_hand, 5);
}

story!(a_refusal_without_a_request_does_not_answer_the_next_request);
async fn a_refusal_without_a_request_does_not_answer_the_next_request(world: &mut World) {
    let order = berlin_has_a_request(world).await;
    world.refuses_cancellation("berlin", order).await;
    world.settle().await;
    world
        .cancels(order, &[])
        .await
        .expect("the location can be asked");
    // A duplicate of the earlier report, if there is one, has been delivered by now.
    world.settle_with_duplicates().await;
    assert!(world.order(order).await.state.fulfillment_orders[0].awaits_cancellation());
    assert_eq!(world.times(order, "CancellationRefused").await, 0);
}

story!(a_shipment_exception_stays_when_older_reports_are_redelivered);
async fn a_shipment_exception_stays_when_older_reports_are_redelivered(world: &mut World) {
    let order = berlin_has_a_request(world).await;
    world.ships("berlin", order, "SHIPMENT-1").await;
    world.settle().await;
    world.shipment("berlin", order, "SHIPMENT-1", ShipmentFact::OutForDelivery);
    world.settle().await;
    world.shipment("berlin", order, "SHIPMENT-1", ShipmentFact::InTransit);
    world.settle().await;
    world.shipment(
        "berlin",
        order,
        "SHIPMENT-1",
        ShipmentFact::Exception { reason: None },
    );
    world.settle_with_duplicates().await;
    assert_eq!(
        world.order(order).await.state.shipments[0].status,
        ShipmentStatus::Exception
    );
}

story!(steps_of_a_shipment_count_by_their_time_and_an_order_does_not_grow_with_them);
async fn steps_of_a_shipment_count_by_their_time_and_an_order_does_not_grow_with_them(
    world: &mut World,
) {
    let order = berlin_has_a_request(world).await;
    world.ships("berlin", order, "SHIPMENT-1").await;
    world.settle().await;
    let left = world.clock.now();
    let after = |minutes: i64| {
        let at = left.checked_add(SignedDuration::from_mins(minutes));
        at.expect("a time")
    };
    let problem = ShipmentFact::Exception { reason: None };
    let steps = [
        (ShipmentFact::InTransit, after(10)),
        (ShipmentFact::InTransit, after(15)),
        (problem, after(12)),
    ];
    world.minutes_pass(60);
    let before = world.order(order).await;
    // Each is sent three times, as messages of their own.
    for step in [&steps[..], &steps[..], &steps[..]].concat() {
        world.shipment_at("berlin", order, "SHIPMENT-1", step);
        world.settle().await;
    }
    let now = world.order(order).await;
    assert_eq!(now.state.shipments[0].status, ShipmentStatus::InTransit);
    assert_eq!(now.state.exceptions, []);
    assert_eq!(now.state.version, before.state.version + 2);
    assert_eq!(now.state.causes, before.state.causes);
    assert_eq!(world.times(order, "ShipmentInTransit").await, 1);
    // The next problem is a problem.
    let problem = ShipmentFact::Exception { reason: None };
    world.shipment_at("berlin", order, "SHIPMENT-1", (problem, after(20)));
    world.settle().await;
    assert_eq!(
        world.exceptions(order).await,
        [ExceptionKind::DeliveryProblem]
    );
}
