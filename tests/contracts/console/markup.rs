//! What every page owes its readers: sound structure, names for all fields, no inline code, and text that stays text.

use serde_json::json;

use super::{
    forms::routed,
    harness::{CSRF, Page, User},
};
use crate::{api_harness::ApiHarness, samples::order};

const HOSTILE: &str = "<script>alert('x')</script>\"'><img src=x onerror=alert(1)>";

async fn pages(user: &User<'_>, orders: &[String]) -> Vec<(String, Page)> {
    let mut targets: Vec<String> = [
        "/console",
        "/console/orders",
        "/console/orders?q=none",
        "/console/exceptions",
        "/console/backorders",
        "/console/backorders?sku=TEE-RED-M",
        "/console/unmatched",
        "/console/stock",
        "/console/stock?sku=TEE-RED-M",
        "/console/help",
        "/console/nothing",
    ]
    .map(str::to_owned)
    .to_vec();
    targets.extend(orders.iter().map(|id| format!("/console/orders/{id}")));
    let mut pages = Vec::new();
    for target in targets {
        let page = user.get(&target).await;
        pages.push((target, page));
    }
    pages
}

#[tokio::test]
async fn every_page_is_sound_html_with_landmarks_and_labels() {
    let api = ApiHarness::new().await;
    let routed = routed(&api, "1001").await;
    let underpaid = api.place(&order("1002")).await;
    api.pay(underpaid, 100).await;
    for role in ["agent", "operator", "admin", "support"] {
        for (target, page) in pages(
            &User::of(&api, role),
            &[routed.clone(), underpaid.to_string()],
        )
        .await
        {
            assert!(
                page.html.errors.is_empty(),
                "{target}: {:?}",
                page.html.errors
            );
            for (selector, count) in [
                ("h1", 1),
                ("main", 1),
                ("header.top", 1),
                ("html[lang]", 1),
                ("title", 1),
                ("a.skip[href='#main']", 1),
            ] {
                assert_eq!(page.all(selector).len(), count, "{target} {selector}");
            }
            for table in page.all("table") {
                let caption = scraper::Selector::parse("caption").unwrap();
                assert_eq!(
                    table.select(&caption).count(),
                    1,
                    "{target}: a table without a caption"
                );
            }
            for field in page.all("input:not([type=hidden]), select, textarea") {
                let id = field
                    .attr("id")
                    .unwrap_or_else(|| panic!("{target}: {}", field.html()));
                assert_eq!(
                    page.all(&format!("label[for='{id}']")).len(),
                    1,
                    "{target} {id}"
                );
                if let Some(about) = field.attr("aria-describedby") {
                    assert_eq!(
                        page.all(&format!("[id='{about}']")).len(),
                        1,
                        "{target} {about}"
                    );
                }
            }
            let mut ids: Vec<_> = page
                .all("[id]")
                .iter()
                .map(|found| found.attr("id").unwrap().to_owned())
                .collect();
            let count = ids.len();
            ids.sort_unstable();
            ids.dedup();
            assert_eq!(ids.len(), count, "{target}: an id twice");
            assert!(
                page.all("[style], style, script:not([src]), [onclick]")
                    .is_empty(),
                "{target}"
            );
        }
    }
}

#[tokio::test]
async fn every_form_that_changes_something_carries_csrf_and_a_key_of_its_own() {
    let api = ApiHarness::new().await;
    let routed = routed(&api, "1001").await;
    let mut keys = Vec::new();
    for (target, page) in pages(&User::of(&api, "admin"), &[routed]).await {
        for form in page.all("form[method=post]") {
            let action = form.attr("action").unwrap();
            let value = |name: &str| {
                let field =
                    scraper::Selector::parse(&format!("input[type=hidden][name={name}]")).unwrap();
                form.select(&field)
                    .next()
                    .and_then(|field| field.attr("value"))
                    .map(str::to_owned)
            };
            assert_eq!(value("csrf").as_deref(), Some(CSRF), "{target} {action}");
            if action != "/console/logout" {
                keys.push(value("key").unwrap_or_else(|| panic!("{target} {action}")));
            }
        }
    }
    let count = keys.len();
    keys.sort_unstable();
    keys.dedup();
    assert!(count > 5 && keys.len() == count, "{keys:?}");
}

#[tokio::test]
async fn hostile_text_stays_text_on_every_page() {
    let api = ApiHarness::new().await;
    let mut hostile = order("1001");
    hostile["lines"][0]["title"] = json!(HOSTILE);
    hostile["customer"]["name"] = json!(HOSTILE);
    hostile["customer"]["phone"] = json!("<b>'\"");
    hostile["customer"]["address"]["city"] = json!(HOSTILE);
    hostile["customer"]["address"]["lines"] = json!([HOSTILE]);
    let id = api.place(&hostile).await;
    let agent = User::of(&api, "agent");
    let path = format!("/console/orders/{id}");
    let page = agent.get(&path).await;
    let reason = [("reason", "to see it in full")];
    let page = agent
        .submit(&page, &format!("{path}/reveal"), &reason)
        .await;
    assert!(
        page.words("address")
            .contains("<script>alert('x')</script>")
    );
    let sent = agent
        .submit(
            &page,
            &format!("{path}/cancel"),
            &[("line.1", "1"), ("note", HOSTILE), ("reason", "OTHER")],
        )
        .await;
    assert!(sent.words(".timeline .quote").contains("onerror=alert(1)"));
    let refused = agent
        .submit(
            &sent,
            &format!("{path}/cancel"),
            &[("line.1", HOSTILE), ("note", HOSTILE), ("reason", "OTHER")],
        )
        .await;
    assert_eq!(refused.status, 400);
    let searched = agent
        .get("/console/orders?q=%3Cscript%3E%22%27%3Cimg%20src%3Dx%3E")
        .await;
    let filtered = agent
        .get(&format!(
            "{path}?kind=%3Cscript%3E&actor=%22%3E%3Cimg%3E&done=%3Cimg%3E"
        ))
        .await;
    let stock = agent.get("/console/stock?sku=%22%3E%3Cimg%3E").await;
    for page in [page, sent, refused, searched, filtered, stock] {
        assert!(
            page.all("img, script:not([src^='/console/assets/']), [onerror], main b")
                .is_empty()
        );
        assert!(page.html.errors.is_empty(), "{:?}", page.html.errors);
    }
}
