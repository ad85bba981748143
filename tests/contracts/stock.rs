//! Stock, backorders and locations over the API.

use app::ports::{Clock, HealthStore};
use domain::health::{FAILURES_TO_OPEN, FIRST_PAUSE, LocationHealth, RequestOutcome};
use serde_json::{Value, json};

use crate::{
    api_harness::ApiHarness,
    samples::{TOTAL, order},
};

async fn adjust(
    api: &ApiHarness,
    key: &str,
    location: &str,
    movement: Value,
) -> crate::api_harness::ApiResponse {
    let body = json!({ "sku": "TEE-RED-M", "location": location, "movement": movement });
    api.post("operator", "/api/oms/stock/adjustments", key, &body)
        .await
}

#[tokio::test]
async fn every_kind_of_movement_shows_in_the_levels() {
    let api = ApiHarness::new().await;
    let received = adjust(
        &api,
        "1",
        "berlin",
        json!({ "kind": "received", "quantity": 10 }),
    )
    .await
    .expect(200);
    assert_eq!(
        (&received["on_hand"], &received["on_hand_delta"]),
        (&json!(10), &json!(10))
    );
    adjust(
        &api,
        "2",
        "berlin",
        json!({ "kind": "safety_stock", "units": 2 }),
    )
    .await
    .expect(200);
    adjust(
        &api,
        "3",
        "berlin",
        json!({ "kind": "adjusted", "delta": -1 }),
    )
    .await
    .expect(200);
    adjust(
        &api,
        "4",
        "berlin",
        json!({ "kind": "counted", "on_hand": 8 }),
    )
    .await
    .expect(200);
    let view = api
        .get("support", "/api/oms/stock/TEE-RED-M")
        .await
        .expect(200);
    let level = json!({
        "location": "berlin", "on_hand": 8, "reserved": 0, "safety_stock": 2, "available": 6, "shortfall": 0,
        "counted_at": "2026-11-22T12:00:00Z",
    });
    assert_eq!(
        view,
        json!({ "sku": "TEE-RED-M", "levels": [level], "available": 6, "backordered_units": 0, "backordered_lines": 0 })
    );
}

#[tokio::test]
async fn a_count_holds_as_of_the_time_that_it_names() {
    let api = ApiHarness::new().await;
    let count = async |key: &str, on_hand: u32, counted_at: &str| {
        let movement = json!({ "kind": "counted", "on_hand": on_hand, "counted_at": counted_at });
        adjust(&api, key, "berlin", movement).await
    };
    let figures = |answer: &Value| (answer["on_hand"].clone(), answer["on_hand_delta"].clone());
    api.receive("1", "TEE-RED-M", "berlin", 10).await;
    let counted = count("2", 7, "2026-11-22T11:00:00Z").await.expect(200);
    assert_eq!(
        figures(&counted),
        (json!(17), json!(7)),
        "the ten came in after it"
    );
    assert_eq!(
        (&counted["counted"], &counted["as_of"]),
        (&json!(7), &json!("2026-11-22T11:00:00Z"))
    );
    // Older, and so without effect; the same request gets the same answer.
    for _ in 0..2 {
        let stale = count("3", 50, "2026-11-22T10:59:59Z").await.expect(200);
        assert_eq!(figures(&stale), (json!(17), json!(0)));
    }
    let other = count("3", 51, "2026-11-22T10:59:59Z").await;
    assert_eq!(other.problem(422), "idempotency_key_reused");
    // A time in the future is now.
    let ahead = count("4", 9, "2026-11-23T12:00:00Z").await.expect(200);
    assert_eq!(ahead["as_of"], json!("2026-11-22T12:00:00Z"));
    assert_eq!(count("5", 9, "yesterday").await.problem(400), "malformed");
}

