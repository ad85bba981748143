//! Requests that are not as they should be, and requests that come twice.

use serde_json::{Value, json};
use web::BODY_BYTES_MAX;

use crate::{
    api_harness::{ApiHarness, request},
    samples::order,
};

#[tokio::test]
async fn unknown_paths_and_methods_have_different_statuses() {
    let api = ApiHarness::new().await;
    assert_eq!(
        api.get("admin", "/api/oms/order").await.problem(404),
        "no_route"
    );
    let answer = api
        .send(&request("admin", "DELETE", "/api/oms/orders", "", None))
        .await;
    assert_eq!(
        answer
            .response
            .headers()
            .get("allow")
            .and_then(|value| value.to_str().ok()),
        Some("GET, POST")
    );
    assert_eq!(answer.problem(405), "method_not_allowed");
    for id in [
        "x",
        "ord_",
        "ord_0199f3a0b1c27d3e8f4a5b6c7d8e9f00",
        "ORD_0199F3A0B1C27D3E8F4A5B6C7D8E9F00",
        "%00",
    ] {
        assert_eq!(
            api.get("admin", &format!("/api/oms/orders/{id}"))
                .await
                .problem(404),
            "not_found",
            "{id}"
        );
    }
}

#[tokio::test]
async fn a_writing_request_needs_an_idempotency_key() {
    let api = ApiHarness::new().await;
    let id = api.place(&order("1001")).await;
    let paths = [
        "/api/oms/orders".to_owned(),
        "/api/oms/stock/adjustments".to_owned(),
    ];
    let of_order = ["cancel", "refunds", "effects/1/retry", "hold", "release"]
        .map(|verb| format!("/api/oms/orders/{id}/{verb}"));
    for path in paths.iter().chain(&of_order) {
        for key in [None, Some("")] {
            let answer = api.send(&request("admin", "POST", path, "{}", key)).await;
            assert_eq!(answer.problem(400), "idempotency_key_required", "{path}");
        }
        for key in ["a b", "ümlaut", "a\tb", &"k".repeat(256)] {
            let answer = api
                .send(&request("admin", "POST", path, "{}", Some(key)))
                .await;
            assert_eq!(answer.json["field"], "idempotency-key");
            assert_eq!(answer.problem(400), "malformed", "{path}");
        }
        let longest = "k".repeat(255);
        let answer = api
            .send(&request("admin", "POST", path, "{}", Some(&longest)))
            .await;
        assert_ne!(answer.json["field"], "idempotency-key");
    }
}

#[tokio::test]
async fn a_body_of_the_wrong_type_is_refused() {
    let api = ApiHarness::new().await;
    let mut sent = request("admin", "POST", "/api/oms/orders", "{}", Some("k"));
    sent.headers_mut()
        .insert("content-type", "text/plain".parse().unwrap());
    assert_eq!(api.send(&sent).await.problem(415), "unsupported_media_type");
    sent.headers_mut().remove("content-type");
    assert_eq!(api.send(&sent).await.problem(415), "unsupported_media_type");
    sent = request(
        "admin",
        "POST",
        "/api/oms/orders",
        &" ".repeat(BODY_BYTES_MAX + 1),
        Some("k"),
    );
    assert_eq!(api.send(&sent).await.problem(413), "too_large");
    let deep = "[".repeat(100_000);
    for body in [
        "",
        "{",
        "[]",
        "null",
        "\"x\"",
        "{}{}",
        "\u{feff}{}",
        deep.as_str(),
    ] {
        let answer = api
            .send(&request(
                "admin",
                "POST",
                "/api/oms/orders",
                body,
                Some("k"),
            ))
            .await;
        assert_eq!(
            answer.problem(400),
            "malformed",
            "{}",
            &body[..body.len().min(20)]
        );
    }
    let mut broken = request("admin", "POST", "/api/oms/orders", "", Some("k"));
    *broken.body_mut() = vec![b'"', 0xff, 0xfe, b'"'];
    assert_eq!(api.send(&broken).await.problem(400), "malformed");
}

#[tokio::test]
async fn an_invalid_field_is_named_without_its_value() {
    let api = ApiHarness::new().await;
    let cases: [(&str, Value, u16, &str); 12] = [
        ("/number", json!("SECRET#"), 400, "number"),
        ("/currency", json!("SECRET"), 400, "currency"),
        (
            "/lines/0/quantity",
            json!("SECRET"),
            400,
            "lines[0].quantity",
        ),
        (
            "/lines/0/unit_price",
            json!(19.99),
            400,
            "lines[0].unit_price",
        ),
        ("/lines/1/sku", json!("SECRET sku"), 400, "lines[1].sku"),
        ("/customer/email", json!(7), 400, "customer.email"),
        ("/placed_at", json!("SECRET"), 400, "placed_at"),
        ("/lines/0/quantity", json!(0), 422, "lines[0].quantity"),
        ("/lines/0/unit_price", json!(-1), 422, "lines[0].unit_price"),
        ("/lines", json!([]), 422, "lines"),
        (
            "/customer/address/country",
            json!("SECRET"),
            422,
            "customer.address.country",
        ),
        ("/customer/email", json!("SECRET"), 422, "customer.email"),
    ];
    for (pointer, value, status, field) in cases {
        let mut body = order("1001");
        *body.pointer_mut(pointer).unwrap() = value;
        let answer = api.post("agent", "/api/oms/orders", "k", &body).await;
        assert!(
            !answer.response.body().contains("SECRET"),
            "{}",
            answer.response.body()
        );
        assert_eq!(answer.json["field"], field, "{}", answer.response.body());
        answer.problem(status);
    }
    assert!(api.store.order_ids().is_empty());
}

