//! Who sees what: pages by role, and that every link leads to a page.

use std::collections::BTreeSet;

use super::{forms::routed, harness::User};
use crate::{api_harness::ApiHarness, samples::order};

#[tokio::test]
async fn support_sees_an_order_masked_and_without_forms() {
    let api = ApiHarness::new().await;
    let id = api.place(&order("1001")).await;
    let page = User::of(&api, "support")
        .get(&format!("/console/orders/{id}"))
        .await;
    assert_eq!(page.status, 200);
    assert!(page.words("address").contains("Berlin"));
    for personal in [
        "Jane van Doe",
        "Hauptstrasse",
        "jane.doe@example.com",
        "55512",
    ] {
        assert!(
            !page.text.to_lowercase().contains(&personal.to_lowercase()),
            "{personal}"
        );
    }
    assert_eq!(page.actions(), Vec::<String>::new());
}

#[tokio::test]
async fn every_role_has_the_forms_of_the_actions_that_the_api_offers_it() {
    let api = ApiHarness::new().await;
    let id = routed(&api, "1001").await;
    for role in ["support", "agent", "operator", "admin"] {
        let view = api.order(role, id.parse().unwrap()).await;
        let offered = view["actions"].as_array().unwrap().iter();
        let offered = offered.map(|action| action["href"].as_str().unwrap());
        let offered: BTreeSet<String> = offered
            .map(|href| href.replace("/api/oms", "/console"))
            .collect();
        let page = User::of(&api, role)
            .get(&format!("/console/orders/{id}"))
            .await;
        let reveal = format!("/console/orders/{id}/reveal");
        let mut shown: BTreeSet<String> = page.actions().into_iter().collect();
        // Showing personal data is reading, and no action.
        assert_eq!(shown.remove(&reveal), ["agent", "admin"].contains(&role));
        assert_eq!(shown, offered, "{role}");
    }
}

#[tokio::test]
async fn a_role_without_the_right_gets_403_and_no_link() {
    let api = ApiHarness::new().await;
    let id = api.place(&order("1001")).await;
    let paths = [
        format!("/console/orders/{id}"),
        "/console/orders".to_owned(),
        "/console/exceptions".to_owned(),
        "/console/backorders".to_owned(),
        "/console/unmatched".to_owned(),
        "/console/stock".to_owned(),
    ];
    for groups in ["shop", "location location:berlin", "strangers"] {
        let user = User::of(&api, groups);
        for path in &paths {
            let page = user.get(path).await;
            assert_eq!(page.status, 403, "{groups} {path}");
            assert!(page.words("h1").contains("Not permitted"));
        }
        let start = user.get("/console").await;
        assert_eq!(start.status, 200);
        assert_eq!(start.words("nav"), "Start");
        assert!(start.all("#search").is_empty());
    }
}

#[tokio::test]
async fn an_unknown_page_or_order_is_404() {
    let api = ApiHarness::new().await;
    let agent = User::of(&api, "agent");
    let unknown = domain::ids::OrderId::of(&domain::ids::ShopId::default(), &"9".parse().unwrap());
    for path in [
        "/console/nothing",
        "/console/orders/x",
        "/console/orders/x/y",
        &format!("/console/orders/{unknown}"),
    ] {
        let page = agent.get(path).await;
        assert_eq!(page.status, 404, "{path}");
        assert!(page.words("h1").contains("Not found"));
        assert_eq!(agent.post(path, &[]).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn every_link_leads_to_a_page() {
    let api = ApiHarness::new().await;
    routed(&api, "1001").await;
    let underpaid = api.place(&order("1002")).await;
    api.pay(underpaid, 100).await;
    let waiting = api.place(&order("1003")).await;
    api.pay(waiting, crate::samples::TOTAL).await;
    api.route(waiting).await;
    let admin = User::of(&api, "admin");
    let mut to_visit = vec!["/console".to_owned()];
    let mut seen = BTreeSet::new();
    while let Some(target) = to_visit.pop() {
        if !seen.insert(target.clone()) {
            continue;
        }
        let path = target.split('#').next().unwrap();
        if let Some(name) = path.strip_prefix("/console/assets/") {
            assert!(console::asset(path).is_some(), "{name}");
            continue;
        }
        let page = admin.get(path).await;
        assert_eq!(page.status, 200, "{target}");
        let links = page
            .all("a[href^='/'], link[href^='/'], script[src]")
            .into_iter();
        to_visit
            .extend(links.map(|link| link.attr("href").or(link.attr("src")).unwrap().to_owned()));
        for link in page.all("a[href^='#']") {
            let target = link.attr("href").unwrap();
            assert!(!page.all(target).is_empty(), "{target}");
        }
    }
    assert!(seen.len() > 12, "{seen:?}");
}

#[tokio::test]
async fn the_start_page_counts_what_waits() {
    let api = ApiHarness::new().await;
    let underpaid = api.place(&order("1001")).await;
    api.pay(underpaid, 100).await;
    let agent = User::of(&api, "agent").get("/console").await;
    let mine = agent.words("section:first-of-type");
    assert!(
        mine.contains("for you to work on") && mine.contains("1 Underpaid"),
        "{mine}"
    );
    let operator = User::of(&api, "operator").get("/console").await;
    assert!(
        operator
            .words("section:first-of-type")
            .contains("others work on")
    );
}

#[tokio::test]
async fn an_asset_is_kept_for_ever_under_its_own_hash_only() {
    let api = ApiHarness::new().await;
    let page = User::of(&api, "agent").get("/console").await;
    let path = page.all("link[rel=stylesheet]")[0]
        .attr("href")
        .unwrap()
        .to_owned();
    let asset = console::asset(&path).unwrap();
    assert!(
        asset.headers()["cache-control"]
            .to_str()
            .unwrap()
            .contains("immutable")
    );
    assert_eq!(asset.headers()["content-type"], "text/css; charset=utf-8");
    let old = console::asset("/console/assets/0000/console.css").unwrap();
    assert_eq!(old.headers()["cache-control"], "no-store");
    assert!(console::asset("/console/assets/0000/../lib.rs").is_none());
    assert!(console::asset("/console/orders").is_none());
}
