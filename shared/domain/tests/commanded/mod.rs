//! Money that is commanded at the gateway, given back by people and taken by banks, whatever happens in whatever order. What is
//! right is judged from the outside: from the gateway's ledger, from the money that came another way, and from what people
//! have done. The gateway of this test does all that it is asked, except where it would give back more than it has.

#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "helpers of tests"
)]

mod basket;
mod cells;
mod gateway;
mod judge;
mod outside;
mod people;
mod performing;
mod units;

use crate::common;
use domain::order::{Command, ExceptionKind, ExceptionOutcome, RefundRequest, TenderKind};
use proptest::prelude::*;

use basket::{basket, paid, units_of};
use outside::Outside;

/// What happens: which action, which of several, how much.
type Step = (u8, u8, i64);

fn step() -> impl Strategy<Value = Step> {
    (0..24_u8, any::<u8>(), 1..3000_i64)
}

fn acts(outside: &mut Outside, (action, way, steps): Step) {
    let step = outside.basket.step();
    let amount = steps * step;
    let total = outside.basket.total();
    let line = outside.basket.line(way);
    let nth = usize::from(way / 4);
    match action {
        0 => outside
            .gateway
            .is_paid(nth % 3, amount.min(total), way.is_multiple_of(4)),
        1 => outside
            .gateway
            .is_paid(nth % 3, total, way.is_multiple_of(4)),
        2 | 3 => outside.performs(nth, way),
        4 | 5 => outside.hears(nth, way.is_multiple_of(4)),
        6 => outside.cancels(&[(&line, 1)], 0),
        7 => outside.cancels(&[(&line, u32::from(way % 3) + 1)], steps % 200 * step),
        8 => {
            let amount = outside.basket.steps(amount % (total / 2 + 2));
            outside.refunds(&RefundRequest {
                amount,
                ..RefundRequest::default()
            });
        }
        9 => {
            let restocking_fee = if way.is_multiple_of(2) {
                steps % 100 * step
            } else {
                0
            };
            let units = units_of(&line, u32::from(way % 2) + 1);
            outside.refunds(&RefundRequest {
                restocking_fee,
                ..units
            });
        }
        10 => {
            let shipping = outside
                .basket
                .steps(amount % outside.basket.shipping.max(1));
            outside.refunds(&RefundRequest {
                shipping,
                ..RefundRequest::default()
            });
        }
        11 => outside
            .gateway
            .is_disputed(nth % 3, amount, way.is_multiple_of(3)),
        12 | 13 => outside
            .gateway
            .dispute_moves(nth, way.is_multiple_of(2), amount),
        14 => outside.gateway.refund_moves(nth, way.is_multiple_of(2)),
        15 if way.is_multiple_of(3) => {
            outside.gateway.is_refunded_there(nth % 3, amount);
        }
        15 => outside.performs(nth, 7),
        16 => {
            let kinds = [
                TenderKind::BankTransfer,
                TenderKind::Cash,
                TenderKind::GiftCard,
            ];
            outside.receives(kinds[nth % 3].clone(), amount.min(total));
        }
        17 => outside.retries(),
        18 => outside.closes(nth, way),
        19 => outside.gateway.lapses(nth % 3),
        20 | 21 => outside.routes(u32::from(way % 3) + 1),
        22 => outside.ships(&line),
        _ => outside.location_answers(way.is_multiple_of(2)),
    }
}

/// Banks decide, locations answer, the rest is cancelled or has left, and people do what they are shown.
fn comes_to_rest(outside: &mut Outside, ending: u8) {
    outside.hears_all();
    if ending.is_multiple_of(2) {
        for _ in 0..3 {
            outside.routes(9);
            for nth in 0..9 {
                let line = outside.basket.line(nth);
                outside.ships(&line);
            }
            outside.performs_all();
        }
    }
    outside.location_answers(ending.is_multiple_of(3));
    outside.cancels(&[], 0);
    outside.location_answers(true);
    for nth in 0..outside.gateway.disputes.len() {
        if outside.gateway.disputes[nth].status.is_end() {
            continue;
        }
        outside.gateway.dispute_moves(nth, ending % 4 < 2, 0);
    }
    for _ in 0..12 {
        outside.hears_all();
        outside.performs_all();
        outside.works_on_exceptions();
    }
    outside.hears_all();
}

impl Outside {
    fn performs_all(&mut self) {
        self.retries();
        for _ in 0..2 {
            for nth in (0..self.open_effects().len()).rev() {
                self.performs(nth, 7);
            }
            self.hears_all();
        }
    }

    /// People make what was refused and what has failed, and give back what was paid too much.
    fn works_on_exceptions(&mut self) {
        for open in self.order.order.state.exceptions.clone() {
            #[expect(
                clippy::wildcard_enum_match_arm,
                reason = "the others are not worked on"
            )]
            let outcome = match &open.kind {
                ExceptionKind::Overpaid if self.capture.is_some() => {
                    ExceptionOutcome::SurplusRefunded
                }
                // What the gateway cannot give any more was refunded there.
                ExceptionKind::PaymentCommandRefused => ExceptionOutcome::NoAction,
                ExceptionKind::RefundFailed => ExceptionOutcome::Resolved,
                _ => continue,
            };
            let id = open.id;
            let _ = self.applies(&Command::CloseException {
                id,
                outcome,
                note: None,
            });
        }
        let amount = (self.owed() - self.asked()).max(0);
        if amount > 0
            && !self.refunds(&RefundRequest {
                amount,
                ..RefundRequest::default()
            })
        {
            for charge in 0..3 {
                let rest = self.owed();
                self.gateway.is_refunded_there(charge, rest);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: common::cases::unless_told(1500), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_owed_goes_back_once_and_our_ledger_is_theirs(
        paid in paid(),
        basket in basket(),
        multicapture in any::<[bool; 3]>(),
        is_told_at_once in any::<bool>(),
        steps in prop::collection::vec(step(), 0..50),
        ending in any::<u8>(),
    ) {
        let mut outside = Outside::new(basket, &paid, multicapture);
        prop_assert_eq!(outside.order.order.total(), outside.basket.total());
        for step in steps {
            acts(&mut outside, step);
            if is_told_at_once {
                outside.hears_all();
            }
            judge::so_far(&outside)?;
        }
        comes_to_rest(&mut outside, ending);
        judge::at_rest(&outside)?;
    }
}
