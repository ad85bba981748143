//! Comparing what the payment gateway lists with the order that it belongs to.

#![expect(clippy::unwrap_used, reason = "a test may stop where it goes wrong")]

use domain::{
    inbound::PaymentFact,
    order::{DisputeFunds, DisputeStatus, RefundStatus},
    reconciliation::{Difference, DifferenceKind, Figure, GatewayObject, ObjectKind},
    reconciliation::{compare, compare_unmatched, missing, objects},
};

use crate::common::{INTENT, OrderFixture, at};

const REFUND: &str = "re_1";
const DISPUTE: &str = "dp_1";

fn captured(amount: i64) -> PaymentFact {
    PaymentFact::Captured {
        amount,
        currency: "EUR".parse().unwrap(),
    }
}

fn refund(amount: i64, status: RefundStatus) -> PaymentFact {
    PaymentFact::Refund {
        id: REFUND.to_owned(),
        amount,
        currency: "EUR".parse().unwrap(),
        status,
        effect: None,
    }
}

fn dispute(status: DisputeStatus, amount: i64, funds: Option<DisputeFunds>) -> PaymentFact {
    PaymentFact::Dispute {
        id: DISPUTE.to_owned(),
        status,
        amount,
        currency: "EUR".parse().unwrap(),
        reason: None,
        evidence_due: None,
        funds,
        reinstated: None,
    }
}

const OPEN: DisputeStatus = DisputeStatus::NeedsResponse;

/// 20.00 are captured, 5.00 of it were refunded, and a bank claims the rest.
fn order() -> OrderFixture {
    let mut order = OrderFixture::placed(&[(2, 1000)]);
    order.captured();
    order.pay(refund(500, RefundStatus::Succeeded)).unwrap();
    let withdrawn = Some(DisputeFunds::Withdrawn);
    order.pay(dispute(OPEN, 1500, withdrawn)).unwrap();
    order
}

fn object(kind: ObjectKind) -> GatewayObject {
    let id = match kind {
        ObjectKind::Payment => INTENT,
        ObjectKind::Refund => REFUND,
        ObjectKind::Dispute => DISPUTE,
    };
    GatewayObject::new(kind, id)
}

/// The difference between an order and what the gateway says, if there is one.
fn difference(order: &OrderFixture, kind: ObjectKind, says: &PaymentFact) -> Option<Difference> {
    let facts = std::slice::from_ref(says);
    let mut found = compare(&order.order, &object(kind), INTENT, facts, at(99));
    assert!(found.len() < 2, "{found:?}");
    found.pop()
}

/// Its kind, what the gateway says and what we say.
fn sides(found: Option<Difference>) -> Option<(DifferenceKind, Figure, Figure)> {
    found.map(|found| (found.kind, found.gateway, found.ours))
}

#[test]
fn what_both_sides_say_is_no_difference() {
    let order = order();
    for (kind, says) in [
        (ObjectKind::Payment, captured(2000)),
        (ObjectKind::Refund, refund(500, RefundStatus::Succeeded)),
        (
            ObjectKind::Dispute,
            dispute(OPEN, 1500, Some(DisputeFunds::Withdrawn)),
        ),
        // Nothing is told of the money.
        (ObjectKind::Dispute, dispute(OPEN, 1500, None)),
    ] {
        assert_eq!(difference(&order, kind, &says), None, "{says:?}");
    }
}

#[test]
fn a_payment_differs_by_what_was_captured_and_by_what_can_be() {
    let order = order();
    let amounts = |kind, gateway, ours| Some((kind, Figure::amount(gateway), Figure::amount(ours)));
    let differs = |says: &PaymentFact| sides(difference(&order, ObjectKind::Payment, says));
    assert_eq!(
        differs(&captured(1999)),
        amounts(DifferenceKind::CapturedDiffers, 1999, 2000)
    );
    let partly = PaymentFact::PartlyCaptured {
        amount: 2000,
        capturable: 1,
        currency: "EUR".parse().unwrap(),
    };
    assert_eq!(
        differs(&partly),
        amounts(DifferenceKind::CapturableDiffers, 1, 0)
    );
    // What is cancelled there was never captured.
    assert_eq!(
        differs(&PaymentFact::Cancelled),
        amounts(DifferenceKind::CapturedDiffers, 0, 2000)
    );
}

#[test]
fn of_a_payment_that_is_cancelled_nothing_more_can_be_captured() {
    let order = order();
    let partly = PaymentFact::PartlyCaptured {
        amount: 2000,
        capturable: 500,
        currency: "EUR".parse().unwrap(),
    };
    let facts = [partly, PaymentFact::Cancelled];
    let payment = object(ObjectKind::Payment);
    let found = compare(&order.order, &payment, INTENT, &facts, at(99));
    assert_eq!(found, []);
}

