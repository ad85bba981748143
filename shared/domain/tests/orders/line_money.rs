//! What of an order's money belongs to its lines.

use domain::{inbound::PaymentFact, order::PaymentCommands};
use proptest::prelude::*;

use crate::common::{OrderFixture, refund};

fn captures(order: &mut OrderFixture, amount: i64) {
    let fact = PaymentFact::Captured {
        amount,
        currency: "EUR".parse().unwrap(),
    };
    order.pay(fact).unwrap();
}

#[test]
fn of_a_part_of_the_money_each_line_has_its_share_to_the_last_minor_unit() {
    let lines = [(1, 1000), (2, 500), (1, 1001)];
    let mut order = OrderFixture::commanded(&lines, PaymentCommands::default());
    captures(&mut order, 100);
    let captured: Vec<i64> = order
        .order
        .line_money()
        .iter()
        .map(|m| m.captured)
        .collect();
    assert_eq!(captured, [33, 33, 34]);
    captures(&mut order, 5000);
    let captured: Vec<i64> = order
        .order
        .line_money()
        .iter()
        .map(|m| m.captured)
        .collect();
    assert_eq!(
        captured,
        [1000, 1000, 1001],
        "what is too much is of no line"
    );
}

#[test]
fn nothing_of_a_line_can_be_refunded_beyond_what_is_captured() {
    let mut order = OrderFixture::commanded(&[(1, 1000), (1, 10)], PaymentCommands::default());
    captures(&mut order, 300);
    let refundable: Vec<i64> = order
        .order
        .line_money()
        .iter()
        .map(|m| m.refundable)
        .collect();
    assert_eq!(refundable, [300, 10]);
}

proptest! {
    #[test]
    fn the_lines_never_have_more_than_the_order(
        units in proptest::collection::vec((1u32..4, 0i64..3000), 1..5),
        captured in 0i64..20_000,
        back in 0i64..20_000,
        cancelled in 1usize..6,
    ) {
        let mut order = OrderFixture::commanded(&units, PaymentCommands::default());
        captures(&mut order, captured);
        let line = cancelled.min(units.len()).to_string();
        let _ = order.cancel(&[(&line, 1)]);
        let _ = order.apply(&refund(back));
        let effects = order.order.state.effects.clone();
        for (number, effect) in effects.iter().enumerate() {
            let domain::order::EffectAction::Refund { amount, .. } = effect.action else {
                continue;
            };
            let fact = PaymentFact::Refund {
                id: format!("re_{number}"),
                amount,
                currency: "EUR".parse().unwrap(),
                status: domain::order::RefundStatus::Succeeded,
                effect: Some(effect.id),
            };
            order.pay(fact).unwrap();
        }
        let (shown, payment) = (order.order.line_money(), &order.order.state.payment);
        let sum = |of: fn(&domain::order::LineMoney) -> i64| shown.iter().map(of).sum::<i64>();
        prop_assert_eq!(sum(|m| m.captured), captured.min(order.order.total()));
        prop_assert!(sum(|m| m.refunded) <= payment.refunded());
        for ((line, _), money) in order.order.lines().zip(&shown) {
            prop_assert!(money.captured <= line.value(0, line.quantity, true));
            prop_assert!((0..=order.order.total_refundable()).contains(&money.refundable));
        }
    }
}
