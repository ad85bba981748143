//! Orders that are paid by an invoice.

use serde_json::{Value, json};

use super::euro::euro;
use crate::{
    environment::Environment,
    locations::BERLIN,
    order::Order,
    outcome::{Outcome, expect},
};

/// Bought within a limit, refused above it, and paid by a transfer that an operator records.
pub(super) fn on_account(env: &Environment) -> Outcome {
    let chair = env.sku("CHAIR-STEEL");
    env.add_stock(BERLIN, &chair, 10)?;
    let account = env.name("ACME-");
    let path = format!("/api/oms/accounts/{account}");
    let limits = json!({ "limits": { "EUR": 50_000 } });
    env.api("operator", "PUT", &path, Some(&limits))?
        .success::<Value>("setting the limit")?;
    let order = env
        .basket()
        .priced(&chair, 2, 12_000)
        .on_account(&account)
        .place()?;
    order.fulfillment(env, BERLIN)?.ship_all("BOX-1")?;
    let view = order.until_status("fulfilled")?;
    expect("the payment", view.payment_status.as_str(), "pending")?;
    expect(
        "what it owes",
        view.money.open_on_account,
        Some(order.total),
    )?;
    env.reporter()
        .passed("Shipped before it is paid, and owed by the account.");

    let too_much = || env.basket().priced(&chair, 2, 12_000).on_account(&account);
    let refused = too_much().request()?;
    expect(
        "the code of the refusal",
        refused.text("/code").as_str(),
        "credit_limit_exceeded",
    )?;
    env.reporter().note(&format!(
        "The next order is refused, {} credit_limit_exceeded: {}",
        refused.status,
        refused.text("/detail")
    ));

    record_transfer(env, &order)?;
    let account: Value = env
        .api("operator", "GET", &path, None)?
        .success("reading the account")?;
    let figure = |name: &str| euro(account["balances"][0][name].as_i64().unwrap_or_default());
    env.reporter().note(&format!(
        "The account owes {} now, of {} that it may owe.",
        figure("open"),
        figure("limit")
    ));
    let next = too_much().place()?;
    let view = next.read()?;
    expect("what it owes", view.money.open_on_account, Some(next.total))?;
    env.reporter()
        .passed("Paid by bank transfer: the account has room for the next order.");
    Ok(())
}

fn record_transfer(env: &Environment, order: &Order<'_>) -> Outcome {
    let path = format!("/api/oms/orders/{}/payments", order.id);
    let transfer = json!({
        "kind": "bank_transfer", "reference": env.name("B-"), "amount": order.total,
    });
    env.api("operator", "POST", &path, Some(&transfer))?
        .success::<Value>("recording the transfer")?;
    let view = order.read()?;
    expect("the payment", view.payment_status.as_str(), "captured")?;
    expect("what it owes", view.money.open_on_account, Some(0))
}
