//! Cancelling over the API: line by line, with who was first.

use domain::inbound::{FactLine, FulfillmentFact};
use serde_json::{Value, json};

use crate::{
    api_harness::{ApiHarness, ApiResponse},
    samples::{TOTAL, order},
};

async fn cancel(api: &ApiHarness, id: domain::ids::OrderId, key: &str, body: Value) -> ApiResponse {
    api.post("agent", &format!("/api/oms/orders/{id}/cancel"), key, &body)
        .await
}

/// A paid order of which one T-shirt and the mug are with Berlin and one T-shirt is on backorder.
async fn split_order(api: &ApiHarness) -> domain::ids::OrderId {
    api.receive("r1", "TEE-RED-M", "berlin", 1).await;
    api.receive("r2", "MUG-BLUE", "berlin", 1).await;
    let id = api.place(&order("1001")).await;
    api.pay(id, TOTAL).await;
    api.route(id).await;
    id
}

#[tokio::test]
async fn units_are_cancelled_requested_or_refused() {
    let api = ApiHarness::new().await;
    let id = split_order(&api).await;
    let body = json!({ "reason": "CUSTOMER_REQUESTED", "note": "Jane called", "lines": [{ "line": "1" }] });
    let answer = cancel(&api, id, "c1", body).await.expect(200);
    let line = &answer["lines"][0];
    assert_eq!(
        (
            &line["cancelled"],
            &line["requested"][0]["units"],
            &line["refused"]
        ),
        (&json!(1), &json!(1), &json!([]))
    );
    assert_eq!(line["requested"][0]["location"], "berlin");
    assert!(answer["refund_owed"].as_i64().unwrap() > 0);
    let view = api.order("agent", id).await;
    assert_eq!(view["fulfillment_orders"][0]["cancel_requested"], true);
    assert_eq!(view["money"]["refund_owed"], answer["refund_owed"]);
    assert_eq!(view["version"], answer["seq"]);
    api.reports(
        "w1",
        id,
        "berlin",
        FulfillmentFact::CancelRefused {
            reason: "too_late".into(),
        },
    )
    .await;
    api.reports("w2", id, "berlin", FulfillmentFact::Picking)
        .await;
    let late = cancel(&api, id, "c2", json!({ "reason": "OTHER" })).await;
    let refusal = late.json["lines"][0]["refused"][0].clone();
    assert_eq!(
        (&refusal["winner"], &refusal["by"], &refusal["units"]),
        (&json!("picking"), &json!("berlin"), &json!(1))
    );
    assert!(refusal["at"].as_str().unwrap().ends_with('Z'));
    assert_eq!(late.json["lines"][1]["refused"][0]["units"], 1);
    assert_eq!(late.problem(409), "nothing_to_cancel");
}

#[tokio::test]
async fn units_that_the_location_was_asked_for_before_are_pending_in_the_next_answer() {
    let api = ApiHarness::new().await;
    let id = split_order(&api).await;
    let one_line = json!({ "reason": "OTHER", "lines": [{ "line": "1" }] });
    cancel(&api, id, "c1", one_line).await.expect(200);
    for _ in ["first", "replayed"] {
        let all = cancel(&api, id, "c2", json!({ "reason": "OTHER" })).await;
        let lines = all.expect(200)["lines"].clone();
        assert_eq!(lines[0]["requested"], json!([]));
        assert_eq!(lines[0]["pending"][0]["units"], 1, "{lines}");
        assert_eq!(lines[0]["pending"][0]["location"], "berlin");
        assert_eq!(lines[1]["requested"][0]["units"], 1);
        assert_eq!(lines[1]["pending"], json!([]));
    }
}

#[tokio::test]
async fn a_shipped_order_is_not_cancelled_and_the_response_names_the_winner() {
    let api = ApiHarness::new().await;
    let id = split_order(&api).await;
    let lines = ["1", "2"].map(|line| FactLine {
        line: line.parse().unwrap(),
        quantity: 1,
    });
    let shipped = FulfillmentFact::Shipped {
        reference: "P1".into(),
        carrier: Some("DHL".into()),
        tracking: Some("00340434".into()),
        lines: lines.to_vec(),
        last: true,
        totals: None,
    };
    api.reports("w1", id, "berlin", shipped).await;
    let answer = cancel(
        &api,
        id,
        "c",
        json!({ "reason": "OTHER", "lines": [{ "line": "2", "quantity": 1 }] }),
    )
    .await;
    assert_eq!(answer.json["lines"][0]["refused"][0]["winner"], "shipped");
    assert_eq!(answer.problem(409), "nothing_to_cancel");
    // The T-shirt on backorder can still be cancelled.
    let rest = cancel(&api, id, "c2", json!({ "reason": "OTHER" }))
        .await
        .expect(200);
    assert_eq!(
        (
            &rest["lines"][0]["cancelled"],
            &rest["lines"][0]["refused"][0]["units"]
        ),
        (&json!(1), &json!(1))
    );
    assert_eq!(rest["status_alias"], "SHIPPED");
    let found = api
        .get("support", "/api/oms/orders?tracking=00340434")
        .await
        .expect(200);
    assert_eq!(found["orders"][0]["id"], json!(id));
}

#[tokio::test]
async fn an_invalid_cancellation_is_refused() {
    let api = ApiHarness::new().await;
    let id = api.place(&order("1001")).await;
    for (body, status, code) in [
        (
            json!({ "reason": "OTHER", "lines": [{ "line": "9" }] }),
            422,
            "unknown_line",
        ),
        (
            json!({ "reason": "OTHER", "lines": [{ "line": "1", "quantity": 3 }] }),
            422,
            "bad_quantity",
        ),
        (
            json!({ "reason": "OTHER", "lines": [{ "line": "1", "quantity": 0 }] }),
            422,
            "bad_quantity",
        ),
        (
            json!({ "reason": "OTHER", "lines": [{ "line": "1", "quantity": -1 }] }),
            400,
            "malformed",
        ),
        (json!({ "reason": "WHIM" }), 400, "malformed"),
        (json!({}), 400, "malformed"),
        (
            json!({ "reason": "OTHER", "note": "x".repeat(1001) }),
            422,
            "invalid_note",
        ),
    ] {
        assert_eq!(
            cancel(&api, id, "k", body.clone()).await.problem(status),
            code,
            "{body}"
        );
    }
    assert_eq!(api.order("agent", id).await["version"], 1);
    let whole = cancel(&api, id, "k", json!({ "reason": "CUSTOMER_REQUESTED" }))
        .await
        .expect(200);
    assert_eq!(
        (&whole["status"], &whole["status_alias"]),
        (&json!("cancelled"), &json!("CANCELED"))
    );
    let again = cancel(&api, id, "k2", json!({ "reason": "CUSTOMER_REQUESTED" }))
        .await
        .expect(200);
    assert_eq!(again["lines"][0]["cancelled"], 0);
}

#[tokio::test]
async fn a_note_is_shown_only_to_those_who_may_read_personal_data_and_say_why() {
    let api = ApiHarness::new().await;
    let id = api.place(&order("1001")).await;
    cancel(
        &api,
        id,
        "c",
        json!({ "reason": "OTHER", "note": "Jane called again" }),
    )
    .await
    .expect(200);
    assert!(
        api.revealed("agent", id)
            .await
            .to_string()
            .contains("Jane called again")
    );
    assert!(
        !api.order("support", id)
            .await
            .to_string()
            .contains("Jane called")
    );
    assert!(
        !api.order("agent", id)
            .await
            .to_string()
            .contains("Jane called")
    );
}
