//! Money that an agent gives back.

use serde_json::{Value, json};

use super::euro::euro;
use crate::{
    environment::Environment,
    locations::BERLIN,
    outcome::{Outcome, expect, expect_that},
};

/// What an agent gives back without a second person is limited on the local stack, in minor units.
const GOODWILL: i64 = 1500;

/// A broken lamp with the shipping, then goodwill that a second person approves.
pub(super) fn given_by_an_agent(env: &Environment) -> Outcome {
    let lamp = env.sku("LAMP-GLASS");
    env.add_stock(BERLIN, &lamp, 2)?;
    let order = env.basket().priced(&lamp, 2, 4500).commanded().place()?;
    order.pay(env)?;
    order.fulfillment(env, BERLIN)?.ship_all("BOX-1")?;
    order.until_status("fulfilled")?;

    let broken = json!({
        "lines": [{ "line": "1", "quantity": 1 }], "shipping": 245, "reason": "DAMAGED", "note": "one was broken",
    });
    let preview: Value = order.preview(&broken)?.success("trying out the refund")?;
    let amount = preview["amount"].as_i64().unwrap_or_default();
    expect(
        "refunds at Stripe after trying it out",
        order.refunds_at_stripe(),
        Vec::<i64>::new(),
    )?;
    env.reporter().note(&format!(
        "The preview says that {} would go back, of {}. Nothing is asked of Stripe yet.",
        euro(amount),
        euro(order.total)
    ));
    order
        .give_back(&broken)?
        .success::<Value>("giving back a lamp and shipping")?;
    let view = order.until("the refund being recorded", |o| o.money.refunded > 0)?;
    expect("what was refunded", view.money.refunded, amount)?;
    expect("refunds at Stripe", order.refunds_at_stripe(), vec![amount])?;
    env.reporter()
        .passed("Stripe has refunded what the preview said, and its webhook counts once.");

    let goodwill = json!({ "amount": GOODWILL, "reason": "GOODWILL" });
    let asked: Value = order
        .give_back(&goodwill)?
        .success("giving back goodwill")?;
    let state = asked["state"].as_str();
    expect("how far the goodwill is", state, Some("awaits_approval"))?;
    let number = asked["exception"].as_u64().unwrap_or_default();
    let path = format!("/api/oms/orders/{}/exceptions/{number}/close", order.id);
    let approved = json!({ "outcome": "approved" });
    let own = env.api("agent", "POST", &path, Some(&approved))?;
    expect(
        "who has asked for it approving it",
        own.text("/code").as_str(),
        "own_refund",
    )?;
    expect_that(
        "nothing of it being refunded",
        order.refunds_at_stripe().len() == 1,
        order.refunds_at_stripe(),
    )?;
    env.reporter()
        .note("An agent may give 10.00 EUR on the local stack. Who has asked for more cannot approve it: 409 own_refund. An administrator does.");
    env.api("admin", "POST", &path, Some(&approved))?
        .success::<Value>("approving the goodwill")?;
    let all = amount.saturating_add(GOODWILL);
    let view = order.until("the goodwill being recorded", |o| o.money.refunded == all)?;
    expect("credits", view.money.credits, GOODWILL)?;
    expect(
        "refunds at Stripe",
        order.refunds_at_stripe(),
        vec![amount, GOODWILL],
    )?;
    env.reporter()
        .passed("Approved by an administrator, refunded once, and counted as a credit.");
    Ok(())
}
