//! The tax of what is credited is reversed cell by cell: whatever goes back, in whatever order, what is reversed and what is
//! kept add up to what was charged.

#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "helpers of tests"
)]

use crate::common::OrderFixture;
use domain::{
    invariants::{OrderRecord, Snapshot, check},
    order::{
        Command, Effect, EffectAction, EffectOutcome, Event, ExceptionKind, ExceptionOutcome,
        OrderTax, PaymentCommands, PlaceOrder, RefundRequest, RefundUnits, RejectionCode,
        ShippingRefund, TaxReversal, Taxed,
    },
};
use proptest::prelude::*;

fn transaction() -> OrderTax {
    OrderTax {
        service: "stripe_tax".to_owned(),
        transaction: "tax_1".to_owned(),
        shipping_tax: 7,
    }
}

/// Three units of 10.00 and 1.91 tax, and shipping of 1.00 with 0.07 tax in it; the gateway is commanded.
fn request() -> PlaceOrder {
    let mut request = crate::common::request(&[(3, 1000)]);
    (request.lines[0].tax, request.shipping) = (191, 100);
    request.terms.payment_commands = Some(PaymentCommands::default());
    request.tax = Some(transaction());
    request
}

fn paid() -> OrderFixture {
    let mut order = OrderFixture::placed_as(request());
    order.captured();
    order
}

fn reversals(events: &[Event]) -> Vec<TaxReversal> {
    let asked = events.iter().filter_map(|event| {
        if let Event::EffectRequested {
            action: EffectAction::ReverseTax(reversal),
            ..
        } = event
        {
            Some(reversal.clone())
        } else {
            None
        }
    });
    asked.collect()
}

fn refund(order: &OrderFixture) -> Effect {
    let effects = order.order.state.effects.iter();
    let mut refunds = effects.filter(|e| matches!(e.action, EffectAction::Refund { .. }));
    refunds.next().unwrap().clone()
}

fn outcome(order: &mut OrderFixture, outcome: EffectOutcome) -> Vec<Event> {
    let effects = order.order.state.effects.iter();
    let mut open = effects.filter(|e| matches!(e.action, EffectAction::ReverseTax(_)));
    let effect = open.next().unwrap().id;
    order
        .apply(&Command::RecordEffect { effect, outcome })
        .unwrap()
}

fn reversed(tax: Option<i64>) -> EffectOutcome {
    EffectOutcome::TaxReversed {
        reversal: Some("tax_2".to_owned()),
        tax,
    }
}

fn kinds(order: &OrderFixture) -> Vec<ExceptionKind> {
    let open = order.order.state.exceptions.iter();
    open.map(|open| open.kind.clone()).collect()
}

#[test]
fn a_refund_waits_until_its_tax_is_reversed() {
    let mut order = paid();
    let events = order.cancel(&[("1", 1)]).unwrap();
    let reversal = &reversals(&events)[0];
    let part = Taxed {
        amount: 1063,
        tax: 63,
    };
    assert_eq!((reversal.lines[0].units, reversal.lines[0].part), (1, part));
    let whole = Taxed {
        amount: 3191,
        tax: 191,
    };
    assert_eq!(reversal.lines[0].whole, whole);
    let shipping = reversal.shipping.unwrap();
    assert_eq!(shipping.part, Taxed { amount: 33, tax: 2 });
    assert!(order.order.awaits_tax(&refund(&order)));
    let events = outcome(&mut order, reversed(Some(65)));
    assert!(matches!(
        &events[0],
        Event::TaxReversed {
            amount: 1096,
            tax: 65,
            ..
        }
    ));
    assert!(!order.order.awaits_tax(&refund(&order)));
    assert_eq!(kinds(&order), []);
}

#[test]
fn an_order_without_a_tax_transaction_asks_for_nothing() {
    let mut request = request();
    request.tax = None;
    let mut order = OrderFixture::placed_as(request);
    order.captured();
    let events = order.cancel(&[]).unwrap();
    assert_eq!(reversals(&events), []);
    assert!(!order.order.awaits_tax(&refund(&order)));
}

