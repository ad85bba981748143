//! Units are credited cell by cell, from a line's end, each cell once.
#![expect(clippy::arithmetic_side_effects, reason = "small numbers of a test")]

use domain::{
    inbound::{PaymentFact, ShipmentFact},
    order::Command,
};

use crate::common::{OrderFixture, at, request, shipped};

/// Three units, not of equal cells, paid. Two have been delivered, the third is backordered.
fn two_delivered_of_three() -> OrderFixture {
    let mut request = request(&[(3, 1000)]);
    (request.lines[0].discount, request.lines[0].tax) = (100, 482);
    let mut order = OrderFixture::placed_as(request);
    order.captured();
    order.route(&[("berlin", 2)]).unwrap();
    order
        .apply(&Command::RequestFulfillment { not_to: vec![] })
        .unwrap();
    order.report(0, shipped("1", &[("1", 2)], true)).unwrap();
    let delivered = ShipmentFact::Delivered;
    order.shipment("1", delivered).unwrap();
    order
}

/// A delivered unit comes back, and the order changes.
fn comes_back(order: &mut OrderFixture) {
    order.order.state.lines[0].returned += 1;
    let another_intent = Command::RecordPayment {
        intent: format!("pi_{}", order.fixture),
        fact: PaymentFact::Linked,
        occurred_at: at(order.fixture),
    };
    order.apply(&another_intent).unwrap();
}

/// The value of the line's last units, the exact sum of their cells.
fn cells(order: &OrderFixture, units: u32) -> i64 {
    let line = &order.order.placed.lines[0];
    line.value(3 - units, 3, false)
}

#[test]
fn a_unit_that_came_back_and_one_that_is_cancelled_are_two_cells() {
    let mut order = two_delivered_of_three();
    comes_back(&mut order);
    order.cancel(&[("1", 1)]).unwrap();
    assert_eq!(order.order.refund_owed(), cells(&order, 2));
    assert_eq!(order.order.amount_due(), 3382 - cells(&order, 2));
}

#[test]
fn a_cancelled_unit_and_then_one_that_comes_back_are_the_same_two_cells() {
    let mut order = two_delivered_of_three();
    order.cancel(&[("1", 1)]).unwrap();
    assert_eq!(order.order.refund_owed(), cells(&order, 1));
    comes_back(&mut order);
    assert_eq!(order.order.refund_owed(), cells(&order, 2));
    comes_back(&mut order);
    assert_eq!(
        order.order.refund_owed(),
        3382,
        "the whole, to the last cent"
    );
    assert_eq!(order.order.amount_due(), 0);
}
