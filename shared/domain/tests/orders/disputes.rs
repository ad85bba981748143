//! What a bank decides about a payment: reported late, twice and out of order.

use domain::{
    inbound::PaymentFact,
    order::{
        Command, DisputeFunds, DisputeStatus, EffectOutcome, Event, ExceptionKind,
        ExceptionOutcome, PaymentCommands, RefundStatus, RejectionCode,
    },
};
use jiff::Timestamp;
use proptest::prelude::*;

use crate::common::{INTENT, OrderFixture, at, names, refund, shipped};

const DISPUTE: &str = "dp_1";
/// What the whole order costs: two units.
const TOTAL: i64 = 2000;

/// What the provider tells of the dispute.
#[derive(Debug, Clone)]
struct Report {
    status: DisputeStatus,
    amount: i64,
    due: Option<u64>,
    funds: Option<DisputeFunds>,
    reinstated: Option<i64>,
}

const OPEN: Report = Report {
    status: DisputeStatus::NeedsResponse,
    amount: TOTAL,
    due: Some(9000),
    funds: None,
    reinstated: None,
};

impl Report {
    fn fact(&self) -> PaymentFact {
        PaymentFact::Dispute {
            id: DISPUTE.to_owned(),
            status: self.status,
            amount: self.amount,
            currency: "EUR".parse().unwrap(),
            reason: Some("fraudulent".to_owned()),
            evidence_due: self.due.map(at),
            funds: self.funds,
            reinstated: self.reinstated,
        }
    }

    fn lost(amount: i64) -> Self {
        let status = DisputeStatus::Lost;
        Self {
            status,
            amount,
            ..OPEN
        }
    }

    /// It is lost, and a part of it came back.
    fn lost_in_part(amount: i64, back: i64) -> Self {
        Self {
            reinstated: Some(back),
            ..Self::lost(amount).moved(DisputeFunds::Reinstated)
        }
    }

    fn moved(self, funds: DisputeFunds) -> Self {
        Self {
            funds: Some(funds),
            ..self
        }
    }
}

/// An order of two units for 10.00 that is paid; the gateway is commanded.
fn paid() -> OrderFixture {
    let mut order = OrderFixture::commanded(&[(2, 1000)], PaymentCommands::default());
    order.captured();
    order
}

/// One of the units has left berlin.
fn one_left() -> OrderFixture {
    let mut order = paid();
    order.route(&[("berlin", 2)]).unwrap();
    order
        .apply(&Command::RequestFulfillment { not_to: vec![] })
        .unwrap();
    order.report(0, shipped("p1", &[("1", 1)], false)).unwrap();
    order
}

fn report(order: &mut OrderFixture, reported: &Report, occurred: u64) -> Vec<Event> {
    let command = Command::RecordPayment {
        intent: INTENT.to_owned(),
        fact: reported.fact(),
        occurred_at: at(occurred),
    };
    order.apply(&command).unwrap()
}

fn open(order: &OrderFixture) -> Vec<(&ExceptionKind, &str)> {
    let open = order.order.state.exceptions.iter();
    open.map(|e| (&e.kind, e.subject.as_str())).collect()
}

fn close(order: &mut OrderFixture, outcome: ExceptionOutcome) {
    let id = order.order.state.exceptions[0].id;
    let command = Command::CloseException {
        id,
        outcome,
        note: None,
    };
    order.apply(&command).unwrap();
}

#[test]
fn a_dispute_is_kept_with_its_amount_its_reason_and_its_deadline() {
    let mut order = paid();
    let events = report(&mut order, &OPEN, 10);
    assert_eq!(
        names(&events),
        ["DisputeOpened", "DisputeUpdated", "HoldPlaced"]
    );
    let found = order.order.state.payment.dispute(DISPUTE).unwrap();
    assert_eq!(found.status, DisputeStatus::NeedsResponse);
    assert_eq!(found.intent, INTENT);
    assert_eq!(found.evidence_due(), Some(at(9000)));
    let details = found.details.as_ref().unwrap();
    assert_eq!(details.amount, TOTAL);
    assert_eq!(details.reason.as_deref(), Some("fraudulent"));
    assert!(!found.are_funds_withdrawn());
    assert_eq!(report(&mut order, &OPEN, 10), [], "reported twice");
    assert_eq!(report(&mut order, &OPEN, 9), [], "reported late");
}

