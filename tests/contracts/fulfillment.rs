//! Fulfillment orders are worked by people: those of the location, and operators.

use domain::{
    ids::{FulfillmentOrderId, OrderId},
    order::ActorKind,
};
use serde_json::{Value, json};

use app::ports::OrderStore;

use crate::{
    api_harness::{ApiHarness, ApiResponse, request},
    samples::{TOTAL, order},
};

/// A user who works at Berlin.
const BERLIN: &str = "location location:berlin";
/// A user who works elsewhere.
const LYON: &str = "location location:lyon";

/// A paid order that Berlin is to ship; gives its id and the path of its fulfillment order.
async fn requested(api: &ApiHarness, number: &str) -> (OrderId, String) {
    api.receive(&format!("t-{number}"), "TEE-RED-M", "berlin", 2)
        .await;
    api.receive(&format!("m-{number}"), "MUG-BLUE", "berlin", 1)
        .await;
    let id = api.place(&order(number)).await;
    api.pay(id, TOTAL).await;
    api.route(id).await;
    let view = api.order("admin", id).await;
    let found = view["fulfillment_orders"][0]["id"].as_str().unwrap();
    (
        id,
        format!("/api/oms/orders/{id}/fulfillment_orders/{found}"),
    )
}

async fn report(
    api: &ApiHarness,
    group: &str,
    work: &str,
    action: &str,
    body: &Value,
) -> ApiResponse {
    let key = format!("{action}-{}", work.len());
    api.post(group, &format!("{work}/{action}"), &key, body)
        .await
}

