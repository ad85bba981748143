//! What is owed is asked for once, and nobody is shown what we have done ourselves.

use domain::{
    inbound::PaymentFact,
    order::{
        CapturePolicy, Command, DisputeFunds, DisputeStatus, EffectAction, EffectOutcome,
        ExceptionKind, ExceptionOutcome, PaymentCommands, PaymentTerm, PlaceTender, RefundRequest,
        RefundStatus, ShippingRefund, TenderKind,
    },
};

use crate::common::{INTENT, OrderFixture, at, cancel, refund, request};

fn commands(capture: CapturePolicy) -> PaymentCommands {
    PaymentCommands {
        capture,
        ..PaymentCommands::default()
    }
}

/// Two units for 10.00 each.
fn commanded() -> OrderFixture {
    OrderFixture::commanded(&[(2, 1000)], commands(CapturePolicy::Manual))
}

fn told(order: &mut OrderFixture, intent: &str, fact: PaymentFact) {
    let command = Command::RecordPayment {
        intent: intent.to_owned(),
        fact,
        occurred_at: at(order.fixture.saturating_add(1)),
    };
    order.apply(&command).unwrap();
}

fn captured(order: &mut OrderFixture, intent: &str, amount: i64) {
    let currency = order.order.placed.currency;
    told(order, intent, PaymentFact::Captured { amount, currency });
}

fn disputed(
    order: &mut OrderFixture,
    intent: &str,
    amount: i64,
    status: DisputeStatus,
    funds: Option<DisputeFunds>,
) {
    let fact = PaymentFact::Dispute {
        id: "dp_1".to_owned(),
        status,
        amount,
        currency: order.order.placed.currency,
        reason: None,
        evidence_due: None,
        funds,
        reinstated: None,
    };
    told(order, intent, fact);
}

/// The bank has given the customer so much of a payment.
fn lost(order: &mut OrderFixture, intent: &str, amount: i64) {
    let funds = Some(DisputeFunds::Withdrawn);
    disputed(order, intent, amount, DisputeStatus::Lost, funds);
}

/// All refunds that are asked for happen.
fn given_back(order: &mut OrderFixture) {
    for effect in order.order.state.effects.clone() {
        let EffectAction::Refund { amount, .. } = effect.action else {
            continue;
        };
        let outcome = EffectOutcome::Refunded {
            refund: format!("re_{}", effect.id),
            amount,
            status: RefundStatus::Succeeded,
        };
        let effect = effect.id;
        order
            .apply(&Command::RecordEffect { effect, outcome })
            .unwrap();
    }
}

fn kinds(order: &OrderFixture) -> Vec<&ExceptionKind> {
    let open = order.order.state.exceptions.iter();
    open.map(|open| &open.kind).collect()
}

fn closed(order: &mut OrderFixture, kind: &ExceptionKind, outcome: ExceptionOutcome) {
    let mut open = order.order.state.exceptions.iter();
    let id = open.find(|open| open.kind == *kind).unwrap().id;
    let note = None;
    let command = Command::CloseException { id, outcome, note };
    order.apply(&command).unwrap();
}

#[test]
fn a_surplus_that_a_person_gives_back_is_asked_for_beside_what_is_owed() {
    let mut order = commanded();
    captured(&mut order, INTENT, 2000);
    captured(&mut order, "pi_2", 300);
    let given = ExceptionOutcome::SurplusRefunded;
    closed(&mut order, &ExceptionKind::Overpaid, given);
    assert_eq!(order.refunds_asked_for(), [("pi_2", 300)]);
    order.cancel(&[("1", 1)]).unwrap();
    assert_eq!(order.refunds_asked_for(), [("pi_2", 300), (INTENT, 1000)]);
    given_back(&mut order);
    assert_eq!((order.order.still_owed(), order.order.overpaid()), (0, 0));
}

#[test]
fn a_surplus_that_went_back_before_a_cancellation_does_not_count_for_what_it_owes() {
    // Given back when the exception was closed, or later by a refund.
    for outcome in [
        ExceptionOutcome::SurplusRefunded,
        ExceptionOutcome::SurplusKept,
    ] {
        let is_kept = outcome == ExceptionOutcome::SurplusKept;
        let mut order = commanded();
        captured(&mut order, INTENT, 2000);
        captured(&mut order, "pi_2", 300);
        closed(&mut order, &ExceptionKind::Overpaid, outcome);
        if is_kept {
            order.apply(&refund(300)).unwrap();
        }
        given_back(&mut order);
        order.cancel(&[("1", 1)]).unwrap();
        assert_eq!(order.refunds_asked_for(), [(INTENT, 1000)]);
        assert_eq!(
            (order.order.still_owed(), order.order.overpaid()),
            (1000, 0)
        );
        assert_eq!(kinds(&order), [] as [&ExceptionKind; 0], "{is_kept}");
        given_back(&mut order);
        assert_eq!((order.order.still_owed(), order.order.overpaid()), (0, 0));
    }
}

