//! Writing a reversal.

use domain::{
    ids::OrderId,
    money::Currency,
    order::{Effect, EffectOutcome, TaxReversal, Taxed, TaxedUnits},
};

use super::record::{Recorded, TaxRecord};
use crate::vendors::stripe::{
    amount,
    commands::{
        api::{ApiRequest, Method},
        write::{CommandError, command_headers, form},
    },
    references::effect_name,
};

/// What a comparison with the record comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TaxCommand {
    /// The request that performs the reversal: the same to the byte for the same attempt.
    Send(ApiRequest),
    /// It cannot be asked for, and nothing was.
    Not(EffectOutcome),
}

/// The reversal of what an effect tells, of a transaction that is recorded like that.
pub fn reverse_tax(
    order: OrderId,
    currency: Currency,
    (effect, told): (&Effect, &TaxReversal),
    record: &TaxRecord,
) -> TaxCommand {
    match fields(order, currency, (effect, told), record) {
        Ok(fields) => {
            let fields: Vec<(&str, String)> = fields
                .iter()
                .map(|(name, value)| (name.as_str(), value.clone()))
                .collect();
            TaxCommand::Send(ApiRequest {
                method: Method::Post,
                path: "/v1/tax/transactions/create_reversal".to_owned(),
                headers: command_headers(order, effect),
                body: form(&fields),
            })
        }
        Err(outcome) => TaxCommand::Not(outcome),
    }
}

type Fields = Vec<(String, String)>;

fn fields(
    order: OrderId,
    currency: Currency,
    (effect, told): (&Effect, &TaxReversal),
    record: &TaxRecord,
) -> Result<Fields, EffectOutcome> {
    let mut fields: Fields = Vec::new();
    let mut add = |name: &str, value: String| fields.push((name.to_owned(), value));
    add("mode", "partial".to_owned());
    add("original_transaction", told.transaction.clone());
    add("reference", effect_name(order, effect.id));
    add("metadata[order_id]", order.to_string());
    add("expand[]", "line_items".to_owned());
    for (index, part) in told.lines.iter().enumerate() {
        let name = |field: &str| format!("line_items[{index}][{field}]");
        let mut known = record.lines.iter();
        let known = known.find(|line| line.reference == part.line.as_str());
        let known = known.ok_or_else(|| refused("tax_line_unknown"))?;
        agrees(known.recorded, part)?;
        let (amount, tax) = negative(part.part, known.recorded, currency)?;
        add(&name("original_line_item"), known.id.clone());
        add(&name("reference"), part.line.to_string());
        add(&name("quantity"), part.units.to_string());
        add(&name("amount"), amount);
        add(&name("amount_tax"), tax);
    }
    if let Some(shipping) = told.shipping {
        let recorded = record
            .shipping
            .ok_or_else(|| refused("tax_shipping_unknown"))?;
        if recorded.tax != shipping.whole.tax {
            return Err(EffectOutcome::TaxDisagrees {
                line: None,
                charged: shipping.whole.tax,
                recorded: recorded.tax,
            });
        }
        let (amount, tax) = negative(shipping.part, recorded, currency)?;
        add("shipping_cost[amount]", amount);
        add("shipping_cost[amount_tax]", tax);
    }
    Ok(fields)
}

/// Whether the whole line was charged the tax that is recorded.
fn agrees(recorded: Recorded, part: &TaxedUnits) -> Result<(), EffectOutcome> {
    if recorded.tax == part.whole.tax {
        return Ok(());
    }
    Err(EffectOutcome::TaxDisagrees {
        line: Some(part.line.clone()),
        charged: part.whole.tax,
        recorded: recorded.tax,
    })
}

/// Amount and tax as Stripe writes what goes back: negative, the amount with the tax in it or not, as it was recorded.
fn negative(
    part: Taxed,
    recorded: Recorded,
    currency: Currency,
) -> Result<(String, String), EffectOutcome> {
    let units = |minor: i64| {
        let units = amount::stripe_units(minor, currency).map(i64::saturating_neg);
        units.ok_or_else(|| refused(CommandError::Amount.code()))
    };
    let amount = if recorded.is_inclusive {
        part.amount
    } else {
        part.amount.saturating_sub(part.tax)
    };
    Ok((units(amount)?.to_string(), units(part.tax)?.to_string()))
}

fn refused(code: &str) -> EffectOutcome {
    EffectOutcome::Refused {
        code: code.to_owned(),
    }
}