/// What the caller may report, in the order in which it is offered.
fn actions(view: &Value) -> Vec<&str> {
    let all = view["actions"].as_array().unwrap().iter();
    all.map(|action| action["action"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn the_steps_of_a_shipment_are_reported_as_by_webhook() {
    let api = ApiHarness::new().await;
    let (id, work) = requested(&api, "1001").await;
    let early = json!({ "reference": "1" });
    for step in [
        "in_transit",
        "out_for_delivery",
        "exception",
        "returned_to_sender",
    ] {
        let answer = report(&api, BERLIN, &work, step, &early).await;
        assert_eq!(answer.problem(409), "shipment_not_yet_known", "{step}");
    }
    api.post(BERLIN, &format!("{work}/ship"), "s", &early)
        .await
        .expect(200);
    let shouted = json!({ "reference": "1", "reason": "Nobody at home" });
    let answer = api
        .post(BERLIN, &format!("{work}/exception"), "r", &shouted)
        .await;
    assert_eq!(answer.problem(422), "invalid_report");
    let reason = json!({ "reference": "1", "reason": "address_unknown" });
    for (step, body, status, open) in [
        ("in_transit", &early, "in_transit", None),
        ("out_for_delivery", &early, "out_for_delivery", None),
        ("exception", &reason, "exception", Some("delivery_problem")),
        (
            "returned_to_sender",
            &early,
            "returned_to_sender",
            Some("returned_to_sender"),
        ),
    ] {
        let path = format!("{work}/{step}");
        api.post("operator", &path, step, body).await.expect(200);
        let view = api.order("support", id).await;
        assert_eq!(view["shipments"][0]["status"], status, "{step}");
        let kinds = view["exceptions"].as_array().unwrap();
        let mut kinds = kinds.iter().filter_map(|open| open["kind"].as_str());
        assert_eq!(kinds.next_back(), open, "{step}");
    }
}

#[tokio::test]
async fn a_user_of_the_location_ships_an_order_from_accept_to_delivered() {
    let api = ApiHarness::new().await;
    let (id, work) = requested(&api, "1001").await;
    let seen = api.get(BERLIN, &work).await.expect(200);
    assert_eq!(
        actions(&seen),
        ["accept", "pick", "pack", "ship", "short", "reject"]
    );
    for (action, status) in [
        ("accept", "accepted"),
        ("pick", "picking"),
        ("pack", "packed"),
    ] {
        let view = report(&api, BERLIN, &work, action, &json!({}))
            .await
            .expect(200);
        assert_eq!(view["status"], status);
    }
    let first = json!({ "reference": "1", "carrier": "DHL", "tracking": "T1", "lines": [{ "line": "1", "quantity": 2 }] });
    let view = report(&api, BERLIN, &work, "ship", &first)
        .await
        .expect(200);
    assert_eq!(view["status"], "packed");
    assert_eq!(view["lines"][1]["open"], 1);
    let last = json!({ "reference": "2" });
    let path = format!("{work}/ship");
    let view = api.post(BERLIN, &path, "last", &last).await.expect(200);
    assert_eq!(view["status"], "shipped");
    let steps = [
        "in_transit",
        "out_for_delivery",
        "deliver",
        "exception",
        "returned_to_sender",
    ];
    assert_eq!(actions(&view), [steps, steps].concat());
    assert_eq!(view["actions"][0]["shipment"], "1");
    for reference in ["1", "2"] {
        let body = json!({ "reference": reference });
        let path = format!("{work}/deliver");
        api.post(BERLIN, &path, reference, &body).await.expect(200);
    }
    let view = api.order("agent", id).await;
    assert_eq!(view["status"], "delivered");
    assert_eq!(view["exceptions"], json!([]));
    let commits = api.store.commits(id).await.unwrap();
    let reports = commits.iter().map(|commit| &commit.body);
    let by_user: Vec<_> = reports
        .filter(|body| body.cause.source == "api")
        .skip(1)
        .collect();
    assert_eq!(by_user.len(), 7);
    for body in by_user {
        assert_eq!(body.actor.kind, ActorKind::Agent);
        assert_eq!(body.actor.id, "user-location-location:berlin");
    }
}

#[tokio::test]
async fn another_location_learns_nothing() {
    let api = ApiHarness::new().await;
    let (id, work) = requested(&api, "1001").await;
    let unknown = format!(
        "/api/oms/orders/{id}/fulfillment_orders/{}",
        FulfillmentOrderId::mint(jiff::Timestamp::UNIX_EPOCH, [0; 10])
    );
    let missing = api.get(LYON, &unknown).await;
    let body = missing.response.body().clone();
    assert_eq!(missing.problem(404), "not_found");
    for path in [&work, &unknown] {
        let answer = api.get(LYON, path).await;
        assert_eq!(
            *answer.response.body(),
            body,
            "the same answer, there or not"
        );
        for (action, sent) in [
            ("accept", json!({})),
            ("ship", json!({ "reference": "1" })),
            ("deliver", json!({ "reference": "1" })),
            ("reject", json!({ "reason": "cannot_ship" })),
        ] {
            let answer = report(&api, LYON, path, action, &sent).await;
            assert_eq!(answer.problem(404), "not_found", "{action}");
        }
    }
    let listing = "/api/oms/locations/berlin/fulfillment_orders";
    assert_eq!(api.get(LYON, listing).await.problem(404), "not_found");
    // The group alone, or the location alone, is not enough.
    assert_eq!(api.get("location", &work).await.problem(404), "not_found");
    let answer = api.get("location:berlin", &work).await;
    assert_eq!(answer.problem(403), "forbidden");
    assert_eq!(api.get("shop", &work).await.problem(403), "forbidden");
    assert_eq!(
        api.order("admin", id).await["fulfillment_orders"][0]["status"],
        "requested"
    );
}

#[tokio::test]
async fn the_location_reads_the_address_until_its_part_has_left_and_nothing_else_of_the_customer() {
    let api = ApiHarness::new().await;
    let (id, work) = requested(&api, "1001").await;
    let view = api.get(BERLIN, &work).await.expect(200);
    let ship_to = &view["ship_to"];
    assert_eq!(ship_to["masked"], false);
    assert_eq!(ship_to["name"], "Jane van Doe");
    assert_eq!(ship_to["address"]["lines"][0], "Hauptstrasse 17");
    let text = view.to_string();
    assert!(
        !text.contains("Example.com") && !text.contains("unit_price"),
        "{text}"
    );
    let order = format!("/api/oms/orders/{id}");
    assert_eq!(api.get(BERLIN, &order).await.problem(403), "forbidden");

    let log = format!("/api/oms/access_log?order={id}");
    let logged = api.get("admin", &log).await.expect(200);
    assert_eq!(logged["entries"].as_array().unwrap().len(), 1);
    assert_eq!(logged["entries"][0]["reason"], "work");
    let view = api.get("admin", &work).await.expect(200);
    assert_eq!(view["ship_to"]["masked"], true, "no reason, no work here");
    api.clock.advance(jiff::SignedDuration::from_secs(1));
    let asked = format!("{work}?personal_data=label%20is%20torn");
    let view = api.get("admin", &asked).await.expect(200);
    assert_eq!(view["ship_to"]["name"], "Jane van Doe");
    assert_eq!(api.get(BERLIN, &asked).await.problem(403), "forbidden");
    let logged = api.get("admin", &log).await.expect(200);
    assert_eq!(logged["entries"][0]["reason"], "label is torn");

    let view = api.get("operator", &work).await.expect(200);
    assert_eq!(view["ship_to"]["masked"], true);
    assert_eq!(view["ship_to"]["name"], "J. v. D.");
    for group in ["operator", BERLIN] {
        let listing = "/api/oms/locations/berlin/fulfillment_orders";
        let list = api.get(group, listing).await.expect(200).to_string();
        assert!(!list.contains("Doe") && list.contains("1001"), "{list}");
    }
    let shipped = json!({ "reference": "1" });
    report(&api, BERLIN, &work, "ship", &shipped)
        .await
        .expect(200);
    let view = api.get(BERLIN, &work).await.expect(200);
    assert_eq!(view["ship_to"], Value::Null);
}

#[tokio::test]
async fn the_open_fulfillment_orders_of_a_location_are_listed_page_by_page() {
    let api = ApiHarness::new().await;
    let lyon = json!({ "name": "Lyon", "kind": "warehouse" });
    api.put("/api/oms/locations/lyon", &lyon).await.expect(200);
    let mut expected = Vec::new();
    for number in ["1001", "1002", "1003", "1004"] {
        let (_, work) = requested(&api, number).await;
        if number == "1002" {
            let shipped = json!({ "reference": "1" });
            report(&api, "operator", &work, "ship", &shipped)
                .await
                .expect(200);
        } else {
            expected.push(number.to_owned());
        }
    }
    for limit in [1, 2, 100] {
        let mut found = Vec::new();
        let mut cursor = String::new();
        for _ in 0..50 {
            let target =
                format!("/api/oms/locations/berlin/fulfillment_orders?limit={limit}{cursor}");
            let page = api.get(BERLIN, &target).await.expect(200);
            for entry in page["fulfillment_orders"].as_array().unwrap() {
                found.push(entry["number"].as_str().unwrap().to_owned());
                assert_eq!(entry["lines"][0]["sku"], "TEE-RED-M");
            }
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        found.sort();
        assert_eq!(found, expected, "{limit}");
    }
    let target = "/api/oms/locations/lyon/fulfillment_orders?since=2026-11-20";
    let page = api.get(LYON, target).await.expect(200);
    assert_eq!(page["fulfillment_orders"], json!([]));
}

#[tokio::test]
async fn a_report_takes_effect_once_and_a_key_belongs_to_one_report() {
    let api = ApiHarness::new().await;
    let (id, work) = requested(&api, "1001").await;
    let path = format!("{work}/ship");
    let body = json!({ "reference": "1", "lines": [{ "line": "1", "quantity": 1 }] });
    api.post(BERLIN, &path, "k", &body).await.expect(200);
    let again = api.post(BERLIN, &path, "k", &body).await;
    assert_eq!(again.response.headers()["idempotent-replayed"], "true");
    again.expect(200);
    let other = json!({ "reference": "2" });
    let answer = api.post(BERLIN, &path, "k", &other).await;
    assert_eq!(answer.problem(422), "idempotency_key_reused");
    let view = api.order("admin", id).await;
    assert_eq!(view["shipments"].as_array().unwrap().len(), 1);
    assert_eq!(view["lines"][0]["units"]["shipped"], 1);
    // The parcel's own webhook comes too: the same parcel.
    let shipped = domain::inbound::FulfillmentFact::Shipped {
        reference: "1".to_owned(),
        carrier: None,
        tracking: None,
        lines: vec![domain::inbound::FactLine {
            line: "1".parse().unwrap(),
            quantity: 1,
        }],
        last: false,
        totals: None,
    };
    api.reports("w1", id, "berlin", shipped).await;
    let view = api.order("admin", id).await;
    assert_eq!(view["shipments"].as_array().unwrap().len(), 1);
    let unkeyed = request(BERLIN, "POST", &path, "{}", None);
    let answer = api.send(&unkeyed).await;
    assert_eq!(answer.problem(400), "idempotency_key_required");
}

#[tokio::test]
async fn what_the_location_will_not_ship_is_routed_again() {
    let api = ApiHarness::new().await;
    for (action, body, on_hand) in [
        ("reject", json!({ "reason": "cannot_ship" }), 2),
        ("short", json!({}), 0),
    ] {
        let (id, work) = requested(&api, action).await;
        let level = async || {
            let stock = api.get("operator", "/api/oms/stock/TEE-RED-M").await;
            stock.expect(200)["levels"][0]["on_hand"].clone()
        };
        assert_eq!(level().await, 2);
        let view = report(&api, BERLIN, &work, action, &body).await.expect(200);
        assert_eq!(view["status"], "rejected");
        assert_eq!(actions(&view), [""; 0]);
        assert_eq!(level().await, on_hand, "short units are written off");
        let order = api.order("admin", id).await;
        assert_eq!(order["lines"][0]["units"]["unrouted"], 2);
        let late = report(&api, BERLIN, &work, "pack", &json!({})).await;
        assert_eq!(late.problem(409), "wrong_status");
        // The next round begins without stock.
        let count = json!({ "sku": "TEE-RED-M", "location": "berlin", "movement": { "kind": "adjusted", "delta": -on_hand } });
        if on_hand > 0 {
            api.post("operator", "/api/oms/stock/adjustments", "empty", &count)
                .await
                .expect(200);
        }
    }
}

#[tokio::test]
async fn a_cancellation_is_answered_by_the_location_only_when_it_was_asked() {
    let api = ApiHarness::new().await;
    for (answer, body, status, cancelled) in [
        ("cancel_consent", json!({}), "cancelled", 2),
        (
            "cancel_refuse",
            json!({ "reason": "already_packed" }),
            "accepted",
            0,
        ),
    ] {
        let (id, work) = requested(&api, answer).await;
        report(&api, BERLIN, &work, "accept", &json!({}))
            .await
            .expect(200);
        let early = report(&api, BERLIN, &work, answer, &body).await;
        assert_eq!(early.problem(409), "wrong_status");
        let cancel = json!({ "reason": "CUSTOMER_REQUESTED" });
        let path = format!("/api/oms/orders/{id}/cancel");
        api.post("agent", &path, "c", &cancel).await.expect(200);
        let view = api.get(BERLIN, &work).await.expect(200);
        assert_eq!(view["cancel_requested"], true);
        assert!(actions(&view).contains(&answer), "{view}");
        let view = report(&api, BERLIN, &work, answer, &body).await.expect(200);
        assert_eq!(
            (&view["status"], &view["cancel_requested"]),
            (&json!(status), &json!(false))
        );
        let order = api.order("admin", id).await;
        assert_eq!(order["lines"][0]["units"]["cancelled"], cancelled);
        assert!(!actions(&view).contains(&answer));
        let path = format!("{work}/{answer}");
        let again = api.post(BERLIN, &path, "late", &body).await;
        assert_eq!(again.problem(409), "wrong_status");
    }
}

#[tokio::test]
async fn an_order_shows_what_its_locations_are_asked_and_under_which_id() {
    let api = ApiHarness::new().await;
    let (id, work) = requested(&api, "1001").await;
    let found = work.rsplit('/').next().unwrap();
    let fulfill = |state: &str| {
        json!({
            "kind": "fulfill", "performer": "location", "key": found, "fulfillment_order": found,
            "location": "berlin", "since": "2026-11-22T12:00:00Z", "state": state,
        })
    };
    let shown = async || api.order("support", id).await["effects"].clone();
    assert_eq!(shown().await, json!([fulfill("open")]));
    let hold = format!("/api/oms/orders/{id}/hold");
    let reason = json!({ "kind": "manual" });
    api.post("agent", &hold, "h", &reason).await.expect(200);
    assert_eq!(shown().await, json!([fulfill("held")]));

    let cancel = json!({ "reason": "CUSTOMER_REQUESTED" });
    let path = format!("/api/oms/orders/{id}/cancel");
    api.post("agent", &path, "c", &cancel).await.expect(200);
    let asked = api.order("support", id).await["version"].clone();
    let asked_back = json!({
        "kind": "cancel_fulfillment", "performer": "location", "key": format!("{found}:cancel:{asked}"),
        "fulfillment_order": found, "location": "berlin", "since": "2026-11-22T12:00:00Z",
        "state": "open",
    });
    assert_eq!(shown().await, json!([fulfill("held"), asked_back]));
    report(&api, BERLIN, &work, "accept", &json!({}))
        .await
        .expect(200);
    assert_eq!(shown().await, json!([asked_back]));
    report(&api, BERLIN, &work, "cancel_consent", &json!({}))
        .await
        .expect(200);
    assert_eq!(shown().await, Value::Null);
}

#[tokio::test]
async fn what_was_not_requested_or_cannot_be_read_is_refused() {
    let api = ApiHarness::new().await;
    let (id, work) = requested(&api, "1001").await;
    for (action, body, field) in [
        ("ship", json!({ "reference": "" }), "reference"),
        ("ship", json!({ "reference": "a\nb" }), "reference"),
        (
            "ship",
            json!({ "reference": "1", "carrier": "x".repeat(101) }),
            "carrier",
        ),
        (
            "ship",
            json!({ "reference": "1", "lines": [{ "line": "1", "quantity": 0 }] }),
            "lines",
        ),
        ("reject", json!({ "reason": "Jane is away" }), "reason"),
    ] {
        let answer = report(&api, BERLIN, &work, action, &body).await;
        assert_eq!(answer.json["field"], field, "{body}");
        assert_eq!(answer.problem(422), "invalid_report", "{body}");
    }
    let unknown = json!({ "reference": "1", "lines": [{ "line": "9", "quantity": 1 }] });
    let answer = report(&api, BERLIN, &work, "ship", &unknown).await;
    assert_eq!(answer.problem(422), "unknown_line");
    let lines = json!({ "lines": [{ "line": "1", "quantity": 1 }] });
    let answer = report(&api, BERLIN, &work, "short", &lines).await;
    assert_eq!(
        answer.problem(400),
        "malformed",
        "a body that would be ignored"
    );
    let none = json!({ "reference": "none" });
    let answer = report(&api, BERLIN, &work, "deliver", &none).await;
    assert_eq!(answer.problem(409), "shipment_not_yet_known");
    assert_eq!(api.order("admin", id).await["exceptions"], json!([]));

    // Routed, and then on hold: no location has heard of it.
    let held = api.place(&order("1002")).await;
    api.receive("t2", "TEE-RED-M", "berlin", 2).await;
    api.receive("m2", "MUG-BLUE", "berlin", 1).await;
    api.pay(held, TOTAL).await;
    let redrive = json!({ "redrive": { "order": held } }).to_string();
    app::usecases::route::on_message(&api.store, &api.clock, &redrive)
        .await
        .unwrap();
    let view = api.order("operator", held).await;
    assert_eq!(view["fulfillment_orders"][0]["status"], "planned");
    let found = view["fulfillment_orders"][0]["id"].as_str().unwrap();
    let planned = format!("/api/oms/orders/{held}/fulfillment_orders/{found}");
    for (action, body) in [("accept", json!({})), ("ship", json!({ "reference": "1" }))] {
        let answer = report(&api, "operator", &planned, action, &body).await;
        assert_eq!(answer.problem(409), "wrong_status", "{action}");
    }
    let view = api.get(BERLIN, &planned).await.expect(200);
    assert_eq!((actions(&view), &view["ship_to"]), (vec![], &Value::Null));
}
