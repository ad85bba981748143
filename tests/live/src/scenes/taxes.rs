//! Orders whose tax Stripe Tax has counted.

use serde_json::Value;

use crate::{
    environment::Environment,
    outcome::{Outcome, expect, expect_that},
    shop::{PRICE, SHIPPING, SHIPPING_TAX},
    stripe::{TaxLine, TaxSale},
};

/// One of two units is cancelled: the reversal is made first, of exactly what goes back.
pub(super) fn reversed_before_the_refund(env: &Environment) -> Outcome {
    let scarf = env.sku("SCARF-SILK");
    let transaction = env.name("tax_");
    let (net, tax) = (
        PRICE.saturating_mul(2),
        PRICE.saturating_mul(2).saturating_div(5),
    );
    env.stripe.record_sale(TaxSale {
        id: transaction.clone(),
        currency: "eur".to_owned(),
        is_inclusive: true,
        lines: vec![TaxLine {
            reference: "1".to_owned(),
            quantity: 2,
            amount: net.saturating_add(tax),
            tax,
        }],
        shipping: Some((SHIPPING, SHIPPING_TAX)),
    });
    let order = env
        .basket()
        .with(&scarf, 2)
        .commanded()
        .taxed(&transaction)
        .place()?;
    order.pay(env)?;
    order.until_event("UnitsBackordered")?;
    order
        .cancel(&[("1", 1)])?
        .success::<Value>("cancelling one of two")?;
    let view = order.until("the refund being recorded", |o| o.money.refunded > 0)?;
    expect_that(
        "the tax being reversed before the refund",
        view.is_before("TaxReversed", "RefundUpdated"),
        &view.timeline,
    )?;
    let reversals = env.stripe.tax_reversals();
    let reversals: Vec<_> = reversals
        .iter()
        .filter(|made| made.original == transaction)
        .collect();
    expect("reversals at Stripe Tax", reversals.len(), 1)?;
    let (shipping, _) = reversals[0].shipping;
    let lines = reversals[0].lines.iter().map(|(_, amount, _)| *amount);
    expect(
        "what was reversed and what was refunded",
        lines.fold(shipping, i64::saturating_add).saturating_neg(),
        view.money.refunded,
    )?;
    expect(
        "refunds at Stripe",
        order.refunds_at_stripe(),
        vec![view.money.refunded],
    )?;
    env.reporter()
        .passed("One reversal, then one refund, of the same amount to the cent.");
    Ok(())
}
