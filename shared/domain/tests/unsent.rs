//! Requests that certainly did not leave, and those of which nobody can know.

#![expect(clippy::unwrap_used, reason = "a test may stop where it goes wrong")]

use crate::common::{OrderFixture, names};
use domain::{
    inbound::FulfillmentFact,
    order::{
        Command, Event, FulfillmentStatus, REPEATS_NOTED_S, SILENCE_S, TAKE_BACK_WITHIN_S,
        TAKEN_BACK_MAX,
    },
};

/// A paid order of two units that are requested from Berlin.
fn requested() -> OrderFixture {
    let mut order = OrderFixture::placed(&[(2, 1000)]);
    order.captured();
    order.route(&[("berlin", 2)]).unwrap();
    request(&mut order);
    order
}

fn request(order: &mut OrderFixture) -> Vec<Event> {
    order
        .apply(&Command::RequestFulfillment { not_to: vec![] })
        .unwrap()
}

fn repeat(order: &mut OrderFixture) -> Vec<Event> {
    let fulfillment_orders = vec![order.order.state.fulfillment_orders[0].id];
    order
        .apply(&Command::RepeatRequests { fulfillment_orders })
        .unwrap()
}

fn status(order: &OrderFixture) -> FulfillmentStatus {
    order.order.state.fulfillment_orders[0].status
}

#[test]
fn a_location_that_is_down_is_not_requested_from() {
    let mut order = OrderFixture::placed(&[(2, 1000)]);
    order.captured();
    order.route(&[("berlin", 1), ("hamburg", 1)]).unwrap();
    let not_to = vec!["berlin".parse().unwrap()];
    order
        .apply(&Command::RequestFulfillment { not_to })
        .unwrap();
    assert_eq!(status(&order), FulfillmentStatus::Planned);
    let hamburg = &order.order.state.fulfillment_orders[1];
    assert_eq!(hamburg.status, FulfillmentStatus::Requested);
}

#[test]
fn units_of_a_request_that_was_taken_back_are_cancelled_at_once_or_requested_again() {
    let mut order = requested();
    let events = order.apply(&order.take_back()).unwrap();
    assert_eq!(names(&events), ["RequestsTakenBack"]);
    assert_eq!(status(&order), FulfillmentStatus::Planned);
    let events = order.cancel(&[("1", 1)]).unwrap();
    assert_eq!(names(&events), ["UnitsCancelled", "RefundOwed"]);
    assert_eq!(names(&request(&mut order)), ["FulfillmentRequested"]);
    assert_eq!(order.order.state.fulfillment_orders[0].open_units(), 1);
}

#[test]
fn a_request_that_others_send_as_well_is_not_taken_back() {
    let mut order = requested();
    assert_eq!(names(&repeat(&mut order)), ["RequestsRepeated"]);
    assert_eq!(repeat(&mut order), [], "once is enough");
    assert_eq!(order.apply(&order.take_back()), Ok(vec![]));
    assert_eq!(status(&order), FulfillmentStatus::Requested);
}

#[test]
fn a_request_that_was_taken_back_is_not_repeated() {
    let mut order = requested();
    order.apply(&order.take_back()).unwrap();
    assert_eq!(repeat(&mut order), []);
}

#[test]
fn the_next_request_of_a_fulfillment_order_is_another_one() {
    let mut order = requested();
    let first = order.take_back();
    order.apply(&first).unwrap();
    request(&mut order);
    assert_eq!(order.apply(&first), Ok(vec![]), "it may have left");
    assert_eq!(status(&order), FulfillmentStatus::Requested);
}

#[test]
fn what_its_location_has_answered_has_arrived() {
    let mut order = requested();
    let take_back = order.take_back();
    order.report(0, FulfillmentFact::Accepted).unwrap();
    assert_eq!(order.apply(&take_back), Ok(vec![]));
}

#[test]
fn units_that_it_was_to_be_asked_to_cancel_are_cancelled_at_once() {
    let mut order = requested();
    order.cancel(&[("1", 1)]).unwrap();
    let events = order.apply(&order.take_back()).unwrap();
    assert_eq!(
        names(&events),
        ["RequestsTakenBack", "UnitsCancelled", "RefundOwed"]
    );
    let found = &order.order.state.fulfillment_orders[0];
    assert!(!found.awaits_cancellation());
    assert_eq!(found.open_units(), 1);
    assert_eq!(found.status, FulfillmentStatus::Planned);
}

#[test]
fn attempts_of_others_are_recorded_for_longer_than_a_request_can_be_taken_back() {
    let mut order = requested();
    order.pass(TAKE_BACK_WITHIN_S.unsigned_abs());
    assert_eq!(order.apply(&order.take_back()), Ok(vec![]));
    assert_eq!(names(&repeat(&mut order)), ["RequestsRepeated"]);
    let mut later = requested();
    later.pass(REPEATS_NOTED_S.unsigned_abs());
    assert_eq!(repeat(&mut later), []);
}

#[test]
fn a_location_that_only_requests_fail_at_does_not_make_an_order_grow_for_ever() {
    let mut order = requested();
    for _ in 0..TAKEN_BACK_MAX {
        order.apply(&order.take_back()).unwrap();
        assert_eq!(names(&request(&mut order)), ["FulfillmentRequested"]);
    }
    assert_eq!(order.apply(&order.take_back()), Ok(vec![]));
    assert_eq!(status(&order), FulfillmentStatus::Requested);
}

#[test]
fn a_person_is_shown_a_location_that_could_not_be_sent_its_request() {
    let mut order = requested();
    order.apply(&order.take_back()).unwrap();
    order.pass(SILENCE_S.into());
    let report = Command::ReportSilence { after_s: SILENCE_S };
    let events = order.apply(&report).unwrap();
    assert_eq!(names(&events), ["ExceptionOpened"]);
    let detail = &order.order.state.exceptions[0].detail;
    assert!(detail.contains("could not be sent"), "{detail}");
    assert_eq!(order.apply(&report), Ok(vec![]));
    let events = order.cancel(&[]).unwrap();
    assert!(names(&events).contains(&"ExceptionClosed"), "{events:?}");
}
