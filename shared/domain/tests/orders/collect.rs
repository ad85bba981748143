//! What carriers collect on delivery: together what is due, however the order is split.

#![expect(clippy::arithmetic_side_effects, reason = "small numbers of tests")]

use domain::{
    inbound::ShipmentFact,
    order::{
        Command, FulfillmentStatus, PaymentStep, PaymentTerm, PlaceTender, ShippingRefund,
        TenderKind,
    },
};
use proptest::prelude::*;

use crate::common::{OrderFixture, names, request, shipped};

fn on_delivery(lines: &[(u32, i64)]) -> domain::order::PlaceOrder {
    let mut request = request(lines);
    request.payment.intent = None;
    request.terms.payment = Some(PaymentTerm::OnDelivery);
    request
}

/// The step that the payment makes due next.
fn step(order: &OrderFixture) -> Option<PaymentStep> {
    order.order.payment_step().map(|(step, _)| step)
}

fn asks(order: &mut OrderFixture) {
    order
        .apply(&Command::RequestFulfillment { not_to: vec![] })
        .unwrap();
}

fn told(order: &OrderFixture) -> Vec<Option<i64>> {
    let found = order.order.state.fulfillment_orders.iter();
    found.map(|found| found.collect).collect()
}

#[test]
fn each_request_says_what_its_units_cost_and_the_last_one_the_rest() {
    let mut request = on_delivery(&[(3, 1000)]);
    (request.shipping, request.lines[0].tax) = (100, 1);
    let mut order = OrderFixture::placed_as(request);
    order.route(&[("berlin", 2)]).unwrap();
    asks(&mut order);
    // A cent of tax belongs to the first unit, and of 100 for shipping 34, 33 and 33 to the units.
    assert_eq!(told(&order), [Some(2000 + 1 + 34 + 33)]);
    let (release, _) = order.plan(&[("lyon", 1)], true);
    order.apply(&release).unwrap();
    asks(&mut order);
    assert_eq!(told(&order), [Some(2068), Some(1033)]);
}

#[test]
fn what_tenders_have_paid_is_not_collected() {
    let mut request = on_delivery(&[(2, 1000)]);
    request.payment.tenders.push(PlaceTender {
        kind: TenderKind::GiftCard,
        reference: "GC-1".to_owned(),
        amount: 1300,
    });
    let mut order = OrderFixture::placed_as(request);
    order.route(&[("berlin", 1), ("lyon", 1)]).unwrap();
    asks(&mut order);
    assert_eq!(told(&order), [Some(0), Some(700)]);
}

#[test]
fn a_request_that_was_taken_back_has_told_nothing() {
    let mut order = OrderFixture::placed_as(on_delivery(&[(2, 1000)]));
    order.route(&[("berlin", 1), ("lyon", 1)]).unwrap();
    asks(&mut order);
    let back = order.take_back();
    assert_eq!(
        names(&order.apply(&back).unwrap()),
        ["RequestsTakenBack"],
        "nothing has left"
    );
    assert_eq!(told(&order), [None, None]);
    order.cancel(&[("1", 1)]).unwrap();
    asks(&mut order);
    let told: Vec<i64> = told(&order).into_iter().flatten().collect();
    assert_eq!(told, [1000]);
}

#[test]
fn money_that_was_collected_is_not_taken_off_what_others_collect() {
    let mut order = OrderFixture::placed_as(on_delivery(&[(2, 1000)]));
    order.route(&[("berlin", 1)]).unwrap();
    asks(&mut order);
    let received = |kind: TenderKind, amount: i64| Command::RecordReceived {
        kind,
        reference: format!("R-{amount}"),
        amount,
        note: None,
    };
    order.apply(&received(TenderKind::Cash, 1000)).unwrap();
    order
        .apply(&received(TenderKind::BankTransfer, 300))
        .unwrap();
    let (release, _) = order.plan(&[("lyon", 1)], true);
    order.apply(&release).unwrap();
    asks(&mut order);
    assert_eq!(told(&order), [Some(1000), Some(700)]);
}

