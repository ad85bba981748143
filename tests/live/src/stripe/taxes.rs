//! Stripe Tax: transactions and their reversals, by Stripe's published rules. Amounts are Stripe's units; those of a reversal
//! are negative.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{account::Done, calculations::Calculations, error::ApiError, params::Params};

/// A sale that was recorded.
#[derive(Debug, Clone)]
pub struct TaxSale {
    pub id: String,
    pub currency: String,
    /// Whether amounts are with the tax in them.
    pub is_inclusive: bool,
    pub lines: Vec<TaxLine>,
    /// Amount and tax; `None`: no shipping was charged.
    pub shipping: Option<(i64, i64)>,
}

#[derive(Debug, Clone)]
pub struct TaxLine {
    pub reference: String,
    pub quantity: u32,
    pub amount: i64,
    pub tax: i64,
}

/// A reversal that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerReversal {
    pub reference: String,
    pub original: String,
    /// Reference of the line of the sale, amount and tax.
    pub lines: Vec<(String, i64, i64)>,
    /// Amount and tax.
    pub shipping: (i64, i64),
}

#[derive(Debug, Default)]
pub(super) struct Taxes {
    pub(super) sales: BTreeMap<String, TaxSale>,
    pub(super) reversals: Vec<LedgerReversal>,
    pub(super) calculations: Calculations,
}

impl Taxes {
    pub(super) fn transaction(&self, id: &str) -> Result<Done, ApiError> {
        let sale = self.sale(id)?;
        let shipping = sale.shipping.map(|(amount, tax)| {
            json!({ "amount": amount, "amount_tax": tax, "tax_behavior": sale.behavior(), "tax_code": "txcd_92010001" })
        });
        let transaction = json!({
            "id": sale.id, "object": "tax.transaction", "created": 1_690_000_000, "currency": sale.currency,
            "livemode": false, "metadata": {}, "reference": format!("sale of {}", sale.id), "reversal": null,
            "shipping_cost": shipping, "tax_date": 1_690_000_000, "type": "transaction",
        });
        Ok((transaction, None))
    }

    pub(super) fn line_items(&self, id: &str, query: &str) -> Result<Done, ApiError> {
        let params = Params::decode(query, &["limit", "starting_after"])?;
        let sale = self.sale(id)?;
        let limit = params.amount("limit")?.unwrap_or(10);
        let limit = usize::try_from(limit).unwrap_or(10);
        let lines = sale.lines.iter().take(limit).map(|line| {
            json!({
                "id": sale.line_id(line), "object": "tax.transaction_line_item", "amount": line.amount,
                "amount_tax": line.tax, "livemode": false, "metadata": {}, "product": null, "quantity": line.quantity,
                "reference": line.reference, "reversal": null, "tax_behavior": sale.behavior(),
                "tax_code": "txcd_99999999", "type": "transaction",
            })
        });
        let list = json!({
            "object": "list", "url": format!("/v1/tax/transactions/{id}/line_items"),
            "has_more": sale.lines.len() > limit, "data": lines.collect::<Vec<Value>>(),
        });
        Ok((list, None))
    }

    /// Reverses a part of a sale. A reference is unique over all reversals, and no line goes below nothing.
    pub(super) fn reverse(&mut self, form: &str) -> Result<Done, ApiError> {
        let known = [
            "mode",
            "original_transaction",
            "reference",
            "expand[]",
            "line_items[",
            "shipping_cost[amount]",
            "shipping_cost[amount_tax]",
        ];
        let params = Params::decode(form, &known)?;
        if params.required("mode")? != "partial" {
            return Err(ApiError::parameter("parameter_invalid", "mode"));
        }
        let sale = self.sale(params.required("original_transaction")?)?;
        let reference = params.required("reference")?;
        if self
            .reversals
            .iter()
            .any(|made| made.reference == reference)
        {
            return Err(ApiError::taken("reference"));
        }
        let made = LedgerReversal {
            reference: reference.to_owned(),
            original: sale.id.clone(),
            lines: lines(sale, &params)?,
            shipping: (
                params.negative("shipping_cost[amount]")?.unwrap_or(0),
                params.negative("shipping_cost[amount_tax]")?.unwrap_or(0),
            ),
        };
        if made.lines.is_empty() && made.shipping == (0, 0) {
            return Err(ApiError::parameter("parameter_missing", "line_items"));
        }
        self.fits(sale, &made)?;
        let number = self.reversals.len();
        let object = sale.reversal_object(&made, number, !params.all("expand[]").is_empty());
        self.reversals.push(made);
        Ok((object, None))
    }

