//! While Cognito does not answer, whoever has a valid token goes on; the others are told, and lose nothing.

use serde_json::json;

use crate::{
    browser::Browser,
    cognito_double::NOW,
    signed::{access, token, with},
};

#[tokio::test]
async fn a_valid_token_needs_no_cognito() {
    let mut browser = Browser::logged_in().await;
    for path in ["/keys", "/oauth2/token"] {
        browser.cognito.answers(path, 500, json!({}));
    }
    assert!(browser.get("/console").await.session.is_some());
}

#[tokio::test]
async fn a_refresh_that_is_not_answered_ends_no_session() {
    for (status, body) in [
        (500, json!({})),
        (429, json!({ "error": "too_many" })),
        (400, json!({})),
        (200, json!({})),
    ] {
        let mut browser = Browser::logged_in().await;
        browser.wait(1000);
        browser.cognito.answers("/oauth2/token", status, body);
        let cookies = browser.cookies.clone();
        let answer = browser.get("/console/orders/1").await;
        answer.refused(503, "log_in_unavailable");
        assert_eq!(answer.header("retry-after"), "5");
        assert!(
            answer
                .response
                .body()
                .contains("href=\"/console/orders/1\""),
            "try again"
        );
        assert_eq!(browser.cookies, cookies, "{status}");
    }
}

#[tokio::test]
async fn nor_does_one_to_a_server_that_is_not_there() {
    let mut browser = Browser::logged_in().await;
    browser.wait(1000);
    let here = browser.cognito.url.clone();
    browser.move_cognito("http://127.0.0.1:1");
    let answer = browser.get("/console").await;
    answer.refused(503, "log_in_unavailable");
    browser.move_cognito(&here);
    let claims = with(access(), &json!({ "iat": NOW + 1000, "exp": NOW + 1900 }));
    let tokens = json!({ "access_token": token(&claims) });
    browser.cognito.answers("/oauth2/token", 200, tokens);
    assert!(
        browser.get("/console").await.session.is_some(),
        "it goes on"
    );
}

#[tokio::test]
async fn a_change_is_not_half_made() {
    let mut browser = Browser::logged_in().await;
    browser.wait(1000);
    browser.cognito.answers("/oauth2/token", 503, json!({}));
    let form = format!("csrf={}", browser.csrf());
    let answer = browser.post("/console/orders/1/cancel", &form).await;
    answer.refused(503, "log_in_unavailable");
}

#[tokio::test]
async fn a_log_in_is_finished_when_cognito_answers_again() {
    let mut browser = Browser::new();
    let begun = browser.get("/console/login?next=/console/stock").await;
    let back = format!(
        "/console/callback?code=c&state={}",
        begun.parameter("state")
    );
    let keys = crate::signed::jwks(crate::signed::KEY_ID);
    browser.cognito.answers("/keys", 503, json!({}));
    let answer = browser.get(&back).await;
    answer.refused(503, "log_in_unavailable");
    browser.cognito.answers("/keys", 200, keys);
    assert_eq!(
        browser.get(&back).await.header("location"),
        "/console/stock"
    );
}

#[tokio::test]
async fn without_keys_nobody_is_let_in() {
    let mut browser = Browser::logged_in().await;
    let other = Browser::new();
    // A function that has just started knows no keys.
    let cookies = std::mem::take(&mut browser.cookies);
    let mut browser = other;
    browser.cookies = cookies;
    browser
        .cognito
        .answers("/keys", 200, json!({ "keys": "none" }));
    browser
        .get("/console")
        .await
        .refused(503, "log_in_unavailable");
    assert!(!browser.cookies.is_empty());
}
