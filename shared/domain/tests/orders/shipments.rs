//! The steps of a shipment, in every order in which carriers report them.

use domain::{
    inbound::ShipmentFact,
    order::{Command, ExceptionKind, RejectionCode, ShipmentStatus, Status},
};

use crate::common::{OrderFixture, at, names, shipped};

/// An order of one unit, shipped by berlin as `BOX`.
fn on_its_way() -> OrderFixture {
    let mut order = requested(&[(1, 1000)], &[("berlin", 1)]);
    order.report(0, shipped("BOX", &[("1", 1)], true)).unwrap();
    order
}

fn requested(lines: &[(u32, i64)], share: &[(&str, u32)]) -> OrderFixture {
    let mut order = OrderFixture::placed(lines);
    order.captured();
    order.route(share).unwrap();
    order
        .apply(&Command::RequestFulfillment { not_to: vec![] })
        .unwrap();
    order
}

fn problem() -> ShipmentFact {
    ShipmentFact::Exception {
        reason: Some("damaged".to_owned()),
    }
}

fn facts() -> [ShipmentFact; 5] {
    [
        ShipmentFact::InTransit,
        ShipmentFact::OutForDelivery,
        problem(),
        ShipmentFact::Delivered,
        ShipmentFact::ReturnedToSender,
    ]
}

/// The status of the shipment after these reports.
fn after(reports: &[&ShipmentFact]) -> ShipmentStatus {
    let mut order = on_its_way();
    for fact in reports {
        order.shipment("BOX", (*fact).clone()).unwrap();
    }
    order.order.state.shipments[0].status
}

#[test]
fn a_shipment_is_where_the_newest_report_says() {
    use ShipmentStatus::{Delivered, Exception, InTransit, OutForDelivery, ReturnedToSender};
    // Rows: where it is. Columns: the next report, in the order of `facts`.
    let table = [
        (
            InTransit,
            [
                InTransit,
                OutForDelivery,
                Exception,
                Delivered,
                ReturnedToSender,
            ],
        ),
        // Back in the depot for another try.
        (
            OutForDelivery,
            [
                InTransit,
                OutForDelivery,
                Exception,
                Delivered,
                ReturnedToSender,
            ],
        ),
        // A problem that is over: it moves again.
        (
            Exception,
            [
                InTransit,
                OutForDelivery,
                Exception,
                Delivered,
                ReturnedToSender,
            ],
        ),
        (
            Delivered,
            [Delivered, Delivered, Delivered, Delivered, ReturnedToSender],
        ),
        // On its way back, and then somebody takes it.
        (
            ReturnedToSender,
            [
                ReturnedToSender,
                ReturnedToSender,
                ReturnedToSender,
                Delivered,
                ReturnedToSender,
            ],
        ),
    ];
    for (first, (status, row)) in facts().iter().zip(table) {
        assert_eq!(after(&[first]), status);
        for (next, expected) in facts().iter().zip(row) {
            assert_eq!(after(&[first, next]), expected, "{first:?}, then {next:?}");
        }
    }
}

#[test]
fn a_step_that_is_reported_twice_happens_once() {
    for fact in facts() {
        let mut order = on_its_way();
        let at = order.order.state.shipments[0].shipped_at;
        let mut report = || order.shipment_at("BOX", fact.clone(), at).unwrap();
        assert!(!report().is_empty());
        assert_eq!(report(), [], "{fact:?}");
    }
}

