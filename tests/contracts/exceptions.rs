//! Exceptions are work: listed, taken and closed.

use domain::{
    ids::OrderId,
    inbound::{Fact, FactLine, FulfillmentFact, StockFact},
    stock::{MOVES_KEPT, StockMovement},
};
use jiff::SignedDuration;
use serde_json::{Value, json};

use app::{
    bus::publish::{entries_of_stored_commit, entries_of_stored_record},
    memory::Streamed,
    ports::Clock,
};

use crate::{
    api_harness::{ApiHarness, ApiResponse},
    samples::{TOTAL, order},
};

/// An order that was paid too little: an exception about its customer.
async fn underpaid(api: &ApiHarness, number: &str) -> OrderId {
    let id = api.place(&order(number)).await;
    api.pay(id, 100).await;
    id
}

/// An order of which too much was shipped: an exception about its location.
async fn shipped_too_much(api: &ApiHarness, number: &str) -> OrderId {
    api.receive(&format!("r1-{number}"), "TEE-RED-M", "berlin", 2)
        .await;
    api.receive(&format!("r2-{number}"), "MUG-BLUE", "berlin", 1)
        .await;
    let id = api.place(&order(number)).await;
    api.pay(id, TOTAL).await;
    api.route(id).await;
    let lines = [("1", 2), ("2", 5)].map(|(line, quantity)| FactLine {
        line: line.parse().unwrap(),
        quantity,
    });
    let shipped = FulfillmentFact::Shipped {
        reference: "SHIPMENT-1".to_owned(),
        carrier: None,
        tracking: None,
        lines: lines.into(),
        last: true,
        totals: None,
    };
    api.reports(&format!("w-{number}"), id, "berlin", shipped)
        .await;
    id
}

/// Takes or closes an exception.
async fn work(api: &ApiHarness, group: &str, exception: &str, key: &str) -> ApiResponse {
    let body = if exception.ends_with("/close") {
        json!({ "outcome": "resolved", "note": "Jane van Doe paid the rest in cash" })
    } else {
        json!({})
    };
    let path = format!("/api/oms/orders/{exception}");
    api.post(group, &path, key, &body).await
}

/// All entries of a listing as `number kind state`, page by page.
async fn listed(api: &ApiHarness, group: &str, query: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut cursor = String::new();
    for _ in 0..50 {
        let target = format!("/api/oms/exceptions?{query}{cursor}");
        let page = api.get(group, &target).await.expect(200);
        for entry in page["exceptions"].as_array().unwrap() {
            let text = |name: &str| entry[name].as_str().unwrap().to_owned();
            assert!(!text("detail").is_empty() && !text("at").is_empty() && entry["id"] == 1);
            found.push(format!(
                "{} {} {}",
                text("number"),
                text("kind"),
                text("state")
            ));
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return found,
        }
    }
    panic!("the listing has no end");
}

#[tokio::test]
async fn exceptions_are_listed_by_kind_state_and_owner_page_by_page() {
    let api = ApiHarness::new().await;
    api.place(&order("1000")).await;
    for number in ["1001", "1002", "1003"] {
        underpaid(&api, number).await;
    }
    let taken = underpaid(&api, "1004").await;
    shipped_too_much(&api, "1005").await;
    work(&api, "agent", &format!("{taken}/exceptions/1/take"), "t")
        .await
        .expect(200);
    let all = [
        "1001 underpaid open",
        "1002 underpaid open",
        "1003 underpaid open",
        "1004 underpaid taken",
        "1005 unexpected_shipment open",
    ];
    let sorted = |mut entries: Vec<String>| {
        entries.sort();
        entries
    };
    for limit in [1, 2, 100] {
        let query = format!("limit={limit}");
        assert_eq!(sorted(listed(&api, "support", &query).await), all);
        let underpaid = listed(&api, "support", &format!("{query}&kind=underpaid")).await;
        assert_eq!(sorted(underpaid), all[..4]);
        let taken = listed(&api, "operator", &format!("{query}&state=taken")).await;
        assert_eq!(taken, all[3..4]);
        let open = listed(&api, "agent", &format!("{query}&state=open")).await;
        assert_eq!(open.len(), 4);
        let mine = listed(&api, "agent", &format!("{query}&owner=me")).await;
        assert_eq!(mine, all[3..4]);
        let theirs = listed(&api, "support", &format!("{query}&owner=user-agent")).await;
        assert_eq!(theirs, all[3..4]);
        assert_eq!(
            listed(&api, "support", &format!("{query}&owner=me")).await,
            [""; 0]
        );
    }
    for refused in ["kind=nonsense", "state=closed", "colour=red", "limit=0"] {
        let target = format!("/api/oms/exceptions?{refused}");
        let answer = api.get("agent", &target).await;
        assert_eq!(answer.problem(400), "malformed", "{refused}");
    }
    let page = api
        .get("agent", "/api/oms/exceptions?limit=1")
        .await
        .expect(200);
    let cursor = page["next_cursor"].as_str().unwrap();
    let other = format!("/api/oms/exceptions?limit=1&state=open&cursor={cursor}");
    assert_eq!(api.get("agent", &other).await.problem(400), "bad_cursor");
}

