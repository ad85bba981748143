//! Calculations of Stripe Tax: 19 % everywhere. Amounts are Stripe's units.

use serde_json::{Value, json};

use super::{account::Done, error::ApiError, params::Params};

/// Lines that come with a calculation; the others are listed.
const EXPANDED_LINES: usize = 10;
/// For how long a calculation is known, in seconds.
const KEPT_S: i64 = 90 * 86_400;
/// How far from now its date may be, in seconds.
const DATE_WITHIN_S: i64 = 48 * 3600;

/// How answers are other than they should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CalculationFault {
    /// They are in another currency.
    OtherCurrency,
    /// The last line is left out.
    LineMissing,
    /// They say nothing of shipping.
    ShippingMissing,
    /// Amounts are taken to be without their tax, whatever was asked.
    OtherBehavior,
}

#[derive(Debug)]
struct Calculation {
    id: String,
    lines: Vec<Value>,
}

#[derive(Debug, Default)]
pub(super) struct Calculations {
    made: Vec<Calculation>,
    pub(super) fault: Option<CalculationFault>,
}

impl Calculations {
    pub(super) fn calculate(&mut self, form: &str, now_s: i64) -> Result<Done, ApiError> {
        let known = [
            "currency",
            "tax_date",
            "customer_details[address][",
            "customer_details[address_source]",
            "line_items[",
            "shipping_cost[amount]",
            "shipping_cost[tax_behavior]",
            "expand[]",
        ];
        let params = Params::decode(form, &known)?;
        let currency = params.required("currency")?;
        params.required("customer_details[address][country]")?;
        let date = params.amount("tax_date")?.unwrap_or(now_s);
        if date.abs_diff(now_s) > DATE_WITHIN_S.unsigned_abs() {
            return Err(ApiError::parameter("parameter_invalid", "tax_date"));
        }
        let id = format!("taxcalc_{}", self.made.len().saturating_add(1));
        let mut lines = self.lines(&id, &params)?;
        if self.fault == Some(CalculationFault::LineMissing) {
            lines.pop();
        }
        let shipping = match params.amount("shipping_cost[amount]")? {
            Some(amount) if self.fault != Some(CalculationFault::ShippingMissing) => {
                Some(self.taxed(amount, params.text("shipping_cost[tax_behavior]")))
            }
            Some(_) | None => None,
        };
        let is_expanded = params.all("expand[]").contains(&"line_items");
        let listed = is_expanded.then(|| list(&id, &lines, EXPANDED_LINES));
        let currency = if self.fault == Some(CalculationFault::OtherCurrency) {
            "xaf"
        } else {
            currency
        };
        let answer = json!({
            "id": id, "object": "tax.calculation", "currency": currency, "customer": null,
            "expires_at": now_s.saturating_add(KEPT_S), "line_items": listed, "livemode": false,
            "shipping_cost": shipping, "tax_date": date,
        });
        self.made.push(Calculation { id, lines });
        Ok((answer, None))
    }

    pub(super) fn line_items(&self, id: &str, query: &str) -> Result<Done, ApiError> {
        let params = Params::decode(query, &["limit", "starting_after"])?;
        let made = self.made.iter().find(|made| made.id == id);
        let made = made.ok_or_else(|| ApiError::missing("tax calculation"))?;
        let mut lines = made.lines.clone();
        if let Some(after) = params.text("starting_after") {
            let position = lines.iter().position(|line| line["id"] == after);
            let position = position.ok_or_else(|| ApiError::missing("line item"))?;
            lines.drain(..=position);
        }
        let limit = params.amount("limit")?.unwrap_or(10);
        let limit = usize::try_from(limit).unwrap_or(EXPANDED_LINES);
        Ok((list(id, &lines, limit), None))
    }

    fn lines(&self, id: &str, params: &Params) -> Result<Vec<Value>, ApiError> {
        let mut lines: Vec<Value> = Vec::new();
        for index in 0_u32.. {
            let name = |field: &str| format!("line_items[{index}][{field}]");
            let Some(amount) = params.amount(&name("amount"))? else {
                break;
            };
            let reference = params.required(&name("reference"))?;
            if lines.iter().any(|line| line["reference"] == reference) {
                return Err(ApiError::taken("reference"));
            }
            let mut line = self.taxed(amount, params.text(&name("tax_behavior")));
            line["id"] = format!("tax_li_{id}_{index}").into();
            line["object"] = "tax.calculation_line_item".into();
            line["reference"] = reference.into();
            line["quantity"] = params.amount(&name("quantity"))?.unwrap_or(1).into();
            lines.push(line);
        }
        Ok(lines)
    }

    fn taxed(&self, amount: i64, behavior: Option<&str>) -> Value {
        let is_other = self.fault == Some(CalculationFault::OtherBehavior);
        let behavior = behavior.filter(|_| !is_other).unwrap_or("exclusive");
        let base: i64 = if behavior == "inclusive" { 119 } else { 100 };
        let tax = amount.saturating_mul(19).saturating_add(base.midpoint(0));
        let tax = tax.checked_div(base).unwrap_or(0);
        json!({ "amount": amount, "amount_tax": tax, "tax_behavior": behavior, "tax_code": "txcd_99999999" })
    }
}

fn list(id: &str, lines: &[Value], limit: usize) -> Value {
    let listed: Vec<&Value> = lines.iter().take(limit).collect();
    json!({
        "object": "list", "url": format!("/v1/tax/calculations/{id}/line_items"),
        "has_more": lines.len() > limit, "data": listed,
    })
}