#[test]
fn withdrawn_money_is_no_refund_and_is_not_owed_again() {
    let mut order = paid();
    report(&mut order, &OPEN, 10);
    let withdrawn = OPEN.moved(DisputeFunds::Withdrawn);
    let events = report(&mut order, &withdrawn, 11);
    assert_eq!(
        events[1],
        Event::DisputeFundsWithdrawn {
            dispute: DISPUTE.to_owned(),
            amount: TOTAL
        }
    );
    let payment = &order.order.state.payment;
    assert!(payment.dispute(DISPUTE).unwrap().are_funds_withdrawn());
    assert_eq!((payment.refunded(), payment.lost()), (0, 0));
    assert_eq!((payment.secured(), order.order.still_owed()), (TOTAL, 0));
    // Of one second, giving back is later than taking.
    let reinstated = OPEN.moved(DisputeFunds::Reinstated);
    let events = report(&mut order, &reinstated, 11);
    assert_eq!(names(&events), ["DisputeUpdated", "DisputeFundsReinstated"]);
    let found = order.order.state.payment.dispute(DISPUTE).unwrap();
    assert!(!found.are_funds_withdrawn());
    assert_eq!(report(&mut order, &withdrawn, 11), []);
}

#[test]
fn what_a_lost_dispute_took_is_not_given_back_again() {
    let mut order = paid();
    report(&mut order, &OPEN, 10);
    let events = report(&mut order, &Report::lost(TOTAL), 20);
    assert_eq!(
        names(&events),
        ["DisputeUpdated", "DisputeClosed", "ExceptionOpened"]
    );
    assert_eq!(open(&order), [(&ExceptionKind::DisputeLost, DISPUTE)]);
    assert_eq!(order.order.total_refundable(), 0);
    assert_eq!(order.order.state.payment.secured(), 0);
    assert!(!order.order.is_paid());
    // The units are cancelled: the customer has their money already.
    let events = order.cancel(&[("1", 2)]).unwrap();
    assert!(!names(&events).contains(&"EffectRequested"), "{events:?}");
    assert_eq!(order.order.still_owed(), 0);
    let refused = order.apply(&refund(1)).unwrap_err();
    assert_eq!(refused.code, RejectionCode::RefundAmount);
}

#[test]
fn what_a_lost_dispute_left_can_still_be_given_back() {
    let mut order = paid();
    report(&mut order, &Report::lost(700), 20);
    assert_eq!(order.order.total_refundable(), TOTAL - 700);
    // One unit is worth 10.00, of which the bank has given 7.00.
    let events = order.cancel(&[("1", 1)]).unwrap();
    let back = events.iter().find_map(|event| {
        if let Event::EffectRequested { action, .. } = event {
            Some(action)
        } else {
            None
        }
    });
    assert_eq!(
        serde_json::to_value(back).unwrap(),
        serde_json::json!({ "kind": "refund", "intent": INTENT, "amount": 300 })
    );
    assert_eq!(order.order.total_refundable(), TOTAL - 1000);
}

