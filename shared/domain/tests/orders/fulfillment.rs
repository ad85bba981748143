//! What locations report, and plans that come too late.

use domain::{
    decide::check_report,
    ids::FulfillmentOrderId,
    inbound::{FactLine, FulfillmentFact},
    order::{
        Command, Event, ExceptionKind, FulfillmentStatus, REPEATS_NOTED_S, RejectionCode,
        TAKE_BACK_WITHIN_S, TAKEN_BACK_MAX,
    },
};

use crate::common::{OrderFixture, at, entropy, line, names, shipped};

fn requested(lines: &[(u32, i64)], share: &[(&str, u32)]) -> OrderFixture {
    let mut order = OrderFixture::placed(lines);
    order.captured();
    order.route(share).unwrap();
    order
        .apply(&Command::RequestFulfillment { not_to: vec![] })
        .unwrap();
    order
}

fn rejected(reason: &str) -> FulfillmentFact {
    FulfillmentFact::Rejected {
        reason: reason.to_owned(),
    }
}

#[test]
fn a_fulfillment_order_moves_forward_only() {
    use FulfillmentStatus::{Accepted, Packed, Picking};
    let steps = [
        (FulfillmentFact::Accepted, Accepted),
        (FulfillmentFact::Picking, Picking),
        (FulfillmentFact::Packed, Packed),
    ];
    for (place, (first, reached)) in steps.iter().enumerate() {
        for (other, (next, ahead)) in steps.iter().enumerate() {
            let mut order = requested(&[(1, 1000)], &[("berlin", 1)]);
            order.report(0, first.clone()).unwrap();
            let events = order.report(0, next.clone()).unwrap();
            let expected = if other > place { ahead } else { reached };
            assert_eq!(
                events.is_empty(),
                other <= place,
                "{first:?}, then {next:?}"
            );
            assert_eq!(order.order.state.fulfillment_orders[0].status, *expected);
        }
    }
    // What has ended stays ended.
    let mut order = requested(&[(1, 1000)], &[("berlin", 1)]);
    order.report(0, rejected("capacity")).unwrap();
    for (fact, _) in steps {
        assert_eq!(order.report(0, fact).unwrap(), []);
    }
    assert_eq!(order.report(0, rejected("capacity")).unwrap(), []);
}

#[test]
fn a_location_reports_about_its_own_fulfillment_orders_only() {
    let mut order = requested(&[(1, 1000)], &[("berlin", 1)]);
    let report = |order: &OrderFixture, from: &str, id: Option<FulfillmentOrderId>| {
        let Command::RecordFulfillment {
            fulfillment_order,
            fact,
            shipment,
            occurred_at,
            closing_grace_s,
            ..
        } = order.report_command(0, FulfillmentFact::Accepted)
        else {
            panic!()
        };
        Command::RecordFulfillment {
            fulfillment_order: id.unwrap_or(fulfillment_order),
            location: from.parse().unwrap(),
            fact,
            shipment,
            occurred_at,
            closing_grace_s,
        }
    };
    let stranger = report(&order, "hamburg", None);
    assert_eq!(
        order.apply(&stranger).unwrap_err().code,
        RejectionCode::WrongLocation
    );
    let unknown = Some(FulfillmentOrderId::mint(at(0), entropy(99)));
    let unknown = report(&order, "berlin", unknown);
    assert_eq!(
        order.apply(&unknown).unwrap_err().code,
        RejectionCode::UnknownFulfillmentOrder
    );
}

#[test]
fn only_some_reasons_say_that_the_units_are_missing() {
    for (reason, is_missing) in [
        ("out_of_stock", true),
        ("not_found", true),
        ("damaged", true),
        ("short", true),
        ("capacity", false),
        ("closed", false),
    ] {
        let mut order = requested(&[(2, 1000)], &[("berlin", 9)]);
        let events = order.report(0, rejected(reason)).unwrap();
        let [
            Event::FulfillmentRejected {
                missing, at, lines, ..
            },
        ] = events.as_slice()
        else {
            panic!("{events:?}");
        };
        assert_eq!(
            (*missing, at.is_some()),
            (is_missing, is_missing),
            "{reason}"
        );
        assert_eq!(lines[0].units, 2);
        let part = &order.order.state.fulfillment_orders[0].lines[0];
        assert_eq!(
            (part.released, part.written_off),
            (2, if is_missing { 2 } else { 0 })
        );
    }
}

