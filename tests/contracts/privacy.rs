//! No personal data leaves by a side door: not on the bus, not in an error.

use app::{
    bus::publish::{entries_of_commit, entries_of_stored_commit, entries_of_stored_record},
    memory::Streamed,
};
use domain::{
    inbound::FulfillmentFact,
    order::{
        Actor, Cause, CommitBody, Event, FulfillmentLine, FulfillmentOrder, FulfillmentStatus,
    },
    routing::{Available, Candidate, Decision, Demand, RoutingInputs},
};
use jiff::Timestamp;
use serde_json::json;

use crate::{
    api_harness::{ApiHarness, request},
    samples::{TOTAL, order},
};

/// What a customer and an agent have written.
const SECRETS: [&str; 7] = [
    "Jane",
    "van Doe",
    "xample.com",
    "Hauptstr",
    "10827",
    "55512",
    "neighbour",
];

fn assert_clean(what: &str, text: &str) {
    for secret in SECRETS {
        assert!(
            !text.to_lowercase().contains(&secret.to_lowercase()),
            "{secret} in {what}: {text}"
        );
    }
}

#[tokio::test]
async fn no_published_event_carries_personal_data() {
    let api = ApiHarness::new().await;
    api.receive("r1", "TEE-RED-M", "berlin", 2).await;
    let id = api.place(&order("1001")).await;
    let hold = json!({ "kind": "manual", "handle": "call-back" });
    api.post("agent", &format!("/api/oms/orders/{id}/hold"), "h", &hold)
        .await
        .expect(200);
    let release = json!({ "handle": "call-back" });
    api.post(
        "agent",
        &format!("/api/oms/orders/{id}/release"),
        "h2",
        &release,
    )
    .await
    .expect(200);
    api.pay(id, TOTAL).await;
    api.route(id).await;
    let note = json!({ "reason": "OTHER", "note": "Jane van Doe moved to her neighbour", "lines": [{ "line": "2" }] });
    api.post("agent", &format!("/api/oms/orders/{id}/cancel"), "c", &note)
        .await
        .expect(200);
    let reason = "Jane van Doe, Hauptstrasse 17, is away".to_owned();
    api.reports("w1", id, "berlin", FulfillmentFact::Rejected { reason })
        .await;
    let mut published = 0;
    for streamed in api.store.stream(0).0 {
        let entries = match &streamed {
            Streamed::Commit { order, text, hash } => {
                entries_of_stored_commit(&order.to_string(), text, hash)
            }
            Streamed::Stock(text) => entries_of_stored_record(text),
        };
        for entry in entries.unwrap() {
            assert_clean(entry.detail_type, &entry.detail);
            published += 1;
        }
    }
    assert!(published > 8, "{published}");
}

#[tokio::test]
async fn no_error_repeats_personal_data() {
    let api = ApiHarness::new().await;
    let id = api.place(&order("1001")).await;
    // Every field of a whole order in turn is given a value that says who somebody is.
    let whole = order("1002");
    let mut pointers = Vec::new();
    collect(&whole, String::new(), &mut pointers);
    for pointer in pointers {
        for secret in [
            json!("Jane van Doe <jane.doe@example.com>, Hauptstr."),
            json!({ "Jane van Doe": "Jane" }),
            json!(["Jane"]),
        ] {
            let mut body = whole.clone();
            *body.pointer_mut(&pointer).unwrap() = secret;
            let answer = api.post("agent", "/api/oms/orders", "k", &body).await;
            if answer.response.status().as_u16() >= 400 {
                assert_clean(&pointer, answer.response.body());
            }
        }
    }
    let personal = "Jane%20van%20Doe%20jane.doe%40example.com";
    for target in [
        format!("/api/oms/orders?customer_email={personal}&limit=x"),
        format!("/api/oms/orders?number={personal}"),
        format!("/api/oms/orders?status={personal}"),
        format!("/api/oms/orders?{personal}=1"),
        format!("/api/oms/orders?status=paid&cursor={personal}"),
        format!("/api/oms/orders/{personal}"),
        format!("/api/oms/stock/{personal}"),
        format!("/api/oms/{personal}"),
        format!("/api/oms/backorders?sku={personal}"),
    ] {
        let answer = api.get("admin", &target).await;
        assert!(answer.response.status().as_u16() >= 400, "{target}");
        assert_clean(&target, answer.response.body());
    }
    for (verb, body) in [
        ("cancel", json!({ "reason": "Jane van Doe" })),
        (
            "cancel",
            json!({ "reason": "OTHER", "lines": [{ "line": "Jane van Doe" }] }),
        ),
        (
            "hold",
            json!({ "kind": "manual", "handle": "Jane van Doe" }),
        ),
        ("hold", json!({ "kind": "Jane" })),
        ("release", json!({ "handle": "Jane van Doe" })),
    ] {
        let path = format!("/api/oms/orders/{id}/{verb}");
        let answer = api.post("agent", &path, "k", &body).await;
        assert!(answer.response.status().as_u16() >= 400, "{verb} {body}");
        assert_clean(verb, answer.response.body());
    }
    let key = request(
        "agent",
        "POST",
        "/api/oms/orders",
        "{}",
        Some("Jane van Doe"),
    );
    assert_clean("key", api.send(&key).await.response.body());
}

