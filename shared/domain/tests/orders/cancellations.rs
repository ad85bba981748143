//! What a request to cancel takes, in which order, and what it says of the rest.

use domain::{
    decide::{cancellation_outcome, preview_cancellation, remaining_cancellation},
    inbound::{FactLine, FulfillmentFact},
    order::{CancelLine, Command, LineCancellation, RejectionCode},
};

use crate::common::{OrderFixture, at, cancel, line, names, shipped};

/// Four units, paid: one each at berlin and hamburg, requested; two backordered.
fn split() -> OrderFixture {
    let mut order = OrderFixture::placed(&[(4, 1000)]);
    order.captured();
    order.route(&[("berlin", 1), ("hamburg", 1)]).unwrap();
    order
        .apply(&Command::RequestFulfillment { not_to: vec![] })
        .unwrap();
    order
}

fn some(units: u32) -> Vec<CancelLine> {
    vec![CancelLine {
        line: line("1"),
        units: Some(units),
    }]
}

fn preview(order: &OrderFixture, units: u32) -> LineCancellation {
    preview_cancellation(&order.order, &some(units))
        .unwrap()
        .remove(0)
}

/// Units with the location that is asked, or was.
fn at_locations(units: &[domain::order::RequestedUnits]) -> Vec<(&str, u32)> {
    units
        .iter()
        .map(|part| (part.location.as_str(), part.units))
        .collect()
}

#[test]
fn units_that_nobody_works_on_are_taken_first_and_shipped_ones_last() {
    let mut order = split();
    let taken = |order: &OrderFixture, units| {
        let found = preview(order, units);
        let asked = found.requested.iter().map(|part| part.units).sum::<u32>();
        let refused = found.refused.iter().map(|part| part.units).sum::<u32>();
        (found.cancelled, asked, refused)
    };
    assert_eq!(taken(&order, 1), (1, 0, 0));
    assert_eq!(taken(&order, 2), (2, 0, 0));
    assert_eq!(taken(&order, 3), (2, 1, 0));
    assert_eq!(taken(&order, 4), (2, 2, 0));
    order.report(0, shipped("BOX", &[("1", 1)], true)).unwrap();
    assert_eq!(
        taken(&order, 3),
        (2, 1, 0),
        "hamburg is asked before berlin wins"
    );
    assert_eq!(taken(&order, 4), (2, 1, 1));
    order.report(1, FulfillmentFact::Packed).unwrap();
    let refused = preview(&order, 4).refused;
    let winners: Vec<(&str, &str)> = refused
        .iter()
        .map(|part| (part.winner.as_str(), part.by.as_str()))
        .collect();
    assert_eq!(winners, [("packed", "hamburg"), ("shipped", "berlin")]);
    // When it left, not when we heard of it.
    assert_eq!(refused[1].at, order.order.state.shipments[0].shipped_at);
}

#[test]
fn unrouted_units_are_taken_before_planned_ones() {
    let mut order = OrderFixture::placed(&[(3, 1000)]);
    order.captured();
    order.route(&[("berlin", 9)]).unwrap();
    assert_eq!(
        names(&order.cancel(&[("1", 1)]).unwrap()),
        ["UnitsCancelled", "RefundOwed"]
    );
    let state = &order.order.state.lines[0];
    assert_eq!((state.assigned, state.cancelled), (2, 1));
    assert_eq!(order.order.state.fulfillment_orders[0].open_units(), 2);
    // The last of them end the fulfillment order.
    order.cancel(&[]).unwrap();
    let found = &order.order.state.fulfillment_orders[0];
    assert_eq!(found.status, domain::order::FulfillmentStatus::Cancelled);
    assert_eq!(order.cancel(&[]).unwrap(), [], "nothing is left");
}

