//! What an order owes, when it is overdue, and when the sweep looks at it again.

use domain::{
    inbound::FulfillmentFact,
    order::{
        Command, ExceptionKind, ExceptionOutcome, HoldKind, Owed, REDRIVE_AFTER_S,
        REDRIVE_PAUSE_MAX_S, RefusedRequest, SILENCE_PAUSE_S, SILENCE_S, ShownAfter,
    },
};
use jiff::Timestamp;

use crate::common::{OrderFixture, at, names, shipped};

fn request(order: &mut OrderFixture) {
    order
        .apply(&Command::RequestFulfillment { not_to: vec![] })
        .unwrap();
}

/// An order of two units, paid, one for each of two locations.
fn planned() -> OrderFixture {
    let mut order = OrderFixture::placed(&[(2, 1000)]);
    order.captured();
    order.route(&[("berlin", 1), ("hamburg", 1)]).unwrap();
    order
}

fn owed(order: &OrderFixture) -> Vec<Owed> {
    order.order.owes().into_keys().collect()
}

fn hold(until: Option<Timestamp>) -> Command {
    Command::PlaceHold {
        kind: HoldKind::Manual,
        handle: "h".to_owned(),
        until,
    }
}

#[test]
fn an_order_owes_its_next_step_and_nothing_while_others_are_at_work() {
    let mut order = OrderFixture::placed(&[(2, 1000)]);
    // The end of the time to pay.
    assert_eq!(owed(&order), [Owed::Cancellation]);
    order.captured();
    assert_eq!(owed(&order), [Owed::Routing]);
    order.route(&[("berlin", 1), ("hamburg", 1)]).unwrap();
    assert_eq!(owed(&order), [Owed::Dispatch]);
    request(&mut order);
    assert_eq!(owed(&order), [Owed::Dispatch], "until both have answered");
    order.report(0, FulfillmentFact::Accepted).unwrap();
    assert_eq!(owed(&order), [Owed::Dispatch]);
    for fact in [
        FulfillmentFact::Accepted,
        FulfillmentFact::Picking,
        FulfillmentFact::Packed,
    ] {
        order.report(1, fact).unwrap();
        assert_eq!(owed(&order), []);
    }
    order
        .report(
            0,
            FulfillmentFact::Rejected {
                reason: "x".to_owned(),
            },
        )
        .unwrap();
    assert_eq!(owed(&order), [Owed::Routing]);
}

#[test]
fn a_hold_stops_what_is_owed_but_not_the_question_to_give_units_back() {
    let mut order = planned();
    order.apply(&hold(None)).unwrap();
    assert_eq!(owed(&order), []);
    assert_eq!(order.order.due_at(), None);
    let mut asked = planned();
    request(&mut asked);
    asked.report(0, FulfillmentFact::Accepted).unwrap();
    asked.report(1, FulfillmentFact::Accepted).unwrap();
    assert_eq!(owed(&asked), []);
    asked.cancel(&[("1", 1)]).unwrap();
    asked.apply(&hold(None)).unwrap();
    assert_eq!(owed(&asked), [Owed::Dispatch]);
}

#[test]
fn what_is_owed_is_overdue_after_one_to_two_intervals() {
    // Times lie on a grid, so that an order that moves on costs no more writes.
    for second in [0, 99, 100, 101, 399, 400] {
        let mut order = OrderFixture::placed(&[(1, 1000)]);
        order.pass(second);
        order.captured();
        let changed_at = order.order.state.changed_at;
        let due = order.order.owes()[&Owed::Routing];
        let after = due.duration_since(changed_at).as_secs();
        assert!(
            after > REDRIVE_AFTER_S && after <= 2 * REDRIVE_AFTER_S,
            "{after}"
        );
        assert_eq!(due.as_second() % REDRIVE_AFTER_S, 0);
        assert_eq!(order.order.due_at(), Some(due));
    }
}

#[test]
fn an_order_is_due_at_the_first_of_its_ends() {
    // A hold that ends before and after what is owed.
    let mut order = OrderFixture::placed(&[(1, 1000)]);
    let pay_until = order.order.pay_until();
    assert_eq!(order.order.due_at(), Some(pay_until));
    order.apply(&hold(Some(at(50)))).unwrap();
    assert_eq!(order.order.due_at(), Some(at(50)));
    // The first of two graces.
    let mut order = OrderFixture::placed(&[(4, 1000)]);
    order.captured();
    order.route(&[("berlin", 2), ("hamburg", 2)]).unwrap();
    request(&mut order);
    order.report(1, shipped("late", &[("1", 1)], true)).unwrap();
    let first = order.order.closing_ends().unwrap();
    order
        .report(0, shipped("later", &[("1", 1)], true))
        .unwrap();
    assert_eq!(order.order.closing_ends(), Some(first));
    assert_eq!(order.order.owes()[&Owed::Routing], first);
    assert_eq!(order.order.due_at(), Some(first));
    // A location that has shipped all ends nobody's wait.
    order.report(1, shipped("rest", &[("1", 1)], true)).unwrap();
    assert!(order.order.closing_ends().unwrap() > first);
}