fn collect(value: &serde_json::Value, at: String, pointers: &mut Vec<String>) {
    if let Some(object) = value.as_object() {
        for (name, value) in object {
            collect(value, format!("{at}/{name}"), pointers);
        }
    } else if let Some(list) = value.as_array() {
        for (index, value) in list.iter().enumerate() {
            collect(value, format!("{at}/{index}"), pointers);
        }
    }
    if !at.is_empty() {
        pointers.push(at);
    }
}

/// The largest order and the most talkative decision stay far below the 256 KB that the bus takes.
#[test]
fn the_largest_event_fits_the_bus() {
    let now: Timestamp = "2026-11-22T09:30:00Z".parse().unwrap();
    let lines = domain::decide::LINES_MAX;
    let line = |n: usize| {
        format!("line-{n:035}")
            .parse::<domain::ids::LineId>()
            .unwrap()
    };
    let sku = |n: usize| format!("SKU-{n:060}").parse::<domain::ids::Sku>().unwrap();
    let location = |n: usize| {
        format!("location-{n:039}")
            .parse::<domain::ids::LocationId>()
            .unwrap()
    };
    let stock = || {
        (0..lines)
            .map(|n| Available {
                sku: sku(n),
                units: 9,
                withheld: 9,
                queued_ahead: 9,
            })
            .collect()
    };
    let candidate = |n| Candidate {
        location: location(n),
        kind: domain::location::LocationKind::Warehouse,
        priority: 1,
        enabled: true,
        ships_to: vec!["DE".into(); 200],
        untracked: false,
        stock: stock(),
    };
    let order = crate::examples::order_id();
    let fulfillment_orders: Vec<FulfillmentOrder> = (0..5)
        .map(|n| FulfillmentOrder {
            id: domain::ids::FulfillmentOrderId::mint(now, [n; 10]),
            location: location(usize::from(n)),
            untracked: true,
            status: FulfillmentStatus::Planned,
            since: now,
            lines: (0..lines)
                .map(|n| FulfillmentLine::assigned(line(n), 100_000))
                .collect(),
            cancel_reason: None,
            closing: None,
            overdue_shown: false,
            silence_closed: None,
            stop_refused: false,
            asked_again: 0,
            repeated: false,
            taken_back: 0,
            collect: None,
        })
        .collect();
    let demands = (0..lines).map(|n| Demand {
        line: line(n),
        sku: sku(n),
        units: 100_000,
        avoid: Vec::new(),
    });
    let decision = Decision {
        engine: domain::routing::ENGINE,
        inputs: RoutingInputs {
            left_out: None,
            demands: demands.collect(),
            destination: domain::order::Destination {
                country: "DE".into(),
                region: None,
            },
            ship_complete: false,
            candidates: (0..200).map(candidate).collect(),
            rules_version: 1,
            now,
        },
        assignments: Vec::new(),
        unplaced: (0..lines)
            .map(|n| domain::routing::Unplaced {
                line: line(n),
                sku: sku(n),
                units: 100_000,
            })
            .collect(),
        exclusions: Vec::new(),
        exclusions_unlisted: 0,
        truncated: true,
        explanation: "ü".repeat(500_000),
        attempt: 9,
    };
    let body = CommitBody {
        schema: domain::schema::VERSION,
        seq: 1,
        at: now,
        actor: Actor::system("routing"),
        cause: Cause::new("bus", "x"),
        events: vec![Event::OrderRouted {
            fulfillment_orders,
            decision: Box::new(decision),
        }],
        prev_hash: String::new(),
    };
    let entries = entries_of_commit(order, &body).unwrap();
    assert!(
        entries[0].detail.len() < 64 * 1024,
        "{}",
        entries[0].detail.len()
    );
}
