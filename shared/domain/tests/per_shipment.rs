//! Money that is captured for each shipment: never more than is due or authorized, and in the end to the last minor unit.

#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "helpers of tests"
)]

use crate::common::{INTENT, OrderFixture};
use domain::{
    inbound::PaymentFact,
    order::{
        CAPTURES_MAX, CapturePolicy, EffectAction, EffectOutcome, PaymentCommands, RefundStatus,
        ShippingRefund,
    },
};
use proptest::prelude::*;

/// The gateway's own ledger of the one payment.
struct Ledger {
    capturable: i64,
    captured: i64,
    captures: u32,
    refunds: u32,
    multicapture: bool,
}

impl Ledger {
    /// Everything that was asked for happens.
    fn performs_all(&mut self, order: &mut OrderFixture) {
        loop {
            let open = order.order.state.effects.first().cloned();
            let Some(effect) = open else { return };
            let outcome = self.outcome(&effect.action);
            let effect = effect.id;
            order
                .apply(&domain::order::Command::RecordEffect { effect, outcome })
                .unwrap();
        }
    }

    fn outcome(&mut self, action: &EffectAction) -> EffectOutcome {
        match action {
            EffectAction::Capture {
                amount, keeps_rest, ..
            } => {
                assert!(
                    *amount <= self.capturable,
                    "{amount} of {}",
                    self.capturable
                );
                assert!(self.multicapture || !keeps_rest);
                self.captures += 1;
                assert!(self.captures <= CAPTURES_MAX);
                self.captured += amount;
                self.capturable = if *keeps_rest {
                    self.capturable - amount
                } else {
                    0
                };
            }
            EffectAction::ReleaseRest { .. } => {
                assert!(self.captured > 0 && self.capturable > 0);
                self.capturable = 0;
            }
            EffectAction::CancelIntent { .. } => {
                assert_eq!(self.captured, 0);
                self.capturable = 0;
                return EffectOutcome::Cancelled;
            }
            EffectAction::Refund { amount, .. } => {
                self.refunds += 1;
                return EffectOutcome::Refunded {
                    refund: format!("re_{}", self.refunds),
                    amount: *amount,
                    status: RefundStatus::Succeeded,
                };
            }
            EffectAction::ReverseTax(_) => panic!("no tax transaction is named"),
        }
        EffectOutcome::Captured {
            amount: self.captured,
            capturable: self.capturable,
        }
    }
}

fn commands() -> PaymentCommands {
    PaymentCommands {
        capture: CapturePolicy::PerShipment,
        ..PaymentCommands::default()
    }
}

/// An order that is authorized and requested from one location, and the gateway.
fn authorized(request: domain::order::PlaceOrder, multicapture: bool) -> (OrderFixture, Ledger) {
    let mut order = OrderFixture::placed_as(request);
    let (amount, currency) = (order.order.total(), order.order.placed.currency);
    order
        .pay(PaymentFact::Authorized { amount, currency })
        .unwrap();
    let terms = PaymentFact::AuthorizationTerms {
        capture_before: None,
        multicapture,
    };
    order.pay(terms).unwrap();
    let ledger = Ledger {
        capturable: amount,
        captured: 0,
        captures: 0,
        refunds: 0,
        multicapture,
    };
    (order, ledger)
}

fn ships(order: &mut OrderFixture, shipment: usize, line: &str) -> bool {
    let shipped = crate::common::shipped(&shipment.to_string(), &[(line, 1)], false);
    let open = order.order.state.fulfillment_orders.first();
    let is_open = open.is_some_and(|found| {
        let mut lines = found.lines.iter();
        lines.any(|part| part.line == crate::common::line(line) && part.open > 0)
    });
    is_open && order.report(0, shipped).is_ok()
}

fn rule() -> impl Strategy<Value = ShippingRefund> {
    prop_oneof![
        Just(ShippingRefund::FirstUnit),
        Just(ShippingRefund::LastUnit),
        Just(ShippingRefund::ProRata),
        Just(ShippingRefund::Never),
    ]
}

