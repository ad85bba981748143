//! What follows when too little or too much money is there: who is told, who is asked to stop, and when it ends.

use domain::{
    inbound::{FulfillmentFact, PaymentFact},
    order::{Closing, Command, FulfillmentStatus, PaymentStep, RefundStatus, UNPAID_RESERVATION_S},
};

use crate::common::{INTENT, OrderFixture, at, names, shipped};

fn captured(amount: i64) -> PaymentFact {
    PaymentFact::Captured {
        amount,
        currency: "EUR".parse().unwrap(),
    }
}

fn authorized(amount: i64) -> PaymentFact {
    PaymentFact::Authorized {
        amount,
        currency: "EUR".parse().unwrap(),
    }
}

fn refund(id: &str, amount: i64, status: RefundStatus) -> PaymentFact {
    PaymentFact::Refund {
        id: id.to_owned(),
        amount,
        currency: "EUR".parse().unwrap(),
        status,
        effect: None,
    }
}

/// Two units for 10.00 each.
fn placed() -> OrderFixture {
    OrderFixture::placed(&[(2, 1000)])
}

fn kinds(order: &OrderFixture) -> Vec<&str> {
    let open = order.order.state.exceptions.iter();
    open.map(|open| open.kind.as_str()).collect()
}

fn request(order: &mut OrderFixture) {
    order
        .apply(&Command::RequestFulfillment { not_to: vec![] })
        .unwrap();
}

/// Authorized, and one unit each requested from berlin and hamburg.
fn requested() -> OrderFixture {
    let mut order = placed();
    order.pay(authorized(2000)).unwrap();
    order.route(&[("berlin", 1), ("hamburg", 1)]).unwrap();
    request(&mut order);
    order
}

#[test]
fn the_end_of_an_authorization_is_shown_when_nothing_can_be_held_back() {
    let shown = |order: &OrderFixture| {
        let ending = order.order.authorization_to_show();
        ending.map(|ending| (ending.intent.id.clone(), ending.needed))
    };
    let mut order = placed();
    assert_eq!(shown(&order), None, "nothing is authorized");
    order.pay(authorized(2000)).unwrap();
    assert_eq!(shown(&order), None, "all can be held back");
    order.route(&[("berlin", 1)]).unwrap();
    request(&mut order);
    assert_eq!(shown(&order), None, "a unit can be held back");
    let (release, _) = order.plan(&[("hamburg", 1)], true);
    order.apply(&release).unwrap();
    request(&mut order);
    assert_eq!(shown(&order), Some((INTENT.to_owned(), 2000)));
    order.captured();
    assert_eq!(shown(&order), None, "it is captured");
}

#[test]
fn too_little_and_too_much_are_shown_and_the_exact_amount_is_not() {
    for (amount, shown) in [
        (1999, vec!["underpaid"]),
        (2000, vec![]),
        (2001, vec!["overpaid"]),
    ] {
        let mut order = placed();
        order.pay(captured(amount)).unwrap();
        assert_eq!(kinds(&order), shown, "{amount}");
        assert_eq!(order.order.is_paid(), amount >= 2000);
    }
}

#[test]
fn what_is_too_much_ends_when_it_went_back() {
    let mut order = placed();
    order.pay(captured(2300)).unwrap();
    order
        .pay(refund("re_1", 299, RefundStatus::Succeeded))
        .unwrap();
    assert_eq!(kinds(&order), ["overpaid"]);
    let events = order.pay(refund("re_2", 1, RefundStatus::Pending)).unwrap();
    assert_eq!(names(&events), ["RefundUpdated", "ExceptionClosed"]);
    // One of them fails: there is too much again.
    let events = order
        .pay(refund("re_1", 299, RefundStatus::Failed))
        .unwrap();
    assert_eq!(
        names(&events),
        ["RefundUpdated", "ExceptionOpened", "ExceptionOpened"]
    );
    assert_eq!(kinds(&order), ["refund_failed", "overpaid"]);
}