#[tokio::test]
async fn a_count_from_before_the_kept_movements_is_refused() {
    let api = ApiHarness::new().await;
    for key in 0..=domain::stock::MOVES_KEPT {
        api.receive(&key.to_string(), "TEE-RED-M", "berlin", 1)
            .await;
    }
    let old = json!({ "kind": "counted", "on_hand": 3, "counted_at": "2026-11-22T11:00:00Z" });
    let refused = adjust(&api, "count", "berlin", old).await;
    assert_eq!(refused.problem(409), "count_too_old");
}

#[tokio::test]
async fn an_invalid_movement_is_refused() {
    let api = ApiHarness::new().await;
    for (location, movement, status, code) in [
        (
            "nowhere",
            json!({ "kind": "received", "quantity": 1 }),
            422,
            "unknown_location",
        ),
        (
            "berlin",
            json!({ "kind": "received", "quantity": -1 }),
            400,
            "malformed",
        ),
        ("berlin", json!({ "kind": "received" }), 400, "malformed"),
        (
            "berlin",
            json!({ "kind": "stolen", "quantity": 1 }),
            400,
            "malformed",
        ),
        (
            "berlin",
            json!({ "kind": "counted", "on_hand": 4_294_967_296_i64 }),
            400,
            "malformed",
        ),
        (
            "berlin",
            json!({ "kind": "adjusted", "delta": i64::MIN }),
            422,
            "invalid_adjustment",
        ),
    ] {
        assert_eq!(
            adjust(&api, "k", location, movement.clone())
                .await
                .problem(status),
            code,
            "{movement}"
        );
    }
    let view = api
        .get("support", "/api/oms/stock/TEE-RED-M")
        .await
        .expect(200);
    assert_eq!(view["levels"], json!([]));
}

#[tokio::test]
async fn a_sku_with_slashes_is_found_in_every_encoding() {
    let api = ApiHarness::new().await;
    api.receive("r", "TEE/RED/M", "berlin", 4).await;
    for path in ["/api/oms/stock/TEE%2FRED%2FM", "/api/oms/stock/TEE/RED/M"] {
        assert_eq!(
            api.get("support", path).await.expect(200)["available"],
            4,
            "{path}"
        );
    }
    assert_eq!(
        api.get("support", "/api/oms/stock/a%20b")
            .await
            .problem(404),
        "not_found"
    );
}

