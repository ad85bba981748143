//! Fulfillment orders that a location has accepted and makes no progress with: when they are looked at, and shown.

use domain::{
    inbound::{FactLine, FulfillmentFact},
    order::{
        Command, Event, ExceptionConcern, ExceptionKind, ExceptionOutcome, FULFILLMENT_OVERDUE_S,
        FulfillmentStatus, HoldKind, OVERDUE_LOOK_S, ShownAfter,
    },
};
use jiff::Timestamp;

use crate::common::{OrderFixture, line, names, shipped};

const OVERDUE: i64 = FULFILLMENT_OVERDUE_S as i64;
const REPORT: Command = Command::ReportOverdue {
    after_s: FULFILLMENT_OVERDUE_S,
};

/// An order of four units, paid, two requested from each of two locations.
fn requested() -> OrderFixture {
    let mut order = OrderFixture::placed(&[(4, 1000)]);
    order.captured();
    order.route(&[("berlin", 2), ("hamburg", 2)]).unwrap();
    let request = Command::RequestFulfillment { not_to: vec![] };
    order.apply(&request).unwrap();
    order
}

/// The same, and both have accepted, berlin first.
fn accepted() -> OrderFixture {
    let mut order = requested();
    order.report(0, FulfillmentFact::Accepted).unwrap();
    order.report(1, FulfillmentFact::Accepted).unwrap();
    order
}

/// The same, and nothing has happened since for so long that both are overdue.
fn overdue() -> OrderFixture {
    let mut order = accepted();
    order.pass(FULFILLMENT_OVERDUE_S.into());
    order
}

fn later(time: Timestamp, seconds: i64) -> Timestamp {
    Timestamp::from_second(time.as_second().saturating_add(seconds)).unwrap()
}

/// How many are overdue so many seconds after the last change.
fn overdue_after(order: &OrderFixture, seconds: i64) -> usize {
    let now = later(order.order.state.changed_at, seconds);
    let overdue = order
        .order
        .overdue_fulfillment_orders(FULFILLMENT_OVERDUE_S, now);
    overdue.count()
}

fn kinds(order: &OrderFixture) -> Vec<&ExceptionKind> {
    let open = order.order.state.exceptions.iter();
    open.map(|open| &open.kind).collect()
}

#[test]
fn it_is_overdue_exactly_when_the_time_has_passed_since_the_last_step() {
    let mut order = accepted();
    // Berlin accepted a second earlier.
    assert_eq!(overdue_after(&order, OVERDUE - 2), 0);
    assert_eq!(overdue_after(&order, OVERDUE - 1), 1);
    assert_eq!(overdue_after(&order, OVERDUE), 2);
    for step in [FulfillmentFact::Picking, FulfillmentFact::Packed] {
        order.pass(1000);
        order.report(0, step).unwrap();
        order.report(1, FulfillmentFact::Accepted).unwrap();
        assert_eq!(overdue_after(&order, OVERDUE - 1000), 1, "hamburg");
        assert_eq!(overdue_after(&order, OVERDUE - 1), 1);
        assert_eq!(overdue_after(&order, OVERDUE), 2);
        order.report(1, FulfillmentFact::Picking).unwrap();
    }
}

#[test]
fn a_shipment_is_progress_and_what_its_carrier_tells_is_not() {
    let mut order = accepted();
    let accepted_at = order.order.state.changed_at;
    order.pass(1000);
    order
        .report(1, shipped("part", &[("1", 1)], false))
        .unwrap();
    let shipped_at = order.order.state.changed_at;
    order.pass(1000);
    let step = domain::inbound::ShipmentFact::InTransit;
    order.shipment("part", step).unwrap();
    let found = &order.order.state.fulfillment_orders;
    let progress = found.iter().map(|found| order.order.last_progress(found));
    let progress: Vec<i64> = progress.map(|at| at.as_second()).collect();
    // The fixture mints the id of a shipment a second before the command.
    let expected = [accepted_at.as_second() - 1, shipped_at.as_second() - 1];
    assert_eq!(progress, expected);
}