#[tokio::test]
async fn who_may_work_on_an_exception_depends_on_its_kind() {
    let api = ApiHarness::new().await;
    let customer = underpaid(&api, "1001").await;
    let location = shipped_too_much(&api, "1002").await;
    for (order, by, not_by) in [
        (customer, "agent", "operator"),
        (location, "operator", "agent"),
    ] {
        for verb in ["take", "close"] {
            let exception = format!("{order}/exceptions/1/{verb}");
            for forbidden in [not_by, "support", "shop", "location location:berlin"] {
                let answer = work(&api, forbidden, &exception, verb).await;
                assert_eq!(answer.problem(403), "forbidden", "{forbidden} {verb}");
            }
            let actions = |view: &Value| {
                let all = view["actions"].as_array().unwrap().clone();
                let href = format!("/api/oms/orders/{exception}");
                all.iter().filter(|action| action["href"] == href).count()
            };
            assert_eq!(actions(&api.order(by, order).await), 1, "{by} {verb}");
            assert_eq!(
                actions(&api.order(not_by, order).await),
                0,
                "{not_by} {verb}"
            );
            work(&api, by, &exception, verb).await.expect(200);
        }
    }
}

#[tokio::test]
async fn an_exception_is_taken_and_closed_and_the_timeline_keeps_it() {
    let api = ApiHarness::new().await;
    let id = underpaid(&api, "1001").await;
    let view = api.order("support", id).await;
    assert_eq!(view["exceptions"][0]["state"], "open");
    assert_eq!(view["exceptions"][0]["id"], 1);

    let take = format!("{id}/exceptions/1/take");
    let taken = work(&api, "agent", &take, "t").await.expect(200);
    let expected = json!({ "order": id, "id": 1, "state": "taken", "owner": "user-agent" });
    assert_eq!(taken, expected);
    let view = api.order("support", id).await;
    assert_eq!(view["exceptions"][0]["state"], "taken");
    assert_eq!(view["exceptions"][0]["owner"], "user-agent");
    // Whoever has it need not take it; somebody else may.
    work(&api, "agent", &take, "t2").await.expect(200);
    assert_eq!(api.order("support", id).await["version"], view["version"]);
    work(&api, "admin", &take, "t").await.expect(200);
    assert_eq!(
        api.order("support", id).await["exceptions"][0]["owner"],
        "user-admin"
    );

    let close = format!("{id}/exceptions/1/close");
    let closed = work(&api, "agent", &close, "c").await.expect(200);
    let expected = json!({ "order": id, "id": 1, "state": "closed", "outcome": "resolved" });
    assert_eq!(closed, expected);
    let again = work(&api, "agent", &close, "c").await;
    assert_eq!(again.response.headers()["idempotent-replayed"], "true");
    assert_eq!(again.expect(200), expected);
    let repeated = work(&api, "agent", &take, "t").await;
    assert_eq!(repeated.response.headers()["idempotent-replayed"], "true");
    assert_eq!(repeated.expect(200), taken);

    let view = api.order("support", id).await;
    assert_eq!(view["exceptions"], json!([]));
    let names: Vec<&str> = view["timeline"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|entry| entry["event"].as_str())
        .filter(|name| name.starts_with("Exception"))
        .collect();
    assert_eq!(
        names,
        [
            "ExceptionOpened",
            "ExceptionTaken",
            "ExceptionTaken",
            "ExceptionClosed"
        ]
    );
    assert_eq!(listed(&api, "support", "").await, [""; 0]);
}

