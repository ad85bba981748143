//! Finding orders, page by page.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::{
    api_harness::ApiHarness,
    samples::{TOTAL, order},
};

fn numbers(page: &Value) -> Vec<&str> {
    page["orders"]
        .as_array()
        .unwrap()
        .iter()
        .map(|order| order["number"].as_str().unwrap())
        .collect()
}

/// Follows the cursors to the end.
async fn all(api: &ApiHarness, target: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut cursor = String::new();
    for _ in 0..200 {
        let page = api
            .get("support", &format!("{target}{cursor}"))
            .await
            .expect(200);
        found.extend(numbers(&page).into_iter().map(str::to_owned));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return found,
        }
    }
    panic!("the listing has no end: {target}");
}

/// Orders over a month, two a day on some days, in the order of their placement.
async fn a_month_of_orders(api: &ApiHarness) -> Vec<String> {
    let mut placed = Vec::new();
    for (day, hour) in [
        (1, 9),
        (1, 10),
        (2, 9),
        (9, 9),
        (20, 1),
        (20, 2),
        (20, 3),
        (21, 23),
        (22, 0),
    ] {
        let number = format!("N-{day}-{hour}");
        let mut body = order(&number);
        body["placed_at"] = json!(format!("2026-11-{day:02}T{hour:02}:00:00Z"));
        api.place(&body).await;
        placed.push(number);
    }
    placed
}

#[tokio::test]
async fn pages_of_any_size_add_up_to_the_whole_listing_newest_first() {
    let api = ApiHarness::new().await;
    let mut expected = a_month_of_orders(&api).await;
    expected.reverse();
    for limit in [1, 2, 3, 8, 100] {
        for filter in [
            "status=pending",
            "status=PENDING_PAYMENT",
            "customer_email=jane.doe@example.com",
            "shop=",
        ] {
            let found = all(&api, &format!("/api/oms/orders?{filter}&limit={limit}")).await;
            assert_eq!(found, expected, "{filter} {limit}");
        }
    }
}

#[tokio::test]
async fn a_listing_by_status_reads_no_more_days_than_requested() {
    let api = ApiHarness::new().await;
    a_month_of_orders(&api).await;
    let found = all(&api, "/api/oms/orders?status=pending&since=2026-11-20").await;
    assert_eq!(found, ["N-22-0", "N-21-23", "N-20-3", "N-20-2", "N-20-1"]);
}

#[tokio::test]
async fn an_order_is_found_by_its_number_its_customer_and_its_status() {
    let api = ApiHarness::new().await;
    let id = api.place(&order("1001")).await;
    api.place(&order("1002")).await;
    for target in ["number=1001", "number=1001&shop=default"] {
        assert_eq!(
            all(&api, &format!("/api/oms/orders?{target}")).await,
            ["1001"],
            "{target}"
        );
    }
    for target in [
        "number=9",
        "number=1001&shop=other",
        "customer_email=no@body.org",
        "tracking=X",
    ] {
        assert!(
            all(&api, &format!("/api/oms/orders?{target}"))
                .await
                .is_empty(),
            "{target}"
        );
    }
    api.pay(id, TOTAL).await;
    for target in [
        "status=paid",
        "status=READY_FOR_FULFILLMENT",
        "status=ready_for_fulfillment",
    ] {
        assert_eq!(
            all(&api, &format!("/api/oms/orders?{target}")).await,
            ["1001"],
            "{target}"
        );
    }
    api.post(
        "agent",
        &format!("/api/oms/orders/{id}/hold"),
        "h",
        &json!({ "kind": "manual" }),
    )
    .await
    .expect(200);
    assert!(
        all(&api, "/api/oms/orders?status=READY_FOR_FULFILLMENT")
            .await
            .is_empty()
    );
    assert_eq!(
        all(&api, "/api/oms/orders?status=PROCESSING").await,
        ["1001"]
    );
    let page = api
        .get("support", "/api/oms/orders?number=1001")
        .await
        .expect(200);
    assert_eq!(page["orders"][0]["on_hold"], true);
    assert_eq!(
        (&page["orders"][0]["total"], &page["orders"][0]["units"]),
        (&json!(TOTAL), &json!(3))
    );
}

#[tokio::test]
async fn a_list_holds_no_personal_data() {
    let api = ApiHarness::new().await;
    api.place(&order("1001")).await;
    let answer = api
        .get(
            "admin",
            "/api/oms/orders?customer_email=jane.doe%40example.com",
        )
        .await;
    assert_eq!(numbers(&answer.json), ["1001"]);
    for secret in ["Jane", "jane", "xample", "Hauptstr"] {
        assert!(!answer.response.body().contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn an_invalid_query_is_refused() {
    let api = ApiHarness::new().await;
    a_month_of_orders(&api).await;
    let page = api
        .get("support", "/api/oms/orders?status=pending&limit=1")
        .await
        .expect(200);
    let cursor = page["next_cursor"].as_str().unwrap();
    let mut edited = cursor.to_owned();
    edited.replace_range(3..4, if &cursor[3..4] == "A" { "B" } else { "A" });
    for (query, code) in [
        ("email=a@b.c".to_owned(), "malformed"),
        ("status=lost".to_owned(), "malformed"),
        ("status=paid&number=1".to_owned(), "malformed"),
        ("limit=0".to_owned(), "malformed"),
        ("limit=101".to_owned(), "malformed"),
        ("since=yesterday".to_owned(), "malformed"),
        ("number=a%20b".to_owned(), "malformed"),
        ("status=%ff".to_owned(), "malformed"),
        ("cursor=abc".to_owned(), "bad_cursor"),
        (format!("status=pending&cursor={edited}"), "bad_cursor"),
        (format!("status=paid&cursor={cursor}"), "bad_cursor"),
        (
            format!("customer_email=a@b.c&cursor={cursor}"),
            "bad_cursor",
        ),
        (format!("number=1&cursor={cursor}"), "bad_cursor"),
    ] {
        let refused = api
            .get("support", &format!("/api/oms/orders?{query}"))
            .await
            .problem(400);
        assert_eq!(refused, code, "{query}");
    }
}

#[tokio::test]
async fn backorders_are_listed_in_pages() {
    let api = ApiHarness::new().await;
    let mut expected = BTreeSet::new();
    for n in 0..5 {
        let sku = format!("SKU-{n}");
        let mut body = order(&format!("W-{n}"));
        body["lines"] = json!([{ "sku": sku, "quantity": 1, "unit_price": 0 }]);
        body["shipping"] = json!(0);
        let id = api.place(&body).await;
        api.route(id).await;
        expected.insert(sku);
    }
    let (mut found, mut cursor) = (BTreeSet::new(), String::new());
    loop {
        let page = api
            .get("support", &format!("/api/oms/backorders?limit=2{cursor}"))
            .await
            .expect(200);
        found.extend(
            page["skus"]
                .as_array()
                .unwrap()
                .iter()
                .map(|sku| sku.as_str().unwrap().to_owned()),
        );
        let Some(next) = page["next_cursor"].as_str() else {
            break;
        };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(found, expected);
}
