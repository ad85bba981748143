//! An access token that has expired is exchanged for a new one without anybody noticing.

use serde_json::json;

use crate::{
    browser::Browser,
    cognito_double::NOW,
    signed::{self, access, token, with},
};

fn renewed(at: i64) -> serde_json::Value {
    let claims = with(access(), &json!({ "iat": at, "exp": at + 900 }));
    json!({ "access_token": token(&claims), "token_type": "Bearer", "expires_in": 900 })
}

#[tokio::test]
async fn an_expired_token_is_refreshed_once_and_the_page_is_served() {
    let mut browser = Browser::logged_in().await;
    browser.wait(1000);
    browser
        .cognito
        .answers("/oauth2/token", 200, renewed(NOW + 1000));
    let old = browser.cookies["__Host-oms-access"].clone();
    let page = browser.get("/console/orders/1").await;
    assert_eq!(
        page.session.unwrap().email.as_deref(),
        Some("agent@example.test")
    );
    assert_ne!(browser.cookies["__Host-oms-access"], old);
    assert_eq!(
        browser.cookies["__Host-oms-refresh"], "refresh-1",
        "it stays"
    );
    let asked = browser.cognito.asked("/oauth2/token");
    assert_eq!(asked.len(), 2);
    assert_eq!(
        asked[1],
        "client_id=console-client&grant_type=refresh_token&refresh_token=refresh-1"
    );
    browser.get("/console").await;
    assert_eq!(
        browser.cognito.asked("/oauth2/token").len(),
        2,
        "the new one is used"
    );
}

#[tokio::test]
async fn a_missing_access_token_is_refreshed_too() {
    let mut browser = Browser::logged_in().await;
    browser.cookies.remove("__Host-oms-access");
    assert!(browser.get("/console").await.session.is_some());
}

#[tokio::test]
async fn a_refused_refresh_leads_to_the_log_in_and_forgets_the_tokens() {
    let mut browser = Browser::logged_in().await;
    browser.wait(1000);
    browser
        .cognito
        .answers("/oauth2/token", 400, json!({ "error": "invalid_grant" }));
    browser
        .get("/console/stock?sku=TEE")
        .await
        .led_to_log_in("/console/stock?sku=TEE");
    assert!(browser.cookies.is_empty());
}

#[tokio::test]
async fn without_a_refresh_token_an_expired_one_leads_to_the_log_in() {
    let mut browser = Browser::logged_in().await;
    browser.wait(1000);
    browser.cookies.remove("__Host-oms-refresh");
    browser.get("/console").await.led_to_log_in("/console");
    assert_eq!(browser.cognito.asked("/oauth2/token").len(), 1);
}

#[tokio::test]
async fn what_a_refresh_gives_is_verified_as_well() {
    let mut browser = Browser::logged_in().await;
    browser.wait(1000);
    let foreign = signed::signed_by(
        "other",
        &json!({ "alg": "RS256", "kid": signed::KEY_ID }),
        &access(),
    );
    browser
        .cognito
        .answers("/oauth2/token", 200, json!({ "access_token": foreign }));
    browser.get("/console").await.led_to_log_in("/console");
}

#[tokio::test]
async fn a_change_is_made_with_a_refreshed_token() {
    let mut browser = Browser::logged_in().await;
    browser.wait(1000);
    browser
        .cognito
        .answers("/oauth2/token", 200, renewed(NOW + 1000));
    let form = format!("csrf={}&note=hello", browser.csrf());
    assert!(
        browser
            .post("/console/orders/1/hold", &form)
            .await
            .session
            .is_some()
    );
}
