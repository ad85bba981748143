//! Questions to Stripe Tax: `POST /v1/tax/calculations`. Nothing is recorded there unless a transaction is made of a calculation, so
//! a question has no key and may be asked again.
//!
//! Stripe wants positive amounts: what costs nothing is not asked about, and has no tax.

use domain::order::{Address, TaxQuestion, TaxableLine};

use crate::vendors::stripe::{
    amount,
    commands::{
        api::{API_VERSION, ApiRequest, Method},
        write::{CommandError, form},
    },
};

/// The request for a calculation. `None`: nothing of it costs anything.
///
/// # Errors
/// [`CommandError::Amount`].
pub fn calculate_tax(question: &TaxQuestion) -> Result<Option<ApiRequest>, CommandError> {
    let units = |minor: i64| {
        let units = amount::stripe_units(minor, question.currency);
        units.map(|units| units.to_string())
    };
    let units = |minor| units(minor).ok_or(CommandError::Amount);
    let mut fields: Vec<(String, String)> = Vec::new();
    let mut add = |name: &str, value: String| fields.push((name.to_owned(), value));
    add("currency", question.currency.as_str().to_ascii_lowercase());
    add("tax_date", question.date.as_second().to_string());
    for (name, value) in address(&question.destination) {
        add(&format!("customer_details[address][{name}]"), value);
    }
    add("customer_details[address_source]", "shipping".to_owned());
    let mut costs = 0_u32;
    for (index, line) in taxable(question).enumerate() {
        let name = |field: &str| format!("line_items[{index}][{field}]");
        add(&name("amount"), units(line.amount)?);
        add(&name("quantity"), line.units.to_string());
        add(&name("reference"), line.line.to_string());
        add(&name("tax_behavior"), behavior(question.taxes_included));
        costs = costs.saturating_add(1);
    }
    if question.shipping != 0 {
        add("shipping_cost[amount]", units(question.shipping)?);
        add("shipping_cost[tax_behavior]", behavior(true));
        costs = costs.saturating_add(1);
    }
    add("expand[]", "line_items".to_owned());
    let fields: Vec<(&str, String)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.clone()))
        .collect();
    Ok((costs > 0).then(|| ApiRequest {
        method: Method::Post,
        path: "/v1/tax/calculations".to_owned(),
        headers: vec![
            ("stripe-version", API_VERSION.to_owned()),
            ("content-type", "application/x-www-form-urlencoded".into()),
        ],
        body: form(&fields),
    }))
}

/// Lines that cost something. A negative amount is kept, and cannot be written.
fn taxable(question: &TaxQuestion) -> impl Iterator<Item = &TaxableLine> {
    question.lines.iter().filter(|line| line.amount != 0)
}

pub(super) fn behavior(is_inclusive: bool) -> String {
    if is_inclusive {
        "inclusive"
    } else {
        "exclusive"
    }
    .to_owned()
}

/// The fields of an address that there are.
fn address(address: &Address) -> Vec<(&'static str, String)> {
    let rest = address.lines.get(1..).unwrap_or_default().join(", ");
    let fields = [
        ("line1", address.lines.first().cloned()),
        ("line2", Some(rest)),
        ("city", Some(address.city.clone())),
        ("state", address.region.clone()),
        ("postal_code", address.postal_code.clone()),
        ("country", Some(address.country.clone())),
    ];
    let given = fields
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)));
    given.filter(|(_, value)| !value.is_empty()).collect()
}