#[tokio::test]
async fn a_misspelt_field_is_refused_at_every_depth() {
    let api = ApiHarness::new().await;
    let mut misspelt = Vec::new();
    for pointer in ["", "/lines/0", "/customer", "/customer/address", "/terms"] {
        let mut body = order("1001");
        body.pointer_mut(pointer).unwrap()["discont"] = json!(5);
        misspelt.push(("/api/oms/orders", body));
    }
    let movement = json!({ "kind": "received", "quantity": 1, "discont": 1 });
    let adjustment = json!({ "sku": "A", "location": "berlin", "movement": movement });
    misspelt.push(("/api/oms/stock/adjustments", adjustment));
    for (path, body) in misspelt {
        assert_eq!(
            api.post("admin", path, "k", &body).await.problem(400),
            "malformed",
            "{body}"
        );
    }
}

#[tokio::test]
async fn a_repeated_request_has_its_effect_once_and_gets_the_same_answer() {
    let api = ApiHarness::new().await;
    api.receive("r-1", "TEE-RED-M", "berlin", 1).await;
    let id = api.place(&order("1001")).await;
    api.pay(id, 5126).await;
    let hold = json!({ "kind": "manual" });
    let orders = "/api/oms/orders".to_owned();
    let stock = "/api/oms/stock/adjustments".to_owned();
    let of = |verb: &str| format!("/api/oms/orders/{id}/{verb}");
    let received = json!({ "sku": "MUG-BLUE", "location": "berlin", "movement": { "kind": "received", "quantity": 3 } });
    let held = api
        .post("agent", &of("hold"), "h-0", &hold)
        .await
        .expect(200);
    let handle = &held["hold"]["handle"];
    let one = json!({ "reason": "CUSTOMER_REQUESTED", "lines": [{ "line": "1", "quantity": 1 }] });
    let requests = [
        (orders, "p-2", order("1002"), order("1003")),
        (of("hold"), "h-1", hold, json!({ "kind": "address" })),
        (
            of("release"),
            "h-2",
            json!({ "handle": handle }),
            json!({ "handle": "other" }),
        ),
        (of("cancel"), "c-1", one, json!({ "reason": "FRAUD" })),
        (
            stock,
            "s-1",
            received,
            json!({ "sku": "MUG-BLUE", "location": "berlin", "movement": { "kind": "counted", "on_hand": 1 } }),
        ),
    ];
    for (path, key, body, other) in &requests {
        let first = api.post("admin", path, key, body).await;
        assert!(
            first.response.status().as_u16() < 300,
            "{path}: {}",
            first.response.body()
        );
        assert_eq!(
            first
                .response
                .headers()
                .get("idempotent-replayed")
                .and_then(|value| value.to_str().ok()),
            None,
            "{path}"
        );
        let before = (
            api.order("admin", id).await,
            api.get("admin", "/api/oms/stock/MUG-BLUE").await.json,
        );
        let again = api.post("admin", path, key, body).await;
        assert_eq!(
            again
                .response
                .headers()
                .get("idempotent-replayed")
                .and_then(|value| value.to_str().ok()),
            Some("true"),
            "{path}"
        );
        assert_eq!(
            again.response.status().as_u16(),
            first.response.status().as_u16()
        );
        assert_eq!(again.response.body(), first.response.body());
        assert_eq!(
            again
                .response
                .headers()
                .get("location")
                .and_then(|value| value.to_str().ok()),
            first
                .response
                .headers()
                .get("location")
                .and_then(|value| value.to_str().ok())
        );
        let reused = api.post("admin", path, key, other).await;
        assert_eq!(reused.problem(422), "idempotency_key_reused", "{path}");
        let after = (
            api.order("admin", id).await,
            api.get("admin", "/api/oms/stock/MUG-BLUE").await.json,
        );
        assert_eq!(after, before, "{path}");
    }
    // And after more has happened, still the same.
    api.route(id).await;
    for (path, key, body, _) in &requests {
        let again = api.post("admin", path, key, body).await;
        assert_eq!(
            again
                .response
                .headers()
                .get("idempotent-replayed")
                .and_then(|value| value.to_str().ok()),
            Some("true"),
            "{path}: {}",
            again.response.body()
        );
    }
}

#[tokio::test]
async fn a_refused_request_does_not_use_up_its_key() {
    let api = ApiHarness::new().await;
    let mut wrong = order("1001");
    wrong["lines"] = json!([]);
    assert_eq!(
        api.post("agent", "/api/oms/orders", "k", &wrong)
            .await
            .problem(422),
        "invalid_order"
    );
    api.post("agent", "/api/oms/orders", "k", &order("1001"))
        .await
        .expect(201);
}

#[tokio::test]
async fn a_number_is_placed_once() {
    let api = ApiHarness::new().await;
    api.post("agent", "/api/oms/orders", "k-1", &order("1001"))
        .await
        .expect(201);
    assert_eq!(
        api.post("agent", "/api/oms/orders", "k-2", &order("1001"))
            .await
            .problem(409),
        "number_taken"
    );
    let mut elsewhere = order("1001");
    elsewhere["shop"] = json!("outlet");
    api.post("agent", "/api/oms/orders", "k-3", &elsewhere)
        .await
        .expect(201);
}

#[tokio::test]
async fn responses_may_not_be_cached() {
    let api = ApiHarness::new().await;
    for target in ["/api/oms/orders", "/api/oms/nothing"] {
        let answer = api.get("admin", target).await;
        assert_eq!(
            answer
                .response
                .headers()
                .get("cache-control")
                .and_then(|value| value.to_str().ok()),
            Some("no-store")
        );
    }
}
