//! What the payment provider reports, late, twice and out of order.

use domain::{
    inbound::PaymentFact,
    order::{
        CancelReason, Command, ExceptionKind, ExceptionOutcome, HoldKind, PAY_WITHIN_S,
        PROCESSING_SHOWN_AFTER_S, PaymentStatus, PaymentStep, RefundStatus, RejectionCode, Status,
    },
};

use crate::common::{INTENT, OrderFixture, at, names};

const DISPUTE: &str = "dp_1";

fn opened() -> PaymentFact {
    PaymentFact::DisputeOpened {
        id: DISPUTE.to_owned(),
    }
}

fn closed(won: bool) -> PaymentFact {
    PaymentFact::DisputeClosed {
        id: DISPUTE.to_owned(),
        won,
    }
}

fn captured(amount: i64) -> PaymentFact {
    PaymentFact::Captured {
        amount,
        currency: "EUR".parse().unwrap(),
    }
}

fn partly(amount: i64, capturable: i64) -> PaymentFact {
    PaymentFact::PartlyCaptured {
        amount,
        capturable,
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

/// An order of one unit for 10.00 that is paid.
fn paid() -> OrderFixture {
    let mut order = OrderFixture::placed(&[(1, 1000)]);
    order.captured();
    order
}

/// A fact with the provider's time, which is not the time at which we hear of it.
fn told(order: &mut OrderFixture, fact: PaymentFact, occurred: u64) -> Vec<&'static str> {
    let command = Command::RecordPayment {
        intent: INTENT.to_owned(),
        fact,
        occurred_at: at(occurred),
    };
    names(&order.apply(&command).unwrap())
}

#[test]
fn a_dispute_that_is_won_lets_the_order_go_on() {
    let mut order = paid();
    assert_eq!(
        names(&order.pay(opened()).unwrap()),
        ["DisputeOpened", "DisputeUpdated", "HoldPlaced"]
    );
    assert_eq!(order.order.state.payment.status(), PaymentStatus::Disputed);
    assert_eq!(order.order.state.holds[0].kind, HoldKind::PaymentDispute);
    let open = &order.order.state.payment.disputes.clone();
    order.pay(opened()).unwrap();
    assert_eq!(
        &order.order.state.payment.disputes, open,
        "it is open already"
    );
    assert_eq!(order.order.state.holds.len(), 1);
    let events = order.pay(closed(true)).unwrap();
    assert_eq!(
        names(&events),
        [
            "DisputeUpdated",
            "DisputeClosed",
            "HoldReleased",
            "OrderReleased"
        ]
    );
    assert_eq!(order.order.state.payment.status(), PaymentStatus::Captured);
    assert_eq!(order.order.state.exceptions, []);
    // The provider tells both again.
    assert_eq!(names(&order.pay(closed(true)).unwrap()), ["DisputeUpdated"]);
    assert_eq!(order.pay(opened()).unwrap(), []);
    assert!(order.order.is_ready());
}

#[test]
fn a_dispute_that_is_lost_stays_on_hold_until_a_person_decides() {
    let mut order = paid();
    order.pay(opened()).unwrap();
    let events = order.pay(closed(false)).unwrap();
    assert_eq!(
        names(&events),
        ["DisputeUpdated", "DisputeClosed", "ExceptionOpened"]
    );
    let open = &order.order.state.exceptions[0];
    assert_eq!(
        (&open.kind, open.subject.as_str()),
        (&ExceptionKind::DisputeLost, DISPUTE)
    );
    assert!(order.order.state.payment.disputes.is_empty());
    assert_eq!(order.order.state.holds.len(), 1);
    assert_eq!(
        names(&order.pay(closed(false)).unwrap()),
        ["DisputeUpdated"]
    );
    let release = Command::ReleaseHold {
        handle: DISPUTE.to_owned(),
    };
    order.apply(&release).unwrap();
    assert!(!order.order.is_ready(), "the customer has the money back");
    let close = Command::CloseException {
        id: order.order.state.exceptions[0].id,
        outcome: ExceptionOutcome::AcceptedAsCredit,
        note: None,
    };
    order.apply(&close).unwrap();
    assert!(order.order.is_ready());
}

#[test]
fn the_end_of_a_dispute_overtakes_its_beginning() {
    // Won: there is no hold to end, and the late beginning places none.
    let mut won = paid();
    assert_eq!(
        names(&won.pay(closed(true)).unwrap()),
        ["DisputeUpdated", "DisputeClosed"]
    );
    assert_eq!(won.pay(opened()).unwrap(), []);
    assert!(won.order.is_ready());
    // Lost: the goods stay, although the beginning never came.
    let mut lost = paid();
    let events = lost.pay(closed(false)).unwrap();
    assert_eq!(
        names(&events),
        [
            "DisputeUpdated",
            "HoldPlaced",
            "DisputeClosed",
            "ExceptionOpened"
        ]
    );
    assert_eq!(lost.pay(opened()).unwrap(), []);
    assert_eq!(lost.order.state.holds[0].handle, DISPUTE);
}

#[test]
fn of_two_disputes_each_ends_by_itself() {
    let mut order = paid();
    order.pay(opened()).unwrap();
    let second = "dp_2".to_owned();
    order
        .pay(PaymentFact::DisputeOpened { id: second.clone() })
        .unwrap();
    order.pay(closed(true)).unwrap();
    assert_eq!(
        order.order.state.payment.disputes,
        std::slice::from_ref(&second)
    );
    assert_eq!(order.order.state.holds[0].handle, second);
    assert!(!order.order.is_ready());
}

#[test]
fn a_review_that_ends_badly_keeps_the_hold_and_shows_a_person() {
    let mut order = paid();
    let review = |approved| PaymentFact::ReviewClosed {
        id: "prv_1".to_owned(),
        approved,
        reason: "refunded_as_fraud".to_owned(),
    };
    assert_eq!(
        names(&order.pay(review(false)).unwrap()),
        ["HoldPlaced", "ExceptionOpened"]
    );
    assert_eq!(order.order.state.holds[0].kind, HoldKind::FraudReview);
    assert_eq!(
        order.order.state.exceptions[0].kind,
        ExceptionKind::ReviewDeclined
    );
    let events = order.pay(review(true)).unwrap();
    assert_eq!(names(&events), ["HoldReleased", "OrderReleased"]);
    assert_eq!(order.pay(review(true)).unwrap(), [], "it has ended");
}

#[test]
fn the_last_attempt_counts_and_of_one_second_its_end() {
    let failed = || PaymentFact::Failed { code: None };
    let mut order = OrderFixture::placed(&[(1, 1000)]);
    assert_eq!(
        told(&mut order, PaymentFact::Processing, 10),
        ["PaymentProcessing"]
    );
    assert_eq!(order.status(), Status::PaymentProcessing);
    // The same second: the end of this attempt. A second time it is no news, and its beginning is none either.
    assert_eq!(told(&mut order, failed(), 10), ["PaymentFailed"]);
    assert_eq!(order.order.state.payment.status(), PaymentStatus::Failed);
    assert_eq!(told(&mut order, failed(), 10), [""; 0]);
    assert_eq!(told(&mut order, PaymentFact::Processing, 10), [""; 0]);
    // An attempt from before.
    assert_eq!(told(&mut order, PaymentFact::Processing, 9), [""; 0]);
    assert_eq!(told(&mut order, failed(), 9), [""; 0]);
    // The next one.
    assert_eq!(
        told(&mut order, PaymentFact::Processing, 11),
        ["PaymentProcessing"]
    );
    assert_eq!(
        order.order.state.payment.status(),
        PaymentStatus::Processing
    );
    // An end without a beginning.
    assert_eq!(told(&mut order, failed(), 12), ["PaymentFailed"]);
    assert_eq!(told(&mut order, failed(), 13), ["PaymentFailed"]);
    // Money ends all attempts.
    assert_eq!(
        told(&mut order, authorized(1), 14),
        ["PaymentAuthorized", "ExceptionOpened"]
    );
    assert_eq!(told(&mut order, PaymentFact::Processing, 15), [""; 0]);
    assert_eq!(told(&mut order, failed(), 15), [""; 0]);
}

#[test]
fn a_cancelled_intent_makes_no_more_attempts_and_a_second_intent_may() {
    let mut order = OrderFixture::placed(&[(1, 1000)]);
    told(&mut order, PaymentFact::Cancelled, 1);
    assert_eq!(order.order.state.payment.status(), PaymentStatus::Voided);
    for fact in [
        PaymentFact::Cancelled,
        PaymentFact::Processing,
        PaymentFact::Failed { code: None },
        authorized(1000),
    ] {
        assert_eq!(told(&mut order, fact, 2), [""; 0]);
    }
    let second = Command::RecordPayment {
        intent: "pi_2".to_owned(),
        fact: PaymentFact::Linked,
        occurred_at: at(3),
    };
    assert_eq!(names(&order.apply(&second).unwrap()), ["PaymentLinked"]);
    assert_eq!(order.apply(&second).unwrap(), []);
    assert_eq!(order.order.state.payment.status(), PaymentStatus::Pending);
    assert!(!order.order.state.payment.is_gone());
}

#[test]
fn the_highest_authorization_and_capture_count() {
    let mut order = OrderFixture::placed(&[(1, 1000)]);
    told(&mut order, authorized(1000), 1);
    assert_eq!(
        order.order.state.payment.status(),
        PaymentStatus::Authorized
    );
    assert!(order.order.is_paid());
    assert_eq!(told(&mut order, authorized(1000), 2), [""; 0]);
    assert_eq!(told(&mut order, authorized(999), 2), [""; 0]);
    let payment = |order: &OrderFixture| {
        let payment = &order.order.state.payment;
        (payment.captured(), payment.capturable())
    };
    told(&mut order, partly(400, 600), 3);
    assert_eq!(payment(&order), (400, 600));
    // Late news of less, and the same news.
    assert_eq!(told(&mut order, partly(300, 700), 4), [""; 0]);
    assert_eq!(told(&mut order, partly(400, 600), 4), [""; 0]);
    assert_eq!(told(&mut order, authorized(1200), 4), [""; 0]);
    // Less of the rest is no news by itself, more or none is.
    assert_eq!(told(&mut order, partly(400, 500), 5), [""; 0]);
    assert_eq!(told(&mut order, partly(400, 700), 5), ["PaymentCaptured"]);
    assert_eq!(payment(&order), (400, 700));
    assert_eq!(
        told(&mut order, captured(400), 6),
        ["PaymentCaptured", "ExceptionOpened"]
    );
    assert_eq!(payment(&order), (400, 0));
    // What was given up does not come back.
    assert_eq!(told(&mut order, partly(400, 600), 7), [""; 0]);
    assert_eq!(payment(&order), (400, 0));
    assert_eq!(
        told(&mut order, captured(1000), 8),
        ["PaymentCaptured", "ExceptionClosed", "OrderReleased"]
    );
    assert_eq!(order.order.state.payment.status(), PaymentStatus::Captured);
}

#[test]
fn a_refund_moves_forward_only_and_keeps_its_amount() {
    let mut order = paid();
    let early = order
        .pay(refund("re_0", 1001, RefundStatus::Pending))
        .unwrap_err();
    assert_eq!(early.code, RejectionCode::NotYetCaptured);
    assert_eq!(
        order
            .pay(refund("re_0", 1001, RefundStatus::Succeeded))
            .unwrap_err()
            .code,
        early.code
    );
    order.cancel(&[]).unwrap();
    for (status, then) in [
        (RefundStatus::Pending, PaymentStatus::PartiallyRefunded),
        (RefundStatus::Succeeded, PaymentStatus::PartiallyRefunded),
    ] {
        order.pay(refund("re_1", 999, status)).unwrap();
        assert_eq!(order.order.state.payment.status(), then);
        assert_eq!(order.pay(refund("re_1", 999, status)).unwrap(), []);
    }
    order.pay(refund("re_2", 1, RefundStatus::Pending)).unwrap();
    assert_eq!(order.order.state.payment.status(), PaymentStatus::Refunded);
    // It fails with another amount: what was told first is what was under way.
    let failed = order.pay(refund("re_2", 7, RefundStatus::Failed)).unwrap();
    assert_eq!(names(&failed), ["RefundUpdated", "ExceptionOpened"]);
    assert_eq!(order.order.state.payment.refunded(), 999);
    assert_eq!(order.order.state.payment.refunds[1].amount, 1);
    // One that was called off is no reason to call anybody, and needs no capture.
    let called_off = order
        .pay(refund("re_3", 5000, RefundStatus::Cancelled))
        .unwrap();
    assert_eq!(names(&called_off), ["RefundUpdated"]);
    assert_eq!(order.order.state.payment.refunded(), 999);
}

#[test]
fn foreign_money_is_shown_whatever_it_does() {
    let yen = "JPY".parse().unwrap();
    let (amount, capturable, currency) = (1000, 0, yen);
    for fact in [
        PaymentFact::Authorized { amount, currency },
        PaymentFact::Captured { amount, currency },
        PaymentFact::PartlyCaptured {
            amount,
            capturable,
            currency,
        },
        PaymentFact::Refund {
            id: "re_1".to_owned(),
            amount,
            currency,
            status: RefundStatus::Succeeded,
            effect: None,
        },
    ] {
        let mut order = OrderFixture::placed(&[(1, 1000)]);
        assert_eq!(told(&mut order, fact, 1), ["ExceptionOpened"]);
        assert_eq!(
            order.order.state.exceptions[0].kind,
            ExceptionKind::CurrencyMismatch
        );
        assert_eq!(order.order.state.payment.pledged(), 0);
    }
}

#[test]
fn money_that_comes_after_the_cancel_is_shown_once() {
    let mut order = OrderFixture::placed(&[(1, 1000)]);
    told(&mut order, authorized(1000), 1);
    order.cancel(&[]).unwrap();
    told(&mut order, partly(400, 600), 2);
    let first = &order.order.state.exceptions[0];
    assert_eq!(first.kind, ExceptionKind::CapturedAfterCancel);
    let close = Command::CloseException {
        id: first.id,
        outcome: ExceptionOutcome::NoAction,
        note: None,
    };
    order.apply(&close).unwrap();
    // The provider gives the rest up: nothing more was captured.
    assert_eq!(told(&mut order, captured(400), 3), ["PaymentCaptured"]);
}

#[test]
fn money_that_came_after_the_cancel_is_shown_until_all_of_it_went_back() {
    let mut order = OrderFixture::placed(&[(1, 1000)]);
    order.cancel(&[]).unwrap();
    told(&mut order, captured(1000), 1);
    let shown = |order: &OrderFixture| {
        let mut open = order.order.state.exceptions.iter();
        open.any(|e| e.kind == ExceptionKind::CapturedAfterCancel)
    };
    assert!(shown(&order));
    told(&mut order, refund("re_1", 400, RefundStatus::Succeeded), 2);
    assert!(shown(&order), "6.00 of it are still here");
    told(&mut order, refund("re_2", 600, RefundStatus::Succeeded), 3);
    assert!(!shown(&order));
}

#[test]
fn an_order_that_nobody_pays_is_cancelled_when_its_time_is_over() {
    let last = u64::try_from(PAY_WITHIN_S).unwrap();
    let with = |facts: Vec<PaymentFact>| {
        let mut order = OrderFixture::placed(&[(1, 1000)]);
        for fact in facts {
            order.pay(fact).unwrap();
        }
        order
    };
    let step = |order: &OrderFixture| order.order.payment_step();
    let reason = |reason| Some((PaymentStep::Cancel(reason), at(last)));
    assert_eq!(step(&with(vec![])), reason(CancelReason::NotPaid));
    let failed = || PaymentFact::Failed { code: None };
    assert_eq!(
        step(&with(vec![failed()])),
        reason(CancelReason::PaymentFailed)
    );
    // As soon as all is over.
    let gone = with(vec![PaymentFact::Cancelled]);
    let at_once = PaymentStep::Cancel(CancelReason::PaymentCancelled);
    assert_eq!(step(&gone), Some((at_once, gone.order.state.changed_at)));
    // A part may become the whole.
    assert_eq!(step(&with(vec![authorized(1)])), None);
    assert_eq!(step(&with(vec![captured(1)])), None);
    // While the provider works on it nothing is cancelled; after two weeks a person is shown it.
    let processing = with(vec![PaymentFact::Processing]);
    let shown = at(1 + u64::try_from(PROCESSING_SHOWN_AFTER_S).unwrap());
    let (unresolved, due) = step(&processing).unwrap();
    assert_eq!(unresolved, PaymentStep::ShowUnresolved(INTENT.to_owned()));
    assert_eq!(due, shown);
}
