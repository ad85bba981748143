//! Changes must come from a page of ours.

use http::Method;

use crate::browser::{Browser, CONSOLE};

#[tokio::test]
async fn a_form_with_the_token_is_let_through() {
    let mut browser = Browser::logged_in().await;
    let csrf = browser.csrf();
    let done = browser
        .post("/console/orders/1/hold", &format!("reason=x&csrf={csrf}"))
        .await;
    assert!(done.session.is_some());
    for headers in [
        &[("x-csrf-token", csrf.as_str()), ("origin", CONSOLE)][..],
        &[
            ("x-csrf-token", &csrf),
            ("referer", "https://console.example.com/console/orders/1"),
        ],
        // Neither is sent by every browser.
        &[("x-csrf-token", &csrf)],
    ] {
        let done = browser
            .send(Method::POST, "/console/orders/1/hold", headers, "")
            .await;
        assert!(done.session.is_some(), "{headers:?}");
    }
}

#[tokio::test]
async fn a_change_without_the_token_is_refused() {
    let mut browser = Browser::logged_in().await;
    let other = Browser::logged_in().await;
    browser.get("/console").await;
    for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
        let path = "/console/orders/1/cancel";
        let refused = browser
            .send(method, path, &[("origin", CONSOLE)], "reason=x")
            .await;
        refused.refused(403, "csrf_missing");
    }
    for wrong in ["", "x", &other.csrf().to_lowercase(), &browser.csrf()[1..]] {
        let refused = browser
            .post("/console/orders/1/cancel", &format!("csrf={wrong}"))
            .await;
        refused.refused(403, "csrf_wrong");
    }
}

#[tokio::test]
async fn a_change_from_another_site_is_refused_even_with_the_token() {
    let mut browser = Browser::logged_in().await;
    let form = format!("csrf={}", browser.csrf());
    for headers in [
        &[("origin", "https://evil.example")][..],
        &[("origin", "null")],
        &[("origin", "http://console.example.com")],
        &[("origin", "https://console.example.com.evil.example")],
        &[("referer", "https://evil.example/console")],
        &[("referer", "https://console.example.com.evil.example/")],
        &[
            ("origin", "https://evil.example"),
            ("referer", "https://console.example.com/console"),
        ],
    ] {
        let refused = browser
            .send(Method::POST, "/console/orders/1/cancel", headers, &form)
            .await;
        refused.refused(403, "foreign_origin");
    }
}

#[tokio::test]
async fn a_page_is_read_without_the_token() {
    let mut browser = Browser::logged_in().await;
    for method in [Method::GET, Method::HEAD] {
        let read = browser
            .send(
                method,
                "/console",
                &[("origin", "https://evil.example")],
                "",
            )
            .await;
        assert!(read.session.is_some());
    }
}

/// The form cannot be sent on, so the person is led back to the page where it stood.
#[tokio::test]
async fn a_change_without_a_session_leads_over_the_log_in_to_the_page_with_the_form() {
    let mut browser = Browser::new();
    let page = "https://console.example.com/console/orders/1?tab=money";
    let headers = [("origin", CONSOLE), ("referer", page)];
    let led = browser
        .send(Method::POST, "/console/orders/1/cancel", &headers, "csrf=x")
        .await;
    led.led_to_log_in("/console/orders/1?tab=money");
    let headers = [("referer", "https://evil.example/console/orders/1")];
    let led = browser
        .send(Method::POST, "/console/orders/1/cancel", &headers, "csrf=x")
        .await;
    led.led_to_log_in("/console");
}

#[tokio::test]
async fn a_script_without_a_session_has_the_browser_go_to_the_log_in() {
    let mut browser = Browser::new();
    let page = "https://console.example.com/console/orders/1";
    let headers = [("hx-request", "true"), ("hx-current-url", page)];
    let led = browser
        .send(Method::GET, "/console/orders/1/timeline", &headers, "")
        .await;
    assert_eq!(led.status(), 401);
    assert_eq!(
        led.header("hx-redirect"),
        "/console/login?next=%2Fconsole%2Forders%2F1"
    );
    assert_eq!(led.header("location"), "");
}

#[test]
fn a_session_does_not_show_its_secrets() {
    let session = login::Session {
        principal: app::access::Principal {
            subject: "s".to_owned(),
            roles: [].into(),
            locations: [].into(),
        },
        email: Some("agent@example.test".to_owned()),
        csrf: "hunter2".to_owned(),
    };
    let shown = format!("{session:?}");
    assert!(
        !shown.contains("hunter2") && !shown.contains('@'),
        "{shown}"
    );
}