proptest! {
    #[test]
    fn each_shipment_captures_what_it_costs_and_all_of_them_what_is_due(
        lines in prop::collection::vec((1..4_u32, 0..2500_i64), 1..4),
        rest in (0..2000_i64, 0..500_i64, 0..1000_i64),
        rule in rule(),
        multicapture in any::<bool>(),
        assigned in 1..4_u32,
        steps in prop::collection::vec((0..5_u8, 0..4_usize, 0..300_i64), 0..24),
    ) {
        let (discount, tax, shipping) = rest;
        let mut request = crate::common::request(&lines);
        let worth: i64 = lines.iter().map(|(n, price)| i64::from(*n) * price).sum();
        request.discount = discount.min(worth);
        request.shipping = shipping;
        request.lines[0].tax = tax;
        request.terms.payment_commands = Some(commands());
        request.terms.shipping_refund = Some(rule);
        let (mut order, mut ledger) = authorized(request, multicapture);
        let total = order.order.total();
        let _ = order.route(&[("berlin", assigned)]);
        let _ = order.apply(&domain::order::Command::RequestFulfillment { not_to: vec![] });
        for (number, (step, nth, amount)) in steps.into_iter().enumerate() {
            let line = (nth % lines.len() + 1).to_string();
            match step {
                0..=2 => { ships(&mut order, number, &line); }
                3 => { let _ = order.cancel(&[(&line, 1)]); }
                _ => { let _ = order.apply(&crate::common::refund(amount)); }
            }
            ledger.performs_all(&mut order);
            let found = &order.order;
            let payment = &found.state.payment;
            prop_assert_eq!(payment.captured(), ledger.captured);
            prop_assert_eq!(payment.capturable(), ledger.capturable);
            let shipped = found.state.lines.iter().any(|line| line.shipped > 0);
            let kept = payment.captured() - payment.refunded();
            if !shipped {
                prop_assert_eq!(kept, 0);
            } else if multicapture {
                let due = found.amount_due_for_shipped();
                prop_assert!(kept >= due, "{} of {}", kept, due);
            }
            prop_assert!(kept <= found.amount_due() + found.still_owed());
            prop_assert!(ledger.captured <= total);
        }
        // What is left is cancelled or shipped.
        let _ = order.cancel(&[]);
        for (index, (units, _)) in lines.iter().enumerate() {
            for unit in 0..*units {
                let number = 1000 + index * 10 + usize::try_from(unit).unwrap();
                ships(&mut order, number, &(index + 1).to_string());
                ledger.performs_all(&mut order);
            }
        }
        let found = &order.order;
        let payment = &found.state.payment;
        if !found.is_more_to_ship() {
            prop_assert_eq!(payment.captured() - payment.refunded(), found.amount_due());
            prop_assert_eq!(ledger.capturable, 0, "the rest is released, or the payment is voided");
        }
        prop_assert_eq!(&found.state.effects, &vec![]);
    }
}

#[test]
fn the_last_capture_that_the_gateway_allows_takes_all_that_is_due() {
    let units = CAPTURES_MAX + 10;
    let mut request = crate::common::request(&[(units, 100)]);
    request.terms.payment_commands = Some(commands());
    let (mut order, mut ledger) = authorized(request, true);
    order.route(&[("berlin", units)]).unwrap();
    order
        .apply(&domain::order::Command::RequestFulfillment { not_to: vec![] })
        .unwrap();
    for unit in 1..=units {
        assert!(ships(&mut order, usize::try_from(unit).unwrap(), "1"));
        ledger.performs_all(&mut order);
        let shipped = if unit < CAPTURES_MAX { unit } else { units };
        assert_eq!(ledger.captured, i64::from(shipped) * 100);
    }
    assert_eq!(ledger.captures, CAPTURES_MAX);
}

#[test]
fn the_latest_end_of_an_authorization_counts_in_whatever_order_it_is_told() {
    let mut order = OrderFixture::placed(&[(1, 100)]);
    let ends = [
        crate::common::at(500),
        crate::common::at(900),
        crate::common::at(700),
    ];
    for (end, multicapture) in ends.into_iter().zip([true, false, false]) {
        let terms = PaymentFact::AuthorizationTerms {
            capture_before: Some(end),
            multicapture,
        };
        order.pay(terms).unwrap();
    }
    let intent = order.order.state.payment.intent(INTENT).unwrap();
    assert_eq!(intent.capture_before, Some(crate::common::at(900)));
    assert!(intent.multicapture);
    assert_eq!(order.commits.len(), 3, "the third tells nothing new");
}