#[test]
fn a_location_that_declined_three_times_is_asked_by_people_only() {
    let mut order = requested(&[(1, 1000)], &[("berlin", 1)]);
    for times in 1..=3 {
        order.report(times - 1, rejected("not_found")).unwrap();
        let declined = &order.order.state.declined[0];
        assert_eq!(usize::try_from(declined.times).unwrap(), times);
        let at_the_same_time = Some(declined.at);
        assert!(declined.is_in_force(None) && declined.is_in_force(at_the_same_time));
        let restocked = declined
            .at
            .checked_add(jiff::SignedDuration::from_secs(1))
            .ok();
        assert_eq!(declined.is_in_force(restocked), times == 3, "after {times}");
        if times < 3 {
            order.route(&[("berlin", 1)]).unwrap();
            order
                .apply(&Command::RequestFulfillment { not_to: vec![] })
                .unwrap();
        }
    }
    // It did not say that units are missing: more of them change nothing.
    let mut full = requested(&[(1, 1000)], &[("berlin", 1)]);
    full.report(0, rejected("capacity")).unwrap();
    assert!(full.order.state.declined[0].is_in_force(Some(at(9999))));
}

#[test]
fn an_agent_allows_a_location_for_the_line_that_it_declined() {
    let mut order = requested(&[(1, 1000), (1, 500)], &[("berlin", 9)]);
    order.report(0, rejected("capacity")).unwrap();
    let allow = |id: &str, location: &str| Command::AllowLocation {
        line: line(id),
        location: location.parse().unwrap(),
    };
    assert_eq!(
        order.apply(&allow("9", "berlin")).unwrap_err().code,
        RejectionCode::UnknownLine
    );
    assert_eq!(order.apply(&allow("1", "hamburg")).unwrap(), []);
    assert_eq!(
        names(&order.apply(&allow("1", "berlin")).unwrap()),
        ["LocationAllowed"]
    );
    let left = order
        .order
        .state
        .declined
        .iter()
        .map(|declined| declined.line.as_str());
    assert_eq!(left.collect::<Vec<_>>(), ["2"]);
    assert_eq!(order.apply(&allow("1", "berlin")).unwrap(), []);
}

#[test]
fn a_line_that_everybody_declined_is_shown_until_it_is_placed() {
    let mut order = requested(&[(1, 1000)], &[("berlin", 1)]);
    order.report(0, rejected("capacity")).unwrap();
    let (Command::Route { decision, ids, .. }, _) = order.plan(&[], false) else {
        panic!()
    };
    let nobody = Command::Route {
        decision,
        ids,
        declined_everywhere: vec![line("1")],
    };
    let events = order.apply(&nobody).unwrap();
    assert_eq!(
        names(&events),
        ["OrderRouted", "UnitsBackordered", "ExceptionOpened"]
    );
    let open = &order.order.state.exceptions[0];
    assert_eq!(open.kind, ExceptionKind::DeclinedEverywhere);
    assert!(open.detail.contains("(berlin)"), "{}", open.detail);
    assert_eq!(
        order.apply(&nobody).unwrap(),
        [],
        "nothing is left to route"
    );
    let (release, _) = order.plan(&[("hamburg", 1)], true);
    let events = order.apply(&release).unwrap();
    assert_eq!(names(&events), ["BackorderReleased", "ExceptionClosed"]);
}

#[test]
fn a_plan_for_more_units_than_are_left_is_out_of_date() {
    let mut order = OrderFixture::placed(&[(3, 1000)]);
    order.captured();
    let (plan, _) = order.plan(&[("berlin", 2)], false);
    let (exact, _) = order.plan(&[("berlin", 3)], false);
    order.clone().apply(&exact).unwrap();
    order.cancel(&[("1", 1)]).unwrap();
    // Two for berlin and one to wait: there are two in all.
    let stale = order.apply(&plan).unwrap_err();
    assert_eq!(
        (stale.code, stale.found.as_str()),
        (RejectionCode::StalePlan, "1")
    );
    // An id is missing.
    let (Command::Route { decision, .. }, _) = order.plan(&[("berlin", 2)], false) else {
        panic!()
    };
    let no_id = Command::Route {
        decision,
        ids: vec![],
        declined_everywhere: vec![],
    };
    assert_eq!(
        order.apply(&no_id).unwrap_err().code,
        RejectionCode::StalePlan
    );
    order.route(&[("berlin", 1)]).unwrap();
    let (release, _) = order.plan(&[("berlin", 1)], true);
    order.clone().apply(&release).unwrap();
    order.cancel(&[("1", 1)]).unwrap();
    assert_eq!(
        order.apply(&release).unwrap_err().code,
        RejectionCode::StalePlan
    );
}

