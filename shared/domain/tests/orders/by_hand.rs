//! Money that people see and give back.

use domain::{
    inbound::PaymentFact,
    order::{
        Command, DisputeStatus, ExceptionKind, ExceptionOutcome, PaymentCommands, PaymentTerm,
        PlaceTender, RefundOrder, RefundRequest, RefundStatus, RejectionCode, TenderKind,
    },
};

use crate::common::{OrderFixture, asked, request};

const GIFT: i64 = 1000;

/// Two units for 10.00 each, with a gift card of 10.00 if told so.
fn placed(term: PaymentTerm, has_gift: bool) -> OrderFixture {
    let mut request = request(&[(2, 1000)]);
    request.payment.intent = None;
    request.terms.payment = Some(term);
    if has_gift {
        request.payment.tenders.push(PlaceTender {
            kind: TenderKind::GiftCard,
            reference: "GC-1".to_owned(),
            amount: GIFT,
        });
    }
    OrderFixture::placed_as(request)
}

fn on_account() -> PaymentTerm {
    PaymentTerm::OnAccount {
        account: "ACME-7".parse().unwrap(),
        days: None,
    }
}

fn comes(order: &mut OrderFixture, reference: &str, amount: i64) {
    let received = Command::RecordReceived {
        kind: TenderKind::BankTransfer,
        reference: reference.to_owned(),
        amount,
        note: None,
    };
    order.apply(&received).unwrap();
}

fn credit(order: &mut OrderFixture, amount: i64) {
    let refund = RefundRequest {
        amount,
        ..RefundRequest::default()
    };
    order.apply(&asked(refund)).unwrap();
}

fn kinds(order: &OrderFixture) -> Vec<&str> {
    let open = order.order.state.exceptions.iter();
    open.map(|open| open.kind.as_str()).collect()
}

#[test]
fn what_a_credit_has_taken_of_a_payment_is_given_back_from_the_others() {
    let mut order = placed(on_account(), true);
    order.cancel(&[("1", 1)]).unwrap();
    credit(&mut order, 300);
    comes(&mut order, "B/1", 1000);
    assert_eq!(
        order.refunds_asked_for(),
        [
            ("gift_card#1", 300),
            ("gift_card#1", 700),
            ("bank_transfer#2", 300)
        ]
    );
    assert_eq!(order.order.amount_due(), 700);
    assert_eq!(order.order.overpaid(), 0);
}

#[test]
fn a_second_transfer_gives_back_what_a_credit_has_taken_of_the_first() {
    let mut order = placed(on_account(), false);
    comes(&mut order, "B/1", 2000);
    credit(&mut order, 900);
    order.cancel(&[]).unwrap();
    let first = [("bank_transfer#1", 900), ("bank_transfer#1", 1100)];
    assert_eq!(order.refunds_asked_for(), first);
    comes(&mut order, "B/2", 2000);
    let asked_in_all: i64 = order
        .refunds_asked_for()
        .iter()
        .map(|(_, amount)| amount)
        .sum();
    assert_eq!(asked_in_all + order.order.overpaid(), 4000);
}

/// Three units for 10.00 each, of which a gift card has paid 10.00 and the gateway the rest. What goes back is taken from the
/// gift card first.
fn paid_with_gift() -> OrderFixture {
    let mut request = request(&[(3, 1000)]);
    request.terms.payment_commands = Some(PaymentCommands {
        refund_order: RefundOrder::Last,
        ..PaymentCommands::default()
    });
    request.payment.tenders.push(PlaceTender {
        kind: TenderKind::GiftCard,
        reference: "GC-1".to_owned(),
        amount: GIFT,
    });
    let mut order = OrderFixture::placed_as(request);
    let amount = 2000;
    let currency = "EUR".parse().unwrap();
    order
        .pay(PaymentFact::Captured { amount, currency })
        .unwrap();
    order
}

