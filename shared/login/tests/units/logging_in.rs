//! From a page without a session, over the hosted UI, back to the page.

use app::access::Role;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use ring::digest::{SHA256, digest};
use serde_json::json;

use crate::{
    browser::{Browser, CONSOLE},
    cognito_double::CLIENT,
    signed,
};

#[tokio::test]
async fn somebody_without_a_session_logs_in_and_gets_the_page_that_was_wanted() {
    let mut browser = Browser::new();
    let wanted = "/console/orders/018f?filter=money&page=2";
    let led = browser.get(wanted).await;
    led.led_to_log_in(wanted);

    let begun = browser.get(led.header("location")).await;
    assert_eq!(begun.status(), 303);
    let authorize = format!("{}/oauth2/authorize?", browser.cognito.url);
    assert!(begun.header("location").starts_with(&authorize));
    let callback = format!("{CONSOLE}/console/callback");
    for (name, value) in [
        ("response_type", "code"),
        ("client_id", CLIENT),
        ("redirect_uri", &callback),
        ("scope", "openid email"),
        ("code_challenge_method", "S256"),
    ] {
        assert_eq!(begun.parameter(name), value, "{name}");
    }

    let state = begun.parameter("state");
    let back = browser
        .get(&format!("/console/callback?code=code-1&state={state}"))
        .await;
    assert_eq!((back.status(), back.header("location")), (303, wanted));
    let [exchange] = &browser.cognito.asked("/oauth2/token")[..] else {
        panic!("one exchange");
    };
    let sent = |name: &str| {
        let mut all = form_urlencoded::parse(exchange.as_bytes());
        all.find(|(known, _)| known == name).unwrap().1.into_owned()
    };
    assert_eq!(sent("grant_type"), "authorization_code");
    assert_eq!(
        (sent("code"), sent("client_id")),
        ("code-1".to_owned(), CLIENT.to_owned())
    );
    assert_eq!(sent("redirect_uri"), callback);
    let challenge = digest(&SHA256, sent("code_verifier").as_bytes());
    let challenge = BASE64_URL_SAFE_NO_PAD.encode(challenge);
    assert_eq!(challenge, begun.parameter("code_challenge"));

    let page = browser.get(wanted).await;
    assert_eq!(
        (page.status(), page.response.body().as_str()),
        (200, "the page")
    );
    let session = page.session.unwrap();
    assert_eq!(session.email.as_deref(), Some("agent@example.test"));
    assert_eq!(
        session.principal.subject,
        "7d9a6c1e-0000-4000-8000-000000000001"
    );
    assert_eq!(
        session.principal.roles.into_iter().collect::<Vec<_>>(),
        [Role::Agent]
    );
    assert_eq!(session.csrf, browser.csrf());
}

#[tokio::test]
async fn no_script_and_no_other_site_gets_at_the_cookies() {
    let mut browser = Browser::new();
    let begun = browser.get("/console/login").await;
    let pending = begun.cookie("__Host-oms-login").unwrap();
    let back = format!(
        "/console/callback?code=c&state={}",
        begun.parameter("state")
    );
    let back = browser.get(&back).await;
    let mut set = vec![pending];
    for name in ["access", "refresh", "session", "email"] {
        set.push(back.cookie(&format!("__Host-oms-{name}")).unwrap());
    }
    for cookie in set {
        for attribute in ["HttpOnly", "Secure", "SameSite=Lax", "Path=/", "Max-Age="] {
            assert!(cookie.contains(attribute), "{attribute} in {cookie}");
        }
        assert!(!cookie.contains("Domain"), "{cookie}");
    }
    assert!(
        !browser.cookies.contains_key("__Host-oms-login"),
        "it is used up"
    );
}

/// Browsers take no `Secure` cookies from such an address.
#[tokio::test]
async fn over_plain_http_on_a_local_stack_cookies_have_no_prefix() {
    let mut browser = Browser::at("http://0a1b2c3d.execute-api.localhost:4566");
    let begun = browser.get("/console/login").await;
    let cookie = begun.cookie("oms-login").unwrap();
    assert!(!cookie.contains("Secure"), "{cookie}");
    assert_eq!(begun.header("strict-transport-security"), "");
}