#[test]
fn a_payment_that_we_do_not_know_is_a_difference_when_it_has_money() {
    let order = OrderFixture::placed(&[(2, 1000)]);
    let other = GatewayObject::new(ObjectKind::Payment, "pi_other");
    let differs = |says: &PaymentFact| {
        let facts = std::slice::from_ref(says);
        sides(compare(&order.order, &other, "", facts, at(99)).pop())
    };
    let figure = |status| Figure::with_status(Some(700), status);
    let unknown = |status| {
        let kind = DifferenceKind::PaymentUnknownHere;
        Some((kind, figure(status), Figure::nothing()))
    };
    assert_eq!(differs(&captured(700)), unknown("captured"));
    let currency = "EUR".parse().unwrap();
    let authorized = |amount| PaymentFact::Authorized { amount, currency };
    assert_eq!(differs(&authorized(700)), unknown("authorized"));
    assert_eq!(differs(&authorized(0)), None);
    assert_eq!(differs(&PaymentFact::Processing), None);
}

#[test]
fn a_refund_differs_by_its_amount_and_by_how_far_it_is() {
    let order = order();
    let figure = |amount, status| Figure::with_status(Some(amount), status);
    let ours = figure(500, "succeeded");
    let differs = |says: &PaymentFact| sides(difference(&order, ObjectKind::Refund, says));
    let kind = DifferenceKind::RefundAmountDiffers;
    assert_eq!(
        differs(&refund(501, RefundStatus::Succeeded)),
        Some((kind, figure(501, "succeeded"), ours.clone()))
    );
    for (status, says) in [
        (RefundStatus::Pending, "pending"),
        (RefundStatus::Failed, "failed"),
        (RefundStatus::Cancelled, "cancelled"),
    ] {
        let kind = DifferenceKind::RefundStatusDiffers;
        assert_eq!(
            differs(&refund(500, status)),
            Some((kind, figure(500, says), ours.clone()))
        );
    }
    let unpaid = OrderFixture::placed(&[(2, 1000)]);
    let unknown = difference(
        &unpaid,
        ObjectKind::Refund,
        &refund(500, RefundStatus::Succeeded),
    );
    let kind = DifferenceKind::RefundUnknownHere;
    assert_eq!(
        sides(unknown),
        Some((kind, figure(500, "succeeded"), Figure::nothing()))
    );
}

#[test]
fn a_dispute_differs_by_its_status_its_amount_and_its_money() {
    let order = order();
    let figure = |amount, status| Figure::with_status(Some(amount), status);
    let withdrawn = Some(DisputeFunds::Withdrawn);
    let reinstated = Some(DisputeFunds::Reinstated);
    for (says, kind, gateway, ours) in [
        (
            dispute(DisputeStatus::Lost, 1500, withdrawn),
            DifferenceKind::DisputeStatusDiffers,
            figure(1500, "lost"),
            figure(1500, "needs_response"),
        ),
        (
            dispute(OPEN, 1499, withdrawn),
            DifferenceKind::DisputeAmountDiffers,
            figure(1499, "needs_response"),
            figure(1500, "needs_response"),
        ),
        (
            dispute(OPEN, 1500, reinstated),
            DifferenceKind::DisputeFundsDiffer,
            figure(1500, "reinstated"),
            figure(1500, "withdrawn"),
        ),
    ] {
        let found = difference(&order, ObjectKind::Dispute, &says);
        assert_eq!(sides(found), Some((kind, gateway, ours)), "{says:?}");
    }
    let unpaid = OrderFixture::placed(&[(2, 1000)]);
    let unknown = difference(
        &unpaid,
        ObjectKind::Dispute,
        &dispute(OPEN, 1500, withdrawn),
    );
    let kind = DifferenceKind::DisputeUnknownHere;
    assert_eq!(
        sides(unknown),
        Some((kind, figure(1500, "needs_response"), Figure::nothing()))
    );
}

#[test]
fn a_dispute_that_was_won_in_part_differs_by_what_came_back() {
    let mut order = order();
    let reinstated = |back| {
        let funds = Some(DisputeFunds::Reinstated);
        let mut fact = dispute(DisputeStatus::Lost, 1500, funds);
        if let PaymentFact::Dispute { reinstated, .. } = &mut fact {
            *reinstated = back;
        }
        fact
    };
    order.pay(reinstated(Some(400))).unwrap();
    for same in [Some(400), None] {
        let found = difference(&order, ObjectKind::Dispute, &reinstated(same));
        assert_eq!(found, None, "{same:?}");
    }
    let found = difference(&order, ObjectKind::Dispute, &reinstated(Some(600)));
    let figure = |amount| Figure::with_status(Some(amount), "reinstated");
    let kind = DifferenceKind::DisputeFundsDiffer;
    assert_eq!(sides(found), Some((kind, figure(600), figure(400))));
}