#[test]
fn an_unpaid_order_gives_nothing_away() {
    let mut order = OrderFixture::placed(&[(1, 1000)]);
    let (plan, _) = order.plan(&[("berlin", 1)], false);
    let unpaid = order.apply(&plan).unwrap_err();
    assert_eq!(
        (unpaid.code, unpaid.found.as_str()),
        (RejectionCode::WrongStatus, "pending")
    );
}

#[test]
fn requests_leave_for_all_locations_but_those_that_are_down() {
    let mut order = OrderFixture::placed(&[(2, 1000)]);
    order.captured();
    order.route(&[("berlin", 1), ("hamburg", 1)]).unwrap();
    let not_to = |location: &str| Command::RequestFulfillment {
        not_to: vec![location.parse().unwrap()],
    };
    order.apply(&not_to("berlin")).unwrap();
    let statuses = |order: &OrderFixture| {
        let found = order.order.state.fulfillment_orders.iter();
        found.map(|found| found.status).collect::<Vec<_>>()
    };
    assert_eq!(
        statuses(&order),
        [FulfillmentStatus::Planned, FulfillmentStatus::Requested]
    );
    assert_eq!(order.apply(&not_to("berlin")).unwrap(), []);
}

#[test]
fn a_request_is_taken_back_within_its_time_and_noted_for_longer() {
    let order = requested(&[(1, 1000)], &[("berlin", 1)]);
    let found = &order.order.state.fulfillment_orders[0];
    let after = |seconds: i64| {
        let seconds = jiff::SignedDuration::from_secs(seconds);
        found.since.checked_add(seconds).unwrap()
    };
    assert!(found.can_be_taken_back(after(TAKE_BACK_WITHIN_S - 1)));
    assert!(!found.can_be_taken_back(after(TAKE_BACK_WITHIN_S)));
    assert!(found.notes_repeats(after(REPEATS_NOTED_S - 1)));
    assert!(!found.notes_repeats(after(REPEATS_NOTED_S)));
    let mut often = found.clone();
    often.taken_back = TAKEN_BACK_MAX - 1;
    assert!(often.can_be_taken_back(found.since));
    often.taken_back = TAKEN_BACK_MAX;
    assert!(!often.can_be_taken_back(found.since));
    let mut repeated = found.clone();
    repeated.repeated = true;
    assert!(!repeated.can_be_taken_back(found.since) && !repeated.notes_repeats(found.since));
    let mut accepted = found.clone();
    accepted.status = FulfillmentStatus::Accepted;
    assert!(!accepted.can_be_taken_back(found.since) && !accepted.notes_repeats(found.since));
}

#[test]
fn a_late_shipment_of_units_that_have_left_elsewhere_takes_nothing_back() {
    let mut order = requested(&[(1, 1000)], &[("berlin", 1)]);
    order.report(0, rejected("capacity")).unwrap();
    order.route(&[("lyon", 1)]).unwrap();
    order
        .apply(&Command::RequestFulfillment { not_to: vec![] })
        .unwrap();
    order.report(1, shipped("BOX", &[("1", 1)], true)).unwrap();
    let late = order.report(0, shipped("LATE", &[("1", 1)], true)).unwrap();
    assert_eq!(names(&late), ["ShipmentShipped", "ExceptionOpened"]);
    assert_eq!(order.order.state.lines[0].shipped, 1);
    let contents = &order.order.state.shipments[1].lines[0];
    assert_eq!((contents.units, contents.unexpected), (0, 1));
}

#[test]
fn a_late_shipment_takes_back_no_more_than_was_released() {
    let mut order = requested(&[(5, 1000)], &[("berlin", 3)]);
    // Two wait. Berlin gives its three up, and then ships four all the same.
    order.report(0, rejected("not_found")).unwrap();
    let late = order.report(0, shipped("LATE", &[("1", 4)], true)).unwrap();
    assert_eq!(
        names(&late),
        ["UnitsReclaimed", "ShipmentShipped", "ExceptionOpened"]
    );
    let state = &order.order.state.lines[0];
    assert_eq!(
        (state.shipped, state.unrouted, state.backordered),
        (3, 0, 2)
    );
    let part = &order.order.state.fulfillment_orders[0].lines[0];
    assert_eq!((part.released, part.written_off), (0, 0));
    let contents = &order.order.state.shipments[0].lines[0];
    assert_eq!((contents.units, contents.unexpected), (3, 1));
}

