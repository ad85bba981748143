//! Only an access token of this pool, for this client, that is valid now lets anybody in.

use serde_json::{Value, json};

use crate::{
    browser::{Answer, Browser},
    cognito_double::NOW,
    signed::{self, KEY_ID, access, token, with},
};

/// The cookie of the access token.
const ACCESS: &str = "__Host-oms-access";

/// What an agent's browser gets whose access token is replaced by this one.
async fn opened_with(browser: &mut Browser, token: &str) -> Answer {
    browser.cookies.clone_from(&browser.cookies_of_log_in);
    let cookie = (ACCESS.to_owned(), token.to_owned());
    browser.cookies.extend([cookie]);
    browser.get("/console/orders").await
}

#[tokio::test]
async fn a_valid_token_lets_in() {
    let mut browser = Browser::logged_in().await;
    let answer = opened_with(&mut browser, &token(&access())).await;
    assert!(answer.session.is_some());
}

#[tokio::test]
async fn forged_tokens_lead_to_the_log_in() {
    let rs256 = json!({ "alg": "RS256", "kid": KEY_ID });
    let genuine = token(&access());
    let promoted = token(&with(access(), &json!({ "cognito:groups": ["admin"] })));
    let parts = |token: &str| token.split('.').map(str::to_owned).collect::<Vec<_>>();
    let (head, payload) = (parts(&genuine), parts(&promoted));
    let cases = [
        (
            "signed with another key",
            signed::signed_by("other", &rs256, &access()),
        ),
        (
            "with the claims of an admin",
            format!("{}.{}.{}", head[0], payload[1], head[2]),
        ),
        ("without a signature", signed::unsigned(&access())),
        (
            "with an empty signature",
            format!("{}.{}.", head[0], head[1]),
        ),
        (
            "keyed with the public key",
            signed::keyed_with_the_public_key(&access()),
        ),
        (
            "that says HS256",
            signed::signed_by("pool", &json!({ "alg": "HS256", "kid": KEY_ID }), &access()),
        ),
        (
            "that says RS512",
            signed::signed_by("pool", &json!({ "alg": "RS512", "kid": KEY_ID }), &access()),
        ),
        (
            "without a key id",
            signed::signed_by("pool", &json!({ "alg": "RS256" }), &access()),
        ),
        (
            "with an unknown key id",
            signed::signed_by("pool", &json!({ "alg": "RS256", "kid": "x" }), &access()),
        ),
        ("that is no token", "hello".to_owned()),
    ];
    let mut browser = Browser::logged_in().await;
    for (what, token) in cases {
        let answer = opened_with(&mut browser, &token).await;
        assert!(answer.session.is_none(), "a token {what}");
        answer.led_to_log_in("/console/orders");
        assert!(
            browser.cookies.is_empty(),
            "a token {what}: the browser forgets it"
        );
        assert_eq!(
            browser.cognito.asked("/oauth2/token").len(),
            1,
            "a token {what} is not refreshed"
        );
    }
}

#[tokio::test]
async fn tokens_for_something_else_lead_to_the_log_in() {
    let changed = |changes: Value| token(&with(access(), &changes));
    let cases = [
        (
            "of another client",
            changed(json!({ "client_id": "api-client" })),
        ),
        ("of no client", changed(json!({ "client_id": null }))),
        (
            "of another pool",
            changed(json!({ "iss": "https://cognito-idp.eu-central-1.amazonaws.com/other" })),
        ),
        ("of no pool", changed(json!({ "iss": null }))),
        ("that is an id token", token(&signed::id())),
        (
            "that is an id token for our client by both names",
            token(&with(
                signed::id(),
                &json!({ "client_id": crate::cognito_double::CLIENT }),
            )),
        ),
        ("of no use", changed(json!({ "token_use": null }))),
        ("of nobody", changed(json!({ "sub": null }))),
        (
            "of a subject that is text",
            changed(json!({ "sub": "two words" })),
        ),
        ("that never ends", changed(json!({ "exp": null }))),
        ("that ends at a word", changed(json!({ "exp": "tomorrow" }))),
        ("from the future", changed(json!({ "iat": NOW + 31 }))),
        ("not valid yet", changed(json!({ "nbf": NOW + 31 }))),
        ("of no log-in", changed(json!({ "auth_time": null }))),
        (
            "of a log-in twelve hours ago",
            changed(json!({ "auth_time": NOW - 12 * 3600 })),
        ),
    ];
    let mut browser = Browser::logged_in().await;
    for (what, token) in cases {
        let answer = opened_with(&mut browser, &token).await;
        assert!(answer.session.is_none(), "a token {what}");
        answer.led_to_log_in("/console/orders");
    }
}

#[tokio::test]
async fn clocks_may_differ_by_half_a_minute() {
    let mut browser = Browser::logged_in().await;
    for changes in [
        json!({ "iat": NOW + 30 }),
        json!({ "nbf": NOW + 30 }),
        json!({ "exp": NOW - 29 }),
    ] {
        let token = token(&with(access(), &changes));
        let answer = opened_with(&mut browser, &token).await;
        assert!(answer.session.is_some(), "{changes}");
        assert_eq!(browser.cognito.asked("/oauth2/token").len(), 1, "{changes}");
    }
}

/// API Gateway gives a function the groups as one text, the token has a list.
#[tokio::test]
async fn the_rights_are_those_that_the_api_gives() {
    use app::access::{Claims, Principal};
    let mut browser = Browser::logged_in().await;
    let answer = opened_with(&mut browser, &token(&access())).await;
    let text = with(
        access(),
        &json!({ "cognito:groups": "[agent location:berlin]" }),
    );
    let Value::Object(claims) = text else {
        panic!("claims are an object")
    };
    assert_eq!(
        Some(answer.session.unwrap().principal),
        Principal::from_claims(&Claims(claims))
    );
}

#[tokio::test]
async fn the_keys_are_fetched_once_and_again_for_an_unknown_one_at_most_once_a_minute() {
    let mut browser = Browser::logged_in().await;
    browser.get("/console").await;
    assert_eq!(browser.cognito.asked("/keys").len(), 1);

    // The pool signs with a new key, and a first token with it comes at once.
    browser
        .cognito
        .answers("/keys", 200, signed::jwks("pool-key-2"));
    let new_key = signed::signed_by(
        "pool",
        &json!({ "alg": "RS256", "kid": "pool-key-2" }),
        &access(),
    );
    let cookies = browser.cookies.clone();
    let with_new_key = |browser: &mut Browser| {
        browser.cookies.clone_from(&cookies);
        browser
            .cookies
            .insert("__Host-oms-access".to_owned(), new_key.clone());
    };
    with_new_key(&mut browser);
    browser.get("/console").await.led_to_log_in("/console");
    assert_eq!(
        browser.cognito.asked("/keys").len(),
        1,
        "a minute is not over"
    );
    browser.wait(60);
    with_new_key(&mut browser);
    assert!(browser.get("/console").await.session.is_some());
    assert_eq!(browser.cognito.asked("/keys").len(), 2);
}
