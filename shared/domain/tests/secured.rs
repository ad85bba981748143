//! What is secured, and what follows from it: the same payment facts lead to the same money in whatever order they
//! arrive, and nothing that gives goods away happens without it.

#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "helpers of tests"
)]

use crate::common::{INTENT, OrderFixture, at, names};
use domain::{
    inbound::{FulfillmentFact, PaymentFact},
    order::{Command, Event, ExceptionOutcome, PAY_WITHIN_S, Payment, PaymentStatus, RefundStatus},
};
use proptest::prelude::*;

const TOTAL: i64 = 2000;

fn captured(amount: i64) -> PaymentFact {
    let currency = "EUR".parse().unwrap();
    PaymentFact::Captured { amount, currency }
}

fn partly_captured(amount: i64, capturable: i64) -> PaymentFact {
    PaymentFact::PartlyCaptured {
        amount,
        capturable,
        currency: "EUR".parse().unwrap(),
    }
}

fn authorized(amount: i64) -> PaymentFact {
    let currency = "EUR".parse().unwrap();
    PaymentFact::Authorized { amount, currency }
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

/// Two units of 10.00 each.
fn order() -> OrderFixture {
    OrderFixture::placed(&[(2, 1000)])
}

fn kinds(order: &OrderFixture) -> Vec<&str> {
    let open = order.order.state.exceptions.iter();
    open.map(|exception| exception.kind.as_str()).collect()
}

/// A fact of an intent that the provider reports at that second.
#[derive(Debug, Clone)]
struct Report {
    intent: &'static str,
    fact: PaymentFact,
    second: u64,
}

/// The life of an intent as a gateway lets it go: attempts, then an authorization, captures, and an end.
fn life(intent: &'static str) -> impl Strategy<Value = Vec<Report>> {
    let attempts = proptest::collection::vec(any::<bool>(), 0..4);
    let captures = proptest::collection::vec(1i64..500, 0..4);
    (attempts, 0i64..1200, captures, 0u8..4).prop_map(move |(attempts, amount, captures, end)| {
        let mut facts = Vec::new();
        for is_failure in attempts {
            facts.push(PaymentFact::Processing);
            if is_failure {
                facts.push(PaymentFact::Failed { code: None });
            }
        }
        let (mut taken, mut left) = (0, amount);
        if amount > 0 {
            facts.push(authorized(amount / 2));
            facts.push(authorized(amount));
            for capture in captures {
                let capture = capture.min(left);
                if capture > 0 {
                    taken += capture;
                    left -= capture;
                    facts.push(partly_captured(taken, left));
                }
            }
        }
        match end {
            0 if taken > 0 => facts.push(captured(taken)),
            1 if left > 0 => facts.push(captured(taken + left)),
            2 => facts.push(PaymentFact::Cancelled),
            _ => {}
        }
        let second = |index: usize| u64::try_from(index).unwrap();
        let report = |(index, fact)| Report {
            intent,
            fact,
            second: second(index),
        };
        facts.into_iter().enumerate().map(report).collect()
    })
}

/// Two intents and a refund, each report once or twice, in any order.
fn reports() -> impl Strategy<Value = (Vec<Report>, Vec<Report>)> {
    let status = prop_oneof![
        Just(RefundStatus::Pending),
        Just(RefundStatus::Succeeded),
        Just(RefundStatus::Failed)
    ];
    let refunds = proptest::collection::vec((0u8..2, status), 0..4);
    (life(INTENT), life("pi_2"), refunds).prop_flat_map(|(first, second, refunds)| {
        let refunds = refunds.into_iter().map(|(id, status)| Report {
            intent: INTENT,
            fact: refund(&format!("re_{id}"), 50 + i64::from(id), status),
            second: 0,
        });
        let all: Vec<Report> = first.into_iter().chain(second).chain(refunds).collect();
        let twice: Vec<Report> = all.iter().chain(&all).cloned().collect();
        (Just(all), Just(twice).prop_shuffle())
    })
}

/// The order after the reports. What is too early stays on its queue and is tried again, as the queue does.
/// `None`: something stays too early for ever, because more goes back than was captured; no gateway does that.
fn told(reports: &[Report]) -> Option<OrderFixture> {
    let mut order = order();
    let mut waiting = reports.to_vec();
    loop {
        let before = waiting.len();
        waiting.retain(|report| {
            let command = Command::RecordPayment {
                intent: report.intent.to_owned(),
                fact: report.fact.clone(),
                occurred_at: at(report.second),
            };
            order.apply(&command).is_err()
        });
        if waiting.is_empty() {
            return Some(order);
        } else if waiting.len() == before {
            return None;
        }
    }
}

/// What must not depend on the order of arrival.
fn money(payment: &Payment) -> (i64, i64, i64, PaymentStatus, bool) {
    (
        payment.captured(),
        payment.capturable(),
        payment.secured(),
        payment.status(),
        payment.is_processing(),
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: crate::common::cases::unless_told(256), ..ProptestConfig::default() })]

    #[test]
    fn the_same_facts_in_any_order_give_the_same_money((in_order, shuffled) in reports()) {
        let (Some(first), Some(second)) = (told(&in_order), told(&shuffled)) else {
            return Err(TestCaseError::reject("more goes back than was captured"));
        };
        prop_assert_eq!(money(&first.order.state.payment), money(&second.order.state.payment));
        prop_assert_eq!(first.order.is_paid(), second.order.is_paid());
        let mut exceptions = (kinds(&first), kinds(&second));
        for kinds in [&mut exceptions.0, &mut exceptions.1] {
            kinds.sort_unstable();
            // One for each refund: which of several it is about depends on which came last.
            kinds.dedup();
        }
        prop_assert_eq!(&exceptions.0, &exceptions.1);
    }
}

