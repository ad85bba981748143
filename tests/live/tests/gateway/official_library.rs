//! Stripe's own library: it signs what our door accepts, it accepts what the double signs, and it reads the double's
//! answers, errors included, as it reads Stripe's.

use std::fs;

use live::{stack::root, stripe::Delivery, wait};
use serde_json::{Value, json};

use crate::{
    intake::{Intake, Received, SECRET, read},
    python::official_library,
    support::{INTENT, World, cancel, refund},
};

/// Stripe's published samples of events.
fn samples() -> Vec<String> {
    let folder = fs::read_dir(root().join("events/received/stripe")).unwrap();
    let files = folder.map(|file| file.unwrap().path());
    let files = files.filter(|path| path.extension().is_some_and(|name| name == "json"));
    files
        .map(|path| fs::read_to_string(path).unwrap())
        .collect()
}

fn signed(secret: &str, at: i64, bodies: &[String]) -> Vec<Received> {
    let signatures = official_library(&json!({
        "do": "sign", "secret": secret, "at": at, "bodies": bodies,
    }));
    let signatures = signatures.as_array().unwrap().iter();
    let signatures = signatures.map(|signature| signature.as_str().unwrap().to_owned());
    let webhooks = signatures.zip(bodies).map(|(signature, body)| Received {
        signature,
        body: body.clone(),
    });
    webhooks.collect()
}

#[test]
fn what_the_library_signs_is_accepted() {
    let bodies = samples();
    assert!(!bodies.is_empty());
    let now = wait::now().as_second();
    for webhook in signed(SECRET, now, &bodies) {
        let accepted = read(&webhook, SECRET);
        assert!(accepted.is_ok(), "{accepted:?} for {}", webhook.body);
        let changed = Received {
            body: format!("{} ", webhook.body),
            ..webhook.clone()
        };
        assert_eq!(
            read(&changed, SECRET).unwrap_err().code(),
            "wrong_signature"
        );
    }
    let body = &bodies[..1];
    let code = |webhooks: Vec<Received>| read(&webhooks[0], SECRET).unwrap_err().code();
    assert_eq!(code(signed("whsec_other", now, body)), "wrong_signature");
    assert_eq!(
        code(signed(SECRET, now - 600, body)),
        "timestamp_out_of_window"
    );
}

#[tokio::test]
async fn what_the_double_signs_is_accepted_by_the_library() {
    let intake = Intake::open();
    let tell = |world: &World| {
        let webhooks = (&intake.url, SECRET, Delivery::AtOnce);
        world
            .stripe
            .send_webhooks(webhooks.0, webhooks.1, webhooks.2);
    };
    let (paid, authorized) = (World::paid(), World::authorized());
    tell(&paid);
    tell(&authorized);
    paid.perform(&refund(3, 500)).await.unwrap();
    authorized.perform(&cancel(1)).await.unwrap();
    let mut webhooks: Vec<Value> = intake
        .received()
        .into_iter()
        .map(|webhook| json!({ "body": webhook.body, "signature": webhook.signature }))
        .collect();
    let mut changed = webhooks[0].clone();
    changed["body"] = json!("{}");
    webhooks.push(changed);
    let read = official_library(&json!({
        "do": "verify", "secret": SECRET, "webhooks": webhooks,
    }));
    assert_eq!(
        read,
        json!([
            ["refund.created", "Refund"],
            ["payment_intent.canceled", "PaymentIntent"],
            ["SignatureVerificationError", ""],
        ])
    );
}

#[test]
fn the_library_reads_the_doubles_answers_as_it_reads_stripes() {
    let world = World::authorized();
    let refund = |key: &str, amount: i64| {
        json!({
            "call": "refund", "key": key, "fields": ["object", "amount", "status"],
            "params": { "payment_intent": INTENT, "amount": amount },
        })
    };
    let capture = |key: &str, amount: i64| {
        json!({
            "call": "capture", "id": INTENT, "key": key, "fields": ["object", "status", "amount_received"],
            "params": { "amount_to_capture": amount },
        })
    };
    let answers = official_library(&json!({
        "do": "commands", "secret": live::stripe::SECRET_KEY, "url": world.stripe.url,
        "commands": [
            capture("c1", 9999),
            capture("c2", 1500),
            { "call": "cancel", "id": INTENT, "key": "v1", "fields": [] },
            refund("r1", 500),
            refund("r1", 500),
            refund("r1", 501),
            refund("r2", 1001),
            { "call": "list_refunds", "fields": ["object", "has_more"], "params": { "payment_intent": INTENT } },
            { "call": "retrieve", "id": INTENT, "fields": ["object", "status", "amount_received"] },
            { "call": "retrieve", "id": "pi_none", "fields": [] },
        ],
    }));
    let error = |class: &str, status: u16, code: Option<&str>| json!({ "error": class, "status": status, "code": code });
    let intent =
        json!({ "object": "payment_intent", "status": "succeeded", "amount_received": 1500 });
    let refunded = json!({ "object": "refund", "amount": 500, "status": "succeeded" });
    assert_eq!(
        answers,
        json!([
            error("InvalidRequestError", 400, Some("amount_too_large")),
            intent,
            error("InvalidRequestError", 400, Some("payment_intent_unexpected_state")),
            refunded,
            refunded,
            error("IdempotencyError", 400, None),
            error("InvalidRequestError", 400, None),
            { "object": "list", "has_more": false },
            intent,
            error("InvalidRequestError", 404, Some("resource_missing")),
        ])
    );
    assert_eq!(world.refunds().len(), 1);
}
