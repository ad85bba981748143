//! What operators see of the queues, and how they have dead letters handled again.

use app::{bus::subscriptions::Consumer, ports::DeadLetter};
use serde_json::json;

use crate::api_harness::ApiHarness;

fn letter(nth: u32, body: &str) -> DeadLetter {
    DeadLetter {
        id: format!("m{nth}"),
        at: format!("2026-11-22T1{}:00:00Z", nth % 10).parse().unwrap(),
        code: Some("not_found".to_owned()),
        reason: Some("there is no such order".to_owned()),
        body: body.to_owned(),
    }
}

#[tokio::test]
async fn an_operator_reads_why_a_message_was_given_up_and_has_it_handled_again() {
    let api = ApiHarness::new().await;
    let body =
        json!({ "order": "ord_1", "at": "2026-11-22T10:00:00Z", "kind": "payment", "amount": 5 });
    api.queues.has(Consumer::Payments, letter(2, "later"));
    api.queues
        .has(Consumer::Payments, letter(1, &body.to_string()));
    let queues = api.get("operator", "/api/oms/queues").await.expect(200);
    let payments = queues["items"].as_array().unwrap().iter();
    let payments = payments.clone().find(|queue| queue["queue"] == "payments");
    assert_eq!(payments.unwrap()["dead_letters"], 2);
    let path = "/api/oms/queues/payments/dead_letters";
    let letters = api.get("operator", path).await.expect(200);
    assert_eq!(letters["items"][0]["id"], "m1", "the oldest first");
    assert_eq!(letters["items"][0]["reason_code"], "not_found");
    assert_eq!(letters["items"][0]["body"], body);
    assert_eq!(letters["items"][1]["body"], "***", "it is not JSON");

    let path = "/api/oms/queues/payments/redrive";
    let redriven = api.post("operator", path, "k1", &json!({})).await;
    let done = json!({ "queue": "payments", "moved": 2, "more": false });
    assert_eq!(redriven.expect(200), done);
    let moved = api.queues.moved();
    assert_eq!(moved.len(), 2);
    assert!(moved.contains(&(Consumer::Payments, body.to_string())));
}

#[tokio::test]
async fn a_request_moves_a_hundred_dead_letters_and_says_that_there_may_be_more() {
    let api = ApiHarness::new().await;
    for nth in 0..105 {
        api.queues.has(Consumer::Lifecycle, letter(nth, "x"));
    }
    let path = "/api/oms/queues/inbound/redrive";
    let first = api
        .post("operator", path, "k1", &json!({}))
        .await
        .expect(200);
    assert_eq!(
        (&first["moved"], &first["more"]),
        (&json!(100), &json!(true))
    );
    let second = api
        .post("operator", path, "k1", &json!({}))
        .await
        .expect(200);
    assert_eq!(
        (&second["moved"], &second["more"]),
        (&json!(5), &json!(false))
    );
}

#[tokio::test]
async fn text_of_a_dead_letter_that_may_be_personal_is_masked() {
    let api = ApiHarness::new().await;
    let body = json!({
        "name": "Jane Doe", "first": "Jane", "email": "jane@example.com", "street": "Main Street 1",
        "phone": "+49 170 123", "id": "evt_1", "status": "shipped", "lines": [{ "sku": "TEE-RED-M", "note": "Ring twice" }],
    });
    api.queues
        .has(Consumer::Lifecycle, letter(1, &body.to_string()));
    let path = "/api/oms/queues/inbound/dead_letters";
    let shown = api.get("operator", path).await.expect(200)["items"][0]["body"].clone();
    let masked = json!({
        "name": "***", "first": "***", "email": "***", "street": "***", "phone": "***", "id": "evt_1",
        "status": "shipped", "lines": [{ "sku": "TEE-RED-M", "note": "***" }],
    });
    assert_eq!(shown, masked);
}

#[tokio::test]
async fn only_operators_see_the_queues_and_what_is_wrong_is_said() {
    let api = ApiHarness::new().await;
    for group in ["support", "agent", "shop", "location"] {
        let problem = api.get(group, "/api/oms/queues").await.problem(403);
        assert_eq!(problem, "forbidden", "{group}");
    }
    let unknown = api
        .get("operator", "/api/oms/queues/mails/dead_letters")
        .await;
    assert_eq!(unknown.problem(404), "not_found");
    api.queues.is_down();
    let down = api.get("operator", "/api/oms/queues").await;
    assert_eq!(down.problem(503), "unavailable");
    let path = "/api/oms/queues/inbound/redrive";
    let down = api.post("operator", path, "k1", &json!({})).await;
    assert_eq!(down.problem(503), "unavailable");
}