#[tokio::test]
async fn each_log_in_has_secrets_of_its_own() {
    let mut first = Browser::logged_in().await;
    let before = first.csrf();
    let begun = first.get("/console/login").await;
    let again = first.get("/console/login").await;
    assert_ne!(begun.parameter("state"), again.parameter("state"));
    assert_ne!(
        begun.parameter("code_challenge"),
        again.parameter("code_challenge")
    );
    let back = format!(
        "/console/callback?code=c&state={}",
        again.parameter("state")
    );
    first.get(&back).await;
    assert_ne!(first.csrf(), before);
}

#[tokio::test]
async fn a_log_in_that_was_not_begun_here_is_refused() {
    let mut browser = Browser::new();
    let begun = browser.get("/console/login").await;
    let back = format!(
        "/console/callback?code=c&state={}",
        begun.parameter("state")
    );
    for forged in [
        "/console/callback?code=c&state=forged",
        "/console/callback?code=c",
    ] {
        browser.get(forged).await.refused(400, "state_mismatch");
    }
    browser.cookies.clear();
    let without = browser.get(&back).await;
    without.refused(400, "log_in_expired");
    assert!(
        without
            .response
            .body()
            .contains(&format!("{CONSOLE}/console/login"))
    );
    assert!(browser.cognito.asked("/oauth2/token").is_empty());
}

#[tokio::test]
async fn a_cookie_of_a_log_in_that_we_did_not_write_is_refused() {
    let mut browser = Browser::new();
    for cookie in ["", ".", "..", "a.b.c", "state"] {
        browser
            .cookies
            .insert("__Host-oms-login".to_owned(), cookie.to_owned());
        let back = browser.get("/console/callback?code=c&state=").await;
        back.refused(400, "log_in_expired");
    }
}

#[tokio::test]
async fn what_the_hosted_ui_or_the_token_endpoint_refuses_is_said() {
    let mut browser = Browser::new();
    let begun = browser.get("/console/login").await;
    let state = begun.parameter("state");
    for refusal in [
        format!("/console/callback?error=access_denied&state={state}"),
        format!("/console/callback?state={state}"),
    ] {
        browser.get(&refusal).await.refused(400, "log_in_refused");
    }
    browser
        .cognito
        .answers("/oauth2/token", 400, json!({ "error": "invalid_grant" }));
    let back = browser
        .get(&format!("/console/callback?code=used&state={state}"))
        .await;
    back.refused(400, "log_in_refused");
    // A token of another client, from the right endpoint.
    let foreign = signed::with(signed::access(), &json!({ "client_id": "api-client" }));
    let tokens = json!({ "access_token": signed::token(&foreign) });
    browser.cognito.answers("/oauth2/token", 200, tokens);
    let back = browser
        .get(&format!("/console/callback?code=c&state={state}"))
        .await;
    back.refused(400, "log_in_refused");
    assert!(!browser.cookies.contains_key("__Host-oms-access"));
}

#[tokio::test]
async fn nobody_is_led_to_another_site() {
    let mut browser = Browser::new();
    for (next, leads_to) in [
        ("https://evil.example/", "/console"),
        ("//evil.example/console", "/console"),
        ("/\\evil.example", "/console"),
        ("/console\\evil", "/console"),
        ("/consoleevil", "/console"),
        ("/console@evil.example", "/console"),
        ("/api/oms/orders", "/console"),
        ("/console/../api/oms/orders", "/console"),
        ("/console/%2E%2e/api", "/console"),
        ("/console/login?next=/console", "/console"),
        ("/console/logout", "/console"),
        ("/console%0d%0aset-cookie:x", "/console"),
        ("/console?q=a", "/console?q=a"),
        ("/console/orders/1", "/console/orders/1"),
    ] {
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("next", next)
            .finish();
        let query = if next.contains("%0d") {
            format!("next={next}")
        } else {
            query
        };
        let begun = browser.get(&format!("/console/login?{query}")).await;
        let back = format!(
            "/console/callback?code=c&state={}",
            begun.parameter("state")
        );
        let back = browser.get(&back).await;
        assert_eq!(back.header("location"), leads_to, "{next}");
    }
}

#[tokio::test]
async fn every_response_has_the_security_headers() {
    let mut browser = Browser::logged_in().await;
    let hosted_ui = browser.cognito.url.clone();
    for path in ["/console", "/console/login", "/console/callback"] {
        let answer = browser.get(path).await;
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"));
        assert!(
            policy.contains(&format!("form-action 'self' {hosted_ui};")),
            "{policy}"
        );
        assert!(
            policy.contains("frame-ancestors 'none'; base-uri 'none'"),
            "{policy}"
        );
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "same-origin");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(
            answer.header("strict-transport-security"),
            "max-age=31536000"
        );
    }
}