#[test]
fn a_capture_of_a_part_leaves_nothing_unless_it_says_so() {
    let mut order = order();
    order.pay(authorized(TOTAL)).unwrap();
    assert_eq!(order.order.state.payment.secured(), TOTAL);
    order.pay(partly_captured(500, 1500)).unwrap();
    assert_eq!(order.order.state.payment.secured(), TOTAL);
    // The rest is given up: the same captured amount, nothing to capture. That is final.
    order.pay(captured(500)).unwrap();
    assert_eq!(order.order.state.payment.secured(), 500);
    assert_eq!(order.pay(partly_captured(500, 1500)).unwrap(), []);
    assert_eq!(kinds(&order), ["underpaid"]);
}

#[test]
fn a_cancelled_intent_keeps_what_was_captured() {
    let mut order = order();
    order.pay(partly_captured(500, 1500)).unwrap();
    order.pay(PaymentFact::Cancelled).unwrap();
    assert_eq!(order.order.state.payment.secured(), 500);
    assert_eq!(order.order.state.payment.status(), PaymentStatus::Captured);
}

#[test]
fn an_older_failure_does_not_end_a_newer_attempt() {
    let mut order = order();
    let mut tell = |fact, second| {
        let command = Command::RecordPayment {
            intent: INTENT.to_owned(),
            fact,
            occurred_at: at(second),
        };
        order.apply(&command).unwrap()
    };
    tell(PaymentFact::Processing, 20);
    assert_eq!(tell(PaymentFact::Failed { code: None }, 10), []);
    tell(PaymentFact::Failed { code: None }, 20);
    assert_eq!(tell(PaymentFact::Processing, 20), [], "it began before");
    assert_eq!(order.order.state.payment.status(), PaymentStatus::Failed);
}

#[test]
fn a_refund_that_nobody_asked_for_is_accepted_as_a_credit() {
    let mut order = order();
    order.captured();
    order
        .pay(refund("re_1", TOTAL, RefundStatus::Succeeded))
        .unwrap();
    assert_eq!(kinds(&order), ["refund_not_requested"]);
    assert!(!order.order.is_paid());
    let close = |id, outcome| Command::CloseException {
        id,
        outcome,
        note: None,
    };
    let events = order.apply(&close(1, ExceptionOutcome::AcceptedAsCredit));
    assert_eq!(
        names(&events.unwrap()),
        ["CreditGranted", "ExceptionClosed", "OrderReleased"]
    );
    assert_eq!((order.order.amount_due(), kinds(&order)), (0, vec![]));
    order.route(&[("berlin", 2)]).unwrap();
}

#[test]
fn a_credit_is_no_more_than_what_is_missing() {
    let mut order = order();
    order.captured();
    order.cancel(&[("1", 1)]).unwrap();
    // Ten are owed for the cancelled unit; fifteen went back.
    order
        .pay(refund("re_1", 1500, RefundStatus::Succeeded))
        .unwrap();
    let close = |id| Command::CloseException {
        id,
        outcome: ExceptionOutcome::AcceptedAsCredit,
        note: None,
    };
    let events = order.apply(&close(1)).unwrap();
    assert!(matches!(
        &events[0],
        Event::CreditGranted { amount: 500, .. }
    ));
    assert!(order.order.is_paid());
    // What is owed when the rest is cancelled does not pay the credit a second time.
    order.cancel(&[]).unwrap();
    assert_eq!(order.order.refund_owed(), 1500);
    assert_eq!((order.order.still_owed(), kinds(&order)), (500, vec![]));
}

#[test]
fn a_customer_who_cancels_recalled_units_gets_them_cancelled() {
    let mut order = order();
    order.pay(authorized(TOTAL)).unwrap();
    order.route(&[("berlin", 2)]).unwrap();
    order
        .apply(&Command::RequestFulfillment { not_to: vec![] })
        .unwrap();
    order.pay(captured(TOTAL - 100)).unwrap();
    let line = &order.order.state.fulfillment_orders[0].lines[0];
    assert_eq!((line.recalled, line.cancel_requested), (2, 0));
    order.cancel(&[("1", 1)]).unwrap();
    let line = &order.order.state.fulfillment_orders[0].lines[0];
    assert_eq!((line.recalled, line.cancel_requested), (1, 1));
    let cancelled = FulfillmentFact::Cancelled { lines: vec![] };
    let events = order.report(0, cancelled).unwrap();
    assert_eq!(
        names(&events),
        [
            "UnitsCancelled",
            "UnitsRecalled",
            "RefundOwed",
            "ExceptionClosed",
            "OrderReleased"
        ]
    );
    // What was paid of the cancelled unit is less than it costs, and is owed.
    assert_eq!((order.order.refund_owed(), kinds(&order)), (900, vec![]));
    let state = &order.order.state.lines[0];
    assert_eq!((state.cancelled, state.unrouted), (1, 1));
}

