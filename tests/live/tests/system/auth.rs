//! Authentication and rights of the API's users.

use live::{
    environment::Environment,
    outcome::{Outcome, expect, expect_that},
};
use serde_json::{Value, json};

const ORDERS: &str = "/api/oms/orders";
/// `{"alg":"none"}` and `{"cognito:groups":"[admin]"}`, without a signature.
const UNSIGNED: &str = "eyJhbGciOiJub25lIn0.eyJjb2duaXRvOmdyb3VwcyI6IlthZG1pbl0ifQ.";

/// No token, a malformed one, an unsigned one, and one with changed claims.
pub(crate) fn invalid_tokens(env: &Environment) -> Outcome {
    let tokens = env.log_in("support")?;
    let parts: Vec<&str> = tokens.access_token.split('.').collect();
    let others = env.log_in("admin")?.access_token;
    let [head, _, signature] = parts[..] else {
        return expect("parts of a token", parts.len(), 3);
    };
    let promoted = format!(
        "{head}.{}.{signature}",
        others.split('.').nth(1).unwrap_or_default()
    );
    for (what, value) in [
        ("no token", String::new()),
        ("a malformed token", "Bearer hello".to_owned()),
        ("another scheme", "Basic YWRtaW46YWRtaW4=".to_owned()),
        ("an unsigned token", format!("Bearer {UNSIGNED}")),
        (
            "an admin's claims with the signature of a support token",
            format!("Bearer {promoted}"),
        ),
    ] {
        let headers = [("authorization", value.as_str())];
        let response = env.get(ORDERS, if value.is_empty() { &[] } else { &headers })?;
        expect(&format!("the response to {what}"), response.status, 401)?;
    }
    let bearer = format!("Bearer {}", tokens.id_token);
    expect(
        "the response to an id token",
        env.get(ORDERS, &[("authorization", &bearer)])?.status,
        200,
    )
}

/// One request of each kind. The whole table of rights is tested with the API's unit tests.
pub(crate) fn groups(env: &Environment) -> Outcome {
    let order = env.basket().with(&env.sku("TEE"), 1).place()?;
    let cancel = format!("{ORDERS}/{}/cancel", order.id);
    let reason = json!({ "reason": "OTHER" });
    let stock = json!({ "sku": env.sku("TEE"), "location": "berlin", "movement": { "kind": "received", "quantity": 1 } });
    let name = json!({ "name": "Kiel" });
    let cases: [(&str, &str, &str, Option<&Value>, u16); 7] = [
        ("support", "GET", ORDERS, None, 200),
        ("support", "POST", &cancel, Some(&reason), 403),
        ("operator", "POST", &cancel, Some(&reason), 403),
        (
            "agent",
            "POST",
            "/api/oms/stock/adjustments",
            Some(&stock),
            403,
        ),
        (
            "operator",
            "POST",
            "/api/oms/stock/adjustments",
            Some(&stock),
            200,
        ),
        (
            "operator",
            "PUT",
            "/api/oms/locations/kiel",
            Some(&name),
            403,
        ),
        ("agent", "POST", &cancel, Some(&reason), 200),
    ];
    for (group, method, path, body, status) in cases {
        let response = env.api(group, method, path, body)?;
        expect(
            &format!("{method} {path} by {group}: {}", response.body),
            response.status,
            status,
        )?;
    }
    Ok(())
}

/// The same order, read by an agent and by support.
pub(crate) fn redacted(env: &Environment) -> Outcome {
    let order = env.basket().with(&env.sku("TEE"), 1).place()?;
    let path = format!("{ORDERS}/{}", order.id);
    let read = |group| {
        env.api(group, "GET", &path, None)?
            .success::<Value>("GET the order")
    };
    let clear = read("agent")?["customer"].clone();
    expect(
        "the name that an agent reads",
        clear["name"].as_str(),
        Some("Jane Doe"),
    )?;
    let redacted = read("support")?["customer"].clone();
    expect(
        "whether it is redacted for support",
        redacted["masked"].as_bool(),
        Some(true),
    )?;
    let text = redacted.to_string();
    expect_that(
        "support reads no name, phone number or street",
        !["Jane", "901820", "Hauptstr"]
            .iter()
            .any(|t| text.contains(t)),
        text,
    )
}