#[test]
fn only_what_a_location_works_on_is_overdue() {
    let for_ever = 1000 * OVERDUE;
    assert_eq!(overdue_after(&requested(), for_ever), 0, "it is silent");

    // Nothing more will come: that wait has its own end.
    let mut closing = accepted();
    closing
        .report(0, shipped("last", &[("1", 1)], true))
        .unwrap();
    assert_eq!(overdue_after(&closing, for_ever), 1, "hamburg");
    let totals = FulfillmentFact::Closed {
        totals: vec![FactLine {
            line: line("1"),
            quantity: 2,
        }],
    };
    closing.report(1, totals).unwrap();
    assert_eq!(overdue_after(&closing, for_ever), 0);
    closing.pass(100);
    closing.apply(&Command::EndClosing).unwrap();
    assert_eq!(kinds(&closing), [&ExceptionKind::ShipmentMissing]);
    assert_eq!(overdue_after(&closing, for_ever), 0);

    let mut ended = accepted();
    ended.report(0, shipped("all", &[], true)).unwrap();
    let reason = "x".to_owned();
    ended
        .report(1, FulfillmentFact::Rejected { reason })
        .unwrap();
    assert_eq!(overdue_after(&ended, for_ever), 0);
    let mut cancelled = accepted();
    cancelled.cancel(&[]).unwrap();
    assert_eq!(
        overdue_after(&cancelled, for_ever),
        2,
        "asked to cancel, and not answered"
    );
    for place in [0, 1] {
        let lines = vec![];
        cancelled
            .report(place, FulfillmentFact::Cancelled { lines })
            .unwrap();
    }
    let work = cancelled.order.state.fulfillment_orders.iter();
    let work: Vec<FulfillmentStatus> = work.map(|found| found.status).collect();
    assert_eq!(work, [FulfillmentStatus::Cancelled; 2]);
    assert_eq!(overdue_after(&cancelled, for_ever), 0);
    assert_eq!(cancelled.order.due_at(), None);
}

#[test]
fn a_hold_does_not_stop_a_location_that_has_accepted() {
    let mut order = accepted();
    let hold = Command::PlaceHold {
        kind: HoldKind::Manual,
        handle: "h".to_owned(),
        until: None,
    };
    order.apply(&hold).unwrap();
    assert!(order.order.due_at().is_some());
    order.pass(FULFILLMENT_OVERDUE_S.into());
    let opened = order.apply(&REPORT).unwrap();
    assert_eq!(names(&opened), ["ExceptionOpened", "ExceptionOpened"]);
}

#[test]
fn a_person_is_shown_it_once_until_there_is_progress() {
    let mut order = overdue();
    let opened = order.apply(&REPORT).unwrap();
    assert_eq!(names(&opened), ["ExceptionOpened", "ExceptionOpened"]);
    let open = order.order.state.exceptions[0].clone();
    let found = &order.order.state.fulfillment_orders[0];
    assert_eq!(open.kind, ExceptionKind::FulfillmentOverdue);
    assert_eq!(open.kind.concern(), ExceptionConcern::Location);
    assert_eq!(open.subject, found.id.to_string());
    let detail = "berlin has 2 units to ship, and has made no progress since";
    assert!(open.detail.starts_with(detail), "{}", open.detail);
    assert_eq!(order.apply(&REPORT).unwrap(), []);
    // Nobody looks at it any more, and whoever closes it has decided.
    assert_eq!(order.order.due_at(), None);
    let close = Command::CloseException {
        id: open.id,
        outcome: ExceptionOutcome::NoAction,
        note: None,
    };
    order.apply(&close).unwrap();
    order.pass(10 * u64::from(FULFILLMENT_OVERDUE_S));
    assert_eq!(order.apply(&REPORT).unwrap(), []);
    assert_eq!(order.order.due_at(), None);
    // What is told again is no progress.
    assert_eq!(order.report(0, FulfillmentFact::Accepted).unwrap(), []);
    assert_eq!(order.apply(&REPORT).unwrap(), []);
    let picks = order.report(0, FulfillmentFact::Picking).unwrap();
    assert_eq!(names(&picks), ["PickingStarted"]);
    assert_eq!(order.apply(&REPORT).unwrap(), []);
    order.pass(FULFILLMENT_OVERDUE_S.into());
    let again = order.apply(&REPORT).unwrap();
    assert_eq!(names(&again), ["ExceptionOpened"]);
    let berlin = |event: &Event| matches!(event, Event::ExceptionOpened { subject, .. } if *subject == open.subject);
    assert!(again.iter().all(berlin), "{again:?}");
}

#[test]
fn the_exception_ends_with_progress_and_with_the_work() {
    let ends = |fact: FulfillmentFact| {
        let mut order = overdue();
        order.apply(&REPORT).unwrap();
        let events = order.report(0, fact).unwrap();
        let closed = |event: &Event| {
            let Event::ExceptionClosed {
                id, kind, outcome, ..
            } = event
            else {
                return None;
            };
            Some((*id, kind.clone(), outcome.clone()))
        };
        let expected = (
            1,
            ExceptionKind::FulfillmentOverdue,
            ExceptionOutcome::NoLongerTrue,
        );
        let closed: Vec<_> = events.iter().filter_map(closed).collect();
        assert_eq!(closed, [expected], "{events:?}");
        assert_eq!(
            kinds(&order),
            [&ExceptionKind::FulfillmentOverdue],
            "hamburg's"
        );
        order
    };
    ends(FulfillmentFact::Picking);
    ends(FulfillmentFact::Packed);
    ends(shipped("all", &[], true));
    ends(shipped("last", &[("1", 1)], true));
    ends(FulfillmentFact::Cancelled { lines: vec![] });
    let reason = "out_of_stock".to_owned();
    ends(FulfillmentFact::Rejected { reason });
    // The rest of a part starts anew.
    let mut part = ends(shipped("part", &[("1", 1)], false));
    assert_eq!(overdue_after(&part, OVERDUE - 2), 0);
    part.pass(FULFILLMENT_OVERDUE_S.into());
    let again = part.apply(&REPORT).unwrap();
    assert_eq!(names(&again), ["ExceptionOpened"]);
    let detail = &part.order.state.exceptions[1].detail;
    assert!(detail.starts_with("berlin has 1 unit to ship"), "{detail}");
}