#[test]
fn a_shipment_may_name_no_lines_and_lines_that_the_order_does_not_have() {
    let mut order = requested(&[(2, 1000), (1, 500)], &[("berlin", 9)]);
    order
        .report(0, shipped("ONE", &[("1", 1), ("1", 1)], false))
        .unwrap();
    // Without lines: all that is open, and nothing that has left.
    let events = order.report(0, shipped("ALL", &[], false)).unwrap();
    assert_eq!(names(&events), ["ShipmentShipped"]);
    let contents = |order: &OrderFixture, place: usize| {
        let lines = order.order.state.shipments[place].lines.iter();
        lines
            .map(|part| (part.line.to_string(), part.units))
            .collect::<Vec<_>>()
    };
    assert_eq!(contents(&order, 0), [("1".to_owned(), 2)]);
    assert_eq!(contents(&order, 1), [("2".to_owned(), 1)]);
    let mut strange = requested(&[(1, 1000)], &[("berlin", 1)]);
    let events = strange
        .report(0, shipped("X", &[("1", 1), ("9", 1)], true))
        .unwrap();
    assert_eq!(names(&events), ["ShipmentShipped", "ExceptionOpened"]);
    assert_eq!(
        strange.order.state.exceptions[0].kind,
        ExceptionKind::UnexpectedShipment
    );
    // Reported again without its lines, or with the same: no news.
    assert_eq!(strange.report(0, shipped("X", &[], true)).unwrap(), []);
    assert_eq!(
        strange
            .report(0, shipped("X", &[("1", 1), ("9", 1)], true))
            .unwrap(),
        []
    );
    let other = strange.report(0, shipped("X", &[("1", 2)], true)).unwrap();
    assert_eq!(names(&other), ["ExceptionOpened"]);
    let detail = &strange.order.state.exceptions[1].detail;
    assert!(
        detail.contains("1 of line 1, and now 2 of line 1"),
        "{detail}"
    );
}

#[test]
fn totals_that_say_all_has_left_or_nothing_more_is_open_are_no_end() {
    let totals = |units: u32| {
        vec![FactLine {
            line: line("1"),
            quantity: units,
        }]
    };
    let mut order = requested(&[(3, 1000)], &[("berlin", 9)]);
    order.report(0, shipped("BOX", &[("1", 1)], false)).unwrap();
    // It has shipped one, and no more: two are short at once.
    let closed = FulfillmentFact::Closed { totals: totals(1) };
    let mut short = order.clone();
    assert_eq!(
        names(&short.report(0, closed).unwrap()),
        ["UnitsShortShipped"]
    );
    assert_eq!(short.order.state.lines[0].unrouted, 2);
    // It has shipped all: two are on their way to us. The same news changes nothing.
    let closed = FulfillmentFact::Closed { totals: totals(3) };
    assert_eq!(
        names(&order.report(0, closed.clone()).unwrap()),
        ["FulfillmentClosing"]
    );
    assert_eq!(order.report(0, closed.clone()).unwrap(), []);
    order
        .report(0, shipped("REST", &[("1", 2)], false))
        .unwrap();
    assert_eq!(order.report(0, closed).unwrap(), []);
}

#[test]
fn a_person_reports_what_the_fulfillment_order_can_still_do() {
    let mut order = OrderFixture::placed(&[(2, 1000)]);
    order.captured();
    order.route(&[("berlin", 9)]).unwrap();
    let may = |order: &OrderFixture, fact: &FulfillmentFact| {
        check_report(&order.order.state.fulfillment_orders[0], fact).is_ok()
    };
    let facts = [
        FulfillmentFact::Accepted,
        FulfillmentFact::Picking,
        FulfillmentFact::Packed,
        rejected("x"),
        FulfillmentFact::Closed { totals: vec![] },
        FulfillmentFact::Cancelled { lines: vec![] },
        FulfillmentFact::CancelRefused {
            reason: String::new(),
        },
        shipped("BOX", &[("1", 1)], false),
    ];
    let all = |order: &OrderFixture| {
        facts
            .iter()
            .map(|fact| may(order, fact))
            .collect::<Vec<_>>()
    };
    assert_eq!(all(&order), [false; 8], "planned");
    order
        .apply(&Command::RequestFulfillment { not_to: vec![] })
        .unwrap();
    assert_eq!(
        all(&order),
        [true, true, true, true, true, false, false, true],
        "requested"
    );
    order.cancel(&[("1", 1)]).unwrap();
    assert_eq!(all(&order), [true; 8], "asked to cancel");
    order.report(0, rejected("x")).unwrap();
    assert_eq!(
        all(&order),
        [false, false, false, false, false, false, false, true],
        "ended"
    );
}