#[test]
fn money_of_another_currency_is_never_compared_by_its_amount() {
    let order = order();
    let currency = "USD".parse().unwrap();
    let mut refund = refund(500, RefundStatus::Succeeded);
    let mut dispute = dispute(OPEN, 1500, None);
    for fact in [&mut refund, &mut dispute] {
        #[expect(clippy::wildcard_enum_match_arm, reason = "these two have one")]
        match fact {
            PaymentFact::Refund { currency: of, .. }
            | PaymentFact::Dispute { currency: of, .. } => {
                *of = currency;
            }
            _ => unreachable!(),
        }
    }
    let amount = 2000;
    for (kind, says) in [
        (
            ObjectKind::Payment,
            PaymentFact::Captured { amount, currency },
        ),
        (ObjectKind::Refund, refund),
        (ObjectKind::Dispute, dispute),
    ] {
        let found = difference(&order, kind, &says).unwrap();
        assert_eq!(found.kind, DifferenceKind::CurrencyDiffers);
        assert_eq!(found.currency, Some(currency));
    }
}

#[test]
fn a_difference_names_the_order_and_the_payment_of_what_is_not_a_payment() {
    let order = order();
    let names = |found: Option<Difference>| {
        let found = found.unwrap();
        assert_eq!(found.order, Some(order.order.id()));
        assert_eq!(found.currency, Some("EUR".parse().unwrap()));
        found.payment
    };
    let intent = Some(INTENT.to_owned());
    let payment = difference(&order, ObjectKind::Payment, &captured(1));
    assert_eq!(names(payment), None);
    let refunded = refund(1, RefundStatus::Succeeded);
    let refund = difference(&order, ObjectKind::Refund, &refunded);
    assert_eq!(names(refund), intent);
    // Some refunds name no payment.
    let facts = std::slice::from_ref(&refunded);
    let unnamed = compare(&order.order, &object(ObjectKind::Refund), "", facts, at(99)).pop();
    assert_eq!(names(unnamed), None);

    let is_missing = |kind| missing(&order.order, &object(kind), at(99));
    assert_eq!(names(is_missing(ObjectKind::Payment)), None);
    assert_eq!(names(is_missing(ObjectKind::Refund)), intent);
    assert_eq!(names(is_missing(ObjectKind::Dispute)), intent);
}

#[test]
fn what_the_gateway_does_not_know_is_missing_when_the_order_has_it() {
    let order = order();
    let is_missing = |order: &OrderFixture, kind| {
        let found = missing(&order.order, &object(kind), at(99));
        found.map(|found| (found.kind, found.ours))
    };
    let unpaid = OrderFixture::placed(&[(2, 1000)]);
    for (kind, expected, ours) in [
        (
            ObjectKind::Payment,
            DifferenceKind::PaymentMissingAtGateway,
            Figure::amount(2000),
        ),
        (
            ObjectKind::Refund,
            DifferenceKind::RefundMissingAtGateway,
            Figure::with_status(Some(500), "succeeded"),
        ),
        (
            ObjectKind::Dispute,
            DifferenceKind::DisputeMissingAtGateway,
            Figure::with_status(Some(1500), "needs_response"),
        ),
    ] {
        assert_eq!(is_missing(&order, kind), Some((expected, ours)));
        if kind != ObjectKind::Payment {
            assert_eq!(is_missing(&unpaid, kind), None);
        }
        assert!(objects(&order.order).contains(&object(kind)), "{kind:?}");
        assert!(!objects(&unpaid.order).contains(&object(kind)), "{kind:?}");
    }
}

#[test]
fn what_belongs_to_no_order_is_unmatched_or_unknown() {
    let differs = |kind, says: &PaymentFact| {
        let facts = std::slice::from_ref(says);
        let found = compare_unmatched(None, &object(kind), INTENT, facts, at(99)).pop();
        found.map(|found| (found.kind, found.payment, found.gateway))
    };
    let figure = |amount, status| Figure::with_status(Some(amount), status);
    let intent = Some(INTENT.to_owned());
    assert_eq!(
        differs(ObjectKind::Payment, &captured(2000)),
        Some((
            DifferenceKind::PaymentUnknownHere,
            None,
            figure(2000, "captured")
        ))
    );
    assert_eq!(differs(ObjectKind::Payment, &PaymentFact::Processing), None);
    assert_eq!(
        differs(ObjectKind::Refund, &refund(500, RefundStatus::Pending)),
        Some((
            DifferenceKind::RefundUnknownHere,
            intent.clone(),
            figure(500, "pending")
        ))
    );
    assert_eq!(
        differs(ObjectKind::Dispute, &dispute(OPEN, 1500, None)),
        Some((
            DifferenceKind::DisputeUnknownHere,
            intent,
            figure(1500, "needs_response")
        ))
    );
}