#[test]
fn what_is_cancelled_before_it_is_paid_is_reversed_too() {
    let mut order = OrderFixture::placed_as(request());
    let events = order.cancel(&[]).unwrap();
    let total = reversals(&events)[0].total();
    assert_eq!(
        total,
        Taxed {
            amount: 3291,
            tax: 198
        }
    );
}

#[test]
fn an_amount_beyond_what_is_owed_reverses_nothing() {
    let mut order = paid();
    let events = order.apply(&crate::common::refund(500)).unwrap();
    assert_eq!(reversals(&events), []);
    assert!(!order.order.awaits_tax(&refund(&order)));
}

#[test]
fn a_refusal_is_a_persons_to_try_again_or_to_close() {
    for retried in [true, false] {
        let mut order = paid();
        order.cancel(&[("1", 1)]).unwrap();
        let code = "resource_missing".to_owned();
        outcome(&mut order, EffectOutcome::Refused { code });
        assert_eq!(kinds(&order), [ExceptionKind::TaxReversalRefused]);
        assert!(order.order.awaits_tax(&refund(&order)), "never guessed");
        assert!(
            !order
                .order
                .owes()
                .contains_key(&domain::order::Owed::Payments)
        );
        if retried {
            order.apply(&Command::RetryEffect { effect: 1 }).unwrap();
            assert!(order.order.awaits_tax(&refund(&order)));
            outcome(&mut order, reversed(None));
        } else {
            let outcome = ExceptionOutcome::Resolved;
            let note = None;
            let id = 1;
            let close = Command::CloseException { id, outcome, note };
            order.apply(&close).unwrap();
        }
        assert_eq!(kinds(&order), []);
        assert!(!order.order.awaits_tax(&refund(&order)));
        assert!(
            order
                .order
                .owes()
                .contains_key(&domain::order::Owed::Payments)
        );
    }
}

#[test]
fn a_tax_service_that_disagrees_is_a_persons_to_judge() {
    let mut order = paid();
    order.cancel(&[("1", 1)]).unwrap();
    let disagrees = EffectOutcome::TaxDisagrees {
        line: Some(crate::common::line("1")),
        charged: 191,
        recorded: 190,
    };
    outcome(&mut order, disagrees);
    assert_eq!(kinds(&order), [ExceptionKind::TaxDisagrees]);
    let detail = &order.order.state.exceptions[0].detail;
    assert!(
        detail.contains("1.90") && detail.contains("1.91"),
        "{detail}"
    );
    assert!(order.order.awaits_tax(&refund(&order)));
    order.apply(&Command::RetryEffect { effect: 1 }).unwrap();
    outcome(&mut order, reversed(Some(64)));
    assert_eq!(kinds(&order), [ExceptionKind::TaxDisagrees]);
    let detail = &order.order.state.exceptions[0].detail;
    assert!(
        detail.contains("0.64") && detail.contains("0.65"),
        "{detail}"
    );
    assert!(order.order.awaits_tax(&refund(&order)));
}

#[test]
fn an_outcome_that_comes_twice_counts_once() {
    let mut order = paid();
    order.cancel(&[("1", 1)]).unwrap();
    outcome(&mut order, reversed(Some(65)));
    let again = Command::RecordEffect {
        effect: 1,
        outcome: reversed(Some(65)),
    };
    assert_eq!(order.apply(&again).unwrap(), []);
}

type Break = fn(&mut OrderTax);

