//! Personal data is shown for a reason, and whoever sees it is in the access log.

use app::{
    access::{Permission, Principal, Role, grants},
    ports::{AccessVia, Clock, OrderStore},
    usecases::reveal::{Access, REVEALED_FOR, is_revealed, reveal},
};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::{api_harness::ApiHarness, samples::order};

const LOG: &str = "/api/oms/access_log";

async fn log(api: &ApiHarness, query: &str) -> Vec<Value> {
    let page = api.get("admin", &format!("{LOG}{query}")).await.expect(200);
    page["entries"].as_array().unwrap().clone()
}

fn agent() -> Principal {
    Principal {
        subject: "user-agent".to_owned(),
        roles: [Role::Agent].into(),
        locations: [].into(),
    }
}

#[tokio::test]
async fn an_order_is_masked_until_an_agent_says_why_and_then_the_log_has_it() {
    let api = ApiHarness::new().await;
    let id = api.place(&order("1001")).await;
    let masked = api.order("agent", id).await;
    assert_eq!(masked["customer"]["masked"], true);
    assert!(!masked.to_string().contains("Hauptstr"), "{masked}");
    assert_eq!(log(&api, "").await, [] as [Value; 0]);

    let path = format!("/api/oms/orders/{id}?personal_data=Asks%20for%20her%20parcel");
    let clear = api.get("agent", &path).await.expect(200);
    assert_eq!(clear["customer"]["masked"], false);
    assert_eq!(clear["customer"]["address"]["lines"][0], "Hauptstrasse 17");
    let entries = log(&api, &format!("?order={id}")).await;
    let entry = &entries[0];
    assert_eq!(entries.len(), 1);
    assert_eq!(
        entry["actor"],
        json!({ "kind": "agent", "id": "user-agent" })
    );
    assert_eq!(entry["reason"], "Asks for her parcel");
    assert_eq!(entry["via"], "api");
    assert_eq!(entry["order"], id.to_string());
    assert_eq!(entry["at"], api.clock.now().to_string());
}

#[tokio::test]
async fn a_reason_is_checked_before_anything_is_read() {
    let api = ApiHarness::new().await;
    let id = api.place(&order("1001")).await;
    let long = "x".repeat(201);
    for bad in [
        "",
        "a",
        "%20%20ab%20%20",
        "two%0Alines",
        "jane%40example.com",
        long.as_str(),
    ] {
        let path = format!("/api/oms/orders/{id}?personal_data={bad}");
        assert_eq!(
            api.get("agent", &path).await.problem(400),
            "bad_reason",
            "{bad}"
        );
    }
    let path = format!("/api/oms/orders/{id}?personal_data=curious");
    for role in Role::ALL {
        let answer = api.get(role.as_str(), &path).await;
        if grants(role, Permission::ReadPersonalData) {
            answer.expect(200);
        } else {
            assert_eq!(answer.problem(403), "forbidden", "{}", role.as_str());
        }
    }
    assert_eq!(log(&api, "").await.len(), 2, "agent and admin");
    let none = format!("/api/oms/orders/{id}?reason=curious");
    assert_eq!(api.get("agent", &none).await.problem(400), "malformed");
}

#[tokio::test]
async fn nothing_is_shown_that_cannot_be_logged() {
    let api = ApiHarness::new().await;
    let id = api.place(&order("1001")).await;
    api.store.refuse_access_log(true);
    let path = format!("/api/oms/orders/{id}?personal_data=curious");
    let answer = api.get("agent", &path).await;
    assert!(!answer.response.body().contains("Hauptstr"));
    assert_eq!(answer.problem(503), "unavailable");
    api.order("agent", id).await;
    api.store.refuse_access_log(false);
    api.get("agent", &path).await.expect(200);
}

