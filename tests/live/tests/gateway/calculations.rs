//! Calculations at Stripe Tax: what an edit would cost in taxes, and every way in which there is no answer.

use app::{failure::Failure, ports::TaxService};
use domain::order::{Address, TaxAnswer, TaxCalculation, TaxQuestion, TaxableLine};
use jiff::{SignedDuration, Timestamp};
use live::{
    stripe::{CalculationFault, Fault},
    wait,
};

use crate::support::World;

fn address() -> Address {
    Address {
        lines: vec!["Hauptstr. 1".to_owned(), "Hinterhaus".to_owned()],
        city: "Berlin".to_owned(),
        region: None,
        postal_code: Some("10115".to_owned()),
        country: "DE".to_owned(),
    }
}

fn line(line: &str, units: u32, amount: i64) -> TaxableLine {
    TaxableLine {
        line: line.parse().unwrap(),
        units,
        amount,
    }
}

/// Three units at 10.00, a gift, and shipping of 4.90.
fn question(taxes_included: bool) -> TaxQuestion {
    TaxQuestion {
        currency: "EUR".parse().unwrap(),
        taxes_included,
        lines: vec![line("1", 3, 3000), line("gift", 1, 0)],
        shipping: 490,
        destination: address(),
        date: wait::now(),
    }
}

async fn ask(world: &World, question: &TaxQuestion) -> Result<TaxAnswer, Failure> {
    world.gateway.calculate("stripe_tax", question).await
}

async fn calculated(world: &World, question: &TaxQuestion) -> TaxCalculation {
    match ask(world, question).await.unwrap() {
        TaxAnswer::Calculated(calculated) => calculated,
        refused => panic!("{refused:?}"),
    }
}

async fn code(world: &World, question: &TaxQuestion) -> String {
    match ask(world, question).await.unwrap() {
        TaxAnswer::Refused { code } => code,
        other => panic!("{other:?}"),
    }
}

fn taxes(calculated: &TaxCalculation) -> Vec<i64> {
    calculated.lines.iter().map(|line| line.tax).collect()
}

#[tokio::test]
async fn amounts_are_taxed_as_the_order_has_them_and_shipping_has_its_tax_in_it() {
    let world = World::new();
    for (taxes_included, tax) in [(true, 479), (false, 570)] {
        let found = calculated(&world, &question(taxes_included)).await;
        assert_eq!(taxes(&found), [tax, 0]);
        assert_eq!(found.shipping, Some(78));
        let at_service = found.at_service.unwrap();
        assert!(at_service.id.starts_with("taxcalc_"), "{at_service:?}");
        let kept = at_service.expires_at.unwrap().duration_since(wait::now());
        assert!(kept > SignedDuration::from_hours(24), "{kept}");
    }
    assert_eq!(world.stripe.tax_reversals(), [], "nothing is recorded");
}

#[tokio::test]
async fn lines_that_do_not_come_with_the_calculation_are_listed() {
    let world = World::new();
    let mut long = question(false);
    long.lines = (1..=40)
        .map(|number| line(&number.to_string(), 1, i64::from(number) * 100))
        .collect();
    let found = calculated(&world, &long).await;
    let expected: Vec<i64> = (1..=40).map(|number| number * 19).collect();
    assert_eq!(taxes(&found), expected);
}

#[tokio::test]
async fn what_costs_nothing_is_not_asked_about() {
    let world = World::new();
    let mut free = question(true);
    free.lines.remove(0);
    free.shipping = 0;
    let found = calculated(&world, &free).await;
    assert_eq!((taxes(&found), found.shipping), (vec![0], Some(0)));
    assert_eq!(found.at_service, None);
    assert_eq!(world.stripe.commands(), 0);
}

#[tokio::test]
async fn an_answer_that_leaves_something_out_or_is_about_other_money_is_refused() {
    for (fault, expected) in [
        (CalculationFault::OtherCurrency, "other_currency"),
        (CalculationFault::LineMissing, "tax_line_unknown"),
        (CalculationFault::ShippingMissing, "tax_shipping_unknown"),
    ] {
        let world = World::new();
        world.stripe.calculations_are(fault);
        assert_eq!(code(&world, &question(true)).await, expected);
    }
    let world = World::new();
    world
        .stripe
        .calculations_are(CalculationFault::OtherBehavior);
    let unreadable = ask(&world, &question(true)).await.unwrap_err();
    assert_eq!(unreadable.code(), "tax_service_unavailable");
}

#[tokio::test]
async fn what_stripe_refuses_is_refused_by_its_code() {
    let world = World::new();
    let mut long_ago = question(true);
    long_ago.date = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(1);
    assert_eq!(code(&world, &long_ago).await, "parameter_invalid");
    let mut negative = question(true);
    negative.lines[0].amount = -1;
    assert_eq!(code(&world, &negative).await, "unrepresentable_amount");
    let other = world.gateway.calculate("avalara", &question(true)).await;
    let code = "unknown_tax_service".to_owned();
    assert_eq!(other.unwrap(), TaxAnswer::Refused { code });
}

#[tokio::test]
async fn a_service_that_does_not_work_has_not_answered() {
    let world = World::new();
    world.stripe.inject(Fault::RateLimited { retry_after_s: 9 });
    let busy = ask(&world, &question(true)).await.unwrap_err();
    assert!(
        matches!(busy, Failure::TaxService { until: Some(_), .. }),
        "{busy:?}"
    );
    for fault in [
        Fault::Broken { done: true },
        Fault::ServerError { done: true },
        Fault::ServerError { done: false },
    ] {
        world.stripe.inject(fault);
        let failed = ask(&world, &question(true)).await.unwrap_err();
        assert_eq!(failed.code(), "tax_service_unavailable", "{fault:?}");
    }
    world.stripe.is_down_after(&[]);
    let down = ask(&world, &question(true)).await.unwrap_err();
    assert_eq!(down.code(), "tax_service_unavailable");
    world.stripe.is_up();
    // No error is kept for a question: it has no key.
    calculated(&world, &question(true)).await;
    world.secrets.remove();
    let locked_out = ask(&world, &question(true)).await.unwrap_err();
    assert_eq!(locked_out.code(), "tax_service_unavailable");
}