#[test]
fn a_refusal_that_overtakes_the_units_given_back_declines_nothing() {
    let mut order = order();
    order.pay(authorized(TOTAL)).unwrap();
    order.route(&[("berlin", 2)]).unwrap();
    order
        .apply(&Command::RequestFulfillment { not_to: vec![] })
        .unwrap();
    order.pay(captured(TOTAL - 100)).unwrap();
    // berlin has given both back when it is asked to cancel one: it has nothing left to cancel, and that is heard first.
    order.cancel(&[("1", 1)]).unwrap();
    let reason = "too_late".to_owned();
    let refused = FulfillmentFact::CancelRefused { reason };
    order.report(0, refused).unwrap();
    let cancelled = FulfillmentFact::Cancelled { lines: vec![] };
    let events = order.report(0, cancelled).unwrap();
    assert_eq!(names(&events)[..2], ["UnitsCancelled", "UnitsRecalled"]);
    let state = &order.order.state.lines[0];
    assert_eq!((state.cancelled, state.unrouted), (1, 1));
    assert_eq!(order.order.state.declined, [], "it is asked again");
    order.route(&[("berlin", 1)]).unwrap();
}

#[test]
fn recalled_units_that_a_last_shipment_leaves_behind_are_not_written_off() {
    let mut order = order();
    order.pay(authorized(TOTAL)).unwrap();
    order.route(&[("berlin", 2)]).unwrap();
    order
        .apply(&Command::RequestFulfillment { not_to: vec![] })
        .unwrap();
    order.pay(captured(TOTAL - 100)).unwrap();
    let shipped = crate::common::shipped("p1", &[("1", 1)], true);
    order.report(0, shipped).unwrap();
    // No other shipment turns up.
    order.fixture += 100_000;
    let events = order.apply(&Command::EndClosing).unwrap();
    assert_eq!(names(&events), ["UnitsRecalled"]);
    let state = &order.order.state.lines[0];
    assert_eq!((state.shipped, state.unrouted), (1, 1));
}

#[test]
fn an_exception_that_a_person_has_closed_stays_closed_until_it_gets_worse() {
    let mut order = order();
    order.pay(authorized(TOTAL)).unwrap();
    order.pay(captured(TOTAL - 100)).unwrap();
    let close = Command::CloseException {
        id: 1,
        outcome: ExceptionOutcome::NoAction,
        note: None,
    };
    order.apply(&close).unwrap();
    order.pay(PaymentFact::Cancelled).unwrap();
    assert_eq!(kinds(&order), [""; 0]);
}

#[test]
fn the_time_to_pay_is_over_to_the_second() {
    let mut order = order();
    order.pay(PaymentFact::Failed { code: None }).unwrap();
    order.fixture = u64::try_from(PAY_WITHIN_S).unwrap() - 2;
    assert_eq!(order.apply(&Command::EnforcePayment).unwrap(), []);
    let events = order.apply(&Command::EnforcePayment).unwrap();
    assert_eq!(names(&events), ["OrderExpired", "UnitsCancelled"]);
    assert!(order.order.due_at().is_none(), "nothing more is due");
}

#[test]
fn an_order_placed_with_a_time_to_pay_in_its_past_is_refused() {
    let mut request = crate::common::request(&[(1, 1000)]);
    request.placed_at = Some(at(100));
    request.terms.pay_until = Some(at(100));
    let refused = domain::decide::place(&request, &crate::common::context(200)).unwrap_err();
    assert_eq!(refused.found, "terms.pay_until");
    // One that reaches us late may still be paid for a day.
    request.terms.pay_until = None;
    let placed = domain::decide::place(&request, &crate::common::context(200)).unwrap();
    let day = u64::try_from(PAY_WITHIN_S).unwrap();
    assert_eq!(placed.change.order.pay_until(), at(200 + day));
}

#[test]
fn a_location_that_refuses_to_stop_is_shown_and_not_asked_again() {
    let mut order = order();
    order.pay(authorized(TOTAL)).unwrap();
    order.route(&[("berlin", 2)]).unwrap();
    order
        .apply(&Command::RequestFulfillment { not_to: vec![] })
        .unwrap();
    order.pay(captured(TOTAL - 100)).unwrap();
    let refused = FulfillmentFact::CancelRefused {
        reason: "packed".to_owned(),
    };
    order.report(0, refused).unwrap();
    assert_eq!(kinds(&order), ["underpaid", "stop_refused"]);
    let events = order.report(0, FulfillmentFact::Accepted).unwrap();
    assert_eq!(events, [], "who answers has accepted");
    order.pay(captured(TOTAL)).unwrap();
    assert_eq!(kinds(&order), [""; 0]);
}
