//! Money that is commanded at the gateway, whatever happens in whatever order. The gateway of this test does all that it is
//! asked: that no payment gives back more than it has taken rests on what we ask.

#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "helpers of tests"
)]

mod common;

use common::{INTENT, OrderFixture, at};
use domain::{
    inbound::PaymentFact,
    order::{
        CapturePolicy, Command, Effect, EffectAction, EffectOutcome, PaymentCommands, RefundOrder,
        RefundStatus,
    },
};
use proptest::prelude::*;

const INTENTS: [&str; 2] = [INTENT, "pi_2"];

/// A refund that the gateway has made.
struct Made {
    id: String,
    intent: String,
    amount: i64,
    status: RefundStatus,
    effect: Option<u32>,
}

/// The gateway's own ledger. Amounts by intent.
#[derive(Default)]
struct Gateway {
    captured: [i64; 2],
    authorized: [i64; 2],
    cancelled: [bool; 2],
    refunds: Vec<Made>,
}

impl Gateway {
    fn given_back(&self, intent: &str) -> i64 {
        let refunds = self.refunds.iter();
        let live = refunds.filter(|made| made.intent == intent && is_live(made.status));
        live.map(|made| made.amount).sum()
    }
}

fn is_live(status: RefundStatus) -> bool {
    matches!(status, RefundStatus::Pending | RefundStatus::Succeeded)
}

/// An order, and what is true at the gateway.
struct Case {
    order: OrderFixture,
    gateway: Gateway,
}

impl Case {
    fn tells(&mut self, intent: usize, fact: PaymentFact) {
        let command = Command::RecordPayment {
            intent: INTENTS[intent].to_owned(),
            fact,
            occurred_at: at(self.order.fixture + 1),
        };
        self.order.apply(&command).unwrap();
    }

    /// The gateway tells of the intent as it is.
    fn tells_of_intent(&mut self, intent: usize) {
        let currency = self.order.order.placed.currency;
        let (authorized, captured) = (
            self.gateway.authorized[intent],
            self.gateway.captured[intent],
        );
        if self.gateway.cancelled[intent] {
            self.tells(intent, PaymentFact::Cancelled);
        } else if captured > 0 {
            let amount = captured;
            self.tells(intent, PaymentFact::Captured { amount, currency });
        } else if authorized > 0 {
            let amount = authorized;
            self.tells(intent, PaymentFact::Authorized { amount, currency });
        }
    }

    fn tells_of_refunds(&mut self) {
        let currency = self.order.order.placed.currency;
        let made = std::mem::take(&mut self.gateway.refunds);
        for made in &made {
            let intent = INTENTS.iter().position(|id| *id == made.intent).unwrap();
            let fact = PaymentFact::Refund {
                id: made.id.clone(),
                amount: made.amount,
                currency,
                status: made.status,
                effect: made.effect,
            };
            self.tells(intent, fact);
        }
        self.gateway.refunds = made;
    }

    /// The customer pays with an intent.
    fn pays(&mut self, intent: usize, amount: i64, at_once: bool) {
        if self.gateway.cancelled[intent] || self.gateway.captured[intent] > 0 {
            return;
        }
        self.gateway.authorized[intent] = self.gateway.authorized[intent].max(amount);
        if at_once {
            self.gateway.captured[intent] = self.gateway.authorized[intent];
        }
        self.tells_of_intent(intent);
    }

    /// An effect happens at the gateway, under its key once.
    fn happens(&mut self, effect: &Effect) -> EffectOutcome {
        let intent = INTENTS.iter().position(|id| *id == effect.action.intent());
        let intent = intent.unwrap();
        match &effect.action {
            EffectAction::Refund { intent, amount } => {
                let mut known = self.gateway.refunds.iter();
                if !known.any(|made| made.effect == Some(effect.id)) {
                    self.gateway.refunds.push(Made {
                        id: format!("re_{}", self.gateway.refunds.len()),
                        intent: intent.clone(),
                        amount: *amount,
                        status: RefundStatus::Succeeded,
                        effect: Some(effect.id),
                    });
                }
                let mut made = self.gateway.refunds.iter();
                let made = made.find(|made| made.effect == Some(effect.id)).unwrap();
                EffectOutcome::Refunded {
                    refund: made.id.clone(),
                    amount: made.amount,
                    status: made.status,
                }
            }
            EffectAction::Capture { amount, .. } => {
                if self.gateway.captured[intent] == 0 {
                    assert!(*amount <= self.gateway.authorized[intent]);
                    assert!(!self.gateway.cancelled[intent]);
                    self.gateway.captured[intent] = *amount;
                }
                EffectOutcome::Captured {
                    amount: self.gateway.captured[intent],
                    capturable: 0,
                }
            }
            EffectAction::CancelIntent { .. } => {
                self.gateway.cancelled[intent] = self.gateway.captured[intent] == 0;
                match self.gateway.cancelled[intent] {
                    true => EffectOutcome::Cancelled,
                    false => EffectOutcome::Refused {
                        code: "payment_intent_unexpected_state".to_owned(),
                    },
                }
            }
        }
    }