#[test]
fn a_surplus_whose_refund_has_failed_is_shown_beside_what_is_owed() {
    let mut order = commanded();
    captured(&mut order, INTENT, 2000);
    captured(&mut order, "pi_2", 300);
    let given = ExceptionOutcome::SurplusRefunded;
    closed(&mut order, &ExceptionKind::Overpaid, given);
    given_back(&mut order);
    order.cancel(&[("1", 1)]).unwrap();
    let currency = order.order.placed.currency;
    let fact = PaymentFact::Refund {
        id: "re_1".to_owned(),
        amount: 300,
        currency,
        status: RefundStatus::Failed,
        effect: Some(1),
    };
    told(&mut order, "pi_2", fact);
    assert_eq!(
        (order.order.still_owed(), order.order.overpaid()),
        (1000, 300)
    );
    let shown = [&ExceptionKind::RefundFailed, &ExceptionKind::Overpaid];
    assert_eq!(kinds(&order), shown);
}

#[test]
fn a_surplus_that_nobody_has_decided_about_is_not_given_back_with_what_is_owed() {
    let mut order = commanded();
    captured(&mut order, INTENT, 2300);
    order.cancel(&[("1", 1)]).unwrap();
    assert_eq!(order.refunds_asked_for(), [(INTENT, 1000)]);
}

#[test]
fn a_gift_card_of_an_order_that_is_not_commanded_gives_what_the_gateway_cannot() {
    let mut request = request(&[(1, 1000)]);
    request.payment.tenders.push(PlaceTender {
        kind: TenderKind::GiftCard,
        reference: "GC-1".to_owned(),
        amount: 400,
    });
    let mut order = OrderFixture::placed_as(request);
    captured(&mut order, INTENT, 1000);
    assert!(order.apply(&refund(400)).is_err(), "the gateway has it");
    let currency = order.order.placed.currency;
    let fact = PaymentFact::Refund {
        id: "re_1".to_owned(),
        amount: 1000,
        currency,
        status: RefundStatus::Succeeded,
        effect: None,
    };
    told(&mut order, INTENT, fact);
    order.cancel(&[]).unwrap();
    order.apply(&refund(400)).unwrap();
    assert_eq!(order.refunds_asked_for(), [("gift_card#1", 400)]);
    assert_eq!(order.order.state.payment.credits, 0, "it was paid too much");
}

#[test]
fn goodwill_of_an_order_that_is_paid_in_part_is_no_refund_that_nobody_asked_for() {
    let mut order = commanded();
    captured(&mut order, INTENT, 500);
    order.apply(&refund(100)).unwrap();
    given_back(&mut order);
    assert_eq!(kinds(&order), [&ExceptionKind::Underpaid]);
}

#[test]
fn a_lost_dispute_is_shown_once_also_after_a_refund_of_ours() {
    let mut order = commanded();
    captured(&mut order, INTENT, 2000);
    order.apply(&refund(100)).unwrap();
    given_back(&mut order);
    lost(&mut order, INTENT, 500);
    assert_eq!(kinds(&order), [&ExceptionKind::DisputeLost]);
}

#[test]
fn what_a_bank_has_given_the_customer_of_one_payment_is_not_given_of_another() {
    let mut order = commanded();
    captured(&mut order, INTENT, 1000);
    captured(&mut order, "pi_2", 1000);
    order.cancel(&[("1", 1)]).unwrap();
    assert_eq!(order.refunds_asked_for(), [(INTENT, 1000)]);
    lost(&mut order, "pi_2", 1000);
    assert_eq!(
        order.refunds_asked_for(),
        [],
        "the customer has it from the bank"
    );
    let funds = Some(DisputeFunds::Reinstated);
    disputed(&mut order, "pi_2", 1000, DisputeStatus::Lost, funds);
    assert_eq!(
        order.refunds_asked_for(),
        [(INTENT, 1000)],
        "and has it no more"
    );
}

#[test]
fn goodwill_that_was_given_up_for_a_lost_dispute_is_asked_for_again_when_the_shop_has_the_money() {
    let mut order = commanded();
    captured(&mut order, INTENT, 2000);
    order.apply(&refund(100)).unwrap();
    lost(&mut order, INTENT, 2000);
    assert_eq!(order.refunds_asked_for(), []);
    let funds = Some(DisputeFunds::Reinstated);
    disputed(&mut order, INTENT, 2000, DisputeStatus::Lost, funds);
    assert_eq!(order.refunds_asked_for(), [(INTENT, 100)]);
    given_back(&mut order);
    order.cancel(&[("1", 1)]).unwrap();
    assert_eq!(order.refunds_asked_for(), [(INTENT, 1000)], "once");
}