#[test]
fn a_refund_that_nothing_is_left_for_is_given_up() {
    let mut order = paid();
    order.apply(&refund(500)).unwrap();
    order.apply(&refund(600)).unwrap();
    let ids = |order: &OrderFixture| -> Vec<u32> {
        order.order.state.effects.iter().map(|e| e.id).collect()
    };
    assert_eq!(ids(&order), [1, 2]);
    report(&mut order, &OPEN, 10);
    assert_eq!(ids(&order), [1, 2], "the bank may decide for the shop");
    let effects = &order.order.state.effects;
    assert!(effects.iter().all(|effect| order.order.awaits_bank(effect)));
    report(&mut order, &Report::lost(1000), 20);
    assert_eq!(
        ids(&order),
        [3],
        "they are given up, and what the bank has not given is asked for"
    );
    assert_eq!(order.order.total_refundable(), 900);
    // The gateway had made it before the dispute, and tells of it late: it is recorded.
    order
        .pay(PaymentFact::Refund {
            id: "re_2".to_owned(),
            amount: 600,
            currency: "EUR".parse().unwrap(),
            status: RefundStatus::Succeeded,
            effect: Some(2),
        })
        .unwrap();
    assert_eq!(order.order.state.payment.given_back(), 1600);
    assert_eq!(ids(&order), [0_u32; 0], "more than was promised has gone");
    let outcome = EffectOutcome::Refused {
        code: "charge_disputed".to_owned(),
    };
    let late = Command::RecordEffect { effect: 1, outcome };
    assert_eq!(order.apply(&late).unwrap(), [], "nobody has to look at it");
}

#[test]
fn goods_that_have_left_are_shown_with_the_deadline_until_the_dispute_ends() {
    let mut order = one_left();
    let events = report(&mut order, &Report { due: None, ..OPEN }, 10);
    assert_eq!(names(&events)[2], "HoldPlaced", "the rest does not leave");
    let shown = [(&ExceptionKind::DisputedAfterShipping, DISPUTE)];
    assert_eq!(open(&order), shown);
    report(&mut order, &OPEN, 11);
    assert_eq!(open(&order), shown);
    let detail = &order.order.state.exceptions[0].detail;
    assert!(detail.contains(&at(9000).to_string()), "{detail}");
    // A person has read it: it is shown again with another deadline only.
    close(&mut order, ExceptionOutcome::Resolved);
    let reviewed = Report {
        status: DisputeStatus::UnderReview,
        ..OPEN
    };
    report(&mut order, &reviewed, 12);
    assert_eq!(open(&order), []);
    report(
        &mut order,
        &Report {
            due: Some(9999),
            ..reviewed
        },
        13,
    );
    assert_eq!(open(&order), shown);
    let won = Report {
        status: DisputeStatus::Won,
        ..OPEN
    };
    report(&mut order, &won, 14);
    assert_eq!(open(&order), []);
    assert!(order.order.is_ready());
}

#[test]
fn goods_that_leave_during_a_dispute_are_shown_too() {
    let mut order = paid();
    order.route(&[("berlin", 2)]).unwrap();
    order
        .apply(&Command::RequestFulfillment { not_to: vec![] })
        .unwrap();
    report(&mut order, &OPEN, 10);
    assert_eq!(open(&order), []);
    order.report(0, shipped("p1", &[("1", 1)], false)).unwrap();
    let shown = [(&ExceptionKind::DisputedAfterShipping, DISPUTE)];
    assert_eq!(open(&order), shown);
    order.report(0, shipped("p2", &[("1", 1)], true)).unwrap();
    assert_eq!(open(&order), shown, "once");
}

#[test]
fn a_lost_dispute_is_accepted_as_a_credit_when_the_customer_gets_the_goods_all_the_same() {
    let mut order = paid();
    report(&mut order, &Report::lost(TOTAL), 10);
    close(&mut order, ExceptionOutcome::AcceptedAsCredit);
    assert_eq!(order.order.amount_due(), 0);
    assert_eq!(
        order.order.still_owed(),
        0,
        "the customer has it from the bank"
    );
    let release = Command::ReleaseHold {
        handle: DISPUTE.to_owned(),
    };
    order.apply(&release).unwrap();
    assert!(order.order.is_ready());
}