    /// Something becomes of an open effect.
    fn performs(&mut self, nth: usize, way: u8) {
        let effects = &self.order.order.state.effects;
        let open: Vec<Effect> = effects.iter().filter(|e| e.is_open()).cloned().collect();
        let Some(effect) = open.get(nth % open.len().max(1)) else {
            return;
        };
        let outcome = match way % 4 {
            // Its answer is lost.
            0 => {
                self.happens(effect);
                return;
            }
            1 => EffectOutcome::NotPerformed,
            2 => EffectOutcome::Refused {
                code: "balance_insufficient".to_owned(),
            },
            _ => self.happens(effect),
        };
        let has_happened = self
            .gateway
            .refunds
            .iter()
            .any(|made| made.effect == Some(effect.id));
        // Whoever says that nothing has happened has looked.
        if has_happened && way % 4 != 3 {
            return;
        }
        let effect = effect.id;
        self.order
            .apply(&Command::RecordEffect { effect, outcome })
            .unwrap();
    }

    fn retries(&mut self) {
        let effects = self.order.order.state.effects.clone();
        for effect in effects.iter().filter(|effect| !effect.is_open()) {
            let effect = effect.id;
            let _ = self.order.apply(&Command::RetryEffect { effect });
        }
    }

    fn is_consistent(&self) -> Result<(), TestCaseError> {
        let payment = &self.order.order.state.payment;
        for (index, id) in INTENTS.iter().enumerate() {
            let back = self.gateway.given_back(id);
            prop_assert!(back <= self.gateway.captured[index], "{} of {}", back, id);
            prop_assert!(payment.refunded_of(id) <= self.gateway.captured[index]);
        }
        Ok(())
    }
}

fn commands() -> impl Strategy<Value = PaymentCommands> {
    let capture = prop_oneof![
        Just(CapturePolicy::Manual),
        Just(CapturePolicy::AtOnce),
        Just(CapturePolicy::FirstShipment),
    ];
    let order = prop_oneof![
        Just(RefundOrder::First),
        Just(RefundOrder::Last),
        Just(RefundOrder::ProRata),
    ];
    (capture, order).prop_map(|(capture, refund_order)| PaymentCommands {
        capture,
        refund_order,
    })
}

proptest! {
    #[test]
    fn no_payment_gives_back_more_than_it_has_taken_and_what_is_owed_goes_back(
        commands in commands(),
        lines in prop::collection::vec((1..4_u32, 1..2500_i64), 1..3),
        steps in prop::collection::vec((0..9_u8, any::<u8>(), 1..3000_i64), 0..40),
    ) {
        let order = OrderFixture::commanded(&lines, commands);
        let mut case = Case { order, gateway: Gateway::default() };
        let total = case.order.order.total();
        for (step, way, amount) in steps {
            let intent = usize::from(way % 2);
            match step {
                0 => case.pays(intent, amount.min(total), way % 4 < 2),
                1 => case.pays(0, total, way % 2 == 0),
                2 => {
                    let line = (usize::from(way) % lines.len() + 1).to_string();
                    let _ = case.order.cancel(&[(&line, 1)]);
                }
                3 | 4 => case.performs(usize::from(way / 4), way),
                5 => case.tells_of_refunds(),
                6 => {
                    let _ = case.order.apply(&Command::Refund { amount, note: None });
                }
                7 => {
                    let id = "dp_1".to_owned();
                    case.tells(0, if way % 2 == 0 {
                        PaymentFact::DisputeOpened { id }
                    } else {
                        PaymentFact::DisputeClosed { id, won: true }
                    });
                }
                _ => case.retries(),
            }
            case.is_consistent()?;
        }
        // Everything comes to rest: the bank has decided, the rest is cancelled, and what was refused is tried again.
        let id = "dp_1".to_owned();
        case.tells(0, PaymentFact::DisputeClosed { id, won: true });
        let _ = case.order.cancel(&[]);
        for _ in 0..200 {
            case.retries();
            case.performs(0, 3);
            case.is_consistent()?;
        }
        for intent in 0..INTENTS.len() {
            case.tells_of_intent(intent);
        }
        case.tells_of_refunds();
        for _ in 0..50 {
            case.performs(0, 3);
        }
        let order = &case.order.order;
        prop_assert_eq!(&order.state.effects, &vec![]);
        prop_assert_eq!(order.still_owed(), 0);
        let (taken, back) = (order.state.payment.captured(), order.state.payment.refunded());
        prop_assert_eq!(taken, case.gateway.captured.iter().sum::<i64>());
        prop_assert_eq!(back, INTENTS.iter().map(|id| case.gateway.given_back(id)).sum::<i64>());
        if taken == total {
            prop_assert_eq!(back, total, "every unit is cancelled");
        }
    }
}