#[tokio::test]
async fn what_cannot_be_closed_is_refused_with_its_reason() {
    let api = ApiHarness::new().await;
    let id = underpaid(&api, "1001").await;
    let close = format!("/api/oms/orders/{id}/exceptions/1/close");
    let resolved = json!({ "outcome": "resolved" });
    let unknown = close.replace("/1/", "/2/");
    let answer = api.post("agent", &unknown, "k0", &resolved).await;
    assert_eq!(answer.problem(404), "unknown_exception");
    let no_order = close.replace("ord_", "ord_x");
    let answer = api.post("agent", &no_order, "k1", &resolved).await;
    assert_eq!(answer.problem(404), "not_found");
    let foreign = json!({ "outcome": "forgotten" });
    let answer = api.post("agent", &close, "k2", &foreign).await;
    assert_eq!(answer.problem(400), "malformed");
    let endless = json!({ "outcome": "resolved", "note": "x".repeat(1001) });
    let answer = api.post("agent", &close, "k3", &endless).await;
    assert_eq!(answer.problem(422), "invalid_note");

    api.post("agent", &close, "k4", &resolved).await.expect(200);
    let other = json!({ "outcome": "no_action" });
    let answer = api.post("agent", &close, "k4", &other).await;
    assert_eq!(answer.problem(422), "idempotency_key_reused");
    // Their outcome would be lost, so whoever comes second is told.
    let answer = api.post("admin", &close, "k5", &other).await;
    assert_eq!(answer.problem(409), "exception_closed");
    let take = close.replace("/close", "/take");
    let answer = api.post("admin", &take, "k6", &json!({})).await;
    assert_eq!(answer.problem(409), "exception_closed");
    let with_body = json!({ "owner": "bob" });
    let answer = api.post("admin", &take, "k7", &with_body).await;
    assert_eq!(answer.problem(400), "malformed");
}

#[tokio::test]
async fn the_note_of_a_closed_exception_is_for_those_who_may_read_personal_data() {
    let api = ApiHarness::new().await;
    let id = underpaid(&api, "1001").await;
    work(&api, "agent", &format!("{id}/exceptions/1/close"), "c")
        .await
        .expect(200);
    let note = |view: &Value| {
        let timeline = view["timeline"].as_array().unwrap();
        let closed = timeline.iter().find(|e| e["event"] == "ExceptionClosed");
        closed.unwrap()["note"].as_str().map(str::to_owned)
    };
    let seen = note(&api.revealed("agent", id).await);
    assert_eq!(seen.as_deref(), Some("Jane van Doe paid the rest in cash"));
    for group in ["support", "operator", "agent"] {
        let view = api.order(group, id).await;
        assert_eq!(note(&view), None, "{group}");
        assert!(!view.to_string().contains("cash"), "{group}");
    }
    let mut published = 0;
    for streamed in api.store.stream(0).0 {
        if let Streamed::Commit { order, text, hash } = streamed {
            for entry in entries_of_stored_commit(&order.to_string(), &text, &hash).unwrap() {
                assert!(!entry.detail.contains("cash"), "{}", entry.detail);
                published += usize::from(entry.detail_type == "ExceptionClosed");
            }
        }
    }
    assert_eq!(published, 1);
}

/// A count of a SKU that berlin reported too late; gives the path of the exception, without the SKU and the verb.
pub(crate) async fn count_too_old(api: &ApiHarness, sku: &str) -> String {
    let taken_at = api.clock.now();
    let fact = |movement| StockFact {
        sku: sku.parse().unwrap(),
        movement,
    };
    api.clock.advance(SignedDuration::from_secs(1));
    let received = fact(StockMovement::Received { quantity: 1 });
    let counted = fact(StockMovement::Counted {
        on_hand: 3,
        counted_at: Some(taken_at),
    });
    let facts = [vec![received; MOVES_KEPT + 1], vec![counted]];
    for (index, facts) in facts.into_iter().enumerate() {
        let id = format!("{sku}-{index}-{taken_at}");
        let berlin = Some("berlin".parse().unwrap());
        api.receives_webhook(&id, berlin, Fact::Stock(facts)).await;
    }
    "/api/oms/locations/berlin/exceptions/1".to_owned()
}