#[test]
fn a_refund_beyond_what_is_owed_is_shown_and_one_of_what_is_owed_is_not() {
    let with = |amount| {
        let mut order = placed();
        order.captured();
        order.cancel(&[("1", 1)]).unwrap();
        order
            .pay(refund("re_1", amount, RefundStatus::Succeeded))
            .unwrap();
        order
    };
    assert_eq!(kinds(&with(1000)), [""; 0]);
    let mut more = with(1001);
    assert_eq!(kinds(&more), ["refund_not_requested"]);
    assert_eq!(more.order.state.exceptions[0].subject, "re_1");
    // The second one that nobody asked for is another exception; both end when the money is there again.
    more.pay(refund("re_2", 1, RefundStatus::Succeeded))
        .unwrap();
    assert_eq!(kinds(&more), ["refund_not_requested"; 2]);
    assert_eq!(more.order.state.exceptions[1].subject, "re_2");
    let second = Command::RecordPayment {
        intent: "pi_2".to_owned(),
        fact: captured(2),
        occurred_at: at(50),
    };
    let events = more.apply(&second).unwrap();
    assert_eq!(
        names(&events),
        [
            "PaymentLinked",
            "PaymentCaptured",
            "ExceptionClosed",
            "ExceptionClosed",
            "OrderReleased"
        ]
    );
}

#[test]
fn an_authorization_that_is_lost_concerns_a_person_once_goods_are_out_of_our_hands() {
    // Nothing has been requested: the order is cancelled by itself.
    let mut early = placed();
    early.pay(authorized(2000)).unwrap();
    early.route(&[("berlin", 9)]).unwrap();
    early.pay(PaymentFact::Cancelled).unwrap();
    assert_eq!(kinds(&early), [""; 0]);
    assert!(matches!(
        early.order.payment_step(),
        Some((PaymentStep::Cancel(_), _))
    ));
    // A location has it.
    let mut late = requested();
    late.pay(PaymentFact::Cancelled).unwrap();
    assert_eq!(kinds(&late), ["authorization_lost"]);
    // It has left.
    let mut gone = requested();
    for place in [0, 1] {
        let name = place.to_string();
        gone.report(place, shipped(&name, &[("1", 1)], true))
            .unwrap();
    }
    gone.pay(PaymentFact::Cancelled).unwrap();
    assert_eq!(kinds(&gone), ["authorization_lost"]);
    assert_eq!(
        gone.order.payment_step(),
        None,
        "there is nothing to cancel"
    );
    // All was captured before: nothing is lost.
    let mut taken = requested();
    taken.pay(captured(2000)).unwrap();
    taken.pay(PaymentFact::Cancelled).unwrap();
    assert_eq!(kinds(&taken), [""; 0]);
}

#[test]
fn locations_that_have_not_begun_are_asked_to_stop_once() {
    let mut order = requested();
    order.report(0, FulfillmentFact::Accepted).unwrap();
    order.report(1, FulfillmentFact::Picking).unwrap();
    let events = order.pay(captured(1999)).unwrap();
    assert_eq!(
        names(&events),
        ["PaymentCaptured", "ExceptionOpened", "RecallRequested"]
    );
    let recalled = |order: &OrderFixture| {
        let found = order.order.state.fulfillment_orders.iter();
        found
            .map(|found| found.lines[0].recalled)
            .collect::<Vec<_>>()
    };
    assert_eq!(recalled(&order), [1, 0]);
    // A hold changes nothing about that.
    let hold = Command::PlaceHold {
        kind: domain::order::HoldKind::Manual,
        handle: "h".to_owned(),
        until: None,
    };
    assert_eq!(names(&order.apply(&hold).unwrap()), ["HoldPlaced"]);
    // Berlin gives its unit back, which waits for the money.
    let back = order
        .report(0, FulfillmentFact::Cancelled { lines: vec![] })
        .unwrap();
    assert_eq!(names(&back), ["UnitsRecalled"]);
    assert_eq!(order.order.state.lines[0].unrouted, 1);
    assert_eq!(
        order.order.state.fulfillment_orders[0].status,
        FulfillmentStatus::Cancelled
    );
}

#[test]
fn a_location_that_has_refused_or_has_said_that_nothing_more_leaves_is_not_asked_to_stop() {
    let order = requested();
    let found = &order.order.state.fulfillment_orders[0];
    assert!(found.can_be_stopped());
    let mut refused = found.clone();
    refused.stop_refused = true;
    assert!(!refused.can_be_stopped());
    let mut closing = found.clone();
    closing.closing = Some(Closing {
        until: Some(at(99)),
        totals_known: false,
        at: Some(at(9)),
    });
    assert!(!closing.can_be_stopped());
}