#[test]
fn a_loss_is_accepted_as_a_credit_beside_what_a_person_is_to_give_back() {
    let mut order = paid_with_gift();
    order.cancel(&[("1", 1)]).unwrap();
    assert_eq!(order.refunds_asked_for(), [("gift_card#1", GIFT)]);
    // A bank takes what the gateway has: what the other two units cost.
    let lost = PaymentFact::Dispute {
        id: "dp_1".to_owned(),
        status: DisputeStatus::Lost,
        amount: 2000,
        currency: "EUR".parse().unwrap(),
        reason: None,
        evidence_due: None,
        funds: None,
        reinstated: None,
    };
    order.pay(lost).unwrap();
    let open = order.order.state.exceptions.iter();
    let mut open = open.filter(|open| open.kind == ExceptionKind::DisputeLost);
    let close = Command::CloseException {
        id: open.next().unwrap().id,
        outcome: ExceptionOutcome::AcceptedAsCredit,
        note: None,
    };
    order.apply(&close).unwrap();
    assert_eq!(
        order.order.amount_due(),
        0,
        "the customer has got the units"
    );
    assert_eq!(
        order.order.still_owed(),
        GIFT,
        "and not what the third one cost"
    );
    let given = Command::RecordRefund {
        effect: 1,
        reference: "BACK".to_owned(),
    };
    order.apply(&given).unwrap();
    assert_eq!((order.order.still_owed(), kinds(&order)), (0, vec![]));
    assert_eq!(order.order.overpaid(), 0);
}

#[test]
fn a_surplus_that_people_have_given_back_does_not_count_for_what_a_cancellation_owes() {
    let mut order = placed(PaymentTerm::BankTransfer, false);
    comes(&mut order, "B/1", 2000);
    comes(&mut order, "B/2", 300);
    assert_eq!(kinds(&order), ["overpaid"]);
    let close = Command::CloseException {
        id: order.order.state.exceptions[0].id,
        outcome: ExceptionOutcome::SurplusRefunded,
        note: None,
    };
    order.apply(&close).unwrap();
    assert_eq!(order.refunds_asked_for(), [("bank_transfer#2", 300)]);
    let made = Command::RecordRefund {
        effect: order.order.state.effects[0].id,
        reference: "BACK".to_owned(),
    };
    order.apply(&made).unwrap();
    order.cancel(&[("1", 1)]).unwrap();
    assert_eq!(order.refunds_asked_for(), [("bank_transfer#1", 1000)]);
    assert_eq!(kinds(&order), ["refund_by_hand"]);
}

#[test]
fn a_gift_card_is_no_part_of_a_payment_that_is_missing() {
    let mut order = placed(PaymentTerm::BankTransfer, true);
    assert_eq!(kinds(&order), [""; 0], "nothing has come yet");
    comes(&mut order, "B/1", 999);
    assert_eq!(kinds(&order), ["underpaid"]);
    comes(&mut order, "B/2", 1);
    assert_eq!(kinds(&order), [""; 0]);
}

#[test]
fn a_person_gives_back_a_gift_card_whatever_is_not_told_of_the_gateway() {
    let mut order = placed(PaymentTerm::BankTransfer, true);
    order.cancel(&[]).unwrap();
    assert_eq!(order.refunds_asked_for(), [("gift_card#1", GIFT)]);
    // Somebody has refunded a payment at the gateway, and we have not heard that it came.
    let elsewhere = PaymentFact::Refund {
        id: "re_1".to_owned(),
        amount: GIFT,
        currency: "EUR".parse().unwrap(),
        status: RefundStatus::Succeeded,
        effect: None,
    };
    let early = order.pay(elsewhere.clone()).unwrap_err();
    assert_eq!(
        early.code,
        RejectionCode::NotYetCaptured,
        "what a gift card has paid, the gateway cannot give back"
    );
    let given = Command::RecordRefund {
        effect: 1,
        reference: "BACK".to_owned(),
    };
    order.apply(&given).unwrap();
    let came = PaymentFact::Captured {
        amount: GIFT,
        currency: "EUR".parse().unwrap(),
    };
    order.pay(came).unwrap();
    order.pay(elsewhere).unwrap();
    let order = &order.order;
    assert_eq!((order.still_owed(), order.overpaid()), (0, 0));
}
