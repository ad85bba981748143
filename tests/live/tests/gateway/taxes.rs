//! Reversals at Stripe Tax: each once, to the cent, and never of another tax than was charged.

use app::{failure::Failure, ports::TaxService};
use domain::order::{
    Effect, EffectAction, EffectOutcome, TaxReversal, Taxed, TaxedShipping, TaxedUnits,
};
use jiff::SignedDuration;
use live::stripe::{Fault, LedgerReversal, SECRET_KEY, TaxLine, TaxSale};

use crate::support::{World, command, effect, next_attempt, order};

/// Three units at 10.00 with 1.91 tax, and shipping of 1.00 with 0.07.
fn sale(is_inclusive: bool) -> TaxSale {
    TaxSale {
        id: "tax_1".to_owned(),
        currency: "eur".to_owned(),
        is_inclusive,
        lines: vec![TaxLine {
            reference: "1".to_owned(),
            quantity: 3,
            amount: if is_inclusive { 3191 } else { 3000 },
            tax: 191,
        }],
        shipping: Some(if is_inclusive { (100, 7) } else { (93, 7) }),
    }
}

fn world(sale: TaxSale) -> World {
    let world = World::new();
    world.stripe.record_sale(sale);
    world
}

fn told(part: Taxed, shipping: Taxed) -> TaxReversal {
    let whole = |amount, tax| Taxed { amount, tax };
    TaxReversal {
        service: "stripe_tax".to_owned(),
        transaction: "tax_1".to_owned(),
        lines: vec![TaxedUnits {
            line: "1".parse().unwrap(),
            units: 1,
            part,
            whole: whole(3191, 191),
        }],
        shipping: (shipping != Taxed::default()).then_some(TaxedShipping {
            part: shipping,
            whole: whole(100, 7),
        }),
    }
}

fn one(id: u32) -> Effect {
    let part = Taxed {
        amount: 1063,
        tax: 63,
    };
    let shipping = Taxed { amount: 33, tax: 2 };
    effect(id, EffectAction::ReverseTax(told(part, shipping)))
}

fn ledger(id: u32, amount: i64, shipping: i64) -> LedgerReversal {
    LedgerReversal {
        reference: format!("{}:{id}", order()),
        original: "tax_1".to_owned(),
        lines: vec![("1".to_owned(), amount, -63)],
        shipping: (shipping, -2),
    }
}

async fn reverse(world: &World, effect: &Effect) -> Result<Option<EffectOutcome>, Failure> {
    world.gateway.reverse(&command(effect)).await
}

async fn done(world: &World, effect: &Effect) -> EffectOutcome {
    reverse(world, effect).await.unwrap().unwrap()
}

fn reversed(outcome: &EffectOutcome) -> Option<(bool, Option<i64>)> {
    match outcome {
        EffectOutcome::TaxReversed { reversal, tax } => Some((reversal.is_some(), *tax)),
        _ => None,
    }
}