#[test]
fn each_pause_is_as_long_as_the_wait_so_far() {
    let mut order = planned();
    request(&mut order);
    let asked = order.order.state.changed_at;
    let seconds = |from: Timestamp, to: Timestamp| to.duration_since(from).as_secs();
    let pause = |order: &OrderFixture, waited: i64| {
        let now = Timestamp::from_second(asked.as_second() + waited).unwrap();
        let never = ShownAfter {
            silent_s: u32::MAX,
            overdue_s: u32::MAX,
        };
        seconds(now, order.order.due_again(never, now))
    };
    assert_eq!(pause(&order, 10), REDRIVE_AFTER_S, "at least");
    assert_eq!(pause(&order, 1000), 1000);
    assert_eq!(
        pause(&order, REDRIVE_PAUSE_MAX_S + 1),
        REDRIVE_PAUSE_MAX_S,
        "at most"
    );
    // A later change does not make the oldest request younger; its answer does.
    order.pass(500);
    order.report(1, FulfillmentFact::Accepted).unwrap();
    assert_eq!(pause(&order, 1000), 1000);
    let reason = "x".to_owned();
    order
        .report(0, FulfillmentFact::Rejected { reason })
        .unwrap();
    let since = seconds(asked, order.order.state.changed_at);
    assert_eq!(pause(&order, 1000), 1000 - since);
}

#[test]
fn the_sweep_is_there_when_a_location_has_been_silent_for_so_long() {
    let mut order = planned();
    request(&mut order);
    let since = order.order.state.changed_at;
    let after = |seconds: i64| Timestamp::from_second(since.as_second() + seconds).unwrap();
    let silence = i64::from(SILENCE_S);
    // The pause would reach beyond it.
    assert_eq!(
        order
            .order
            .due_again(ShownAfter::default(), after(silence - 1000)),
        after(silence)
    );
    // The pause ends before it, and what has passed is no reason to come again.
    assert_eq!(
        order.order.due_again(ShownAfter::default(), after(400)),
        after(800)
    );
    assert_eq!(
        order.order.due_again(ShownAfter::default(), after(silence)),
        after(2 * silence)
    );
    let silent =
        |order: &OrderFixture, seconds: i64| order.order.silent(SILENCE_S, after(seconds)).count();
    assert_eq!(silent(&order, silence - 1), 0);
    assert_eq!(silent(&order, silence), 2);
    order.report(0, FulfillmentFact::Accepted).unwrap();
    assert_eq!(silent(&order, silence), 1);
    // It is shown, and the answer ends that.
    order.pass(u64::from(SILENCE_S));
    let report = Command::ReportSilence { after_s: SILENCE_S };
    assert_eq!(names(&order.apply(&report).unwrap()), ["ExceptionOpened"]);
    let open = &order.order.state.exceptions[0];
    assert_eq!(open.kind, ExceptionKind::LocationSilent);
    assert!(open.detail.contains("has not answered"), "{}", open.detail);
    assert_eq!(
        open.subject,
        order.order.state.fulfillment_orders[1].id.to_string()
    );
    assert_eq!(order.apply(&report).unwrap(), []);
    let answer = order.report(1, FulfillmentFact::Accepted).unwrap();
    assert_eq!(names(&answer), ["FulfillmentAccepted", "ExceptionClosed"]);
}

#[test]
fn a_planned_request_of_an_order_that_may_not_move_on_is_not_silent() {
    let mut order = planned();
    let now = at(10 + u64::from(SILENCE_S));
    assert_eq!(order.order.silent(SILENCE_S, now).count(), 2);
    let mut sent = order.clone();
    request(&mut sent);
    sent.apply(&hold(None)).unwrap();
    assert_eq!(
        sent.order.silent(SILENCE_S, now).count(),
        2,
        "it has the request"
    );
    order.apply(&hold(None)).unwrap();
    assert_eq!(order.order.silent(SILENCE_S, now).count(), 0);
}

#[test]
fn a_refused_request_is_shown_instead_of_silence_until_the_location_answers() {
    let refused = |order: &OrderFixture, place: usize| Command::ReportRefused {
        requests: vec![RefusedRequest {
            fulfillment_order: order.order.state.fulfillment_orders[place].id,
            code: "http_422".to_owned(),
        }],
    };
    let mut order = planned();
    let command = refused(&order, 0);
    assert_eq!(order.apply(&command).unwrap(), [], "nobody has asked it");
    request(&mut order);
    assert_eq!(names(&order.apply(&command).unwrap()), ["ExceptionOpened"]);
    let open = &order.order.state.exceptions[0];
    assert_eq!(open.kind, ExceptionKind::RequestRefused);
    assert!(open.detail.contains("http_422"), "{}", open.detail);
    assert_eq!(order.apply(&command).unwrap(), [], "it is shown");
    assert_eq!(owed(&order), [Owed::Dispatch], "and asked again");
    order.pass(u64::from(SILENCE_S));
    let now = at(order.fixture);
    let silent: Vec<_> = order.order.silent(SILENCE_S, now).collect();
    assert_eq!(silent, [&order.order.state.fulfillment_orders[1]]);
    // The other one was silent, and refuses then.
    let report = Command::ReportSilence { after_s: SILENCE_S };
    assert_eq!(names(&order.apply(&report).unwrap()), ["ExceptionOpened"]);
    let other = order.apply(&refused(&order, 1)).unwrap();
    assert_eq!(names(&other), ["ExceptionClosed", "ExceptionOpened"]);

    // Who closes it is not shown it again for a day.
    let close = Command::CloseException {
        id: 1,
        outcome: ExceptionOutcome::NoAction,
        note: None,
    };
    order.apply(&close).unwrap();
    assert_eq!(order.apply(&command).unwrap(), []);
    order.pass(u64::try_from(SILENCE_PAUSE_S).unwrap());
    assert_eq!(names(&order.apply(&command).unwrap()), ["ExceptionOpened"]);
    let answer = order.report(0, FulfillmentFact::Accepted).unwrap();
    assert_eq!(names(&answer), ["FulfillmentAccepted", "ExceptionClosed"]);
    assert_eq!(order.apply(&command).unwrap(), [], "it has answered");
}
