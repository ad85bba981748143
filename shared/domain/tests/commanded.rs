//! Money that is commanded at the gateway, whatever happens in whatever order. The gateway of this test does all that it is
//! asked, except where a bank has taken money: that no payment gives back more than it has taken rests on what we ask.

#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "helpers of tests"
)]

use crate::common::{INTENT, OrderFixture, at};
use domain::{
    inbound::{PaymentFact, ShipmentFact},
    invariants::{OrderRecord, Snapshot, check},
    order::{
        CancelLine, CancelReason, CapturePolicy, Command, DisputeFunds, DisputeStatus, Effect,
        EffectAction, EffectOutcome, OrderTax, PaymentCommands, RefundOrder, RefundRequest,
        RefundStatus, RefundUnits, ShippingRefund,
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
    /// What banks have taken.
    lost: [i64; 2],
    refunds: Vec<Made>,
}

impl Gateway {
    fn given_back(&self, intent: &str) -> i64 {
        let refunds = self.refunds.iter();
        let live = refunds.filter(|made| made.intent == intent && is_live(made.status));
        live.map(|made| made.amount).sum()
    }

    /// What can still go back of an intent.
    fn left(&self, intent: &str) -> i64 {
        let index = INTENTS.iter().position(|id| *id == intent).unwrap();
        self.captured[index] - self.lost[index] - self.given_back(intent)
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

    /// A bank takes so much of what is left of an intent.
    fn loses(&mut self, intent: usize, amount: i64) {
        let amount = amount.min(self.gateway.left(INTENTS[intent]));
        if amount <= 0 {
            return;
        }
        self.gateway.lost[intent] += amount;
        let fact = PaymentFact::Dispute {
            id: format!("dp_lost_{}", self.order.fixture),
            status: DisputeStatus::Lost,
            amount,
            currency: self.order.order.placed.currency,
            reason: None,
            evidence_due: None,
            funds: Some(DisputeFunds::Withdrawn),
        };
        self.tells(intent, fact);
    }

    /// An effect happens at the gateway, under its key once.
    fn happens(&mut self, effect: &Effect) -> EffectOutcome {
        let intent = effect.action.intent();
        let index = INTENTS.iter().position(|id| Some(*id) == intent);
        let index = index.unwrap_or(0);
        match &effect.action {
            EffectAction::Refund { intent, amount } => {
                let mut known = self.gateway.refunds.iter();
                if !known.any(|made| made.effect == Some(effect.id)) {
                    let is_lost = self.gateway.lost[index] > 0;
                    if is_lost && self.gateway.left(intent) < *amount {
                        let code = "charge_already_refunded".to_owned();
                        return EffectOutcome::Refused { code };
                    }
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
                if self.gateway.captured[index] == 0 {
                    assert!(*amount <= self.gateway.authorized[index]);
                    assert!(!self.gateway.cancelled[index]);
                    self.gateway.captured[index] = *amount;
                }
                EffectOutcome::Captured {
                    amount: self.gateway.captured[index],
                    capturable: 0,
                }
            }
            EffectAction::ReverseTax(reversal) => EffectOutcome::TaxReversed {
                reversal: Some(format!("tax_{}", effect.id)),
                tax: Some(reversal.total().tax),
            },
            EffectAction::ReleaseRest { .. } => EffectOutcome::Captured {
                amount: self.gateway.captured[index],
                capturable: 0,
            },
            EffectAction::CancelIntent { .. } => {
                self.gateway.cancelled[index] = self.gateway.captured[index] == 0;
                match self.gateway.cancelled[index] {
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
            let back = back + self.gateway.lost[index];
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
        Just(CapturePolicy::PerShipment),
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

/// Yen have no decimals, euros two, dinars three.
fn currency() -> impl Strategy<Value = &'static str> {
    prop_oneof![Just("JPY"), Just("EUR"), Just("KWD")]
}

fn shipping_refund() -> impl Strategy<Value = ShippingRefund> {
    prop_oneof![
        Just(ShippingRefund::FirstUnit),
        Just(ShippingRefund::LastUnit),
        Just(ShippingRefund::ProRata),
        Just(ShippingRefund::Never),
    ]
}

/// Lines of (units, unit price), of which a price may be 0; a discount on the whole, which the prices may not cover; taxes;
/// shipping and when it goes back.
#[derive(Debug, Clone)]
struct Basket {
    currency: &'static str,
    lines: Vec<(u32, i64)>,
    discount: i64,
    tax: i64,
    shipping: i64,
    rule: ShippingRefund,
}

fn basket() -> impl Strategy<Value = Basket> {
    let lines = prop::collection::vec((1..4_u32, 0..2500_i64), 1..4);
    let rest = (0..2000_i64, 0..500_i64, 0..1000_i64);
    (currency(), lines, rest, shipping_refund()).prop_map(
        |(currency, lines, (discount, tax, shipping), rule)| Basket {
            currency,
            lines,
            discount,
            tax,
            shipping,
            rule,
        },
    )
}

impl Basket {
    fn placed(&self, commands: PaymentCommands) -> OrderFixture {
        let mut request = crate::common::request(&self.lines);
        let worth: i64 = self
            .lines
            .iter()
            .map(|(n, price)| i64::from(*n) * price)
            .sum();
        request.currency = self.currency.parse().unwrap();
        request.discount = self.discount.min(worth);
        request.shipping = self.shipping;
        for (line, tax) in request.lines.iter_mut().zip([self.tax, 0, 1]) {
            line.tax = tax;
        }
        request.terms.payment_commands = Some(commands);
        request.terms.shipping_refund = Some(self.rule);
        request.tax = (self.tax % 2 == 0).then(|| OrderTax {
            service: "stripe_tax".to_owned(),
            transaction: "tax_1".to_owned(),
            shipping_tax: self.shipping / 5,
        });
        OrderFixture::placed_as(request)
    }

    fn line(&self, nth: u8) -> String {
        (usize::from(nth) % self.lines.len() + 1).to_string()
    }
}

fn units_of(line: &str) -> RefundRequest {
    RefundRequest {
        lines: vec![RefundUnits {
            line: crate::common::line(line),
            units: 1,
        }],
        ..RefundRequest::default()
    }
}

proptest! {
    #[test]
    fn no_payment_gives_back_more_than_it_has_taken_and_what_is_owed_goes_back(
        commands in commands(),
        basket in basket(),
        steps in prop::collection::vec((0..12_u8, any::<u8>(), 1..3000_i64), 0..40),
    ) {
        let order = basket.placed(commands);
        let mut case = Case { order, gateway: Gateway::default() };
        let total = case.order.order.total();
        for (step, way, amount) in steps {
            let intent = usize::from(way % 2);
            match step {
                0 => case.pays(intent, amount.min(total), way % 4 < 2),
                1 => case.pays(0, total, way % 2 == 0),
                2 => {
                    let _ = case.order.cancel(&[(&basket.line(way), 1)]);
                }
                3 | 4 => case.performs(usize::from(way / 4), way),
                5 => case.tells_of_refunds(),
                6 => {
                    let _ = case.order.apply(&crate::common::refund(amount));
                }
                7 if way % 8 == 7 => case.loses(usize::from(way / 8 % 2), amount),
                7 => {
                    let id = "dp_1".to_owned();
                    case.tells(0, if way % 2 == 0 {
                        PaymentFact::DisputeOpened { id }
                    } else {
                        PaymentFact::DisputeClosed { id, won: true }
                    });
                }
                8 => {
                    let refund = RefundRequest {
                        restocking_fee: if way % 2 == 0 { amount % 100 } else { 0 },
                        ..units_of(&basket.line(way))
                    };
                    let _ = case.order.apply(&crate::common::asked(refund));
                }
                9 => {
                    let shipping = amount % basket.shipping.max(1);
                    let refund = RefundRequest { shipping, ..RefundRequest::default() };
                    let _ = case.order.apply(&crate::common::asked(refund));
                }
                10 => {
                    let _ = case.order.apply(&Command::Cancel {
                        lines: vec![CancelLine {
                            line: crate::common::line(&basket.line(way)),
                            units: Some(1),
                        }],
                        reason: CancelReason::CustomerRequested,
                        restocking_fee: amount % 200,
                        note: None,
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
        // Goodwill that was asked for of money that a bank took is a person's to ask for again.
        for _ in 0..50 {
            let owed = case.order.order.still_owed();
            if case.order.apply(&crate::common::refund(owed)).is_err() {
                break;
            }
            case.performs(0, 3);
        }
        let order = &case.order.order;
        prop_assert_eq!(&order.state.effects, &vec![]);
        prop_assert_eq!(order.still_owed(), 0);
        let (taken, back) = (order.state.payment.captured(), order.state.payment.refunded());
        prop_assert_eq!(taken, case.gateway.captured.iter().sum::<i64>());
        prop_assert_eq!(back, INTENTS.iter().map(|id| case.gateway.given_back(id)).sum::<i64>());
        let record = OrderRecord {
            order: order.clone(),
            commits: case.order.commits.clone(),
        };
        let table = Snapshot { orders: vec![record], ..Snapshot::default() };
        prop_assert_eq!(check(&table), vec![], "the rules hold");
        if taken == total {
            let payment = &order.state.payment;
            let never = match basket.rule {
                ShippingRefund::Never => basket.shipping - payment.shipping_granted,
                ShippingRefund::FirstUnit | ShippingRefund::LastUnit | ShippingRefund::ProRata => 0,
            };
            let kept = (never + payment.restocking_fees - payment.credits).max(0);
            let lost = payment.lost();
            prop_assert_eq!(lost, case.gateway.lost.iter().sum::<i64>());
            if lost == 0 {
                prop_assert_eq!(back, total - kept, "every unit is cancelled");
            }
            // A bank may take what the shop had kept.
            prop_assert!((total - kept..=total).contains(&(back + lost)), "{} and {}", back, lost);
        }
    }

    /// Whatever of it is cancelled, comes back or is refunded, in whatever order: the whole, to the last minor unit.
    #[test]
    fn units_go_back_cell_by_cell_and_sum_to_the_whole(
        basket in basket(),
        shipped in 0..4_u32,
        steps in prop::collection::vec((0..4_u8, any::<u8>(), 0..1000_i64), 0..30),
    ) {
        let mut order = basket.placed(PaymentCommands::default());
        let total = order.order.total();
        let cells: i64 = order.order.placed.lines.iter().flat_map(|line| {
            (0..line.quantity).map(|unit| line.cell(unit).total(false))
        }).sum();
        prop_assert_eq!(cells, total);
        order.captured();
        if shipped > 0 && order.route(&[("berlin", shipped)]).is_ok() {
            let _ = order.apply(&Command::RequestFulfillment { not_to: vec![] });
            let open = order.order.state.fulfillment_orders.first().map(|found| found.lines.clone());
            let open: Vec<(String, u32)> = open.into_iter().flatten()
                .map(|part| (part.line.to_string(), part.open)).collect();
            let lines: Vec<(&str, u32)> = open.iter().map(|(id, n)| (id.as_str(), *n)).collect();
            if !lines.is_empty() {
                order.report(0, crate::common::shipped("1", &lines, true)).unwrap();
                order.shipment("1", ShipmentFact::Delivered).unwrap();
            }
        }
        let mut owed = 0;
        for (step, way, amount) in steps {
            let line = basket.line(way);
            match step {
                0 => { let _ = order.cancel(&[(&line, 1)]); }
                1 => comes_back(&mut order, &line),
                2 => { let _ = order.apply(&crate::common::asked(units_of(&line))); }
                _ => {
                    let shipping = amount.min(order.order.shipping_left());
                    let refund = RefundRequest { shipping, ..RefundRequest::default() };
                    let _ = order.apply(&crate::common::asked(refund));
                }
            }
            let now = order.order.refund_owed();
            prop_assert!(owed <= now && now <= total, "{} after {}", now, owed);
            prop_assert_eq!(now, order.order.credited_value());
            prop_assert_eq!(order.order.amount_due(), total - now);
            for (line, state) in order.order.lines() {
                prop_assert!(state.credited() <= line.quantity, "{:?}", state);
                prop_assert!(state.credited() >= state.cancelled + state.returned, "{:?}", state);
            }
            owed = now;
        }
        let _ = order.cancel(&[]);
        for (index, (units, _)) in basket.lines.iter().enumerate() {
            for _ in 0..*units {
                comes_back(&mut order, &(index + 1).to_string());
            }
        }
        let never = match basket.rule {
            ShippingRefund::Never => basket.shipping - order.order.state.payment.shipping_granted,
            ShippingRefund::FirstUnit | ShippingRefund::LastUnit | ShippingRefund::ProRata => 0,
        };
        prop_assert_eq!(order.order.refund_owed(), total - never);
        prop_assert_eq!(order.order.refunds_asked_for(), total - never);
    }
}

/// A delivered unit comes back, and the order changes.
fn comes_back(order: &mut OrderFixture, line: &str) {
    let lines = &mut order.order.state.lines;
    let state = lines
        .iter_mut()
        .find(|state| state.id == crate::common::line(line))
        .unwrap();
    if state.returned < state.delivered {
        state.returned += 1;
        let another_intent = Command::RecordPayment {
            intent: format!("pi_{}", order.fixture),
            fact: PaymentFact::Linked,
            occurred_at: at(order.fixture),
        };
        order.apply(&another_intent).unwrap();
    }
}
