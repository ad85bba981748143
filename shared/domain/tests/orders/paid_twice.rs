//! Orders that are paid twice: when they are held.

use domain::{
    inbound::PaymentFact,
    order::{Command, HoldKind},
};

use crate::common::{OrderFixture, at, request, shipped};

const TOTAL: i64 = 1000;

fn placed(is_held: bool) -> OrderFixture {
    let mut request = request(&[(1, TOTAL)]);
    request.terms.hold_paid_twice = is_held;
    OrderFixture::placed_as(request)
}

fn captured(order: &mut OrderFixture, intent: &str, amount: i64, second: u64) {
    let currency = "EUR".parse().unwrap();
    let command = Command::RecordPayment {
        intent: intent.to_owned(),
        fact: PaymentFact::Captured { amount, currency },
        occurred_at: at(second),
    };
    order.apply(&command).unwrap();
}

fn holds(order: &OrderFixture) -> Vec<(&HoldKind, &str)> {
    let holds = order.order.state.holds.iter();
    holds
        .map(|hold| (&hold.kind, hold.handle.as_str()))
        .collect()
}

#[test]
fn two_captured_payments_hold_what_has_not_left_where_the_terms_say_so() {
    let mut order = placed(true);
    captured(&mut order, "pi_1", TOTAL, 10);
    assert_eq!(holds(&order), []);
    captured(&mut order, "pi_2", TOTAL, 11);
    let held = [(&HoldKind::PossibleDuplicate, "paid-twice")];
    assert_eq!(holds(&order), held);

    let mut order = placed(false);
    captured(&mut order, "pi_1", TOTAL, 10);
    captured(&mut order, "pi_2", TOTAL, 11);
    assert_eq!(holds(&order), [], "the terms do not say so");
}

#[test]
fn one_payment_of_too_much_and_an_order_that_has_left_are_not_held() {
    let mut order = placed(true);
    captured(&mut order, "pi_1", TOTAL + 1, 10);
    assert_eq!(holds(&order), []);

    let mut order = placed(true);
    captured(&mut order, "pi_1", TOTAL, 10);
    order.route(&[("berlin", 1)]).unwrap();
    let requested = Command::RequestFulfillment { not_to: vec![] };
    order.apply(&requested).unwrap();
    order
        .report(0, shipped("BOX-1", &[("1", 1)], true))
        .unwrap();
    captured(&mut order, "pi_2", TOTAL, 11);
    assert_eq!(holds(&order), [], "nothing is left to hold");
}