#[test]
fn a_request_names_lines_and_units_that_the_order_has() {
    let mut order = split();
    let refused = |order: &mut OrderFixture, lines: &[(&str, u32)]| {
        let refused = order.cancel(lines).unwrap_err();
        (refused.code, refused.found)
    };
    let unknown = (RejectionCode::UnknownLine, "9".to_owned());
    assert_eq!(refused(&mut order, &[("9", 1)]), unknown);
    let bad = |units: &str| (RejectionCode::BadQuantity, units.to_owned());
    assert_eq!(refused(&mut order, &[("1", 0)]), bad("0"));
    assert_eq!(refused(&mut order, &[("1", 5)]), bad("5"));
    // Named twice: both together.
    assert_eq!(refused(&mut order, &[("1", 3), ("1", 2)]), bad("2"));
    let events = order.cancel(&[("1", 1), ("1", 3)]).unwrap();
    assert_eq!(
        names(&events),
        [
            "UnitsCancelled",
            "CancellationRequested",
            "CancellationRequested",
            "RefundOwed"
        ]
    );
    assert_eq!(order.order.state.lines[0].cancelled, 2);
}

#[test]
fn what_a_location_was_asked_before_is_pending_and_not_asked_again() {
    let mut order = split();
    order.cancel(&[("1", 3)]).unwrap();
    assert_eq!(
        at_locations(&preview(&order, 1).requested),
        [("hamburg", 1)]
    );
    let again = order.cancel(&[("1", 1)]).unwrap();
    assert_eq!(names(&again), ["CancellationRequested"]);
    // Now all of it is asked for, and a third request finds that.
    let found = preview(&order, 1);
    assert_eq!(at_locations(&found.pending), [("berlin", 1)]);
    assert_eq!((found.requested.len(), found.refused.len()), (0, 0));
    assert_eq!(order.cancel(&[("1", 1)]).unwrap(), []);
    // The answer to it says the same; of two units it names both.
    let pending = |units| {
        cancellation_outcome(&order.order, &[], &some(units))
            .remove(0)
            .pending
    };
    assert_eq!(at_locations(&pending(1)), [("berlin", 1)]);
    assert_eq!(at_locations(&pending(2)), [("berlin", 1), ("hamburg", 1)]);
    assert_eq!(at_locations(&pending(4)), [("berlin", 1), ("hamburg", 1)]);
}

#[test]
fn an_answer_to_the_first_of_two_requests_does_not_refuse_the_second() {
    let mut order = OrderFixture::placed(&[(3, 1000)]);
    order.captured();
    order.route(&[("berlin", 3)]).unwrap();
    order
        .apply(&Command::RequestFulfillment { not_to: vec![] })
        .unwrap();
    order.cancel(&[("1", 1)]).unwrap();
    order.cancel(&[("1", 1)]).unwrap();
    let one_unit = || FulfillmentFact::Cancelled {
        lines: vec![FactLine {
            line: line("1"),
            quantity: 1,
        }],
    };
    let first = order.report(0, one_unit()).unwrap();
    assert_eq!(names(&first), ["UnitsCancelled", "RefundOwed"]);
    let second = order.report(0, one_unit()).unwrap();
    assert_eq!(names(&second), ["UnitsCancelled", "RefundOwed"]);
    // Asked once, the answer is to all of it.
    order.cancel(&[("1", 1)]).unwrap();
    let unit = &order.order.state.fulfillment_orders[0].lines[0];
    assert_eq!((unit.open, unit.cancel_requested), (1, 1));
}

#[test]
fn the_outcome_of_a_request_tells_its_own_units_from_earlier_ones() {
    let mut order = split();
    let first = order.cancel(&[("1", 3)]).unwrap();
    let outcome = cancellation_outcome(&order.order, &first, &some(3)).remove(0);
    assert_eq!(outcome.cancelled, 2);
    assert_eq!(at_locations(&outcome.requested), [("berlin", 1)]);
    assert_eq!(outcome.pending, []);
    assert_eq!(outcome.units_taken(), 3);
    let second = order.cancel(&[]).unwrap();
    let outcome = cancellation_outcome(&order.order, &second, &[]).remove(0);
    assert_eq!(
        (outcome.cancelled, at_locations(&outcome.requested)),
        (0, vec![("hamburg", 1)])
    );
    assert_eq!(at_locations(&outcome.pending), [("berlin", 1)]);
    // All of it was asked for: nothing remains for another commit.
    assert_eq!(remaining_cancellation(&order.order, &second, &[]), []);
    // A commit that did nothing leaves what can be cancelled at once.
    let untouched = split();
    let remaining = remaining_cancellation(&untouched.order, &[], &some(3));
    assert_eq!(remaining, some(2));
    assert_eq!(
        remaining_cancellation(&untouched.order, &[], &some(1)),
        some(1)
    );
}