#[test]
fn orders_that_are_paid_otherwise_tell_nothing() {
    let mut order = OrderFixture::placed(&[(1, 1000)]);
    order.captured();
    order.route(&[("berlin", 1)]).unwrap();
    asks(&mut order);
    assert_eq!(told(&order), [None]);
}

#[test]
fn money_that_a_carrier_was_to_collect_is_missed_after_the_delivery_and_not_before() {
    let mut order = OrderFixture::placed_as(on_delivery(&[(1, 1000)]));
    order.route(&[("berlin", 1)]).unwrap();
    asks(&mut order);
    order.report(0, shipped("1", &[("1", 1)], true)).unwrap();
    assert_eq!(step(&order), None, "it is on its way");
    order
        .shipment_of("berlin", "1", ShipmentFact::Delivered)
        .unwrap();
    assert_eq!(step(&order), Some(PaymentStep::ShowOutstanding));
    let received = Command::RecordReceived {
        kind: TenderKind::Cash,
        reference: "COD-1".to_owned(),
        amount: 1000,
        note: None,
    };
    order.apply(&received).unwrap();
    assert_eq!(step(&order), None, "it is there");
}

fn rules() -> impl Strategy<Value = Option<ShippingRefund>> {
    prop_oneof![
        Just(None),
        Just(Some(ShippingRefund::ProRata)),
        Just(Some(ShippingRefund::LastUnit)),
        Just(Some(ShippingRefund::Never)),
    ]
}

proptest! {
    /// Parts of an order are requested one after the other from several locations, units that nobody was asked for are
    /// cancelled in between, and tenders have paid a part.
    #[test]
    fn what_is_collected_adds_up_to_what_is_due(
        lines in prop::collection::vec((1_u32..6, 0_i64..5000, 0_i64..200, 0_i64..99), 1..4),
        shipping in 0_i64..1000,
        discount in 0_i64..100,
        paid in 0_i64..4000,
        rule in rules(),
        parts in prop::collection::vec((1_u32..4, 0_u32..2), 1..8),
    ) {
        let prices: Vec<(u32, i64)> = lines.iter().map(|(n, price, ..)| (*n, *price)).collect();
        let mut request = on_delivery(&prices);
        for (line, (quantity, price, tax, off)) in request.lines.iter_mut().zip(&lines) {
            (line.tax, line.discount) = (*tax, (*off).min(i64::from(*quantity) * price));
        }
        let worth: i64 = request
            .lines
            .iter()
            .map(|l| i64::from(l.quantity) * l.unit_price - l.discount)
            .sum();
        (request.shipping, request.discount) = (shipping, discount.min(worth));
        request.terms.shipping_refund = rule;
        let total = OrderFixture::placed_as(request.clone()).order.total();
        let paid = paid.min(total);
        if paid > 0 {
            request.payment.tenders.push(PlaceTender {
                kind: TenderKind::GiftCard,
                reference: "GC-1".to_owned(),
                amount: paid,
            });
        }
        let mut order = OrderFixture::placed_as(request);
        order.route(&[]).unwrap();
        for (number, (units, cancelled)) in parts.into_iter().chain([(6, 0)]).enumerate() {
            let location = format!("location-{number}");
            let (release, ids) = order.plan(&[(&location, units)], true);
            if !ids.is_empty() {
                order.apply(&release).unwrap();
                asks(&mut order);
            }
            let last = order.order.lines().last().map(|(_, state)| state.backordered);
            let cancelled = cancelled.min(last.unwrap_or(0));
            if cancelled > 0 {
                let id = order.order.state.lines.len().to_string();
                order.cancel(&[(&id, cancelled)]).unwrap();
            }
        }
        let found = &order.order;
        prop_assert!(found.state.lines.iter().all(|line| line.backordered == 0));
        let requested = found.state.fulfillment_orders.iter();
        let told: i64 = requested
            .filter(|f| f.status == FulfillmentStatus::Requested)
            .filter_map(|f| f.collect)
            .sum();
        prop_assert_eq!(told, (found.amount_due() - paid).max(0));
    }
}
