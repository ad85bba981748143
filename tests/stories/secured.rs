//! What is secured (captured less given back, plus what can still be captured) decides whether goods may go. What is
//! missing stops every unit that has not left, and a person is shown why.

use app::{bus::subscriptions::Consumer, ports::ProviderRequest};
use domain::{
    ids::OrderId,
    inbound::PaymentFact,
    order::{FulfillmentStatus, PaymentStatus, RefundStatus, Status},
};

use crate::{
    story::story,
    world::{Draft, World},
};

fn euro() -> domain::money::Currency {
    "EUR".parse().expect("a currency")
}

/// The kinds of the open exceptions.
async fn open(world: &World, order: OrderId) -> Vec<String> {
    let kinds = world.exceptions(order).await;
    kinds.iter().map(|kind| kind.as_str().to_owned()).collect()
}

/// How many requests to stop or cancel the locations have received.
fn stop_requests(world: &World) -> usize {
    let requests = world.requests();
    let stops = requests
        .iter()
        .filter(|sent| matches!(sent.request, ProviderRequest::Cancel { .. }));
    stops.count()
}

/// Berlin has ten T-shirts and the request for an order of two that is authorized.
async fn berlin_has_an_authorized_order(world: &mut World) -> OrderId {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 10).await;
    let order = world.place(Draft::new("1001").line("TEE", 2)).await;
    world.authorizes("1001");
    world.settle().await;
    assert_eq!(world.requests().len(), 1);
    order
}

story!(less_captured_than_authorized_does_not_ship);
async fn less_captured_than_authorized_does_not_ship(world: &mut World) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 2).await;
    world.pause(Consumer::Routing);
    let order = world.place(Draft::new("1001").line("TEE", 2)).await;
    world.authorizes("1001");
    world.settle().await;
    // The gateway captures a part and gives up the rest.
    world.captures("1001", world.total("1001") - 100);
    world.settle().await;
    world.resume_all();
    world.settle().await;
    assert_eq!(world.requests(), []);
    assert_eq!(world.assigned(order).await, 0);
    assert_eq!(open(world, order).await, ["underpaid"]);
    // The customer pays the rest with another payment.
    world.second_payment("1001", 100);
    world.settle().await;
    assert_eq!(open(world, order).await, [""; 0]);
    assert_eq!(world.requests().len(), 1);
}

story!(less_captured_than_authorized_stops_a_location_that_has_not_begun);
async fn less_captured_than_authorized_stops_a_location_that_has_not_begun(world: &mut World) {
    let order = berlin_has_an_authorized_order(world).await;
    world.accepts("berlin", order).await;
    world.settle().await;
    world.captures("1001", world.total("1001") - 100);
    world.settle().await;
    assert_eq!(open(world, order).await, ["underpaid"]);
    assert_eq!(stop_requests(world), 1);
    // The units come back and wait for the money; they are not cancelled.
    world.confirms_cancellation("berlin", order).await;
    world.settle().await;
    let state = world.order(order).await.state;
    assert_eq!((state.lines[0].unrouted, state.lines[0].cancelled), (2, 0));
    assert_eq!(world.level("berlin", "TEE").await.available(), 10);
    world.second_payment("1001", 100);
    world.settle().await;
    assert_eq!(open(world, order).await, [""; 0]);
    assert_eq!(world.assigned(order).await, 2);
    world.ships("berlin", order, "SHIPMENT-1").await;
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Fulfilled);
}

story!(a_location_that_has_begun_is_not_stopped_and_a_person_is_told);
async fn a_location_that_has_begun_is_not_stopped_and_a_person_is_told(world: &mut World) {
    let order = berlin_has_an_authorized_order(world).await;
    world.picks("berlin", order).await;
    world.settle().await;
    // The authorization lapses while the location picks.
    world.payment("1001", PaymentFact::Cancelled);
    world.settle().await;
    assert_eq!(open(world, order).await, ["authorization_lost"]);
    assert_eq!(stop_requests(world), 0);
    // It leaves unpaid, and the exception stays until it is paid.
    world.ships("berlin", order, "SHIPMENT-1").await;
    world.settle().await;
    assert_eq!(open(world, order).await, ["authorization_lost"]);
    let total = world.total("1001");
    world.second_payment("1001", total);
    world.settle().await;
    assert_eq!(open(world, order).await, [""; 0]);
}

story!(a_lost_authorization_is_asked_back_once_and_a_refusal_is_shown);
async fn a_lost_authorization_is_asked_back_once_and_a_refusal_is_shown(world: &mut World) {
    let order = berlin_has_an_authorized_order(world).await;
    world.accepts("berlin", order).await;
    world.settle().await;
    world.payment("1001", PaymentFact::Cancelled);
    world.settle().await;
    assert_eq!(stop_requests(world), 1);
    world.refuses_cancellation("berlin", order).await;
    world.settle().await;
    let commits = world.order(order).await.state.version;
    for _ in 0..5 {
        world.minutes_pass(10);
        world.sweeps();
        world.settle().await;
    }
    assert_eq!(stop_requests(world), 1);
    assert_eq!(world.order(order).await.state.version, commits);
    assert_eq!(
        open(world, order).await,
        ["authorization_lost", "stop_refused"]
    );
}