#[test]
fn a_transaction_is_named_by_the_rules() {
    let context = crate::common::context(0);
    let cases: [(&str, Break); 4] = [
        ("tax.service", |tax| tax.service = "Stripe Tax".to_owned()),
        ("tax.transaction", |tax| tax.transaction = String::new()),
        ("tax.shipping_tax", |tax| tax.shipping_tax = 101),
        ("tax.shipping_tax", |tax| tax.shipping_tax = -1),
    ];
    for (field, breaks) in cases {
        let mut request = request();
        breaks(request.tax.as_mut().unwrap());
        let rejection = domain::decide::place(&request, &context).unwrap_err();
        assert_eq!(rejection.code, RejectionCode::InvalidOrder);
        assert!(rejection.message.contains(field), "{}", rejection.message);
    }
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
    fn what_is_reversed_and_what_is_kept_add_up_to_what_was_charged(
        lines in prop::collection::vec((1..5_u32, 0..2500_i64, 0..500_i64), 1..4),
        (discount, shipping, shipping_tax) in (0..2000_i64, 0..1000_i64, 0..200_i64),
        (rule, taxes_included, is_paid) in (rule(), any::<bool>(), any::<bool>()),
        steps in prop::collection::vec((0..5_u8, any::<u8>(), 0..1000_i64), 0..30),
    ) {
        let units: Vec<(u32, i64)> = lines.iter().map(|(n, price, _)| (*n, *price)).collect();
        let mut request = crate::common::request(&units);
        let worth: i64 = units.iter().map(|(n, price)| i64::from(*n) * price).sum();
        request.discount = discount.min(worth);
        request.shipping = shipping;
        for (line, (.., tax)) in request.lines.iter_mut().zip(&lines) {
            line.tax = *tax;
        }
        request.terms.payment_commands = Some(PaymentCommands::default());
        (request.terms.shipping_refund, request.terms.taxes_included) = (Some(rule), taxes_included);
        let shipping_tax = shipping_tax.min(shipping);
        request.tax = Some(OrderTax { shipping_tax, ..transaction() });
        let mut order = OrderFixture::placed_as(request);
        if is_paid {
            order.captured();
        }
        for (step, way, amount) in steps {
            let line = (usize::from(way) % lines.len() + 1).to_string();
            let one = vec![RefundUnits { line: crate::common::line(&line), units: 1 }];
            let shipping = amount.min(order.order.shipping_left());
            let _ = match step {
                0 | 1 => order.cancel(&[(&line, 1)]),
                2 => order.apply(&crate::common::asked(RefundRequest { lines: one, ..RefundRequest::default() })),
                3 => order.apply(&crate::common::asked(RefundRequest { shipping, ..RefundRequest::default() })),
                _ => order.apply(&crate::common::refund(amount)),
            };
            let parts = all_reversals(&order);
            for (line, state) in order.order.lines() {
                let kept = line.taxed(0, line.quantity - state.credited(), taxes_included);
                let charged = line.taxed(0, line.quantity, taxes_included);
                prop_assert_eq!(of_line(&parts, line.id.as_str()).plus(kept), charged);
            }
            let back = of_shipping(&parts);
            prop_assert_eq!(back.amount, order.order.shipping() - order.order.shipping_left());
            prop_assert!((0..=shipping_tax).contains(&back.tax));
        }
        let _ = order.cancel(&[]);
        let parts = all_reversals(&order);
        for line in &order.order.placed.lines {
            let charged = line.taxed(0, line.quantity, taxes_included);
            prop_assert_eq!(of_line(&parts, line.id.as_str()), charged);
        }
        if order.order.shipping_left() == 0 && shipping > 0 {
            prop_assert_eq!(of_shipping(&parts), Taxed { amount: shipping, tax: shipping_tax });
        }
        let record = OrderRecord { order: order.order.clone(), commits: order.commits.clone() };
        let table = Snapshot { orders: vec![record], ..Snapshot::default() };
        prop_assert_eq!(check(&table), vec![], "the rules hold");
    }
}

fn all_reversals(order: &OrderFixture) -> Vec<TaxReversal> {
    let commits = order.commits.iter();
    commits
        .flat_map(|commit| reversals(&commit.body.events))
        .collect()
}

fn of_line(parts: &[TaxReversal], line: &str) -> Taxed {
    let lines = parts.iter().flat_map(|part| &part.lines);
    let of_line = lines.filter(|part| part.line.as_str() == line);
    of_line.fold(Taxed::default(), |sum, part| sum.plus(part.part))
}

fn of_shipping(parts: &[TaxReversal]) -> Taxed {
    let shipping = parts
        .iter()
        .filter_map(|part| part.shipping.map(|s| s.part));
    shipping.fold(Taxed::default(), Taxed::plus)
}
