//! Shipments that are told of late, twice, or under a name that another location uses too.

#![expect(clippy::unwrap_used, reason = "a test may stop where it goes wrong")]

mod common;

use common::{OrderFixture, names, shipped};
use domain::{
    inbound::{FactLine, FulfillmentFact, ShipmentFact},
    order::{Command, Event, ExceptionKind, FulfillmentStatus, RejectionCode, ShipmentStatus},
    stock::stock_deltas,
};

/// A paid order whose units are requested from Berlin.
fn at_berlin(units: u32) -> OrderFixture {
    let mut order = OrderFixture::placed(&[(units, 1000)]);
    order.captured();
    order.route(&[("berlin", units)]).unwrap();
    order
        .apply(&Command::RequestFulfillment { not_to: vec![] })
        .unwrap();
    order
}

fn line(units: u32) -> Vec<FactLine> {
    vec![FactLine {
        line: "1".parse().unwrap(),
        quantity: units,
    }]
}

/// By how much the events change what is on hand at a location.
fn on_hand(order: &OrderFixture, events: &[Event], location: &str) -> i64 {
    let deltas = events
        .iter()
        .flat_map(|event| stock_deltas(&order.order, event, common::at(0)));
    deltas
        .filter(|delta| delta.location.as_str() == location)
        .map(|delta| delta.on_hand(None))
        .sum()
}

fn kinds(order: &OrderFixture) -> Vec<ExceptionKind> {
    let open = order.order.state.exceptions.iter();
    open.map(|exception| exception.kind.clone()).collect()
}

fn short_after_the_grace(order: &mut OrderFixture) -> Vec<Event> {
    order.pass(600);
    order.apply(&Command::EndClosing).unwrap()
}

#[test]
fn two_locations_may_call_their_shipment_by_the_same_name() {
    let mut order = OrderFixture::placed(&[(2, 1000)]);
    order.captured();
    order.route(&[("berlin", 1), ("lyon", 1)]).unwrap();
    order
        .apply(&Command::RequestFulfillment { not_to: vec![] })
        .unwrap();
    for place in [0, 1] {
        let events = order
            .report(place, shipped("1", &[("1", 1)], true))
            .unwrap();
        assert_eq!(names(&events), ["ShipmentShipped"]);
    }
    assert_eq!(order.order.state.lines[0].shipped, 2);
    order
        .shipment_of("lyon", "1", ShipmentFact::Delivered)
        .unwrap();
    let statuses: Vec<ShipmentStatus> = order
        .order
        .state
        .shipments
        .iter()
        .map(|shipment| shipment.status)
        .collect();
    assert_eq!(
        statuses,
        [ShipmentStatus::Shipped, ShipmentStatus::Delivered]
    );
    let early = order.shipment_of("paris", "1", ShipmentFact::Delivered);
    assert_eq!(early.unwrap_err().code, RejectionCode::ShipmentNotYetKnown);
}

#[test]
fn a_step_that_fits_two_shipments_of_a_location_is_shown_to_a_person() {
    let mut order = OrderFixture::placed(&[(2, 1000)]);
    order.captured();
    order.route(&[("berlin", 1)]).unwrap();
    let (release, _) = order.plan(&[("berlin", 1)], true);
    order.apply(&release).unwrap();
    order
        .apply(&Command::RequestFulfillment { not_to: vec![] })
        .unwrap();
    for place in [0, 1] {
        order
            .report(place, shipped("1", &[("1", 1)], true))
            .unwrap();
    }
    for _ in 0..2 {
        order
            .shipment_of("berlin", "1", ShipmentFact::Delivered)
            .unwrap();
    }
    assert_eq!(kinds(&order), [ExceptionKind::ShipmentAmbiguous]);
    assert_eq!(order.order.state.lines[0].delivered, 0);
}