#[test]
fn a_surplus_that_was_given_up_for_a_lost_dispute_is_shown_again() {
    let mut order = commanded();
    captured(&mut order, INTENT, 2000);
    captured(&mut order, "pi_2", 2000);
    let given = ExceptionOutcome::SurplusRefunded;
    closed(&mut order, &ExceptionKind::Overpaid, given.clone());
    assert_eq!(order.refunds_asked_for(), [("pi_2", 2000)]);
    lost(&mut order, "pi_2", 300);
    assert_eq!(order.refunds_asked_for(), []);
    let shown = [&ExceptionKind::DisputeLost, &ExceptionKind::Overpaid];
    assert_eq!(kinds(&order), shown);
    closed(&mut order, &ExceptionKind::Overpaid, given);
    assert_eq!(order.refunds_asked_for(), [("pi_2", 1700)]);
}

#[test]
fn a_surplus_that_a_lost_dispute_has_taken_is_shown_once_when_the_shop_has_the_money() {
    let mut order = commanded();
    captured(&mut order, INTENT, 2000);
    captured(&mut order, "pi_2", 2000);
    let given = ExceptionOutcome::SurplusRefunded;
    closed(&mut order, &ExceptionKind::Overpaid, given.clone());
    lost(&mut order, "pi_2", 2000);
    assert_eq!(order.refunds_asked_for(), []);
    assert_eq!(kinds(&order), [&ExceptionKind::DisputeLost]);
    let funds = Some(DisputeFunds::Reinstated);
    disputed(&mut order, "pi_2", 2000, DisputeStatus::Lost, funds);
    assert_eq!(
        (order.refunds_asked_for(), kinds(&order)),
        (vec![], vec![&ExceptionKind::Overpaid])
    );
    closed(&mut order, &ExceptionKind::Overpaid, given);
    assert_eq!(order.refunds_asked_for(), [("pi_2", 2000)]);
    given_back(&mut order);
    // What is owed after that is asked for once, also when a person decides that it is not made.
    order.cancel(&[("1", 1)]).unwrap();
    assert_eq!(order.refunds_asked_for(), [(INTENT, 1000)]);
    let effect = order.order.state.effects[0].id;
    let outcome = EffectOutcome::Refused {
        code: "balance_insufficient".to_owned(),
    };
    order
        .apply(&Command::RecordEffect { effect, outcome })
        .unwrap();
    let refused = ExceptionKind::PaymentCommandRefused;
    closed(&mut order, &refused, ExceptionOutcome::NoAction);
    assert_eq!((order.refunds_asked_for(), kinds(&order)), (vec![], vec![]));
    assert_eq!(
        (order.order.still_owed(), order.order.overpaid()),
        (1000, 0)
    );
}

#[test]
fn a_part_of_a_surplus_that_a_lost_dispute_has_taken_is_given_back_beside_the_rest() {
    for is_made in [false, true] {
        let mut order = commanded();
        captured(&mut order, INTENT, 2000);
        captured(&mut order, "pi_2", 2000);
        lost(&mut order, "pi_2", 1500);
        let given = ExceptionOutcome::SurplusRefunded;
        closed(&mut order, &ExceptionKind::Overpaid, given.clone());
        assert_eq!(
            order.refunds_asked_for(),
            [("pi_2", 500)],
            "the bank has given the rest"
        );
        if is_made {
            given_back(&mut order);
        }
        let funds = Some(DisputeFunds::Reinstated);
        disputed(&mut order, "pi_2", 1500, DisputeStatus::Lost, funds);
        assert_eq!(kinds(&order), [&ExceptionKind::Overpaid]);
        closed(&mut order, &ExceptionKind::Overpaid, given.clone());
        given_back(&mut order);
        let back = order.order.state.payment.refunded();
        assert_eq!((back, order.order.overpaid()), (2000, 0), "{is_made}");
        assert_eq!(kinds(&order), [] as [&ExceptionKind; 0]);
    }
}

/// Both units are cancelled, their refund is under way, and 5.00 of a second payment were too much, of which a bank has taken 3.00.
fn cancelled_and_paid_too_much() -> OrderFixture {
    let mut order = commanded();
    captured(&mut order, INTENT, 2000);
    order.cancel(&[]).unwrap();
    captured(&mut order, "pi_2", 500);
    lost(&mut order, "pi_2", 300);
    assert_eq!(order.refunds_asked_for(), [(INTENT, 2000)]);
    order
}