#[tokio::test]
async fn the_backorders_of_a_sku_are_listed_in_queue_order() {
    let api = ApiHarness::new().await;
    let mut ids = Vec::new();
    for (number, priority) in [("1", 5), ("2", 5), ("3", 1)] {
        let mut body = order(number);
        body["terms"]["priority"] = json!(priority);
        body["placed_at"] = json!(api.clock.now());
        let id = api.place(&body).await;
        api.pay(id, TOTAL).await;
        api.route(id).await;
        api.clock.advance(jiff::SignedDuration::from_secs(60));
        ids.push(id.to_string());
    }
    let page = api
        .get("support", "/api/oms/backorders?sku=TEE-RED-M")
        .await
        .expect(200);
    let backorders = page["backorders"].as_array().unwrap();
    let queue: Vec<&str> = backorders
        .iter()
        .map(|w| w["order"].as_str().unwrap())
        .collect();
    assert_eq!(queue, [ids[2].as_str(), &ids[0], &ids[1]]);
    assert_eq!(
        (&backorders[0]["position"], &backorders[0]["units"]),
        (&json!(1), &json!(2))
    );
    let stock = api
        .get("support", "/api/oms/stock/TEE-RED-M")
        .await
        .expect(200);
    assert_eq!(
        (&stock["backordered_units"], &stock["backordered_lines"]),
        (&json!(6), &json!(3))
    );
    api.receive("r", "TEE-RED-M", "berlin", 2).await;
    api.drain("TEE-RED-M").await;
    let page = api
        .get("support", "/api/oms/backorders?sku=TEE-RED-M")
        .await
        .expect(200);
    assert_eq!(page["backorders"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn locations_and_suppliers_are_two_lists_of_the_same_documents() {
    let api = ApiHarness::new().await;
    let written = api
        .put(
            "/api/oms/locations/hamburg",
            &json!({ "name": "Hamburg", "kind": "3pl" }),
        )
        .await
        .expect(200);
    assert_eq!(written["id"], "hamburg");
    api.put(
        "/api/oms/suppliers/acme",
        &json!({ "name": "Acme", "untracked": true }),
    )
    .await
    .expect(200);
    let ids = |list: &Value| {
        let ids = list
            .as_array()
            .unwrap()
            .iter()
            .map(|l| l["id"].as_str().unwrap().to_owned());
        ids.collect::<Vec<_>>()
    };
    let locations = api.get("operator", "/api/oms/locations").await.expect(200);
    assert_eq!(ids(&locations["locations"]), ["berlin", "hamburg"]);
    let suppliers = api.get("operator", "/api/oms/suppliers").await.expect(200);
    assert_eq!(ids(&suppliers["suppliers"]), ["acme"]);
    // What was read can be written again as it is.
    api.put("/api/oms/suppliers/acme", &suppliers["suppliers"][0])
        .await
        .expect(200);
    let taken = api
        .put("/api/oms/suppliers/berlin", &json!({ "name": "Berlin" }))
        .await;
    assert_eq!(taken.problem(409), "id_taken");
    for path in ["/api/oms/locations/a%23b", "/api/oms/locations/%20"] {
        let refused = api
            .put(path, &json!({ "name": "B", "kind": "3pl" }))
            .await
            .problem(422);
        assert_eq!(refused, "invalid_location");
    }
}

#[tokio::test]
async fn a_location_is_listed_with_its_health() {
    let api = ApiHarness::new().await;
    let health = async |id: &str| {
        let list = api.get("operator", "/api/oms/locations").await.expect(200);
        let all = list["locations"].as_array().unwrap().clone();
        let mut found = all.into_iter().filter(|location| location["id"] == id);
        found.next().unwrap()
    };
    let document = json!({ "name": "Kiel", "kind": "3pl", "webhook_url": "https://kiel.example/" });
    api.put("/api/oms/locations/kiel", &document)
        .await
        .expect(200);
    let never_failed = json!({ "state": "up", "failures": 0 });
    assert_eq!(health("kiel").await["health"], never_failed);

    let timeout = RequestOutcome::Failed {
        code: "timeout".to_owned(),
    };
    let now = api.clock.now();
    let mut stored = LocationHealth::unknown("kiel".parse().unwrap(), now);
    for _ in 0..FAILURES_TO_OPEN {
        stored = stored.observe(&timeout, false, now).unwrap();
        assert!(api.store.put_health(&stored).await.unwrap());
    }
    let listed = health("kiel").await;
    let down = json!({
        "state": "down", "since": now, "failures": 5, "next_try_at": now + FIRST_PAUSE,
        "last_error": { "code": "timeout", "at": now },
    });
    assert_eq!(listed["health"], down);
    // What was read can be written again as it is, and does not change the health.
    api.put("/api/oms/locations/kiel", &listed)
        .await
        .expect(200);
    assert_eq!(health("kiel").await, listed);

    // Another address is tried at once: what is known of the health is about the old one.
    let elsewhere =
        json!({ "name": "Kiel", "kind": "3pl", "webhook_url": "https://kiel.example/oms" });
    api.put("/api/oms/locations/kiel", &elsewhere)
        .await
        .expect(200);
    let forgotten = json!({
        "state": "up", "since": now, "failures": 0, "last_error": { "code": "timeout", "at": now },
    });
    assert_eq!(health("kiel").await["health"], forgotten);

    // People work a location without an address: it gets no requests that could fail.
    let by_hand = json!({ "name": "Kiel", "kind": "3pl" });
    api.put("/api/oms/locations/kiel", &by_hand)
        .await
        .expect(200);
    assert_eq!(health("kiel").await["health"], Value::Null);
}