async fn code(world: &World, effect: &Effect) -> String {
    match done(world, effect).await {
        EffectOutcome::Refused { code } => code,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_reversal_that_is_performed_again_happens_once() {
    for (is_inclusive, amount, shipping) in [(true, -1063, -33), (false, -1000, -31)] {
        let world = world(sale(is_inclusive));
        for _ in 0..3 {
            let outcome = done(&world, &one(3)).await;
            assert_eq!(reversed(&outcome), Some((true, Some(65))), "{outcome:?}");
        }
        assert_eq!(world.stripe.tax_reversals(), [ledger(3, amount, shipping)]);
    }
}

#[tokio::test]
async fn a_reversal_is_known_by_its_reference_when_its_key_is_forgotten() {
    let world = world(sale(true));
    done(&world, &one(3)).await;
    world.stripe.advance(SignedDuration::from_hours(25));
    for effect in [one(3), next_attempt(&one(3))] {
        let outcome = done(&world, &effect).await;
        assert_eq!(reversed(&outcome), Some((false, None)), "{outcome:?}");
    }
    assert_eq!(world.stripe.tax_reversals().len(), 1);
}

#[tokio::test]
async fn two_equal_reversals_are_two_and_a_line_is_never_reversed_beyond_itself() {
    let world = world(sale(true));
    for id in 1..=3 {
        done(&world, &one(id)).await;
    }
    assert_eq!(code(&world, &one(4)).await, "invalid_request_error");
    assert_eq!(world.stripe.tax_reversals().len(), 3);
}

#[tokio::test]
async fn another_tax_than_was_charged_is_told_and_nothing_is_reversed() {
    let mut other = sale(true);
    other.lines[0].tax = 190;
    let world = world(other);
    let differs = EffectOutcome::TaxDisagrees {
        line: Some("1".parse().unwrap()),
        charged: 191,
        recorded: 190,
    };
    assert_eq!(done(&world, &one(1)).await, differs);
    let mut other = sale(true);
    other.shipping = Some((100, 8));
    world.stripe.record_sale(other);
    let differs = EffectOutcome::TaxDisagrees {
        line: None,
        charged: 7,
        recorded: 8,
    };
    assert_eq!(done(&world, &one(1)).await, differs);
    assert_eq!(world.stripe.tax_reversals(), []);
    assert_eq!(world.stripe.commands(), 0);
}

#[tokio::test]
async fn what_stripe_does_not_know_is_refused() {
    assert_eq!(code(&World::new(), &one(1)).await, "resource_missing");
    let mut other = sale(true);
    other.lines[0].reference = "TEE".to_owned();
    let unnamed = world(other);
    assert_eq!(code(&unnamed, &one(1)).await, "tax_line_unknown");
    let mut other = sale(true);
    other.shipping = None;
    let unshipped = world(other);
    assert_eq!(code(&unshipped, &one(1)).await, "tax_shipping_unknown");
    let mut other = sale(true);
    other.currency = "usd".to_owned();
    assert_eq!(code(&world(other), &one(1)).await, "other_currency");
}

#[tokio::test]
async fn a_service_that_is_not_stripes_is_not_asked() {
    let world = world(sale(true));
    for (service, transaction, expected) in [
        ("avalara", "tax_1", "unknown_tax_service"),
        ("stripe_tax", "../../refunds", "not_a_tax_transaction"),
    ] {
        let mut effect = one(1);
        if let EffectAction::ReverseTax(told) = &mut effect.action {
            service.clone_into(&mut told.service);
            transaction.clone_into(&mut told.transaction);
        }
        assert_eq!(code(&world, &effect).await, expected);
    }
    assert_eq!(world.stripe.tax_reversals(), []);
}

#[tokio::test]
async fn what_goes_wrong_on_the_way_says_nothing() {
    let world = world(sale(true));
    world.stripe.inject(Fault::RateLimited { retry_after_s: 9 });
    let busy = reverse(&world, &one(1)).await.unwrap_err();
    assert!(
        matches!(busy, Failure::TaxService { until: Some(_), .. }),
        "{busy:?}"
    );
    for done in [false, true] {
        world.stripe.inject(Fault::Broken { done });
        let broken = reverse(&world, &one(1)).await.unwrap_err();
        assert_eq!(broken.code(), "tax_service_unavailable");
    }
    let outcome = reverse(&world, &one(1)).await.unwrap().unwrap();
    assert_eq!(reversed(&outcome), Some((true, Some(65))));
    // A stored error is replayed: the next attempt finds what it has done.
    world.stripe.inject(Fault::ServerError { done: true });
    let failed = reverse(&world, &one(2)).await.unwrap_err();
    assert_eq!(failed.code(), "tax_service_unavailable");
    assert_eq!(reverse(&world, &one(2)).await.unwrap(), None);
    let outcome = done(&world, &next_attempt(&one(2))).await;
    assert_eq!(reversed(&outcome), Some((false, None)));
    assert_eq!(world.stripe.tax_reversals().len(), 2);
    world.secrets.remove();
    let locked_out = reverse(&world, &one(3)).await.unwrap_err();
    assert_eq!(locked_out.code(), "tax_service_unavailable");
    world.secrets.store(SECRET_KEY);
}