#[test]
fn the_last_shipment_overtakes_an_earlier_one() {
    let mut order = at_berlin(4);
    let events = order.report(0, shipped("2", &[("1", 2)], true)).unwrap();
    assert_eq!(names(&events), ["ShipmentShipped", "FulfillmentClosing"]);
    assert_eq!(order.apply(&Command::EndClosing).unwrap(), [], "too early");
    let events = order.report(0, shipped("1", &[("1", 2)], false)).unwrap();
    assert_eq!(names(&events), ["ShipmentShipped"]);
    assert_eq!(
        order.order.state.fulfillment_orders[0].status,
        FulfillmentStatus::Shipped
    );
    assert_eq!(order.order.due_at(), None);
}

#[test]
fn totals_say_at_once_what_is_short_and_what_has_left() {
    let mut order = at_berlin(4);
    let fact = FulfillmentFact::Shipped {
        reference: "2".to_owned(),
        carrier: None,
        tracking: None,
        lines: line(1),
        last: true,
        totals: Some(line(3)),
    };
    let events = order.report(0, fact.clone()).unwrap();
    assert_eq!(
        names(&events),
        ["ShipmentShipped", "UnitsShortShipped", "FulfillmentClosing"]
    );
    let state = &order.order.state.lines[0];
    assert_eq!((state.unrouted, state.assigned, state.shipped), (1, 2, 1));
    let events = short_after_the_grace(&mut order);
    assert_eq!(
        names(&events),
        ["FulfillmentClosingEnded", "ExceptionOpened"]
    );
    assert_eq!(kinds(&order), [ExceptionKind::ShipmentMissing]);
    assert_eq!(
        order.order.state.lines[0].assigned, 2,
        "they have left: never routed again"
    );
    order.report(0, shipped("1", &[("1", 2)], false)).unwrap();
    assert_eq!(order.order.state.lines[0].shipped, 3);
    assert_eq!(kinds(&order), [], "the shipment was told of");
}

#[test]
fn new_totals_end_the_search_for_a_shipment() {
    let mut order = at_berlin(2);
    order
        .report(0, FulfillmentFact::Closed { totals: line(2) })
        .unwrap();
    short_after_the_grace(&mut order);
    assert_eq!(kinds(&order), [ExceptionKind::ShipmentMissing]);
    let events = order
        .report(0, FulfillmentFact::Closed { totals: vec![] })
        .unwrap();
    assert_eq!(names(&events), ["UnitsShortShipped", "ExceptionClosed"]);
    assert_eq!(order.order.state.lines[0].unrouted, 2);
}

#[test]
fn a_late_shipment_takes_its_units_back_from_where_they_are() {
    for elsewhere in ["unrouted", "backordered", "planned"] {
        let mut order = at_berlin(4);
        let before = order.clone();
        let mut all = order.report(0, shipped("2", &[("1", 2)], true)).unwrap();
        all.extend(short_after_the_grace(&mut order));
        assert_eq!(order.order.state.lines[0].unrouted, 2);
        match elsewhere {
            "backordered" => drop(order.route(&[]).unwrap()),
            "planned" => drop(order.route(&[("lyon", 2)]).unwrap()),
            _ => {}
        }
        let late = order.report(0, shipped("1", &[("1", 2)], false)).unwrap();
        assert_eq!(
            names(&late),
            ["UnitsReclaimed", "ShipmentShipped"],
            "{elsewhere}"
        );
        all.extend(late);
        assert_eq!(
            on_hand(&before, &all, "berlin"),
            -4,
            "stock falls once for a unit"
        );
        let state = &order.order.state.lines[0];
        assert_eq!((state.shipped, state.total()), (4, 4), "{elsewhere}");
        assert_eq!(
            order.order.state.fulfillment_orders[0].status,
            FulfillmentStatus::Shipped
        );
        assert!(
            order.order.state.fulfillment_orders[1..]
                .iter()
                .all(|found| found.status == FulfillmentStatus::Cancelled)
        );
        assert_eq!(kinds(&order), []);
    }
}

