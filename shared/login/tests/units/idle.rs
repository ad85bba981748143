//! A session ends when nobody uses it, and some hours after the log-in at the latest.

use serde_json::json;

use crate::{
    browser::Browser,
    cognito_double::NOW,
    signed::{access, token, with},
};

/// The browser forgets the cookie after that time, and nobody is logged in without it.
#[tokio::test]
async fn each_request_lets_the_idle_time_begin_anew() {
    let mut browser = Browser::logged_in().await;
    let page = browser.get("/console").await;
    let cookie = page.cookie("__Host-oms-session").unwrap();
    assert!(cookie.contains("Max-Age=1800"), "{cookie}");
    assert!(
        cookie.contains(&browser.csrf()),
        "the token of open forms stays valid: {cookie}"
    );
    browser.cookies.remove("__Host-oms-session");
    browser
        .get("/console/orders")
        .await
        .led_to_log_in("/console/orders");
    assert!(browser.cookies.is_empty());
}

#[tokio::test]
async fn a_session_token_that_we_did_not_make_is_none() {
    let mut browser = Browser::logged_in().await;
    browser
        .cookies
        .insert("__Host-oms-session".to_owned(), "x".to_owned());
    browser.get("/console").await.led_to_log_in("/console");
}

#[tokio::test]
async fn after_twelve_hours_a_refresh_does_not_help() {
    let mut browser = Browser::logged_in().await;
    let cookie = browser.get("/console/login").await;
    drop(cookie);
    browser.wait(12 * 3600);
    let at = NOW + 12 * 3600;
    let claims = with(access(), &json!({ "iat": at, "exp": at + 900 }));
    browser.cognito.answers(
        "/oauth2/token",
        200,
        json!({ "access_token": token(&claims) }),
    );
    browser.get("/console").await.led_to_log_in("/console");
}
