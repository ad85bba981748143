//! Calculations at Stripe Tax: what is sent, and what Stripe's published objects mean.

use connect::vendors::stripe::commands::{
    ApiAnswer, CalculationRead, NoOutcome, calculate_tax, calculated, calculation_lines,
    find_calculation_lines, tax_calculation,
};
use domain::order::{Address, TaxQuestion, TaxableLine};
use serde_json::{Value, json};

use crate::support::{currency, with_answer};

fn question() -> TaxQuestion {
    let line = |line: &str, units, amount| TaxableLine {
        line: line.parse().unwrap(),
        units,
        amount,
    };
    TaxQuestion {
        currency: currency("USD"),
        taxes_included: false,
        lines: vec![line("1", 2, 1499), line("gift", 1, 0)],
        shipping: 300,
        destination: Address {
            lines: vec![
                "354 Oyster Point Blvd".to_owned(),
                "Floor 2".to_owned(),
                "Left".to_owned(),
            ],
            city: "South San Francisco".to_owned(),
            region: Some("CA".to_owned()),
            postal_code: None,
            country: "US".to_owned(),
        },
        date: "2026-11-22T12:00:00Z".parse().unwrap(),
    }
}

/// Stripe's published example of a calculation and its line, with the reference of ours and shipping as it is asked for here.
fn published() -> Value {
    json!({
        "id": "taxcalc_1Pgc7HB7WZ01zgkW0snEQbxy", "object": "tax.calculation", "amount_total": 1947, "currency": "usd",
        "customer": null, "expires_at": 1_234_567_890, "livemode": false, "tax_amount_exclusive": 148,
        "line_items": { "object": "list", "has_more": false, "data": [line("1", 148)] },
        "shipping_cost": { "amount": 300, "amount_tax": 0, "tax_behavior": "inclusive", "tax_code": "txcd_92010001" },
        "tax_date": 1_234_567_890
    })
}

fn line(reference: &str, tax: i64) -> Value {
    json!({
        "id": format!("tax_li_{reference}"), "object": "tax.calculation_line_item", "amount": 1499, "amount_tax": tax,
        "livemode": false, "metadata": null, "product": null, "quantity": 1, "reference": reference,
        "tax_behavior": "exclusive", "tax_code": "txcd_40060003"
    })
}

fn read<T>(body: &Value, read: impl FnOnce(ApiAnswer<'_>) -> T) -> T {
    with_answer(200, &[], &body.to_string(), read)
}

fn answer(body: &Value) -> Result<CalculationRead, NoOutcome> {
    read(body, |answer| calculated(&question(), answer))
}

fn is_unreadable(body: &Value) -> bool {
    matches!(answer(body), Err(NoOutcome::Unknown { .. }))
}

#[test]
fn a_question_names_amounts_references_and_the_address_and_has_no_key() {
    let request = calculate_tax(&question()).unwrap().unwrap();
    assert_eq!(request.path, "/v1/tax/calculations");
    assert!(
        request
            .headers
            .iter()
            .all(|(name, _)| *name != "idempotency-key")
    );
    let decoded = request.body.replace("%5B", "[").replace("%5D", "]");
    let sent: Vec<&str> = decoded.split('&').collect();
    assert_eq!(
        sent,
        [
            "currency=usd",
            "tax_date=1795348800",
            "customer_details[address][line1]=354%20Oyster%20Point%20Blvd",
            "customer_details[address][line2]=Floor%202%2C%20Left",
            "customer_details[address][city]=South%20San%20Francisco",
            "customer_details[address][state]=CA",
            "customer_details[address][country]=US",
            "customer_details[address_source]=shipping",
            "line_items[0][amount]=1499",
            "line_items[0][quantity]=2",
            "line_items[0][reference]=1",
            "line_items[0][tax_behavior]=exclusive",
            "shipping_cost[amount]=300",
            "shipping_cost[tax_behavior]=inclusive",
            "expand[]=line_items",
        ]
    );
}

#[test]
fn an_amount_that_stripe_cannot_write_is_not_asked_about() {
    let mut negative = question();
    negative.lines[0].amount = -1;
    let refused = calculate_tax(&negative).unwrap_err();
    assert_eq!(refused.code(), "unrepresentable_amount");
}

#[test]
fn a_published_calculation_says_the_tax_of_each_line_and_of_shipping() {
    let found = tax_calculation(&question(), answer(&published()).unwrap()).unwrap();
    let taxes: Vec<i64> = found.lines.iter().map(|line| line.tax).collect();
    assert_eq!(taxes, [148, 0]);
    assert_eq!(found.shipping, Some(0));
    let at_service = found.at_service.unwrap();
    assert_eq!(at_service.id, "taxcalc_1Pgc7HB7WZ01zgkW0snEQbxy");
    let expires_at = at_service.expires_at.unwrap();
    assert_eq!(expires_at.as_second(), 1_234_567_890);
}

#[test]
fn further_lines_are_asked_for_until_there_are_no_more() {
    let mut first = published();
    first["line_items"] = json!({ "object": "list", "has_more": true, "data": [line("other", 1)] });
    let first = answer(&first).unwrap();
    let request = find_calculation_lines(&first).unwrap().unwrap();
    assert_eq!(
        request.path,
        "/v1/tax/calculations/taxcalc_1Pgc7HB7WZ01zgkW0snEQbxy/line_items?limit=100&starting_after=tax_li_other"
    );
    let page = json!({ "object": "list", "has_more": false, "data": [line("1", 148)] });
    let all = read(&page, |answer| {
        calculation_lines(first, &question(), answer)
    })
    .unwrap();
    assert_eq!(find_calculation_lines(&all), Ok(None));
    assert_eq!(tax_calculation(&question(), all).unwrap().lines[0].tax, 148);
}

#[test]
fn an_answer_without_a_part_of_the_question_is_none() {
    let mut unlined = published();
    unlined["line_items"]["data"] = json!([]);
    let code = tax_calculation(&question(), answer(&unlined).unwrap());
    assert_eq!(code, Err("tax_line_unknown"));
    let mut unshipped = published();
    unshipped["shipping_cost"] = Value::Null;
    let code = tax_calculation(&question(), answer(&unshipped).unwrap());
    assert_eq!(code, Err("tax_shipping_unknown"));
}

#[test]
fn an_answer_of_another_form_says_nothing() {
    let mut euros = published();
    euros["currency"] = "eur".into();
    assert_eq!(answer(&euros), Err(NoOutcome::OtherCurrency));
    for (pointer, value) in [
        ("/id", Value::Null),
        ("/line_items", Value::Null),
        ("/line_items/data/0/amount_tax", Value::Null),
        ("/line_items/data/0/amount_tax", (-1).into()),
        ("/line_items/data/0/reference", Value::Null),
        ("/line_items/data/0/tax_behavior", "inclusive".into()),
        ("/shipping_cost/tax_behavior", "exclusive".into()),
        ("/expires_at", i64::MAX.into()),
    ] {
        let mut other = published();
        *other.pointer_mut(pointer).unwrap() = value;
        assert!(is_unreadable(&other), "{pointer}");
    }
}
