//! One order as the API shows it.

use app::ports::OrderStore;
use domain::inbound::FulfillmentFact;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{
    api_harness::ApiHarness,
    samples::{TOTAL, order},
};

fn actions(view: &Value) -> Vec<&str> {
    view["actions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|action| action["action"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn a_placed_order_is_returned() {
    let api = ApiHarness::new().await;
    let answer = api
        .post("operator", "/api/oms/orders", "k", &order("1001"))
        .await;
    let location = answer
        .response
        .headers()
        .get("location")
        .and_then(|value| value.to_str().ok())
        .unwrap()
        .to_owned();
    let placed = answer.expect(201);
    assert_eq!(
        location,
        format!("/api/oms/orders/{}", placed["id"].as_str().unwrap())
    );
    assert_eq!(
        (&placed["status"], &placed["status_alias"]),
        (&json!("pending"), &json!("PENDING_PAYMENT"))
    );
    assert_eq!(
        (&placed["total"], &placed["decimals"]),
        (&json!(TOTAL), &json!(2))
    );
    assert_eq!(
        api.get("operator", &location).await.expect(200)["number"],
        "1001"
    );
}

#[tokio::test]
async fn units_and_money_add_up() {
    let api = ApiHarness::new().await;
    api.receive("r", "TEE-RED-M", "berlin", 1).await;
    let id = api.place(&order("1001")).await;
    api.pay(id, TOTAL).await;
    api.route(id).await;
    let view = api.order("agent", id).await;
    let (mut total, mut units) = (0, Vec::new());
    for line in view["lines"].as_array().unwrap() {
        let sum: u64 = [
            "unrouted",
            "backordered",
            "assigned",
            "shipped",
            "cancelled",
        ]
        .iter()
        .map(|bucket| line["units"][bucket].as_u64().unwrap())
        .sum();
        assert_eq!(sum, line["quantity"].as_u64().unwrap());
        total += line["amounts"]["total"].as_i64().unwrap();
        units.push((
            line["units"]["assigned"].as_u64().unwrap(),
            line["units"]["backordered"].as_u64().unwrap(),
        ));
    }
    assert_eq!(total, TOTAL);
    assert_eq!(units, [(1, 1), (0, 1)]);
    let money = json!({
        "currency": "EUR", "decimals": 2, "total": TOTAL, "cancelled": 0, "authorized": TOTAL, "captured": TOTAL,
        "refunded": 0, "refund_owed": 0, "refund_outstanding": 0, "due": TOTAL, "secured": TOTAL, "capturable": 0, "credits": 0,
        "refundable": TOTAL, "refundable_shipping": 490, "credited": 0, "restocking_fees": 0, "lost_to_disputes": 0,
    });
    assert_eq!(view["money"], money);
    assert_eq!(
        (&view["payment_status"], &view["return_status"]),
        (&json!("captured"), &json!("none"))
    );
    assert!(!view.to_string().contains(".0,"), "no amount is a float");
}

#[tokio::test]
async fn the_timeline_shows_actor_cause_event_and_status() {
    let api = ApiHarness::new().await;
    api.receive("r1", "TEE-RED-M", "berlin", 5).await;
    api.receive("r2", "MUG-BLUE", "berlin", 5).await;
    let id = api.place(&order("1001")).await;
    api.pay(id, TOTAL).await;
    api.route(id).await;
    api.reports("w1", id, "berlin", FulfillmentFact::Accepted)
        .await;
    let view = api.order("support", id).await;
    let sent: Vec<(&str, &str)> = view["timeline"]
        .as_array()
        .unwrap()
        .iter()
        .map(|moment| {
            (
                moment["event"].as_str().unwrap(),
                moment["status"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        sent[..7],
        [
            ("OrderPlaced", "pending"),
            ("PaymentLinked", "pending"),
            ("PaymentCaptured", "paid"),
            ("OrderReleased", "paid"),
            ("OrderRouted", "awaiting_fulfillment"),
            ("FulfillmentRequested", "awaiting_fulfillment"),
            ("FulfillmentAccepted", "awaiting_fulfillment"),
        ]
    );
    let first = &view["timeline"][0];
    assert_eq!(
        first["actor"],
        json!({ "kind": "agent", "id": "user-agent" })
    );
    assert_eq!(
        (&first["cause"], &first["text"]),
        (
            &json!("api:a510e50665127ebf/place-1001"),
            &json!("Order 1001 placed for 51.26 EUR")
        )
    );
    assert_eq!(view["timeline"][1]["actor"]["kind"], "payment_provider");
    assert_eq!(view["timeline"][6]["text"], "Accepted by berlin");
    let routing = &view["routing"][0];
    assert!(!routing["explanation"].as_str().unwrap().is_empty());
    assert_eq!(routing["assignments"][0]["location"], "berlin");
    assert_eq!(
        view["version"],
        view["timeline"].as_array().unwrap().last().unwrap()["seq"]
    );
}

#[tokio::test]
async fn a_commit_that_cannot_be_read_is_a_gap_in_the_timeline_and_hides_nothing_else() {
    let api = ApiHarness::new().await;
    let id = api.place(&order("1001")).await;
    api.pay(id, TOTAL).await;
    api.route(id).await;
    let history = api.store.history(id).await.unwrap();
    let [_, paid, _] = history.commits.as_slice() else {
        panic!("{history:?}");
    };
    let unknown = paid.text.replace("PaymentLinked", "PaymentForetold");
    let hash = hex::encode(Sha256::digest(unknown.as_bytes()));
    api.store.replace_commit(id, 2, &unknown, &hash);

    let view = api.order("agent", id).await;
    assert_eq!(view["unreadable"][0]["seq"], 2);
    let reason = view["unreadable"][0]["reason"].as_str().unwrap();
    assert!(reason.starts_with("a commit cannot be read"), "{reason}");
    let timeline = view["timeline"].as_array().unwrap();
    let shown: Vec<(&Value, &Value)> = timeline
        .iter()
        .map(|entry| (&entry["event"], &entry["status"]))
        .collect();
    assert_eq!(shown[0], (&json!("OrderPlaced"), &json!("pending")));
    assert_eq!(shown[1].0, "OrderRouted");
    assert!(
        shown[1..].iter().all(|(_, status)| status.is_null()),
        "{shown:?}"
    );

    api.store.replace_commit(id, 2, &unknown, &paid.hash);
    let view = api.order("agent", id).await;
    let reason = view["unreadable"][0]["reason"].as_str().unwrap();
    assert!(reason.starts_with("a commit was edited"), "{reason}");
}

#[tokio::test]
async fn the_actions_are_those_that_the_user_may_take_now() {
    let api = ApiHarness::new().await;
    api.receive("r1", "TEE-RED-M", "berlin", 5).await;
    api.receive("r2", "MUG-BLUE", "berlin", 5).await;
    let id = api.place(&order("1001")).await;
    assert_eq!(actions(&api.order("agent", id).await), ["cancel", "hold"]);
    assert!(actions(&api.order("support", id).await).is_empty());
    assert_eq!(
        actions(&api.order("operator", id).await),
        ["record_payment"]
    );
    let path = format!("/api/oms/orders/{id}/hold");
    let body = json!({ "kind": "manual", "handle": "call-back" });
    api.post("agent", &path, "h", &body).await.expect(200);
    let view = api.order("agent", id).await;
    assert_eq!(actions(&view), ["cancel", "hold", "release"]);
    assert_eq!(
        (&view["holds"][0]["handle"], &view["holds"][0]["effect"]),
        (&json!("call-back"), &json!("effective"))
    );
    let release = view["actions"][2].clone();
    let released = api
        .post(
            "agent",
            release["href"].as_str().unwrap(),
            "h2",
            &json!({ "handle": release["handle"] }),
        )
        .await
        .expect(200);
    assert_eq!(released["handle"], "call-back");
    api.pay(id, TOTAL).await;
    api.route(id).await;
    let view = api.order("agent", id).await;
    let lines = json!([{ "line": "1", "now": 0, "to_request": 2 }, { "line": "2", "now": 0, "to_request": 1 }]);
    assert_eq!(view["actions"][0]["lines"], lines);
    api.post("agent", &path, "h3", &body).await.expect(200);
    assert_eq!(
        api.order("agent", id).await["holds"][0]["effect"],
        "requested"
    );
    api.reports("w1", id, "berlin", FulfillmentFact::Picking)
        .await;
    assert_eq!(actions(&api.order("agent", id).await), ["hold", "release"]);
}

#[tokio::test]
async fn invalid_holds_are_refused() {
    let api = ApiHarness::new().await;
    let id = api.place(&order("1001")).await;
    let hold = format!("/api/oms/orders/{id}/hold");
    for (body, status) in [
        (json!({ "kind": "whim" }), 400),
        (json!({ "kind": "manual", "handle": "call Jane" }), 422),
        (
            json!({ "kind": "manual", "until": "2020-01-01T00:00:00Z" }),
            422,
        ),
    ] {
        api.post("agent", &hold, "k", &body).await.problem(status);
    }
    let release = format!("/api/oms/orders/{id}/release");
    let unknown = api
        .post("agent", &release, "k", &json!({ "handle": "no-such" }))
        .await;
    assert_eq!(unknown.problem(422), "unknown_hold");
    let cancel = format!("/api/oms/orders/{id}/cancel");
    api.post("agent", &cancel, "c", &json!({ "reason": "FRAUD" }))
        .await
        .expect(200);
    assert_eq!(
        api.post("agent", &hold, "k2", &json!({ "kind": "manual" }))
            .await
            .problem(409),
        "wrong_status"
    );
    let nowhere = "/api/oms/orders/ord_0199f3a0b1c27d3e8f4a5b6c7d8e9f00/hold";
    assert_eq!(
        api.post("agent", nowhere, "k3", &json!({ "kind": "manual" }))
            .await
            .problem(404),
        "not_found"
    );
}

#[tokio::test]
async fn an_erased_customer_is_null() {
    let api = ApiHarness::new().await;
    let id = api.place(&order("1001")).await;
    api.store.erase(id);
    let view = api.order("admin", id).await;
    assert_eq!(
        (&view["customer"], &view["number"]),
        (&Value::Null, &json!("1001"))
    );
}