#[test]
fn what_is_no_progress_leaves_the_exception_open() {
    let mut order = overdue();
    order.apply(&REPORT).unwrap();
    order.cancel(&[("1", 1)]).unwrap();
    let reason = "already_packed".to_owned();
    let refused = FulfillmentFact::CancelRefused { reason };
    let asked = order.order.state.fulfillment_orders.iter();
    let asked = asked.filter(|found| found.awaits_cancellation()).count();
    assert_eq!(asked, 1);
    for place in [0, 1] {
        order.report(place, refused.clone()).unwrap();
    }
    assert_eq!(kinds(&order), [&ExceptionKind::FulfillmentOverdue; 2]);
}

#[test]
fn it_is_looked_at_one_to_two_days_after_its_last_progress_at_a_time_that_seldom_moves() {
    let made_at = requested().order.state.fulfillment_orders[0].id.minted_at();
    let day = OVERDUE_LOOK_S;
    for (passed, look) in [
        (0, 2 * day),
        (3600, 2 * day),
        (day - 10, 2 * day),
        (day, 3 * day),
        (10 * day + 100, 12 * day),
    ] {
        let mut order = requested();
        order.pass(u64::try_from(passed).unwrap());
        order.report(0, FulfillmentFact::Accepted).unwrap();
        order.report(1, FulfillmentFact::Accepted).unwrap();
        assert_eq!(order.order.due_at(), Some(later(made_at, look)));
        let after = look - (order.order.state.changed_at.as_second() - made_at.as_second());
        assert!(after > day - 1 && after <= 2 * day, "{after}");
        assert!(order.order.owes().is_empty(), "it owes nothing");
    }
    // Every step within a day, and the shipment of what another location has, leave it where it is.
    let mut order = accepted();
    for fact in [
        FulfillmentFact::Picking,
        FulfillmentFact::Packed,
        shipped("part", &[("1", 1)], false),
    ] {
        order.pass(4 * 3600);
        order.report(0, fact).unwrap();
        assert_eq!(order.order.due_at(), Some(later(made_at, 2 * day)));
    }
    order.report(1, shipped("all", &[], true)).unwrap();
    assert_eq!(order.order.due_at(), Some(later(made_at, 2 * day)));
    order.report(0, shipped("rest", &[], true)).unwrap();
    assert_eq!(order.order.due_at(), None);
}

#[test]
fn the_sweep_comes_again_when_it_is_overdue_and_not_before() {
    let shown_after = ShownAfter::default();
    let order = accepted();
    let changed_at = order.order.state.changed_at;
    let look = order.order.due_at().unwrap();
    let first = later(changed_at, OVERDUE - 1);
    assert_eq!(order.order.due_again(shown_after, look), first);
    assert_eq!(
        order.order.due_again(shown_after, first),
        later(first, 1),
        "hamburg"
    );
    let sooner = ShownAfter {
        overdue_s: 3 * 24 * 3600,
        ..shown_after
    };
    let after = later(changed_at, 3 * 24 * 3600 - 1);
    assert_eq!(order.order.due_again(sooner, look), after);

    // While the order owes something, that is not put off.
    let mut asked = accepted();
    asked.cancel(&[("1", 1)]).unwrap();
    let changed_at = asked.order.state.changed_at;
    let now = later(changed_at, 1000);
    assert_eq!(asked.order.due_again(shown_after, now), later(now, 1000));
    // Nor is the end of a hold, or of a grace.
    let mut held = accepted();
    let until = later(changed_at, 3 * 24 * 3600);
    let hold = Command::PlaceHold {
        kind: HoldKind::Manual,
        handle: "h".to_owned(),
        until: Some(until),
    };
    held.apply(&hold).unwrap();
    assert_eq!(held.order.due_again(shown_after, look), until);
    let mut closing = accepted();
    closing
        .report(0, shipped("last", &[("1", 1)], true))
        .unwrap();
    let ends = closing.order.closing_ends().unwrap();
    assert_eq!(closing.order.due_again(shown_after, later(ends, -1)), ends);
    assert!(closing.order.due_again(shown_after, ends) > ends);
    assert!(closing.order.due_again(shown_after, ends) < later(ends, 3600));
}
