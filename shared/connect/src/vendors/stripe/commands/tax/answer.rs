//! What the answer to a reversal says.

use domain::{ids::OrderId, money::Currency, order::Effect, order::EffectOutcome};

use super::payloads::{Line, Shipping, Transaction};
use crate::{
    parse::parse,
    vendors::stripe::{
        amount,
        commands::{api::ApiAnswer, outcome::NoOutcome, payloads::ErrorBody, read},
        references::effect_name,
    },
};

/// Reads the answer to a reversal.
///
/// # Errors
/// [`NoOutcome`].
pub fn reversed(
    order: OrderId,
    currency: Currency,
    effect: &Effect,
    answer: ApiAnswer<'_>,
) -> Result<EffectOutcome, NoOutcome> {
    if is_reference_used(answer) {
        return Ok(EffectOutcome::TaxReversed {
            reversal: None,
            tax: None,
        });
    }
    let made: Transaction = read::body(answer)?;
    let unreadable = |problem: &str| read::unknown(answer, problem);
    if made.reference.as_deref() != Some(effect_name(order, effect.id).as_str())
        || made.kind.as_deref() != Some("reversal")
    {
        return Err(unreadable("the reversal is not the one that was made"));
    }
    let id = read::id(made.id.as_deref(), answer)?;
    let tax = tax_of(&made).map(|tax| amount::minor_units("amount_tax", tax, currency));
    Ok(EffectOutcome::TaxReversed {
        reversal: Some(id),
        tax: tax
            .transpose()
            .map_err(|error| unreadable(&error.to_string()))?,
    })
}

/// Whether the reference belongs to a reversal already. The reference is well formed, so nothing else can be wrong about it,
/// and nobody else uses ours.
fn is_reference_used(answer: ApiAnswer<'_>) -> bool {
    if answer.status != 400 {
        return false;
    }
    let error = parse::<ErrorBody>(answer.body).map(|body| body.error);
    error.is_ok_and(|error| {
        error.code.as_deref() == Some("resource_already_exists")
            || error.param.as_deref() == Some("reference")
    })
}

/// The tax that was reversed, in Stripe's units; none when the answer does not list all of it.
fn tax_of(made: &Transaction) -> Option<i64> {
    let lines = made.line_items.as_ref().filter(|list| !list.has_more)?;
    let of_line = |line: &Line| line.amount_tax;
    let of_shipping = |shipping: &Shipping| shipping.amount_tax;
    let lines = lines.data.iter().map(of_line);
    let taxes = lines.chain(made.shipping_cost.iter().map(of_shipping));
    let sum: Option<i64> = taxes.sum();
    sum.map(i64::saturating_neg)
}