#[test]
fn a_late_shipment_asks_the_other_location_and_its_units_are_surplus_until_it_answers() {
    for answer in ["cancelled", "shipped", "rejected"] {
        let mut order = at_berlin(4);
        order.report(0, shipped("2", &[("1", 2)], true)).unwrap();
        short_after_the_grace(&mut order);
        order.route(&[("lyon", 2)]).unwrap();
        order
            .apply(&Command::RequestFulfillment { not_to: vec![] })
            .unwrap();
        let late = order.report(0, shipped("1", &[("1", 2)], false)).unwrap();
        assert_eq!(
            names(&late),
            ["UnitsReclaimed", "CancellationRequested", "ShipmentShipped"]
        );
        let state = &order.order.state.lines[0];
        assert_eq!((state.shipped, state.assigned, state.surplus), (4, 2, 2));
        assert_eq!(state.total(), 4);
        let fact = match answer {
            "cancelled" => FulfillmentFact::Cancelled { lines: vec![] },
            "shipped" => shipped("1", &[("1", 2)], true),
            _ => FulfillmentFact::Rejected {
                reason: "out_of_stock".to_owned(),
            },
        };
        let events = order.report(1, fact).unwrap();
        assert_eq!(names(&events)[0], "SurplusReleased", "{answer}");
        let state = &order.order.state.lines[0];
        assert_eq!(
            (state.shipped, state.assigned, state.surplus),
            (4, 0, 0),
            "{answer}"
        );
        assert_eq!(state.cancelled, 0, "{answer}: the customer gets four");
        let expected: &[ExceptionKind] = match answer {
            "shipped" => &[ExceptionKind::UnexpectedShipment],
            _ => &[],
        };
        assert_eq!(kinds(&order), expected);
    }
}

#[test]
fn units_that_were_cancelled_meanwhile_stay_cancelled() {
    let mut order = at_berlin(2);
    let before = order.clone();
    let mut all = order
        .report(0, FulfillmentFact::Closed { totals: vec![] })
        .unwrap();
    assert_eq!(names(&all), ["UnitsShortShipped"]);
    order.cancel(&[("1", 2)]).unwrap();
    let late = order.report(0, shipped("1", &[("1", 2)], true)).unwrap();
    assert_eq!(
        names(&late),
        ["UnitsReclaimed", "ShipmentShipped", "ExceptionOpened"],
        "the write-off is reversed"
    );
    all.extend(late);
    assert_eq!(on_hand(&before, &all, "berlin"), -2);
    assert_eq!(order.order.state.lines[0].cancelled, 2);
    assert_eq!(kinds(&order), [ExceptionKind::ShippedAfterCancel]);
}

#[test]
fn a_shipment_told_again_with_other_contents_is_shown_to_a_person() {
    let mut order = at_berlin(4);
    order.report(0, shipped("1", &[("1", 2)], false)).unwrap();
    assert_eq!(
        order.report(0, shipped("1", &[("1", 2)], false)).unwrap(),
        []
    );
    let events = order.report(0, shipped("1", &[("1", 3)], false)).unwrap();
    assert_eq!(names(&events), ["ExceptionOpened"]);
    assert_eq!(kinds(&order), [ExceptionKind::ShipmentContradicted]);
}

#[test]
fn who_ships_has_accepted() {
    let mut order = at_berlin(4);
    order.report(0, shipped("1", &[("1", 2)], false)).unwrap();
    assert_eq!(
        order.order.state.fulfillment_orders[0].status,
        FulfillmentStatus::Accepted
    );
}

#[test]
fn a_shipment_for_a_wrong_fulfillment_order_is_shown_to_a_person() {
    let mut order = at_berlin(2);
    let mut command = order.report_command(0, shipped("1", &[("1", 2)], true));
    let Command::RecordFulfillment { location, .. } = &mut command else {
        panic!("{command:?}");
    };
    *location = "lyon".parse().unwrap();
    let events = order.apply(&command).unwrap();
    assert_eq!(names(&events), ["ExceptionOpened"]);
    assert_eq!(kinds(&order), [ExceptionKind::UnexpectedShipment]);
    assert_eq!(order.order.state.lines[0].shipped, 0);
}