story!(a_lost_authorization_before_work_begins_cancels_the_order);
async fn a_lost_authorization_before_work_begins_cancels_the_order(world: &mut World) {
    let order = berlin_has_an_authorized_order(world).await;
    world.payment("1001", PaymentFact::Cancelled);
    world.settle().await;
    assert_eq!(stop_requests(world), 1);
    world.confirms_cancellation("berlin", order).await;
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Cancelled);
    assert_eq!(open(world, order).await, [""; 0]);
    assert_eq!(world.level("berlin", "TEE").await.available(), 10);
}

story!(two_payments_for_one_order_are_shown_and_stop_nothing);
async fn two_payments_for_one_order_are_shown_and_stop_nothing(world: &mut World) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 2).await;
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 2)).await;
    let total = world.total("1001");
    world.second_payment("1001", total);
    world.settle().await;
    assert_eq!(open(world, order).await, ["overpaid"]);
    assert_eq!(world.assigned(order).await, 2);
    world.ships("berlin", order, "SHIPMENT-1").await;
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Fulfilled);
    // One of the two goes back.
    world.refunds("1001", "re_1", total);
    world.settle().await;
    assert_eq!(open(world, order).await, [""; 0]);
}

story!(a_refund_before_routing_stops_the_order);
async fn a_refund_before_routing_stops_the_order(world: &mut World) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 2).await;
    world.pause(Consumer::Routing);
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 2)).await;
    world.refunds("1001", "re_1", world.total("1001"));
    world.settle().await;
    world.resume_all();
    world.settle().await;
    assert_eq!(world.requests(), []);
    assert_eq!(open(world, order).await, ["refund_not_requested"]);
    let payment = world.order(order).await.state.payment;
    assert_eq!(payment.status(), PaymentStatus::Refunded);
}

story!(a_refund_that_fails_lets_the_order_move_on);
async fn a_refund_that_fails_lets_the_order_move_on(world: &mut World) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 2).await;
    world.pause(Consumer::Routing);
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 2)).await;
    world.refunds("1001", "re_1", 500);
    world.settle().await;
    assert_eq!(open(world, order).await, ["refund_not_requested"]);
    let failed = PaymentFact::Refund {
        id: "re_1".to_owned(),
        amount: 500,
        currency: euro(),
        status: RefundStatus::Failed,
        effect: None,
    };
    world.payment("1001", failed);
    world.resume_all();
    world.settle().await;
    assert_eq!(open(world, order).await, ["refund_failed"]);
    assert_eq!(world.assigned(order).await, 2);
}

story!(a_refund_for_cancelled_units_is_no_exception);
async fn a_refund_for_cancelled_units_is_no_exception(world: &mut World) {
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 2)).await;
    world.cancels(order, &[("1", 1)]).await.expect("cancelled");
    let owed = world.refund_owed(order).await;
    world.refunds("1001", "re_1", owed);
    world.settle().await;
    assert_eq!(open(world, order).await, [""; 0]);
}

story!(planned_units_wait_for_money_an_hour_and_then_give_their_stock_back);
async fn planned_units_wait_for_money_an_hour_and_then_give_their_stock_back(world: &mut World) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 2).await;
    world.pause(Consumer::Dispatch);
    let order = world.place(Draft::new("1001").line("TEE", 2)).await;
    world.authorizes("1001");
    world.settle().await;
    world.captures("1001", world.total("1001") - 100);
    world.settle().await;
    world.resume_all();
    world.settle().await;
    assert_eq!(world.level("berlin", "TEE").await.available(), 0);
    world.minutes_pass(59);
    world.sweeps();
    world.settle().await;
    assert_eq!(world.level("berlin", "TEE").await.available(), 0);
    world.minutes_pass(2);
    world.sweeps();
    world.settle().await;
    assert_eq!(world.level("berlin", "TEE").await.available(), 2);
    assert_eq!(world.requests(), []);
    assert_eq!(open(world, order).await, ["underpaid"]);
    // Then the rest is paid, and the order is routed anew.
    world.second_payment("1001", 100);
    world.settle().await;
    assert_eq!(world.assigned(order).await, 2);
    assert_eq!(world.requests().len(), 1);
}

story!(planned_units_are_requested_as_soon_as_the_rest_is_paid);
async fn planned_units_are_requested_as_soon_as_the_rest_is_paid(world: &mut World) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 2).await;
    world.pause(Consumer::Dispatch);
    let order = world.place(Draft::new("1001").line("TEE", 2)).await;
    world.authorizes("1001");
    world.settle().await;
    world.captures("1001", world.total("1001") - 100);
    world.settle().await;
    world.resume_all();
    world.settle().await;
    assert_eq!(world.requests(), []);
    world.second_payment("1001", 100);
    world.settle().await;
    assert_eq!(world.requests().len(), 1);
    assert_eq!(
        world.work(order).await[0].1,
        FulfillmentStatus::Requested,
        "without the sweep"
    );
}

story!(a_backorder_of_an_order_that_lost_its_money_is_released_when_it_is_paid_again);
async fn a_backorder_of_an_order_that_lost_its_money_is_released_when_it_is_paid_again(
    world: &mut World,
) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 0).await;
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 2)).await;
    assert_eq!(world.backordered(order).await, 2);
    world.refunds("1001", "re_1", 500);
    world.settle().await;
    world.receives("berlin", "TEE", 2);
    world.settle().await;
    assert_eq!(world.backordered(order).await, 2);
    world.second_payment("1001", 500);
    world.settle().await;
    assert_eq!(world.assigned(order).await, 2);
}