    /// Whether no more is reversed of anything than there is of it.
    fn fits(&self, sale: &TaxSale, made: &LedgerReversal) -> Result<(), ApiError> {
        let before: Vec<&LedgerReversal> = self
            .reversals
            .iter()
            .filter(|known| known.original == sale.id)
            .chain([made])
            .collect();
        for line in &sale.lines {
            let of_line = before.iter().flat_map(|known| &known.lines);
            let of_line = of_line.filter(|(reference, ..)| *reference == line.reference);
            let (amount, tax) = of_line.fold((0_i64, 0_i64), |(amount, tax), (_, a, t)| {
                (amount.saturating_add(*a), tax.saturating_add(*t))
            });
            too_much(amount, line.amount)?;
            too_much(tax, line.tax)?;
        }
        let shipping = before.iter().map(|known| known.shipping);
        let (amount, tax) = shipping.fold((0_i64, 0_i64), |(amount, tax), (a, t)| {
            (amount.saturating_add(a), tax.saturating_add(t))
        });
        let (most, most_tax) = sale.shipping.unwrap_or_default();
        too_much(amount, most)?;
        too_much(tax, most_tax)
    }

    fn sale(&self, id: &str) -> Result<&TaxSale, ApiError> {
        let found = self.sales.get(id);
        found.ok_or_else(|| ApiError::missing("tax transaction"))
    }
}

fn too_much(reversed: i64, most: i64) -> Result<(), ApiError> {
    if reversed.saturating_neg() > most {
        return Err(ApiError::too_large("more than is left of the transaction"));
    }
    Ok(())
}

fn lines(sale: &TaxSale, params: &Params) -> Result<Vec<(String, i64, i64)>, ApiError> {
    let mut lines = Vec::new();
    for index in 0_u32.. {
        let name = |field: &str| format!("line_items[{index}][{field}]");
        let Some(original) = params.text(&name("original_line_item")) else {
            break;
        };
        let mut known = sale.lines.iter();
        let known = known.find(|line| sale.line_id(line) == original);
        let known = known.ok_or_else(|| ApiError::missing("line item"))?;
        params.required(&name("reference"))?;
        let amount = |field: &str| {
            let missing = || ApiError::parameter("parameter_missing", field);
            params.negative(field)?.ok_or_else(missing)
        };
        let (amount, tax) = (amount(&name("amount"))?, amount(&name("amount_tax"))?);
        lines.push((known.reference.clone(), amount, tax));
    }
    Ok(lines)
}

impl TaxSale {
    fn behavior(&self) -> &'static str {
        if self.is_inclusive {
            "inclusive"
        } else {
            "exclusive"
        }
    }

    fn line_id(&self, line: &TaxLine) -> String {
        format!("tax_li_{}_{}", self.id, line.reference)
    }

    fn reversal_object(&self, made: &LedgerReversal, number: usize, is_expanded: bool) -> Value {
        let lines = made.lines.iter().map(|(reference, amount, tax)| {
            json!({
                "id": format!("tax_li_{number}_{reference}"), "object": "tax.transaction_line_item", "amount": amount,
                "amount_tax": tax, "reference": reference, "tax_behavior": self.behavior(), "type": "reversal",
            })
        });
        let lines = lines.collect::<Vec<Value>>();
        let lines =
            is_expanded.then(|| json!({ "object": "list", "has_more": false, "data": lines }));
        let (amount, tax) = made.shipping;
        let shipping = self.shipping.map(
            |_| json!({ "amount": amount, "amount_tax": tax, "tax_behavior": self.behavior() }),
        );
        json!({
            "id": format!("tax_rev_{number}"), "object": "tax.transaction", "currency": self.currency,
            "reference": made.reference, "reversal": { "original_transaction": self.id }, "line_items": lines,
            "shipping_cost": shipping, "type": "reversal",
        })
    }
}
