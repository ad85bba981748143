//! Shipments that are told of late, twice, or under a name that another location uses too.

#![expect(clippy::unwrap_used, reason = "a test may stop where it goes wrong")]

use crate::common::{OrderFixture, names, shipped};
use domain::{
    inbound::{FactLine, FulfillmentFact, ShipmentFact},
    order::{Command, Event, ExceptionKind, FulfillmentStatus, RejectionCode, ShipmentStatus},
    stock::{StockLevel, stock_deltas},
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
        .flat_map(|event| stock_deltas(&order.order, event));
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
fn units_that_the_location_had_cancelled_are_not_missing() {
    // One of four was cancelled, which we hear of last. The first shipment comes before that or after it.
    for cancel_first in [true, false] {
        let mut order = at_berlin(4);
        let before = order.clone();
        let mut all = order.report(0, shipped("2", &[("1", 2)], true)).unwrap();
        all.extend(short_after_the_grace(&mut order));
        assert_eq!(on_hand(&before, &all, "berlin"), -4, "two are written off");
        order.route(&[("lyon", 2)]).unwrap();
        let cancel = FulfillmentFact::Cancelled { lines: line(1) };
        let first = shipped("1", &[("1", 1)], false);
        let facts = if cancel_first {
            [cancel, first]
        } else {
            [first, cancel]
        };
        for fact in facts {
            let events = order.report(0, fact.clone()).unwrap();
            if matches!(fact, FulfillmentFact::Cancelled { .. }) {
                assert_eq!(names(&events), ["WriteOffReversed"]);
            }
            all.extend(events);
        }
        assert_eq!(on_hand(&before, &all, "berlin"), -3, "three have left");
        let state = &order.order.state.lines[0];
        assert_eq!((state.shipped, state.assigned, state.total()), (3, 1, 4));
        assert_eq!(kinds(&order), []);
        let declined = order.order.state.declined.iter();
        let declined: Vec<_> = declined.map(|d| (d.location.as_str(), d.missing)).collect();
        assert_eq!(declined, [("berlin", false)], "more stock changes nothing");
        let again = FulfillmentFact::Cancelled { lines: line(1) };
        assert_eq!(order.report(0, again).unwrap(), [], "none is missing");
    }
}

#[test]
fn a_write_off_is_as_of_the_reservation() {
    let mut order = at_berlin(4);
    let reserved = order.order.state.fulfillment_orders[0].id.minted_at();
    order.pass(3600);
    let before = order.clone();
    let reason = "not_found".to_owned();
    let events = order
        .report(0, FulfillmentFact::Rejected { reason })
        .unwrap();
    let deltas = stock_deltas(&before.order, &events[0]);
    let delta = &deltas[0];
    assert_eq!((delta.reserved, delta.moves.len()), (-4, 1));
    assert_eq!(delta.on_hand(None), -4);
    let second = jiff::SignedDuration::from_secs(1);
    assert_eq!(delta.on_hand(Some(reserved - second)), -4);
    assert_eq!(delta.on_hand(Some(reserved + second)), 0, "counted since");
}

#[test]
fn units_that_are_known_to_be_missing_are_not_written_off_again() {
    let mut order = at_berlin(4);
    order.pass(60);
    let before = order.clone();
    let fact = FulfillmentFact::Closed { totals: line(1) };
    let events = order.report(0, fact).unwrap();
    assert_eq!(names(&events)[0], "UnitsShortShipped");
    let delta = &stock_deltas(&before.order, &events[0])[0];
    // Three are missing. Of the four reserved units, none to all four are known to be.
    for (on_hand, left) in [(4, 1), (3, 1), (2, 1), (1, 1), (0, 0)] {
        let level = StockLevel {
            on_hand,
            reserved: 4,
            ..StockLevel::empty(delta.sku.clone(), delta.location.clone())
        };
        let after = level.after(delta);
        assert_eq!((after.on_hand, after.reserved), (left, 1), "{on_hand}");
    }
}

#[test]
fn surplus_that_its_location_does_not_have_is_written_off_until_it_turns_up() {
    let mut order = at_berlin(2);
    order
        .report(0, FulfillmentFact::Closed { totals: vec![] })
        .unwrap();
    order.route(&[("lyon", 2)]).unwrap();
    order
        .apply(&Command::RequestFulfillment { not_to: vec![] })
        .unwrap();
    order.report(0, shipped("1", &[("1", 2)], true)).unwrap();
    // Lyon refuses to cancel what Berlin has shipped, ships one, and has not got the other.
    let reason = "packed".to_owned();
    let refused = FulfillmentFact::CancelRefused { reason };
    let mut all = order.report(1, refused).unwrap();
    let fact = FulfillmentFact::Closed { totals: line(1) };
    all.extend(order.report(1, fact).unwrap());
    assert_eq!(on_hand(&order, &all, "lyon"), -1);
    assert_eq!(
        order.order.state.fulfillment_orders[1].lines[0].written_off,
        1
    );
    all.extend(order.report(1, shipped("1", &[("1", 2)], true)).unwrap());
    assert_eq!(on_hand(&order, &all, "lyon"), -2, "both have left");
    assert_eq!(order.order.state.lines[0].shipped, 2);
}

#[test]
fn surplus_that_its_location_was_asked_to_cancel_is_not_missing() {
    let mut order = at_berlin(2);
    order
        .report(0, FulfillmentFact::Closed { totals: vec![] })
        .unwrap();
    order.route(&[("lyon", 2)]).unwrap();
    order
        .apply(&Command::RequestFulfillment { not_to: vec![] })
        .unwrap();
    order.report(0, shipped("1", &[("1", 2)], true)).unwrap();
    let fact = FulfillmentFact::Closed { totals: vec![] };
    let events = order.report(1, fact).unwrap();
    assert_eq!(names(&events), ["SurplusReleased"]);
    assert_eq!(on_hand(&order, &events, "lyon"), 0);
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