#[test]
fn stock_for_unpaid_units_is_given_back_after_its_time() {
    let mut order = placed();
    order.pay(authorized(2000)).unwrap();
    order.route(&[("berlin", 9)]).unwrap();
    assert_eq!(order.order.state.unpaid_since, None);
    order.pay(captured(1999)).unwrap();
    let since = order.order.state.unpaid_since.unwrap();
    assert_eq!(since, order.order.state.changed_at);
    // Later news of too little do not lengthen it.
    order
        .pay(refund("re_1", 1, RefundStatus::Succeeded))
        .unwrap();
    assert_eq!(order.order.state.unpaid_since, Some(since));
    let (step, due) = order.order.payment_step().unwrap();
    assert_eq!(step, PaymentStep::ReleaseReservations);
    assert_eq!(due.duration_since(since).as_secs(), UNPAID_RESERVATION_S);
    let enforce = |order: &mut OrderFixture, second: u64| {
        order.fixture = second - 1;
        names(&order.apply(&Command::EnforcePayment).unwrap())
    };
    let second = u64::try_from(due.duration_since(at(0)).as_secs()).unwrap();
    assert_eq!(enforce(&mut order, second - 1), [""; 0]);
    let mut paid = order.clone();
    assert_eq!(enforce(&mut order, second), ["UnitsRecalled"]);
    assert_eq!(order.order.state.lines[0].unrouted, 2);
    assert_eq!(order.order.state.unpaid_since, None);
    // Paid in time: it stays where it is.
    let second_intent = Command::RecordPayment {
        intent: "pi_2".to_owned(),
        fact: captured(2),
        occurred_at: at(50),
    };
    paid.apply(&second_intent).unwrap();
    assert_eq!(paid.order.state.unpaid_since, None);
    assert_eq!(paid.order.payment_step(), None);
}

#[test]
fn an_order_that_is_paid_again_moves_on() {
    let paid_again = |order: &mut OrderFixture| {
        let fact = Command::RecordPayment {
            intent: "pi_2".to_owned(),
            fact: captured(1),
            occurred_at: at(50),
        };
        names(&order.apply(&fact).unwrap())
    };
    let short = |share: &[(&str, u32)]| {
        let mut order = placed();
        order.pay(authorized(2000)).unwrap();
        order.route(share).unwrap();
        order.pay(captured(1999)).unwrap();
        order
    };
    let first = ["PaymentLinked", "PaymentCaptured", "ExceptionClosed"];
    // Planned and backordered units go on where they are; unrouted ones are routed.
    for share in [&[("berlin", 9)][..], &[]] {
        let mut order = short(share);
        assert_eq!(
            paid_again(&mut order),
            [&first[..], &["OrderResumed"]].concat()
        );
    }
    let mut unrouted = placed();
    unrouted.pay(captured(1999)).unwrap();
    assert_eq!(
        paid_again(&mut unrouted),
        [&first[..], &["OrderReleased"]].concat()
    );
    // Units that all have left go nowhere.
    let mut gone = requested();
    for place in [0, 1] {
        let name = place.to_string();
        gone.report(place, shipped(&name, &[("1", 1)], true))
            .unwrap();
    }
    gone.pay(captured(1999)).unwrap();
    assert_eq!(paid_again(&mut gone), first);
}

#[test]
fn a_payment_that_is_processed_for_two_weeks_is_shown_until_it_ends() {
    let shown = || {
        let mut order = placed();
        order.pay(PaymentFact::Processing).unwrap();
        order.pass(u64::try_from(domain::order::PROCESSING_SHOWN_AFTER_S).unwrap());
        let events = order.apply(&Command::EnforcePayment).unwrap();
        assert_eq!(names(&events), ["ExceptionOpened"]);
        assert_eq!(
            order.apply(&Command::EnforcePayment).unwrap(),
            [],
            "it is shown once"
        );
        assert_eq!(kinds(&order), ["payment_unresolved"]);
        order
    };
    let mut failed = shown();
    failed.pay(PaymentFact::Failed { code: None }).unwrap();
    assert_eq!(kinds(&failed), [""; 0]);
    let mut paid = shown();
    paid.pay(captured(2000)).unwrap();
    assert_eq!(kinds(&paid), [""; 0]);
    // Another intent pays: nobody need ask about the first.
    let mut other = shown();
    let second = Command::RecordPayment {
        intent: "pi_2".to_owned(),
        fact: captured(2000),
        occurred_at: at(50),
    };
    other.apply(&second).unwrap();
    assert_eq!(kinds(&other), [""; 0]);
}
