//! Reversals at Stripe Tax: what is sent, and what Stripe's published objects mean.

use connect::vendors::stripe::commands::{
    ApiAnswer, NoOutcome, TaxCommand, TaxRecord, find_tax_lines, find_tax_transaction, reverse_tax,
    reversed, tax_lines, tax_transaction,
};
use domain::order::{
    Effect, EffectAction, EffectOutcome, TaxReversal, Taxed, TaxedShipping, TaxedUnits,
};
use serde_json::{Value, json};

use crate::support::{currency, effect, order, with_answer};

fn read<T>(status: u16, body: &Value, read: impl FnOnce(ApiAnswer<'_>) -> T) -> T {
    with_answer(status, &[], &body.to_string(), read)
}

/// Stripe's published example of a line, with the reference of ours.
fn line(behavior: &str) -> Value {
    json!({
        "id": "tax_li_ONDxh8JZw14sP8", "object": "tax.transaction_line_item", "amount": 1499, "amount_tax": 148,
        "livemode": false, "metadata": null, "product": null, "quantity": 1, "reference": "1",
        "reversal": null, "tax_behavior": behavior, "tax_code": "txcd_40060003", "type": "transaction"
    })
}

fn record(behavior: &str) -> TaxRecord {
    let eur = currency("eur");
    let transaction = json!({
        "id": "tax_1", "object": "tax.transaction", "currency": "eur", "type": "transaction", "reference": "myOrder_123",
        "line_items": null, "reversal": null,
        "shipping_cost": { "amount": 500, "amount_tax": 49, "tax_behavior": behavior, "tax_code": "txcd_92010001" }
    });
    let record = read(200, &transaction, |answer| tax_transaction(eur, answer)).unwrap();
    let lines = json!({ "object": "list", "has_more": false, "data": [line(behavior)] });
    read(200, &lines, |answer| tax_lines(record, eur, answer)).unwrap()
}

fn told(whole_tax: i64) -> TaxReversal {
    let taxed = |amount, tax| Taxed { amount, tax };
    TaxReversal {
        service: "stripe_tax".to_owned(),
        transaction: "tax_1".to_owned(),
        lines: vec![TaxedUnits {
            line: "1".parse().unwrap(),
            units: 1,
            part: taxed(1647, 148),
            whole: taxed(1647, whole_tax),
        }],
        shipping: Some(TaxedShipping {
            part: taxed(100, 9),
            whole: taxed(549, 49),
        }),
    }
}

fn reversal(told: TaxReversal) -> Effect {
    effect(7, EffectAction::ReverseTax(told))
}

fn sent(told: &TaxReversal, behavior: &str) -> Vec<String> {
    let effect = reversal(told.clone());
    let eur = currency("eur");
    let command = reverse_tax(order(), eur, (&effect, told), &record(behavior));
    let TaxCommand::Send(request) = command else {
        panic!("{command:?}");
    };
    assert_eq!(request.path, "/v1/tax/transactions/create_reversal");
    let key = ("idempotency-key", format!("{}:7", order()));
    assert!(request.headers.contains(&key));
    let pairs = request.body.split('&').map(str::to_owned);
    pairs.collect()
}

#[test]
fn what_is_reversed_is_negative_and_as_it_was_recorded() {
    let reference = format!("reference={}%3A7", order());
    for (behavior, amount, shipping) in [("exclusive", -1499, -91), ("inclusive", -1647, -100)] {
        let sent = sent(&told(148), behavior);
        for expected in [
            "mode=partial".to_owned(),
            "original_transaction=tax_1".to_owned(),
            reference.clone(),
            "line_items%5B0%5D%5Boriginal_line_item%5D=tax_li_ONDxh8JZw14sP8".to_owned(),
            format!("line_items%5B0%5D%5Bamount%5D={amount}"),
            "line_items%5B0%5D%5Bamount_tax%5D=-148".to_owned(),
            format!("shipping_cost%5Bamount%5D={shipping}"),
            "shipping_cost%5Bamount_tax%5D=-9".to_owned(),
        ] {
            assert!(sent.contains(&expected), "{expected} in {sent:?}");
        }
    }
}

#[test]
fn another_tax_is_told_and_not_sent() {
    let told = told(147);
    let effect = reversal(told.clone());
    let command = reverse_tax(
        order(),
        currency("eur"),
        (&effect, &told),
        &record("inclusive"),
    );
    let differs = EffectOutcome::TaxDisagrees {
        line: Some("1".parse().unwrap()),
        charged: 147,
        recorded: 148,
    };
    assert_eq!(command, TaxCommand::Not(differs));
}

#[test]
fn an_id_that_leads_elsewhere_is_not_asked_for() {
    let mut told = told(148);
    told.transaction = "tax_1/../../refunds".to_owned();
    assert!(find_tax_transaction(&told).is_err() && find_tax_lines(&told).is_err());
}

fn of(status: u16, body: &Value) -> Result<EffectOutcome, NoOutcome> {
    let effect = reversal(told(148));
    read(status, body, |answer| {
        reversed(order(), currency("eur"), &effect, answer)
    })
}

fn made() -> Value {
    let mut line = line("exclusive");
    (line["amount"], line["amount_tax"], line["type"]) =
        ((-1499).into(), (-148).into(), "reversal".into());
    json!({
        "id": "tax_1NbSVd", "object": "tax.transaction", "currency": "eur", "type": "reversal",
        "reference": format!("{}:7", order()), "reversal": { "original_transaction": "tax_1" },
        "line_items": { "object": "list", "has_more": false, "data": [line] },
        "shipping_cost": { "amount": -91, "amount_tax": -9, "tax_behavior": "exclusive" }
    })
}

fn tax(tax: Option<i64>) -> EffectOutcome {
    let reversal = Some("tax_1NbSVd".to_owned());
    EffectOutcome::TaxReversed { reversal, tax }
}

#[test]
fn the_answer_says_how_much_tax_was_reversed_when_it_lists_all_of_it() {
    assert_eq!(of(200, &made()), Ok(tax(Some(157))));
    let mut longer = made();
    longer["line_items"]["has_more"] = true.into();
    assert_eq!(of(200, &longer), Ok(tax(None)));
    let mut unlisted = made();
    unlisted["line_items"] = Value::Null;
    assert_eq!(of(200, &unlisted), Ok(tax(None)));
}

#[test]
fn the_reversal_of_another_effect_is_no_outcome() {
    let mut other = made();
    other["reference"] = format!("{}:8", order()).into();
    assert!(matches!(of(200, &other), Err(NoOutcome::Unknown { .. })));
    let mut sale = made();
    sale["type"] = "transaction".into();
    assert!(matches!(of(200, &sale), Err(NoOutcome::Unknown { .. })));
}

#[test]
fn a_reference_that_is_used_says_that_it_has_happened() {
    let by_parameter = json!({ "error": { "type": "invalid_request_error", "param": "reference", "message": "" } });
    let by_code =
        json!({ "error": { "type": "invalid_request_error", "code": "resource_already_exists" } });
    let before = EffectOutcome::TaxReversed {
        reversal: None,
        tax: None,
    };
    for error in [by_parameter, by_code] {
        assert_eq!(of(400, &error), Ok(before.clone()));
    }
    let other =
        json!({ "error": { "type": "invalid_request_error", "param": "line_items[0][amount]" } });
    let code = "invalid_request_error".to_owned();
    assert_eq!(of(400, &other), Err(NoOutcome::Refused { code }));
    let broken = json!({ "error": { "type": "api_error", "param": "reference" } });
    assert!(matches!(of(500, &broken), Err(NoOutcome::Unknown { .. })));
}