#[test]
fn a_credit_for_a_lost_dispute_ends_when_the_shop_has_the_money_and_a_person_is_shown_it() {
    for (status, funds) in [
        (DisputeStatus::Lost, Some(DisputeFunds::Reinstated)),
        (DisputeStatus::Won, None),
    ] {
        let mut order = paid();
        report(&mut order, &Report::lost(TOTAL), 10);
        close(&mut order, ExceptionOutcome::AcceptedAsCredit);
        let back = Report {
            status,
            funds,
            ..Report::lost(TOTAL)
        };
        let events = report(&mut order, &back, 20);
        assert!(names(&events).contains(&"CreditWithdrawn"), "{events:?}");
        assert_eq!(open(&order), [(&ExceptionKind::CreditWithdrawn, DISPUTE)]);
        let payment = &order.order.state.payment;
        assert_eq!((payment.credits, payment.secured()), (0, TOTAL));
        assert_eq!(order.order.amount_due(), TOTAL, "the customer has paid");
        assert_eq!((order.order.still_owed(), order.order.overpaid()), (0, 0));
        // From here on the order goes on as one that was never disputed.
        close(&mut order, ExceptionOutcome::NoAction);
        order.cancel(&[("1", 1)]).unwrap();
        assert_eq!(order.order.refunds_asked_for(), 1000);
        assert_eq!(open(&order), []);
    }
}

#[test]
fn the_customer_can_be_given_what_was_a_credit_until_the_shop_had_the_money() {
    let mut order = paid();
    report(&mut order, &Report::lost(TOTAL), 10);
    close(&mut order, ExceptionOutcome::AcceptedAsCredit);
    let reinstated = Report::lost(TOTAL).moved(DisputeFunds::Reinstated);
    report(&mut order, &reinstated, 20);
    assert_eq!(report(&mut order, &reinstated, 20), [], "reported twice");
    order.apply(&refund(TOTAL)).unwrap();
    assert_eq!(order.order.refunds_asked_for(), TOTAL);
    assert_eq!(order.order.amount_due(), 0);
}

#[test]
fn a_dispute_that_is_lost_again_is_shown_and_accepted_again() {
    let mut order = paid();
    report(&mut order, &Report::lost(TOTAL), 10);
    close(&mut order, ExceptionOutcome::AcceptedAsCredit);
    let reinstated = Report::lost(TOTAL).moved(DisputeFunds::Reinstated);
    report(&mut order, &reinstated, 20);
    let withdrawn = Report::lost(TOTAL).moved(DisputeFunds::Withdrawn);
    report(&mut order, &withdrawn, 30);
    assert_eq!(open(&order), [(&ExceptionKind::DisputeLost, DISPUTE)]);
    close(&mut order, ExceptionOutcome::AcceptedAsCredit);
    assert_eq!(order.order.state.payment.credits, TOTAL);
    assert_eq!((order.order.amount_due(), order.order.still_owed()), (0, 0));
}

#[test]
fn money_that_comes_back_after_all_ends_the_exception() {
    let mut order = paid();
    report(&mut order, &Report::lost(TOTAL), 10);
    let reinstated = Report::lost(TOTAL).moved(DisputeFunds::Reinstated);
    report(&mut order, &reinstated, 20);
    assert_eq!(open(&order), []);
    assert_eq!(order.order.state.payment.secured(), TOTAL);
    // It is taken again.
    let withdrawn = Report::lost(TOTAL).moved(DisputeFunds::Withdrawn);
    report(&mut order, &withdrawn, 30);
    assert_eq!(open(&order), [(&ExceptionKind::DisputeLost, DISPUTE)]);
}

#[test]
fn of_a_dispute_that_is_won_in_part_the_customer_has_the_rest() {
    let mut order = paid();
    report(&mut order, &Report::lost(TOTAL), 10);
    let events = report(&mut order, &Report::lost_in_part(TOTAL, 600), 20);
    let back = Event::DisputeFundsReinstated {
        dispute: DISPUTE.to_owned(),
        amount: 600,
    };
    assert!(events.contains(&back), "{events:?}");
    let payment = &order.order.state.payment;
    assert_eq!((payment.lost(), payment.secured()), (TOTAL - 600, 600));
    assert_eq!(order.order.total_refundable(), 600);
    // A person is shown what the customer has now.
    assert_eq!(open(&order), [(&ExceptionKind::DisputeLost, DISPUTE)]);
    let detail = &order.order.state.exceptions[0].detail;
    assert!(detail.contains("14.00 EUR"), "{detail}");
    assert_eq!(
        report(&mut order, &Report::lost_in_part(TOTAL, 600), 20),
        []
    );
    // Of the two units one is worth what came back, and more.
    order.cancel(&[("1", 2)]).unwrap();
    assert_eq!(order.order.refunds_asked_for(), 600);
    assert_eq!(order.order.still_owed(), 600);
}

