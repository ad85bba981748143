//! Stock, backorders and locations over the API.

use serde_json::{Value, json};

use crate::desk::{Desk, TOTAL, order};

async fn adjust(desk: &Desk, key: &str, location: &str, movement: Value) -> crate::desk::Answer {
    let body = json!({ "sku": "TEE-RED-M", "location": location, "movement": movement });
    desk.post("operator", "/api/oms/stock/adjustments", key, &body)
        .await
}

#[tokio::test]
async fn every_kind_of_movement_shows_in_the_levels() {
    let desk = Desk::open().await;
    let received = adjust(
        &desk,
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
        &desk,
        "2",
        "berlin",
        json!({ "kind": "safety_stock", "units": 2 }),
    )
    .await
    .expect(200);
    adjust(
        &desk,
        "3",
        "berlin",
        json!({ "kind": "adjusted", "delta": -1 }),
    )
    .await
    .expect(200);
    adjust(
        &desk,
        "4",
        "berlin",
        json!({ "kind": "counted", "on_hand": 8 }),
    )
    .await
    .expect(200);
    let view = desk
        .get("support", "/api/oms/stock/TEE-RED-M")
        .await
        .expect(200);
    let level = json!({
        "location": "berlin", "on_hand": 8, "reserved": 0, "safety_stock": 2, "available": 6, "shortfall": 0,
    });
    assert_eq!(
        view,
        json!({ "sku": "TEE-RED-M", "levels": [level], "available": 6, "waiting_units": 0, "waiting_lines": 0 })
    );
}

#[tokio::test]
async fn a_movement_that_makes_no_sense_is_refused() {
    let desk = Desk::open().await;
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
            adjust(&desk, "k", location, movement.clone())
                .await
                .refused(status),
            code,
            "{movement}"
        );
    }
    let view = desk
        .get("support", "/api/oms/stock/TEE-RED-M")
        .await
        .expect(200);
    assert_eq!(view["levels"], json!([]));
}

#[tokio::test]
async fn a_sku_with_slashes_is_found_however_the_gateway_writes_it() {
    let desk = Desk::open().await;
    desk.receive("r", "TEE/RED/M", "berlin", 4).await;
    for path in ["/api/oms/stock/TEE%2FRED%2FM", "/api/oms/stock/TEE/RED/M"] {
        assert_eq!(
            desk.get("support", path).await.expect(200)["available"],
            4,
            "{path}"
        );
    }
    assert_eq!(
        desk.get("support", "/api/oms/stock/a%20b")
            .await
            .refused(404),
        "not_found"
    );
}

#[tokio::test]
async fn the_queue_of_a_sku_is_shown_in_its_order() {
    let desk = Desk::open().await;
    let mut ids = Vec::new();
    for (number, priority) in [("1", 5), ("2", 5), ("3", 1)] {
        let mut body = order(number);
        body["terms"]["priority"] = json!(priority);
        let id = desk.place(&body).await;
        desk.pay(id, TOTAL).await;
        desk.route(id).await;
        desk.clock.advance(jiff::SignedDuration::from_secs(60));
        ids.push(id.to_string());
    }
    let page = desk
        .get("support", "/api/oms/backorders?sku=TEE-RED-M")
        .await
        .expect(200);
    let waiting = page["waiting"].as_array().unwrap();
    let queue: Vec<&str> = waiting
        .iter()
        .map(|w| w["order"].as_str().unwrap())
        .collect();
    assert_eq!(queue, [ids[2].as_str(), &ids[0], &ids[1]]);
    assert_eq!(
        (&waiting[0]["place"], &waiting[0]["units"]),
        (&json!(1), &json!(2))
    );
    let stock = desk
        .get("support", "/api/oms/stock/TEE-RED-M")
        .await
        .expect(200);
    assert_eq!(
        (&stock["waiting_units"], &stock["waiting_lines"]),
        (&json!(6), &json!(3))
    );
    desk.receive("r", "TEE-RED-M", "berlin", 2).await;
    desk.drain("TEE-RED-M").await;
    let page = desk
        .get("support", "/api/oms/backorders?sku=TEE-RED-M")
        .await
        .expect(200);
    assert_eq!(page["waiting"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn locations_and_suppliers_are_two_lists_of_the_same_documents() {
    let desk = Desk::open().await;
    let written = desk
        .put(
            "/api/oms/locations/hamburg",
            &json!({ "name": "Hamburg", "kind": "3pl" }),
        )
        .await
        .expect(200);
    assert_eq!(written["id"], "hamburg");
    desk.put(
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
    let locations = desk.get("operator", "/api/oms/locations").await.expect(200);
    assert_eq!(ids(&locations["locations"]), ["berlin", "hamburg"]);
    let suppliers = desk.get("operator", "/api/oms/suppliers").await.expect(200);
    assert_eq!(ids(&suppliers["suppliers"]), ["acme"]);
    // What was read can be written again as it is.
    desk.put("/api/oms/suppliers/acme", &suppliers["suppliers"][0])
        .await
        .expect(200);
    let taken = desk
        .put("/api/oms/suppliers/berlin", &json!({ "name": "Berlin" }))
        .await;
    assert_eq!(taken.refused(409), "id_taken");
    for path in ["/api/oms/locations/a%23b", "/api/oms/locations/%20"] {
        let refused = desk
            .put(path, &json!({ "name": "B", "kind": "3pl" }))
            .await
            .refused(422);
        assert_eq!(refused, "invalid_location");
    }
}