#[tokio::test]
async fn exceptions_about_stock_are_listed_with_those_of_orders() {
    let api = ApiHarness::new().await;
    underpaid(&api, "1001").await;
    for sku in ["TEE-A", "TEE/B", "TEE-C"] {
        count_too_old(&api, sku).await;
    }
    let take = "/api/oms/locations/berlin/exceptions/1/take/TEE%2FB".to_owned();
    api.post("operator", &take, "t", &json!({}))
        .await
        .expect(200);
    for (query, expected) in [
        (
            "",
            [Some("1001"), Some("TEE-A"), Some("TEE-C"), Some("TEE/B")],
        ),
        (
            "kind=count_too_old",
            [None, Some("TEE-A"), Some("TEE-C"), Some("TEE/B")],
        ),
        ("state=taken", [None, None, None, Some("TEE/B")]),
        ("owner=user-operator", [None, None, None, Some("TEE/B")]),
        ("kind=underpaid", [Some("1001"), None, None, None]),
    ] {
        let expected: Vec<&str> = expected.into_iter().flatten().collect();
        for limit in [1, 2, 100] {
            let mut found = Vec::new();
            let mut cursor = String::new();
            for _ in 0..20 {
                let target = format!("/api/oms/exceptions?limit={limit}&{query}{cursor}");
                let page = api.get("support", &target).await.expect(200);
                for entry in page["exceptions"].as_array().unwrap() {
                    let name = entry["number"].as_str().or(entry["sku"].as_str());
                    let about_stock = entry["location"] == "berlin" && entry["order"].is_null();
                    assert_eq!(entry["kind"] == "count_too_old", about_stock, "{entry}");
                    found.push(name.unwrap().to_owned());
                }
                match page["next_cursor"].as_str() {
                    Some(next) => cursor = format!("&cursor={next}"),
                    None => break,
                }
            }
            assert_eq!(found, expected, "{query} {limit}");
        }
    }
}

#[tokio::test]
async fn an_exception_about_stock_is_worked_on_like_one_of_an_order() {
    let api = ApiHarness::new().await;
    let path = count_too_old(&api, "TEE-A").await;
    let (take, close) = (format!("{path}/take/TEE-A"), format!("{path}/close/TEE-A"));
    let body = json!({ "outcome": "resolved", "note": "Jane van Doe counts again" });
    for forbidden in ["agent", "support", "shop", "location location:berlin"] {
        for (path, body) in [(&take, &json!({})), (&close, &body)] {
            let answer = api.post(forbidden, path, "f", body).await;
            assert_eq!(answer.problem(403), "forbidden", "{forbidden} {path}");
        }
    }
    let level = json!({ "sku": "TEE-A", "location": "berlin", "id": 1 });
    let with = |more: Value| {
        let mut all = level.as_object().unwrap().clone();
        all.extend(more.as_object().unwrap().clone());
        Value::Object(all)
    };
    let taken = api
        .post("operator", &take, "t", &json!({}))
        .await
        .expect(200);
    assert_eq!(
        taken,
        with(json!({ "state": "taken", "owner": "user-operator" }))
    );
    let closed = api.post("operator", &close, "c", &body).await.expect(200);
    assert_eq!(
        closed,
        with(json!({ "state": "closed", "outcome": "resolved" }))
    );
    for (path, key, body, first) in [
        (&take, "t", &json!({}), taken),
        (&close, "c", &body, closed),
    ] {
        let again = api.post("operator", path, key, body).await;
        assert_eq!(again.response.headers()["idempotent-replayed"], "true");
        assert_eq!(again.expect(200), first);
    }
    let other = json!({ "outcome": "no_action" });
    let answer = api.post("operator", &close, "c", &other).await;
    assert_eq!(answer.problem(422), "idempotency_key_reused");
    let answer = api.post("admin", &close, "c2", &other).await;
    assert_eq!(answer.problem(409), "exception_closed");
    let unknown = close.replace("/1/", "/2/");
    let answer = api.post("admin", &unknown, "c3", &other).await;
    assert_eq!(answer.problem(404), "unknown_exception");

    let mut published = Vec::new();
    for streamed in api.store.stream(0).0 {
        if let Streamed::Stock(text) = streamed {
            for entry in entries_of_stored_record(&text).unwrap() {
                assert!(!entry.detail.contains("Doe"), "{}", entry.detail);
                if entry.detail_type.starts_with("StockException") {
                    published.push(entry.detail_type);
                }
            }
        }
    }
    assert_eq!(published, ["StockExceptionOpened", "StockExceptionClosed"]);
}
