//! The results of reconciliation, as they are read.

use app::{
    ports::{Clock, ReconciliationStore},
    usecases::reconcile::reconcile_day,
};
use domain::ids::OrderId;
use jiff::SignedDuration;
use serde_json::{Value, json};
use stories::{gateway::GatewayDouble, inbound_queue::SentQueue};

use crate::api_harness::ApiHarness;

const PATH: &str = "/api/oms/reconciliation";

async fn paid(api: &ApiHarness) -> OrderId {
    let order = json!({
        "number": "1001", "currency": "EUR",
        "lines": [{ "sku": "TEE", "quantity": 1, "unit_price": 1999 }],
        "customer": { "name": "Jane", "email": "jane@example.com", "address": { "lines": ["1"], "city": "Berlin", "country": "DE" } },
    });
    let order = api.place(&order).await;
    api.pay(order, 1999).await;
    order
}

/// The day on which an order was paid is over, and the gateway does not know the payment.
async fn compared() -> (ApiHarness, OrderId) {
    let api = ApiHarness::new().await;
    let order = paid(&api).await;
    let day = "2026-11-22".parse().unwrap();
    api.clock.advance(SignedDuration::from_hours(15));
    let (gateway, own) = (GatewayDouble::default(), SentQueue::default());
    gateway.time_is(api.clock.now());
    let stop_at = api.clock.now() + SignedDuration::from_mins(1);
    let run = reconcile_day(&api.store, &gateway, &own, &api.clock, day, stop_at);
    run.await.unwrap();
    (api, order)
}

fn states(view: &Value) -> Vec<(&str, &str)> {
    let days = view["days"].as_array().unwrap().iter();
    days.map(|day| (day["day"].as_str().unwrap(), day["state"].as_str().unwrap()))
        .collect()
}

#[tokio::test]
async fn a_day_shows_its_differences_with_both_amounts_and_what_to_do() {
    let (api, order) = compared().await;
    let target = format!("{PATH}?from=2026-11-21&to=2026-11-22");
    let view = api.get("operator", &target).await.expect(200);
    assert_eq!(
        states(&view),
        [("2026-11-21", "not_compared"), ("2026-11-22", "finished")]
    );
    let day = &view["days"][1];
    assert_eq!((&day["open"], &day["not_listed"]), (&json!(1), &json!(0)));
    assert_eq!(day["compared"]["movements"], 1);
    let found = &day["differences"][0];
    assert_eq!(found["kind"], "payment_missing_at_gateway");
    assert_eq!(found["order"], order.to_string());
    assert_eq!(found["id"], format!("pi_{order}"));
    assert_eq!(found["currency"], "EUR");
    assert_eq!(
        (&found["gateway"], &found["ours"]["amount"]),
        (&json!({}), &json!(1999))
    );
    assert_eq!(
        (&found["open"], &found["applied"]),
        (&json!(true), &json!(false))
    );
    assert!(
        found["what_to_do"]
            .as_str()
            .unwrap()
            .starts_with("Check whether")
    );
}

#[tokio::test]
async fn without_days_the_last_seven_that_are_over_are_read() {
    let (api, _) = compared().await;
    let view = api.get("admin", PATH).await.expect(200);
    let days = states(&view);
    assert_eq!(days.len(), 7);
    assert_eq!(days[0].0, "2026-11-16");
    assert_eq!(days[6], ("2026-11-22", "finished"));
    let target = format!("{PATH}?from=2026-11-22");
    let view = api.get("admin", &target).await.expect(200);
    assert_eq!(states(&view), [("2026-11-22", "finished")]);
}

#[tokio::test]
async fn days_that_cannot_be_read_are_refused() {
    let api = ApiHarness::new().await;
    for query in [
        "from=2026-11-23&to=2026-11-22",
        "from=2026-10-22&to=2026-11-22",
        "from=yesterday",
        "to=2026-02-30",
        "day=2026-11-22",
    ] {
        let answer = api.get("operator", &format!("{PATH}?{query}")).await;
        assert_eq!(answer.problem(400), "malformed", "{query}");
    }
    let target = format!("{PATH}?from=2026-10-23&to=2026-11-22");
    let view = api.get("operator", &target).await.expect(200);
    assert_eq!(states(&view).len(), 31);
}

#[tokio::test]
async fn only_who_may_read_it_reads_it() {
    let api = ApiHarness::new().await;
    for group in ["support", "agent", "shop", "location"] {
        let answer = api.get(group, PATH).await;
        assert_eq!(answer.problem(403), "forbidden", "{group}");
    }
    let day = "2026-11-22".parse().unwrap();
    assert_eq!(api.store.day_result(day).await.unwrap(), None);
}