#[test]
fn a_line_that_was_cancelled_whole_does_not_hide_what_is_left_of_another() {
    let mut order = OrderFixture::placed(&[(1, 1000), (2, 1000)]);
    let first = order.cancel(&[("1", 1)]).unwrap();
    let left = remaining_cancellation(&order.order, &first, &[]);
    let left: Vec<(&str, Option<u32>)> = left.iter().map(|l| (l.line.as_str(), l.units)).collect();
    assert_eq!(left, [("2", Some(2))]);
}

#[test]
fn a_cancel_that_is_too_late_names_what_came_first() {
    let mut order = OrderFixture::placed(&[(1, 1000)]);
    order.captured();
    order.route(&[("berlin", 1)]).unwrap();
    order
        .apply(&Command::RequestFulfillment { not_to: vec![] })
        .unwrap();
    order.report(0, FulfillmentFact::Picking).unwrap();
    let refused = order.cancel(&[]).unwrap_err();
    assert_eq!(
        (refused.code, refused.found.as_str()),
        (RejectionCode::NothingToCancel, "picking")
    );
    assert!(
        refused.message.contains("picking by berlin"),
        "{}",
        refused.message
    );
    let since = order.order.state.fulfillment_orders[0].since;
    assert_eq!(since, at(order.fixture - 1));
}

#[test]
fn two_lines_at_one_location_are_one_question() {
    let mut order = OrderFixture::placed(&[(1, 1000), (2, 500)]);
    order.captured();
    order.route(&[("berlin", 9)]).unwrap();
    order
        .apply(&Command::RequestFulfillment { not_to: vec![] })
        .unwrap();
    let events = order.apply(&cancel(&[("1", 1), ("2", 1)])).unwrap();
    assert_eq!(names(&events), ["CancellationRequested"]);
    let asked = |order: &OrderFixture| {
        let lines = order.order.state.fulfillment_orders[0].lines.iter();
        lines.map(|part| part.cancel_requested).collect::<Vec<_>>()
    };
    assert_eq!(asked(&order), [1, 1]);
    // It cancels one and ships the rest: what it keeps is refused.
    let one = FulfillmentFact::Cancelled {
        lines: vec![domain::inbound::FactLine {
            line: line("2"),
            quantity: 1,
        }],
    };
    let events = order.report(0, one).unwrap();
    assert_eq!(
        names(&events),
        ["UnitsCancelled", "CancellationRefused", "RefundOwed"]
    );
    assert_eq!(asked(&order), [0, 0]);
    let cancelled = order.order.state.lines.iter().map(|state| state.cancelled);
    assert_eq!(cancelled.collect::<Vec<_>>(), [0, 1]);
    assert_eq!(order.order.refund_owed(), 500);
}

#[test]
fn units_that_have_left_say_when_their_own_parcel_left() {
    let mut order = OrderFixture::placed(&[(1, 1000), (1, 500)]);
    order.captured();
    order.route(&[("berlin", 9)]).unwrap();
    order
        .apply(&Command::RequestFulfillment { not_to: vec![] })
        .unwrap();
    order
        .report(0, shipped("FIRST", &[("1", 1)], false))
        .unwrap();
    order.pass(60);
    // A second one of line 1, which was not asked for, comes with line 2.
    order
        .report(0, shipped("SECOND", &[("1", 1), ("2", 1)], true))
        .unwrap();
    let left = order.order.state.shipments[0].shipped_at;
    assert_ne!(left, order.order.state.shipments[1].shipped_at);
    assert_eq!(preview(&order, 1).refused[0].at, left);
}
