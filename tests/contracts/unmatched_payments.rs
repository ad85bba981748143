//! Payments that no order names: listed, closed, and an order's when one names them.

use domain::inbound::{Fact, OrderReference, PaymentFact};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::{
    api_harness::ApiHarness,
    samples::{TOTAL, order},
};

const PATH: &str = "/api/oms/unmatched_payments";

/// A payment is captured, of which the gateway names the intent and sometimes an order.
pub(crate) async fn captured(api: &ApiHarness, intent: &str, name: Option<&str>) {
    let order = OrderReference {
        order: name.map(str::to_owned),
        intent: Some(intent.to_owned()),
    };
    let fact = PaymentFact::Captured {
        amount: TOTAL,
        currency: "EUR".parse().unwrap(),
    };
    let fact = Fact::Payment { order, fact };
    api.receives_webhook(&format!("evt-{intent}"), None, fact)
        .await;
}

async fn listed(api: &ApiHarness, query: &str) -> Vec<Value> {
    let page = api.get("support", &format!("{PATH}{query}")).await;
    page.expect(200)["payments"].as_array().unwrap().clone()
}

#[tokio::test]
async fn unmatched_payments_are_listed_page_by_page_the_oldest_first() {
    let api = ApiHarness::new().await;
    for (intent, name) in [("pi_b", Some("W-77")), ("pi_a", None), ("pi_c", None)] {
        captured(&api, intent, name).await;
        api.clock.advance(SignedDuration::from_secs(1));
    }
    let all = listed(&api, "").await;
    let first = &all[0];
    assert_eq!(first["payment"], "intent:pi_b");
    assert_eq!(first["names"], json!(["W-77"]));
    assert_eq!(first["events"][0]["kind"], "captured");
    assert_eq!(first["events"][0]["amount"], TOTAL);
    assert_eq!(first["events"][0]["currency"], "EUR");
    assert_eq!(first["events"][0]["id"], "evt-pi_b");
    let mut found = Vec::new();
    let mut cursor = String::new();
    for _ in 0..3 {
        let target = format!("{PATH}?limit=1{cursor}");
        let page = api.get("operator", &target).await.expect(200);
        found.push(page["payments"][0].clone());
        let next = page["next_cursor"].as_str();
        cursor = next.map_or_else(String::new, |next| format!("&cursor={next}"));
    }
    assert_eq!(cursor, "", "three pages");
    assert_eq!(found, all);
    let wrong = api.get("support", &format!("{PATH}?closed=lost")).await;
    assert_eq!(wrong.problem(400), "malformed");
}

#[tokio::test]
async fn one_that_a_person_has_closed_is_listed_as_closed_and_cannot_be_closed_again() {
    let api = ApiHarness::new().await;
    captured(&api, "pi_a", None).await;
    let path = format!("{PATH}/close/intent:pi_a");
    let body = json!({ "note": "of the shop in Lyon" });
    for group in ["support", "operator", "shop"] {
        assert_eq!(
            api.post(group, &path, "k", &body).await.problem(403),
            "forbidden"
        );
    }
    let closed = api.post("agent", &path, "k-1", &body).await.expect(200);
    assert_eq!(closed["closed"]["reason"], "by_person");
    assert_eq!(closed["closed"]["note"], "of the shop in Lyon");
    let again = api.post("agent", &path, "k-1", &body).await;
    assert_eq!(again.response.headers()["idempotent-replayed"], "true");
    assert_eq!(again.expect(200), closed);
    let second = api.post("agent", &path, "k-2", &body).await;
    assert_eq!(second.problem(409), "payment_closed");
    assert_eq!(listed(&api, "").await, [] as [Value; 0]);
    let shown = &listed(&api, "?closed=true").await[0];
    assert_eq!(shown["closed"].get("note"), None, "it may be personal");
    let asked = format!("{PATH}?closed=true&personal_data=whose%20is%20it");
    assert_eq!(api.get("operator", &asked).await.problem(403), "forbidden");
    let page = api.get("agent", &asked).await.expect(200);
    let note = &page["payments"][0]["closed"]["note"];
    assert_eq!(note, "of the shop in Lyon");
    let log = api.get("admin", "/api/oms/access_log").await.expect(200);
    assert_eq!(log["entries"].as_array().unwrap().len(), 1);
    assert_eq!(log["entries"][0]["reason"], "whose is it");
    assert_eq!(log["entries"][0]["order"], Value::Null);
    for nobodys in ["intent:pi_x", "order:a/b"] {
        let path = format!("{PATH}/close/{nobodys}");
        let none = api.post("agent", &path, nobodys, &body).await;
        assert_eq!(none.problem(404), "not_found", "{nobodys}");
    }
}

#[tokio::test]
async fn an_order_whose_payment_was_there_before_it_is_answered_as_paid() {
    let api = ApiHarness::new().await;
    let mut request = order("1001");
    request["payment"] = json!({ "intent": "pi_1001" });
    captured(&api, "pi_1001", None).await;
    let id = api.place(&request).await;
    let shown = api.order("agent", id).await;
    assert_eq!(shown["status"], "paid");
    assert_eq!(listed(&api, "").await, [] as [Value; 0]);
    let by = |entry: &Value| entry["actor"]["kind"].clone();
    let timeline = shown["timeline"].as_array().unwrap();
    assert!(
        timeline.iter().any(|entry| by(entry) == "payment_provider"),
        "{timeline:#?}"
    );
}
