//! Who is turned away at the door, and with which words.

use jiff::SignedDuration;
use serde_json::json;

use super::cancelling::cancel;
use crate::{
    http::Answer,
    locations::{BERLIN, LYON},
    outcome::{Told, Trouble, expect},
    watch,
    webhook::{Signed, Webhook},
    world::World,
};

/// Larger than anything that is taken in.
const TOO_LARGE: usize = 300 * 1024;

/// Everyone who is turned away.
///
/// # Errors
/// When someone is let in, or told something else.
pub fn turned_away(world: &World) -> Told {
    let order = world.basket().with(&world.sku("TEE-RED-M"), 1).place()?;
    let stripe = order.captured(world)?;
    let secret = world.secret_of(&stripe.path)?;
    let forged = "whsec_dGhpcyBpcyBub3QgdGhlIHNlY3JldCBvZiBhbnlvbmU=";
    let now = watch::now();
    let hour_ago = now
        .checked_sub(SignedDuration::from_hours(1))
        .map_err(|e| Trouble::broken("time", e))?;
    let stock = json!({ "items": [{ "sku": "TEE", "quantity": 1_000 }] });
    let wms = world.tell(BERLIN, "stock.received", &stock)?;
    let altered = Webhook {
        body: stripe.body.replace(&order.total.to_string(), "1"),
        ..stripe.clone()
    };
    let huge = Webhook {
        body: stripe.body.clone() + &" ".repeat(TOO_LARGE),
        ..stripe.clone()
    };
    let no_json = Webhook {
        body: r#"{"id":"evt_1","#.to_owned(),
        ..stripe.clone()
    };
    let no_sku = world.tell(
        BERLIN,
        "stock.received",
        &json!({ "items": [{ "quantity": 1 }] }),
    )?;
    let lyons = world.secret_of(&crate::locations::path(LYON))?;
    let berlins = world.secret_of(&wms.path)?;
    let cases: [(&str, &Webhook, Signed, u16, &str); 9] = [
        ("no signature", &stripe, vec![], 401, "missing_signature"),
        (
            "a signature that is none",
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
            "Lyon speaking as Berlin",
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
            "half a JSON",
            &no_json,
            no_json.signed(&secret, now)?,
            400,
            "malformed_json",
        ),
        (
            "a receipt of nothing",
            &no_sku,
            no_sku.signed(&berlins, now)?,
            400,
            "invalid_field",
        ),
    ];
    for (what, webhook, signed, status, code) in cases {
        let answer = webhook.post(world, &signed)?;
        told(world, what, &answer, status, code)?;
    }
    let nowhere = Webhook {
        path: "paypal".to_owned(),
        ..stripe.clone()
    };
    told(
        world,
        "a source that we do not know",
        &nowhere.post(world, &vec![])?,
        404,
        "unknown_source",
    )?;
    let shown = order.look()?;
    expect(
        "how the order stands after all that",
        (shown.status.as_str(), shown.version),
        ("pending", 1),
    )?;
    stripe.send(world)?;
    order.until_event("PaymentCaptured")?;
    // Nobody has the shirt; the customer need not wait for it.
    order.until_event("UnitsBackordered")?;
    cancel(world, &order, &[])?.success::<serde_json::Value>("cancelling the order")?;
    order.until_status("cancelled")?;
    world
        .narrator()
        .so("Nothing of it reached the order; the real event did.");
    Ok(())
}

fn told(world: &World, what: &str, answer: &Answer, status: u16, code: &str) -> Told {
    expect(
        &format!("the answer to {what}"),
        (answer.status, answer.text("/code").as_str()),
        (status, code),
    )?;
    world.narrator().row(what, &format!("{status} {code}"));
    Ok(())
}