#[test]
fn a_loss_that_a_person_has_decided_about_is_not_shown_again_when_less_of_it_is_lost() {
    let mut order = paid();
    report(&mut order, &Report::lost(TOTAL), 10);
    close(&mut order, ExceptionOutcome::NoAction);
    report(&mut order, &Report::lost_in_part(TOTAL, 600), 20);
    assert_eq!(open(&order), []);
    assert_eq!(order.order.state.payment.lost(), TOTAL - 600);
}

#[test]
fn of_a_credit_for_a_lost_dispute_the_part_ends_that_the_shop_has_back() {
    let mut order = paid();
    report(&mut order, &Report::lost(TOTAL), 10);
    close(&mut order, ExceptionOutcome::AcceptedAsCredit);
    let events = report(&mut order, &Report::lost_in_part(TOTAL, 600), 20);
    let ended = Event::CreditWithdrawn {
        dispute: DISPUTE.to_owned(),
        amount: 600,
    };
    assert!(events.contains(&ended), "{events:?}");
    assert_eq!(open(&order), [(&ExceptionKind::CreditWithdrawn, DISPUTE)]);
    let payment = &order.order.state.payment;
    assert_eq!(
        (payment.credits, payment.lost()),
        (TOTAL - 600, TOTAL - 600)
    );
    assert_eq!(order.order.amount_due(), 600);
    assert_eq!((order.order.still_owed(), order.order.overpaid()), (0, 0));
    // Then all of it comes back: the rest of the credit ends too, and a person is shown that.
    let won = Report {
        status: DisputeStatus::Won,
        reinstated: Some(TOTAL),
        ..Report::lost(TOTAL).moved(DisputeFunds::Reinstated)
    };
    let events = report(&mut order, &won, 30);
    let rest = Event::DisputeFundsReinstated {
        dispute: DISPUTE.to_owned(),
        amount: TOTAL - 600,
    };
    assert!(events.contains(&rest), "{events:?}");
    assert_eq!(open(&order), [(&ExceptionKind::CreditWithdrawn, DISPUTE)]);
    let detail = &order.order.state.exceptions[0].detail;
    assert!(detail.contains("14.00 EUR of the credit"), "{detail}");
    assert_eq!(order.order.amount_due(), TOTAL);
}

#[test]
fn a_small_credit_lasts_while_the_customer_has_as_much() {
    let mut order = paid();
    report(&mut order, &Report::lost(1500), 10);
    // Half the order is cancelled, so only 500 are missing.
    order.cancel(&[("1", 1)]).unwrap();
    close(&mut order, ExceptionOutcome::AcceptedAsCredit);
    assert_eq!(order.order.state.payment.credits, 500);
    let events = report(&mut order, &Report::lost_in_part(1500, 600), 20);
    assert!(!names(&events).contains(&"CreditWithdrawn"), "{events:?}");
    assert_eq!(order.order.state.payment.credits, 500);
    let events = report(&mut order, &Report::lost_in_part(1500, 1100), 30);
    assert!(names(&events).contains(&"CreditWithdrawn"), "{events:?}");
    assert_eq!(order.order.state.payment.credits, 400);
}

