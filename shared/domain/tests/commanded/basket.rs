//! What is ordered, and how it is to be paid.

use domain::{
    money::Currency,
    order::{
        CapturePolicy, OrderTax, PaymentCommands, PaymentTerm, PlaceTender, RefundOrder,
        RefundRequest, RefundUnits, ShippingRefund, TenderKind,
    },
};
use proptest::prelude::*;

use crate::common::{self, OrderFixture};

/// Lines of (units, unit price), of which a price may be 0; a discount on the whole, which the prices may not cover; taxes;
/// shipping and when it goes back.
#[derive(Debug, Clone)]
pub(crate) struct Basket {
    pub(crate) currency: &'static str,
    pub(crate) lines: Vec<(u32, i64)>,
    pub(crate) discount: i64,
    pub(crate) tax: i64,
    pub(crate) shipping: i64,
    pub(crate) rule: ShippingRefund,
}

/// How it is paid, and who gives money back.
#[derive(Debug, Clone)]
pub(crate) struct Paid {
    pub(crate) term: Option<PaymentTerm>,
    pub(crate) commands: Option<PaymentCommands>,
    /// Of a hundred parts of the total, how many gift cards have paid at placement.
    pub(crate) gift_cards: Vec<u8>,
    /// Whether an order that is paid twice is held.
    pub(crate) hold_paid_twice: bool,
}

impl Paid {
    pub(crate) fn by_gateway(commands: PaymentCommands) -> Self {
        Self {
            term: None,
            commands: Some(commands),
            gift_cards: vec![],
            hold_paid_twice: false,
        }
    }
}

/// Yen have no decimals, euros two, dinars three.
fn currency() -> impl Strategy<Value = &'static str> {
    prop_oneof![Just("JPY"), Just("EUR"), Just("KWD")]
}

fn step_of(currency: &str) -> i64 {
    currency.parse::<Currency>().unwrap().step()
}

fn shipping_refund() -> impl Strategy<Value = ShippingRefund> {
    prop_oneof![
        Just(ShippingRefund::FirstUnit),
        Just(ShippingRefund::LastUnit),
        Just(ShippingRefund::ProRata),
        Just(ShippingRefund::Never),
    ]
}

pub(crate) fn basket() -> impl Strategy<Value = Basket> {
    let price = prop_oneof![1 => Just(0_i64), 6 => 1..2500_i64];
    let lines = prop::collection::vec((1..4_u32, price), 1..4);
    let rest = (0..2000_i64, 0..500_i64, 0..1000_i64);
    (currency(), lines, rest, shipping_refund()).prop_map(
        |(currency, lines, (discount, tax, shipping), rule)| {
            // The gateway takes no less.
            let step = step_of(currency);
            let steps_of = |(units, price): (u32, i64)| (units, price * step);
            Basket {
                currency,
                lines: lines.into_iter().map(steps_of).collect(),
                discount: discount * step,
                tax: tax * step,
                shipping: shipping * step,
                rule,
            }
        },
    )
}

fn commands() -> impl Strategy<Value = PaymentCommands> {
    let capture = prop_oneof![
        1 => Just(CapturePolicy::Manual),
        1 => Just(CapturePolicy::AtOnce),
        1 => Just(CapturePolicy::FirstShipment),
        2 => Just(CapturePolicy::PerShipment),
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

pub(crate) fn paid() -> impl Strategy<Value = Paid> {
    let elsewhere = PaymentTerm::CollectedElsewhere {
        reference: "SHOP-1".to_owned(),
    };
    let on_account = PaymentTerm::OnAccount {
        account: "ACME".parse().unwrap(),
        days: None,
    };
    let term = prop_oneof![
        6 => Just(None),
        1 => Just(Some(elsewhere)),
        1 => Just(Some(PaymentTerm::BankTransfer)),
        1 => Just(Some(PaymentTerm::OnDelivery)),
        1 => Just(Some(on_account)),
    ];
    let commands = prop_oneof![4 => commands().prop_map(Some), 1 => Just(None)];
    let gift_cards = prop::collection::vec(1..50_u8, 0..3);
    (term, commands, gift_cards, any::<bool>()).prop_map(
        |(term, commands, gift_cards, hold_paid_twice)| Paid {
            term,
            commands,
            gift_cards,
            hold_paid_twice,
        },
    )
}

impl Basket {
    /// What it costs.
    pub(crate) fn total(&self) -> i64 {
        self.worth() - self.discount.min(self.worth())
            + self.taxes().iter().sum::<i64>()
            + self.shipping
    }

    /// The smallest step in which its money moves.
    pub(crate) fn step(&self) -> i64 {
        step_of(self.currency)
    }

    /// So much of an amount as is made of whole steps.
    pub(crate) fn steps(&self, amount: i64) -> i64 {
        amount - amount % self.step()
    }

    fn worth(&self) -> i64 {
        let lines = self.lines.iter();
        lines.map(|(units, price)| i64::from(*units) * price).sum()
    }

    fn taxes(&self) -> Vec<i64> {
        let taxes = [self.tax, 0, self.step()].into_iter();
        taxes.take(self.lines.len()).collect()
    }

    pub(crate) fn placed(&self, paid: &Paid) -> OrderFixture {
        let mut request = common::request(&self.lines);
        request.currency = self.currency.parse().unwrap();
        request.discount = self.discount.min(self.worth());
        request.shipping = self.shipping;
        for (line, tax) in request.lines.iter_mut().zip(self.taxes()) {
            line.tax = tax;
        }
        request.terms.payment_commands = paid.commands;
        request.terms.shipping_refund = Some(self.rule);
        request.terms.hold_paid_twice = paid.hold_paid_twice;
        request.terms.payment = paid.term.clone();
        if paid.term.is_some() {
            request.payment.intent = None;
        }
        request.payment.tenders = self.gift_cards(paid);
        request.tax = (self.tax / self.step() % 2 == 0).then(|| OrderTax {
            service: "stripe_tax".to_owned(),
            transaction: "tax_1".to_owned(),
            shipping_tax: self.shipping / 5,
        });
        OrderFixture::placed_as(request)
    }

    fn gift_cards(&self, paid: &Paid) -> Vec<PlaceTender> {
        let parts = paid.gift_cards.iter().enumerate();
        let cards = parts.map(|(number, part)| PlaceTender {
            kind: TenderKind::GiftCard,
            reference: format!("CARD-{number}"),
            amount: self.steps(self.total() * i64::from(*part) / 100),
        });
        cards.filter(|card| card.amount > 0).collect()
    }

    pub(crate) fn line(&self, nth: u8) -> String {
        (usize::from(nth) % self.lines.len() + 1).to_string()
    }
}

pub(crate) fn units_of(line: &str, units: u32) -> RefundRequest {
    RefundRequest {
        lines: vec![RefundUnits {
            line: common::line(line),
            units,
        }],
        ..RefundRequest::default()
    }
}
