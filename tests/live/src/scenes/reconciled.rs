//! What no webhook tells, and the nightly comparison with Stripe finds.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde_json::{Value, json};

use super::euro::euro;
use crate::{
    environment::Environment,
    locations::BERLIN,
    outcome::{Outcome, expect},
    wait::{self, Poll},
};

/// A payment of yesterday without any webhook.
pub(super) fn found_by_reconciliation(env: &Environment) -> Outcome {
    let lamp = env.sku("LAMP-BRASS");
    env.add_stock(BERLIN, &lamp, 1)?;
    let order = env.basket().with(&lamp, 1).place()?;
    let yesterday = wait::now().checked_sub(SignedDuration::from_hours(24));
    let yesterday = yesterday.unwrap_or(Timestamp::MIN);
    env.stripe.pay(&order.intent, &order.id, "eur", order.total);
    env.stripe.was_made(&order.intent, yesterday.as_second());
    let view = order.read()?;
    expect("the order", view.status.as_str(), "pending")?;
    env.reporter()
        .note("Stripe has the money of yesterday, and none of its webhooks has come. The comparison of the night begins.");
    let queue = env.stack.queue("payments")?;
    env.cloud
        .send_message(queue, &json!({ "reconcile": true }))?;
    order.until_event("PaymentCaptured")?;

    let day = yesterday.to_zoned(TimeZone::UTC).date();
    let path = format!("/api/oms/reconciliation?from={day}&to={day}");
    let found = wait::until("the difference being settled", wait::SHORT, || {
        let view: Value = env
            .api("operator", "GET", &path, None)?
            .success("reading the comparison")?;
        let all = view["days"][0]["differences"].as_array();
        let mut all = all.into_iter().flatten();
        let found = all.find(|one| one["order"] == *order.id);
        Ok(match found {
            Some(found) if found["open"] == false => Poll::Ready(found.clone()),
            Some(_) | None => Poll::Pending(view["days"][0].to_string()),
        })
    })?;
    let kind = found["kind"].as_str().unwrap_or_default();
    expect("what was found", kind, "captured_differs")?;
    expect(
        "what Stripe says was captured",
        found["gateway"]["amount"].as_i64(),
        Some(order.total),
    )?;
    expect(
        "what Stripe said being applied",
        found["applied"].as_bool(),
        Some(true),
    )?;
    env.reporter().note(&format!(
        "GET /api/oms/reconciliation, {day}: {kind} of {}, at Stripe {}, here {}; applied",
        order.intent,
        euro(order.total),
        euro(found["ours"]["amount"].as_i64().unwrap_or_default())
    ));
    order.fulfillment(env, BERLIN)?.ship_all("BOX-1")?;
    order.until_status("fulfilled")?;
    env.reporter()
        .passed("Found, applied as its webhook would have been, and shipped.");
    Ok(())
}
