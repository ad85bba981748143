//! Log-out ends the session here and at Cognito.

use http::Method;
use serde_json::json;

use crate::browser::{Browser, CONSOLE};

#[tokio::test]
async fn log_out_revokes_the_refresh_token_forgets_the_cookies_and_leaves_the_hosted_ui() {
    let mut browser = Browser::logged_in().await;
    let form = format!("csrf={}", browser.csrf());
    let out = browser.post("/console/logout", &form).await;
    assert_eq!(out.status(), 303);
    assert!(
        out.header("location")
            .starts_with(&format!("{}/logout?", browser.cognito.url))
    );
    assert_eq!(out.parameter("client_id"), "console-client");
    assert_eq!(out.parameter("logout_uri"), format!("{CONSOLE}/console"));
    assert!(browser.cookies.is_empty());
    let revoked = browser.cognito.asked("/oauth2/revoke");
    assert_eq!(revoked, ["client_id=console-client&token=refresh-1"]);
    browser.get("/console").await.led_to_log_in("/console");
}

#[tokio::test]
async fn another_site_logs_nobody_out() {
    let mut browser = Browser::logged_in().await;
    let foreign = [("origin", "https://evil.example")];
    let form = format!("csrf={}", browser.csrf());
    let refused = browser
        .send(Method::POST, "/console/logout", &foreign, &form)
        .await;
    refused.refused(403, "foreign_origin");
    browser
        .post("/console/logout", "")
        .await
        .refused(403, "csrf_missing");
    assert!(browser.cognito.asked("/oauth2/revoke").is_empty());
    assert!(browser.get("/console").await.session.is_some());
    // Nor does a link.
    let link = browser.get("/console/logout").await;
    assert!(link.session.is_some(), "it is no route of the log-in");
    assert!(browser.cognito.asked("/oauth2/revoke").is_empty());
}

#[tokio::test]
async fn a_session_that_was_idle_for_too_long_is_logged_out_all_the_same() {
    let mut browser = Browser::logged_in().await;
    browser.cookies.remove("__Host-oms-session");
    let out = browser.post("/console/logout", "csrf=old").await;
    assert_eq!(out.status(), 303);
    assert_eq!(browser.cognito.asked("/oauth2/revoke").len(), 1);
    assert!(browser.cookies.is_empty());
}

#[tokio::test]
async fn when_cognito_does_not_answer_the_browser_forgets_the_session_all_the_same() {
    let mut browser = Browser::logged_in().await;
    browser.cognito.answers("/oauth2/revoke", 500, json!({}));
    let form = format!("csrf={}", browser.csrf());
    assert_eq!(browser.post("/console/logout", &form).await.status(), 303);
    assert!(browser.cookies.is_empty());
}
