//! Whatever is sent, nothing panics: it is parsed, ignored, or rejected with a code.

use connect::{
    BODY_MAX, Headers, ParsedWebhook, SignedRequest, WebhookRejection,
    signature::{standard, stripe},
};
use proptest::prelude::*;
use serde_json::Value;

use crate::support::{
    STRIPE_SECRET, WMS_SECRET, berlin, example_json, examples, from_berlin, from_stripe, now,
    secrets, stripes,
};

/// Any small JSON value.
fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,40}".prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 8, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(("[a-z_]{1,12}", inner), 0..4)
                .prop_map(|m| Value::Object(m.into_iter().collect())),
        ]
    })
}

/// The JSON pointers to all parts of a value.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(map) => map
            .iter()
            .for_each(|(key, value)| pointers(value, &format!("{at}/{key}"), found)),
        Value::Array(list) => {
            list.iter()
                .enumerate()
                .for_each(|(index, value)| pointers(value, &format!("{at}/{index}"), found));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn check(outcome: Result<ParsedWebhook, WebhookRejection>) {
    match outcome {
        Ok(ParsedWebhook::Fact(inbound)) => {
            let message = serde_json::to_string(&inbound).unwrap();
            assert!(message.len() < 256 * 1024 - 1024, "it must fit the queue");
            assert_eq!(
                serde_json::from_str::<domain::inbound::Inbound>(&message).unwrap(),
                *inbound
            );
        }
        Ok(ParsedWebhook::Ignored { kind, .. }) => assert!(kind.len() <= 80 && kind.is_ascii()),
        Err(rejection) => assert!(
            rejection.status() == 400 && !rejection.code().is_empty(),
            "{rejection}"
        ),
    }
}

proptest! {
    #[test]
    fn signed_bytes_of_any_kind(body in prop::collection::vec(any::<u8>(), 0..200)) {
        check(from_stripe(&body));
        check(from_berlin(&body));
    }

    #[test]
    fn examples_with_one_value_replaced(
        example in any::<prop::sample::Index>(),
        pointer in any::<prop::sample::Index>(),
        value in any_value(),
    ) {
        for (source, send) in [("stripe", from_stripe as fn(&[u8]) -> _), ("wms", from_berlin)] {
            let examples = examples(source);
            let (kind, _) = &examples[example.index(examples.len())];
            let mut body = example_json(&format!("{source}/{kind}.json"));
            let mut found = Vec::new();
            pointers(&body, "", &mut found);
            *body.pointer_mut(&found[pointer.index(found.len())]).unwrap() = value.clone();
            check(send(body.to_string().as_bytes()));
        }
    }

    #[test]
    fn unsigned_headers_of_any_kind(a in ".{0,80}", b in ".{0,80}", c in ".{0,80}", body in ".{0,80}") {
        let pairs = [(stripe::SIGNATURE, &a), (standard::ID, &a), (standard::TIMESTAMP, &b), (standard::SIGNATURE, &c)];
        let headers: Headers<'_> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let request = SignedRequest { headers: &headers, body: body.as_bytes() };
        for (endpoint, secret) in [(stripes(), STRIPE_SECRET), (berlin(), WMS_SECRET)] {
            let rejection = endpoint.receive(&request, &secrets([secret]), now()).unwrap_err();
            prop_assert_eq!(rejection.status(), 401);
        }
    }

    #[test]
    fn one_flipped_bit_is_noticed(byte in any::<prop::sample::Index>(), bit in 0u8..8) {
        let mut body = crate::support::example("wms/shipment.shipped.json");
        let signed = standard::sign(&secrets([WMS_SECRET]), "msg_1", now(), &body).unwrap();
        let headers: Headers<'_> = signed.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let index = byte.index(body.len());
        body[index] ^= 1 << bit;
        let rejection = berlin().receive(&SignedRequest { headers: &headers, body: &body }, &secrets([WMS_SECRET]), now());
        prop_assert_eq!(rejection.unwrap_err().code(), "wrong_signature");
    }
}

#[test]
fn the_largest_bodies_still_fit_the_queue() {
    let mut message = example_json("wms/stock.received.json");
    let long = "S".repeat(60);
    let items = |n: u32| {
        (0..n).map(|n| serde_json::json!({"sku": format!("{long}{}", n % 50), "quantity": 1}))
    };
    message["data"]["items"] = items(500).collect();
    check(from_berlin(message.to_string().as_bytes()));
    message["note"] = "x".repeat(BODY_MAX - message.to_string().len() - 10).into();
    check(from_berlin(message.to_string().as_bytes()));
    let deep = format!(
        "{}{}{}",
        r#"{"type":"x","data":"#,
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    check(from_berlin(deep.as_bytes()));
    check(from_stripe(deep.as_bytes()));
}
