//! Webhooks that the API rejects, and with which status and code.

use jiff::SignedDuration;
use serde_json::json;

use crate::{
    environment::Environment,
    http::Response,
    locations::{BERLIN, LYON},
    outcome::{Outcome, StoryError, expect},
    wait,
    webhook::{Signed, Webhook},
};

/// Larger than any body that is accepted.
const TOO_LARGE: usize = 300 * 1024;

/// None of them changes the order; the real webhook does.
pub(super) fn all_rejected(env: &Environment) -> Outcome {
    let order = env.basket().with(&env.sku("TEE-RED-M"), 1).place()?;
    let stripe = order.captured(env)?;
    let secret = env.secret_of(&stripe.path)?;
    let forged = "whsec_dGhpcyBpcyBub3QgdGhlIHNlY3JldCBvZiBhbnlvbmU=";
    let now = wait::now();
    let hour_ago = now
        .checked_sub(SignedDuration::from_hours(1))
        .map_err(|e| StoryError::failed("time", e))?;
    let stock = json!({ "items": [{ "sku": "TEE", "quantity": 1_000 }] });
    let wms = env.provider_webhook(BERLIN, "stock.received", &stock)?;
    let altered = Webhook {
        body: stripe.body.replace(&order.total.to_string(), "1"),
        ..stripe.clone()
    };
    let huge = Webhook {
        body: stripe.body.clone() + &" ".repeat(TOO_LARGE),
        ..stripe.clone()
    };
    let incomplete = Webhook {
        body: r#"{"id":"evt_1","#.to_owned(),
        ..stripe.clone()
    };
    let no_sku = env.provider_webhook(
        BERLIN,
        "stock.received",
        &json!({ "items": [{ "quantity": 1 }] }),
    )?;
    let lyons = env.secret_of(&crate::locations::path(LYON))?;
    let berlins = env.secret_of(&wms.path)?;
    let cases: [(&str, &Webhook, Signed, u16, &str); 9] = [
        ("no signature", &stripe, vec![], 401, "missing_signature"),
        (
            "a malformed signature",
            &stripe,
            vec![("stripe-signature", "t=1".to_owned())],
            401,
            "malformed_signature",
        ),
        (
            "a forged signature",
            &stripe,
            stripe.signed(forged, now)?,
            401,
            "wrong_signature",
        ),
        (
            "an altered amount",
            &altered,
            stripe.signed(&secret, now)?,
            401,
            "wrong_signature",
        ),
        (
            "a replay from an hour ago",
            &stripe,
            stripe.signed(&secret, hour_ago)?,
            401,
            "timestamp_out_of_window",
        ),
        (
            "Berlin's webhook signed by Lyon",
            &wms,
            wms.signed(&lyons, now)?,
            401,
            "wrong_signature",
        ),
        (
            "a body of 300 KiB",
            &huge,
            huge.signed(&secret, now)?,
            413,
            "body_too_large",
        ),
        (
            "incomplete JSON",
            &incomplete,
            incomplete.signed(&secret, now)?,
            400,
            "malformed_json",
        ),
        (
            "a stock receipt without SKU",
            &no_sku,
            no_sku.signed(&berlins, now)?,
            400,
            "invalid_field",
        ),
    ];
    for (what, webhook, signed, status, code) in cases {
        let response = webhook.post(env, &signed)?;
        expect_rejected(env, what, &response, status, code)?;
    }
    let nowhere = Webhook {
        path: "paypal".to_owned(),
        ..stripe.clone()
    };
    expect_rejected(
        env,
        "an unknown source",
        &nowhere.post(env, &vec![])?,
        404,
        "unknown_source",
    )?;
    let view = order.read()?;
    expect(
        "status and version of the order afterwards",
        (view.status.as_str(), view.version),
        ("pending", 1),
    )?;
    stripe.send(env)?;
    order.until_event("PaymentCaptured")?;
    // There is no stock; cancelled, so that no backorder is left behind.
    order.until_event("UnitsBackordered")?;
    order
        .cancel(&[])?
        .success::<serde_json::Value>("cancelling the order")?;
    order.until_status("cancelled")?;
    env.reporter()
        .passed("None of them changed the order; the real webhook did.");
    Ok(())
}

fn expect_rejected(
    env: &Environment,
    what: &str,
    response: &Response,
    status: u16,
    code: &str,
) -> Outcome {
    expect(
        &format!("the response to {what}"),
        (response.status, response.text("/code").as_str()),
        (status, code),
    )?;
    env.reporter().row(what, &format!("{status} {code}"));
    Ok(())
}