#[test]
fn what_a_bank_had_of_a_surplus_while_a_person_decided_about_it_is_shown_when_it_is_back() {
    let mut order = cancelled_and_paid_too_much();
    let given = ExceptionOutcome::SurplusRefunded;
    closed(&mut order, &ExceptionKind::Overpaid, given.clone());
    assert_eq!(order.refunds_asked_for(), [(INTENT, 2000), ("pi_2", 200)]);
    let funds = Some(DisputeFunds::Reinstated);
    disputed(&mut order, "pi_2", 300, DisputeStatus::Lost, funds);
    assert_eq!(kinds(&order), [&ExceptionKind::Overpaid]);
    closed(&mut order, &ExceptionKind::Overpaid, given);
    assert_eq!(order.refunds_asked_for()[2..], [("pi_2", 300)]);
    given_back(&mut order);
    assert_eq!(kinds(&order), [] as [&ExceptionKind; 0], "once");
    assert_eq!(order.order.state.payment.refunded(), 2500);
}

#[test]
fn what_a_bank_has_given_of_what_is_owed_is_not_asked_for_as_a_surplus() {
    let mut order = commanded();
    captured(&mut order, INTENT, 2000);
    order.cancel(&[("1", 1)]).unwrap();
    captured(&mut order, "pi_2", 500);
    lost(&mut order, "pi_2", 300);
    closed(
        &mut order,
        &ExceptionKind::Overpaid,
        ExceptionOutcome::SurplusRefunded,
    );
    assert_eq!(order.refunds_asked_for(), [(INTENT, 1000), ("pi_2", 200)]);
}

#[test]
fn what_a_bank_has_given_of_what_is_owed_is_asked_for_once_more_is_owed() {
    let mut order = commanded();
    captured(&mut order, INTENT, 2000);
    order.cancel(&[("1", 1)]).unwrap();
    captured(&mut order, "pi_2", 500);
    lost(&mut order, "pi_2", 300);
    let given = ExceptionOutcome::SurplusRefunded;
    closed(&mut order, &ExceptionKind::Overpaid, given);
    order.cancel(&[("1", 1)]).unwrap();
    assert_eq!(
        order.order.refunds_asked_for(),
        2500 - 300,
        "all that is left"
    );
}

#[test]
fn a_capture_for_which_nothing_is_left_ends_so_that_another_payment_is_captured() {
    let mut order = OrderFixture::commanded(&[(2, 1000)], commands(CapturePolicy::AtOnce));
    let (amount, currency) = (2000, order.order.placed.currency);
    let authorized = PaymentFact::Authorized { amount, currency };
    told(&mut order, INTENT, authorized.clone());
    let effect = order.order.state.effects[0].id;
    let outcome = EffectOutcome::Refused {
        code: "payment_intent_unexpected_state".to_owned(),
    };
    order
        .apply(&Command::RecordEffect { effect, outcome })
        .unwrap();
    assert_eq!(kinds(&order), [&ExceptionKind::PaymentCommandRefused]);
    told(&mut order, INTENT, PaymentFact::Cancelled);
    assert_eq!(order.order.state.effects, []);
    assert!(!kinds(&order).contains(&&ExceptionKind::PaymentCommandRefused));
    told(&mut order, "pi_2", authorized);
    let asked: Vec<&EffectAction> = order
        .order
        .state
        .effects
        .iter()
        .map(|effect| &effect.action)
        .collect();
    let whole = EffectAction::Capture {
        intent: "pi_2".to_owned(),
        amount,
        captured_before: 0,
        keeps_rest: false,
    };
    assert_eq!(asked, [&whole]);
}

#[test]
fn what_one_payment_cannot_give_any_more_is_not_promised_of_another_beside_it() {
    let mut order = commanded();
    captured(&mut order, INTENT, 1000);
    captured(&mut order, "pi_2", 1000);
    let asked = RefundRequest {
        amount: 600,
        ..RefundRequest::default()
    };
    order.apply(&crate::common::asked(asked)).unwrap();
    let currency = order.order.placed.currency;
    let fact = PaymentFact::Refund {
        id: "re_1".to_owned(),
        amount: 1000,
        currency,
        status: RefundStatus::Succeeded,
        effect: None,
    };
    told(&mut order, INTENT, fact);
    assert_eq!(order.order.total_refundable(), 400);
    assert!(order.apply(&refund(401)).is_err());
}

#[test]
fn goodwill_of_a_cancelled_order_lowers_what_it_keeps() {
    let mut request = request(&[(1, 1000)]);
    request.shipping = 500;
    request.terms.shipping_refund = Some(ShippingRefund::Never);
    request.terms.payment_commands = Some(commands(CapturePolicy::Manual));
    request.terms.payment = Some(PaymentTerm::BankTransfer);
    request.payment.intent = None;
    let mut order = OrderFixture::placed_as(request);
    captured(&mut order, "pi_2", 300);
    order.apply(&cancel(&[("1", 1)])).unwrap();
    assert_eq!(order.order.amount_due(), 300, "it takes no more");
    order.apply(&refund(100)).unwrap();
    given_back(&mut order);
    assert_eq!(order.order.amount_due(), 200);
    assert!(order.order.is_secured());
}
