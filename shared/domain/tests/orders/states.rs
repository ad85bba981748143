//! The axes of an order: what its units and its money add up to.

use domain::{
    inbound::{PaymentFact, ShipmentFact},
    order::{Command, FulfillmentProgress, RefundStatus, ReturnStatus, Status},
};

use crate::common::{OrderFixture, shipped};

fn requested(lines: &[(u32, i64)], share: &[(&str, u32)]) -> OrderFixture {
    let mut order = OrderFixture::placed(lines);
    order.captured();
    order.route(share).unwrap();
    order
        .apply(&Command::RequestFulfillment { not_to: vec![] })
        .unwrap();
    order
}

#[test]
fn the_fulfillment_axis_follows_the_units() {
    let mut order = OrderFixture::placed(&[(3, 1000)]);
    let mut seen = vec![order.order.fulfillment_progress()];
    order.captured();
    order.route(&[]).unwrap();
    seen.push(order.order.fulfillment_progress());
    let (release, _) = order.plan(&[("berlin", 2)], true);
    order.apply(&release).unwrap();
    seen.push(order.order.fulfillment_progress());
    order
        .apply(&Command::RequestFulfillment { not_to: vec![] })
        .unwrap();
    order.report(0, shipped("A", &[("1", 2)], true)).unwrap();
    seen.push(order.order.fulfillment_progress());
    order.cancel(&[]).unwrap();
    seen.push(order.order.fulfillment_progress());
    assert_eq!(
        seen,
        [
            FulfillmentProgress::Unfulfilled,
            FulfillmentProgress::Backordered,
            FulfillmentProgress::InProgress,
            FulfillmentProgress::Partial,
            FulfillmentProgress::Fulfilled,
        ]
    );
    let mut gone = OrderFixture::placed(&[(3, 1000)]);
    gone.cancel(&[]).unwrap();
    assert_eq!(
        gone.order.fulfillment_progress(),
        FulfillmentProgress::Cancelled
    );
}

#[test]
fn the_status_counts_units_not_lines() {
    let mut order = requested(&[(2, 1000), (1, 500)], &[("berlin", 9)]);
    assert_eq!(order.status(), Status::AwaitingFulfillment);
    order.report(0, shipped("A", &[("1", 2)], false)).unwrap();
    assert_eq!(order.status(), Status::PartiallyFulfilled);
    order.report(0, shipped("B", &[("2", 1)], true)).unwrap();
    assert_eq!(order.status(), Status::Fulfilled);
    order.shipment("A", ShipmentFact::Delivered).unwrap();
    assert_eq!(order.status(), Status::Fulfilled);
    order.shipment("B", ShipmentFact::Delivered).unwrap();
    assert_eq!(order.status(), Status::Delivered);
    let refund = |id: &str, amount| PaymentFact::Refund {
        id: id.to_owned(),
        amount,
        currency: "EUR".parse().unwrap(),
        status: RefundStatus::Succeeded,
        effect: None,
    };
    order.pay(refund("re_1", 2499)).unwrap();
    assert_eq!(order.status(), Status::Delivered);
    order.pay(refund("re_2", 1)).unwrap();
    assert_eq!(order.status(), Status::Refunded);
}

#[test]
fn a_free_order_that_has_left_is_not_refunded() {
    let mut order = OrderFixture::placed(&[(1, 0)]);
    order.route(&[("berlin", 1)]).unwrap();
    order
        .apply(&Command::RequestFulfillment { not_to: vec![] })
        .unwrap();
    order.report(0, shipped("A", &[("1", 1)], true)).unwrap();
    assert_eq!(order.status(), Status::Fulfilled);
}

#[test]
fn backordered_units_alone_make_an_order_wait_for_fulfillment() {
    let mut order = OrderFixture::placed(&[(2, 1000)]);
    order.captured();
    order.route(&[]).unwrap();
    assert!(order.order.state.fulfillment_orders.is_empty());
    assert_eq!(order.status(), Status::AwaitingFulfillment);
}

#[test]
fn returned_units_are_some_or_all_of_those_that_left() {
    let mut order = requested(&[(2, 1000)], &[("berlin", 9)]).order;
    order.state.lines[0].shipped = 2;
    let with = |returned| {
        let mut order = order.clone();
        order.state.lines[0].returned = returned;
        order.return_status()
    };
    assert_eq!(with(0), ReturnStatus::None);
    assert_eq!(with(1), ReturnStatus::Partial);
    assert_eq!(with(2), ReturnStatus::Full);
}

#[test]
fn what_is_due_falls_with_cancelled_units_and_credits_and_never_below_zero() {
    let mut order = OrderFixture::placed(&[(3, 1000)]).order;
    assert_eq!((order.total(), order.amount_due()), (3000, 3000));
    order.state.lines[0].cancelled = 1;
    assert_eq!((order.cancelled_value(), order.amount_due()), (1000, 2000));
    order.state.payment.credits = 500;
    assert_eq!(order.amount_due(), 1500);
    order.state.payment.credits = 5000;
    assert_eq!(order.amount_due(), 0);
    order.state.lines[0].cancelled = 0;
    order.state.payment.credits = 3000;
    assert!(order.is_paid(), "nothing is due");
    order.state.payment.credits = 2999;
    assert!(!order.is_paid());
}
