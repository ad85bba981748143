//! Cancelling over the API: line by line, with who was first.

use domain::inbound::{FactLine, FulfillmentFact};
use serde_json::{Value, json};

use crate::desk::{Answer, Desk, TOTAL, order};

async fn cancel(desk: &Desk, id: domain::ids::OrderId, key: &str, body: Value) -> Answer {
    desk.post("agent", &format!("/api/oms/orders/{id}/cancel"), key, &body)
        .await
}

/// A paid order of which one T-shirt and the mug are with Berlin and one T-shirt waits.
async fn split_order(desk: &Desk) -> domain::ids::OrderId {
    desk.receive("r1", "TEE-RED-M", "berlin", 1).await;
    desk.receive("r2", "MUG-BLUE", "berlin", 1).await;
    let id = desk.place(&order("1001")).await;
    desk.pay(id, TOTAL).await;
    desk.route(id).await;
    id
}

#[tokio::test]
async fn units_are_cancelled_at_once_asked_for_or_too_late() {
    let desk = Desk::open().await;
    let id = split_order(&desk).await;
    let body = json!({ "reason": "CUSTOMER_REQUESTED", "note": "Jane called", "lines": [{ "line": "1" }] });
    let answer = cancel(&desk, id, "c1", body).await.expect(200);
    let line = &answer["lines"][0];
    assert_eq!(
        (&line["cancelled"], &line["asked"], &line["refused"]),
        (&json!(1), &json!(1), &json!(0))
    );
    assert_eq!(line["asked_of"][0]["location"], "berlin");
    assert!(answer["refund_owed"].as_i64().unwrap() > 0);
    let view = desk.order("agent", id).await;
    assert_eq!(view["fulfillment_orders"][0]["cancel_requested"], true);
    assert_eq!(view["money"]["refund_owed"], answer["refund_owed"]);
    assert_eq!(view["version"], answer["seq"]);
    desk.tell_fulfillment(
        "w1",
        id,
        "berlin",
        FulfillmentFact::CancelRefused {
            reason: "too_late".into(),
        },
    )
    .await;
    desk.tell_fulfillment("w2", id, "berlin", FulfillmentFact::Picking)
        .await;
    let late = cancel(&desk, id, "c2", json!({ "reason": "OTHER" })).await;
    let refusal = late.json["lines"][0]["refusals"][0].clone();
    assert_eq!(
        (&refusal["winner"], &refusal["by"], &refusal["units"]),
        (&json!("picking"), &json!("berlin"), &json!(1))
    );
    assert!(refusal["at"].as_str().unwrap().ends_with('Z'));
    assert_eq!(late.json["lines"][1]["refused"], 1);
    assert_eq!(late.refused(409), "nothing_to_cancel");
}

#[tokio::test]
async fn a_shipped_order_is_not_cancelled_and_says_who_was_first() {
    let desk = Desk::open().await;
    let id = split_order(&desk).await;
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
    };
    desk.tell_fulfillment("w1", id, "berlin", shipped).await;
    let answer = cancel(
        &desk,
        id,
        "c",
        json!({ "reason": "OTHER", "lines": [{ "line": "2", "quantity": 1 }] }),
    )
    .await;
    assert_eq!(answer.json["lines"][0]["refusals"][0]["winner"], "shipped");
    assert_eq!(answer.refused(409), "nothing_to_cancel");
    // The T-shirt that waits can still go.
    let rest = cancel(&desk, id, "c2", json!({ "reason": "OTHER" }))
        .await
        .expect(200);
    assert_eq!(
        (&rest["lines"][0]["cancelled"], &rest["lines"][0]["refused"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(rest["status_alias"], "SHIPPED");
    let found = desk
        .get("support", "/api/oms/orders?tracking=00340434")
        .await
        .expect(200);
    assert_eq!(found["orders"][0]["id"], json!(id));
}

#[tokio::test]
async fn a_wish_that_the_order_cannot_mean_is_refused() {
    let desk = Desk::open().await;
    let id = desk.place(&order("1001")).await;
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
            cancel(&desk, id, "k", body.clone()).await.refused(status),
            code,
            "{body}"
        );
    }
    assert_eq!(desk.order("agent", id).await["version"], 1);
    let whole = cancel(&desk, id, "k", json!({ "reason": "CUSTOMER_REQUESTED" }))
        .await
        .expect(200);
    assert_eq!(
        (&whole["status"], &whole["status_alias"]),
        (&json!("cancelled"), &json!("CANCELED"))
    );
    let again = cancel(&desk, id, "k2", json!({ "reason": "CUSTOMER_REQUESTED" }))
        .await
        .expect(200);
    assert_eq!(again["lines"][0]["cancelled"], 0);
}

#[tokio::test]
async fn a_note_is_for_those_who_may_see_personal_data() {
    let desk = Desk::open().await;
    let id = desk.place(&order("1001")).await;
    cancel(
        &desk,
        id,
        "c",
        json!({ "reason": "OTHER", "note": "Jane called again" }),
    )
    .await
    .expect(200);
    assert!(
        desk.order("agent", id)
            .await
            .to_string()
            .contains("Jane called again")
    );
    assert!(
        !desk
            .order("support", id)
            .await
            .to_string()
            .contains("Jane called")
    );
}
