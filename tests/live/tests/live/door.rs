//! Who may use the API.

use live::{
    outcome::{Told, expect, expect_that},
    world::World,
};
use serde_json::{Value, json};

const ORDERS: &str = "/api/oms/orders";
/// `{"alg":"none"}` and `{"cognito:groups":"[admin]"}`, with nothing to prove it.
const UNSIGNED: &str = "eyJhbGciOiJub25lIn0.eyJjb2duaXRvOmdyb3VwcyI6IlthZG1pbl0ifQ.";

/// No token, a token that is none, one that nobody signed, one that was changed.
pub(crate) fn not_logged_in(world: &World) -> Told {
    let tokens = world.log_in("support")?;
    let parts: Vec<&str> = tokens.access_token.split('.').collect();
    let others = world.log_in("admin")?.access_token;
    let [head, _, signature] = parts[..] else {
        return expect("parts of a token", parts.len(), 3);
    };
    let promoted = format!(
        "{head}.{}.{signature}",
        others.split('.').nth(1).unwrap_or_default()
    );
    for (what, value) in [
        ("nothing", String::new()),
        ("no token", "Bearer hello".to_owned()),
        ("another scheme", "Basic YWRtaW46YWRtaW4=".to_owned()),
        ("a token that nobody signed", format!("Bearer {UNSIGNED}")),
        (
            "an admin's claims under a supporter's signature",
            format!("Bearer {promoted}"),
        ),
    ] {
        let headers = [("authorization", value.as_str())];
        let answer = world.get(ORDERS, if value.is_empty() { &[] } else { &headers })?;
        expect(&format!("the answer to {what}"), answer.status, 401)?;
    }
    let bearer = format!("Bearer {}", tokens.id_token);
    expect(
        "the answer to an id token",
        world.get(ORDERS, &[("authorization", &bearer)])?.status,
        200,
    )
}

/// A cell of each kind; all cells are tested where the table of rights is.
pub(crate) fn groups(world: &World) -> Told {
    let order = world.basket().with(&world.sku("TEE"), 1).place()?;
    let cancel = format!("{ORDERS}/{}/cancel", order.id);
    let reason = json!({ "reason": "OTHER" });
    let stock = json!({ "sku": world.sku("TEE"), "location": "berlin", "movement": { "kind": "received", "quantity": 1 } });
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
        let answer = world.api(group, method, path, body)?;
        expect(
            &format!("{method} {path} by {group}: {}", answer.body),
            answer.status,
            status,
        )?;
    }
    Ok(())
}

/// The same order, seen by two.
pub(crate) fn masked(world: &World) -> Told {
    let order = world.basket().with(&world.sku("TEE"), 1).place()?;
    let path = format!("{ORDERS}/{}", order.id);
    let seen = |group| {
        world
            .api(group, "GET", &path, None)?
            .success::<Value>("GET the order")
    };
    let clear = seen("agent")?["customer"].clone();
    expect(
        "the name that an agent sees",
        clear["name"].as_str(),
        Some("Jane Doe"),
    )?;
    let masked = seen("support")?["customer"].clone();
    expect(
        "whether support sees it masked",
        masked["masked"].as_bool(),
        Some(true),
    )?;
    let text = masked.to_string();
    expect_that(
        "support sees no name, number or street",
        !["Jane", "901820", "Hauptstr"]
            .iter()
            .any(|t| text.contains(t)),
        text,
    )
}