#[test]
fn a_bank_may_take_all_of_a_payment_of_which_a_part_was_refunded_and_give_that_part_back() {
    let mut order = paid();
    order
        .pay(PaymentFact::Refund {
            id: "re_1".to_owned(),
            amount: 500,
            currency: "EUR".parse().unwrap(),
            status: RefundStatus::Succeeded,
            effect: None,
        })
        .unwrap();
    report(&mut order, &Report::lost(TOTAL), 10);
    let payment = &order.order.state.payment;
    assert_eq!((payment.refunded(), payment.lost()), (500, TOTAL));
    let detail = &order.order.state.exceptions.last().unwrap().detail;
    assert!(
        detail.contains("5.00 EUR of it had been refunded"),
        "{detail}"
    );
    assert_eq!(order.order.total_refundable(), 0);
    let mut accepted = order.clone();
    // The refund, which nobody here has asked for, and the loss.
    close(&mut accepted, ExceptionOutcome::AcceptedAsCredit);
    close(&mut accepted, ExceptionOutcome::AcceptedAsCredit);
    assert_eq!(accepted.order.amount_due(), 0);
    assert!(accepted.order.is_paid(), "nothing is due");
    report(&mut order, &Report::lost_in_part(TOTAL, 500), 20);
    let payment = &order.order.state.payment;
    assert_eq!(payment.given_back(), TOTAL);
    assert_eq!(
        (order.order.total_refundable(), order.order.still_owed()),
        (0, 0)
    );
}

#[test]
fn a_dispute_in_another_currency_holds_the_order_and_counts_no_amount() {
    let mut order = paid();
    let PaymentFact::Dispute { id, status, .. } = OPEN.fact() else {
        unreachable!()
    };
    let events = order
        .pay(PaymentFact::Dispute {
            id,
            status,
            amount: 5,
            currency: "USD".parse().unwrap(),
            reason: None,
            evidence_due: None,
            funds: None,
            reinstated: None,
        })
        .unwrap();
    let all = [
        "DisputeOpened",
        "DisputeUpdated",
        "HoldPlaced",
        "ExceptionOpened",
    ];
    assert_eq!(names(&events), all);
    let payment = &order.order.state.payment;
    assert_eq!(payment.disputed_amount(&payment.dispute_records[0]), TOTAL);
}

fn reports() -> impl Strategy<Value = Vec<(Report, u64)>> {
    let status = prop_oneof![
        Just(DisputeStatus::NeedsResponse),
        Just(DisputeStatus::UnderReview),
        Just(DisputeStatus::Won),
        Just(DisputeStatus::Lost),
    ];
    let funds = prop_oneof![
        Just(None),
        Just(Some(DisputeFunds::Withdrawn)),
        Just(Some(DisputeFunds::Reinstated)),
    ];
    let report = (
        status,
        1i64..3,
        proptest::option::of(1u64..3),
        funds,
        proptest::option::of(1i64..3),
        1u64..6,
    );
    let report = report.prop_map(|(status, amount, due, funds, reinstated, occurred)| {
        let report = Report {
            status,
            amount,
            due,
            funds,
            reinstated,
        };
        (report, occurred)
    });
    proptest::collection::vec(report, 1..7)
}

/// What must be the same in whatever order the reports come.
fn outcome(order: &OrderFixture) -> (serde_json::Value, Vec<String>, i64, Option<Timestamp>) {
    let payment = &order.order.state.payment;
    let disputes = (&payment.disputes, &payment.dispute_records);
    let due = payment
        .dispute_records
        .iter()
        .find_map(|d| d.evidence_due());
    (
        serde_json::to_value(disputes).unwrap(),
        open(order).iter().map(|e| format!("{e:?}")).collect(),
        order.order.total_refundable(),
        due,
    )
}

proptest! {
    #[test]
    fn reports_lead_to_the_same_dispute_in_whatever_order_they_come(
        (reports, mixed) in reports().prop_flat_map(|reports| {
            let twice: Vec<_> = reports.iter().chain(&reports).cloned().collect();
            (Just(reports), Just(twice).prop_shuffle())
        })
    ) {
        let (mut straight, mut crooked) = (one_left(), one_left());
        for (reported, occurred) in &reports {
            report(&mut straight, reported, *occurred);
        }
        for (reported, occurred) in &mixed {
            report(&mut crooked, reported, *occurred);
        }
        prop_assert_eq!(outcome(&straight), outcome(&crooked));
    }
}