#[test]
fn each_step_says_what_has_happened() {
    let mut order = on_its_way();
    for (fact, expected) in [
        (ShipmentFact::InTransit, vec!["ShipmentInTransit"]),
        (problem(), vec!["ShipmentException", "ExceptionOpened"]),
        (
            ShipmentFact::InTransit,
            vec!["ShipmentInTransit", "ExceptionClosed"],
        ),
        (ShipmentFact::OutForDelivery, vec!["ShipmentOutForDelivery"]),
        (problem(), vec!["ShipmentException", "ExceptionOpened"]),
        (
            ShipmentFact::OutForDelivery,
            vec!["ShipmentOutForDelivery", "ExceptionClosed"],
        ),
        (ShipmentFact::Delivered, vec!["ShipmentDelivered"]),
        (
            ShipmentFact::ReturnedToSender,
            vec!["ShipmentReturned", "ExceptionOpened"],
        ),
    ] {
        assert_eq!(names(&order.shipment("BOX", fact).unwrap()), expected);
    }
    let kinds = order.order.state.exceptions.iter().map(|open| &open.kind);
    assert_eq!(
        kinds.collect::<Vec<_>>(),
        [&ExceptionKind::ReturnedToSender]
    );
}

#[test]
fn only_what_was_delivered_counts_as_delivered() {
    for fact in facts() {
        let mut order = on_its_way();
        order.shipment("BOX", fact.clone()).unwrap();
        let delivered = u32::from(fact == ShipmentFact::Delivered);
        assert_eq!(order.order.state.lines[0].delivered, delivered, "{fact:?}");
    }
    // Of two shipments one.
    let mut order = requested(&[(3, 1000)], &[("berlin", 9)]);
    order.report(0, shipped("BOX", &[("1", 1)], false)).unwrap();
    order.report(0, shipped("CASE", &[("1", 2)], true)).unwrap();
    order.shipment("CASE", ShipmentFact::Delivered).unwrap();
    assert_eq!(order.order.state.lines[0].delivered, 2);
    assert_eq!(order.status(), Status::Fulfilled);
    assert_eq!(
        order.order.state.shipments[0].status,
        ShipmentStatus::Shipped
    );
    order.shipment("BOX", ShipmentFact::Delivered).unwrap();
    assert_eq!(order.status(), Status::Delivered);
}

#[test]
fn a_reference_belongs_to_the_location_that_shipped_it() {
    let mut order = requested(&[(2, 1000)], &[("berlin", 1), ("hamburg", 1)]);
    order.report(0, shipped("1", &[("1", 1)], true)).unwrap();
    let early = order
        .shipment_of("hamburg", "1", ShipmentFact::Delivered)
        .unwrap_err();
    assert_eq!(early.code, RejectionCode::ShipmentNotYetKnown);
    order.report(1, shipped("1", &[("1", 1)], true)).unwrap();
    order
        .shipment_of("hamburg", "1", ShipmentFact::Delivered)
        .unwrap();
    let statuses = order
        .order
        .state
        .shipments
        .iter()
        .map(|shipment| shipment.status);
    assert_eq!(
        statuses.collect::<Vec<_>>(),
        [ShipmentStatus::Shipped, ShipmentStatus::Delivered]
    );
    // Another name is another shipment.
    let unknown = order
        .shipment_of("berlin", "2", ShipmentFact::Delivered)
        .unwrap_err();
    assert_eq!(unknown.code, RejectionCode::ShipmentNotYetKnown);
}

#[test]
fn a_grace_ends_to_the_second_and_no_sooner() {
    let mut order = requested(&[(2, 1000)], &[("berlin", 9)]);
    order.report(0, shipped("BOX", &[("1", 1)], true)).unwrap();
    let until = order.order.closing_ends().unwrap();
    // The message comes twice: the end stays.
    let again = shipped("BOX", &[("1", 1)], true);
    assert_eq!(order.report(0, again).unwrap(), []);
    assert_eq!(order.order.closing_ends(), Some(until));
    let end = |order: &OrderFixture, second: u64| {
        let mut copy = order.clone();
        copy.fixture = second - 1;
        names(&copy.apply(&Command::EndClosing).unwrap())
    };
    let second = u64::try_from(until.duration_since(at(0)).as_secs()).unwrap();
    assert_eq!(end(&order, second - 1), [""; 0]);
    assert_eq!(end(&order, second), ["UnitsShortShipped"]);
}