#[tokio::test]
async fn a_person_may_look_again_for_a_while_and_nobody_else() {
    let api = ApiHarness::new().await;
    let id = api.place(&order("1001")).await;
    let other = api.place(&order("1002")).await;
    let agent = agent();
    let (store, clock) = (&api.store, &api.clock);
    let revealed = async |reader: &Principal, order| {
        let now = clock.now();
        is_revealed(store, reader, order, now).await.unwrap()
    };
    assert!(!revealed(&agent, id).await);
    let stored = store.load(id).await.unwrap().unwrap();
    let reason = "to correct the street".parse().unwrap();
    let access = Access::of(&agent, reason, AccessVia::Console, 400).unwrap();
    let contact = reveal(store, clock, &access, &stored).await.unwrap();
    assert_eq!(contact.unwrap().address.lines[0], "Hauptstrasse 17");
    assert!(revealed(&agent, id).await);
    assert!(!revealed(&agent, other).await);
    let colleague = Principal {
        subject: "user-colleague".to_owned(),
        ..agent.clone()
    };
    assert!(!revealed(&colleague, id).await);
    let demoted = Principal {
        roles: [Role::Support].into(),
        ..agent.clone()
    };
    assert!(
        !revealed(&demoted, id).await,
        "the right is asked for each time"
    );
    assert!(
        Access::of(
            &demoted,
            "why not".parse().unwrap(),
            AccessVia::Console,
            400
        )
        .is_none()
    );
    clock.advance(REVEALED_FOR);
    assert!(revealed(&agent, id).await, "to the second");
    clock.advance(SignedDuration::from_millis(1));
    assert!(!revealed(&agent, id).await);
    assert_eq!(
        log(&api, &format!("?order={id}")).await[0]["via"],
        "console"
    );
}

#[tokio::test]
async fn the_log_is_read_by_day_and_by_order_page_by_page_and_by_admins_only() {
    let api = ApiHarness::new().await;
    let orders = [
        api.place(&order("1001")).await,
        api.place(&order("1002")).await,
    ];
    for round in 0..3 {
        for id in orders {
            let path = format!("/api/oms/orders/{id}?personal_data=round%20{round}");
            api.get("agent", &path).await.expect(200);
            api.clock.advance(SignedDuration::from_secs(1));
        }
    }
    let reasons = |entries: &[Value]| {
        let all = entries
            .iter()
            .map(|e| e["reason"].as_str().unwrap().to_owned());
        all.collect::<Vec<_>>()
    };
    let of_order = log(&api, &format!("?order={}", orders[0])).await;
    assert_eq!(reasons(&of_order), ["round 2", "round 1", "round 0"]);
    for listing in ["?", "?day=2026-11-22&"] {
        let (mut found, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = format!("{LOG}{listing}limit=4{cursor}");
            let page = api.get("admin", &page).await.expect(200);
            found.extend(page["entries"].as_array().unwrap().clone());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(found, log(&api, "").await, "{listing}");
        assert_eq!(found.len(), 6);
    }
    assert_eq!(log(&api, "?day=2026-11-21").await, [] as [Value; 0]);
    let page = api
        .get("admin", &format!("{LOG}?limit=1"))
        .await
        .expect(200);
    let cursor = page["next_cursor"].as_str().unwrap();
    for wrong in [
        format!("?day=2026-11-21&cursor={cursor}"),
        "?cursor=x".into(),
    ] {
        let answer = api.get("admin", &format!("{LOG}{wrong}")).await;
        assert_eq!(answer.problem(400), "bad_cursor", "{wrong}");
    }
    for wrong in [
        "?day=yesterday".to_owned(),
        "?order=1001".to_owned(),
        format!("?day=2026-11-22&order={}", orders[0]),
    ] {
        let answer = api.get("admin", &format!("{LOG}{wrong}")).await;
        assert_eq!(answer.problem(400), "malformed", "{wrong}");
    }
    for group in ["support", "agent", "operator", "shop", "location"] {
        assert_eq!(api.get(group, LOG).await.problem(403), "forbidden");
    }
}
