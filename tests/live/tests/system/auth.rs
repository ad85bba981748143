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
    let tokens = env.users.log_in("support")?;
    let parts: Vec<&str> = tokens.access_token.split('.').collect();
    let others = env.users.log_in("admin")?.access_token;
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
    let read = |group, path: &str| {
        env.api(group, "GET", path, None)?
            .success::<Value>("GET the order")
    };
    let asked = format!("{path}?personal_data=asks%20for%20the%20parcel");
    let clear = read("agent", &asked)?["customer"].clone();
    expect(
        "the name that an agent reads",
        clear["name"].as_str(),
        Some("Jane Doe"),
    )?;
    let log = format!("/api/oms/access_log?order={}", order.id);
    let log = read("admin", &log)?["entries"].clone();
    expect(
        "the reason in the access log",
        log[0]["reason"].as_str(),
        Some("asks for the parcel"),
    )?;
    let unasked = read("agent", &path)?["customer"]["masked"].as_bool();
    expect(
        "whether it is redacted without a reason",
        unasked,
        Some(true),
    )?;
    let redacted = read("support", &path)?["customer"].clone();
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

/// A shop's machine user, with the same order as an agent.
pub(crate) fn shop(env: &Environment) -> Outcome {
    let order = env.basket().with(&env.sku("TEE"), 1).place()?;
    let path = format!("{ORDERS}/{}", order.id);
    for (method, path) in [
        ("GET", ORDERS.to_owned()),
        ("GET", path.clone()),
        ("POST", format!("{path}/cancel")),
        ("GET", "/api/oms/exceptions".to_owned()),
        ("POST", format!("{path}/exceptions/1/close")),
        (
            "GET",
            "/api/oms/locations/berlin/fulfillment_orders".to_owned(),
        ),
    ] {
        let body = (method == "POST").then(|| json!({ "reason": "OTHER" }));
        let response = env.api("shop", method, &path, body.as_ref())?;
        expect(&format!("{method} {path} by a shop"), response.status, 403)?;
    }
    // An order without lines: whoever may place orders is told so.
    let empty = json!({ "number": env.name("S"), "currency": "EUR", "lines": [], "customer": {
        "name": "Jane Doe", "email": "jane@example.com", "address": { "lines": [], "city": "Berlin", "country": "DE" } } });
    let response = env.api("shop", "POST", ORDERS, Some(&empty))?;
    expect("placing an order by a shop", response.status, 422)
}

/// The location without a system of its own, where the user of the group `location` works.
const STORE: &str = "bremen-store";

/// An order that the store ships, by its people, from accept to delivered; and one that another location has.
pub(crate) fn location(env: &Environment) -> Outcome {
    let document = json!({ "name": "Store in Bremen", "kind": "warehouse", "priority": 4 });
    env.api(
        "admin",
        "PUT",
        &format!("/api/oms/locations/{STORE}"),
        Some(&document),
    )?
    .success::<Value>("setting up the store")?;
    let (here, elsewhere) = (env.sku("TEE"), env.sku("MUG"));
    env.add_stock(STORE, &here, 2)?;
    env.add_stock("berlin", &elsewhere, 1)?;
    let order = env.basket().with(&here, 2).with(&elsewhere, 1).place()?;
    order.pay(env)?;
    let view = order.until("both locations are requested", |view| {
        let requested = view
            .fulfillment_orders
            .iter()
            .filter(|f| f.status != "planned");
        requested.count() == 2
    })?;
    let path = |location: &str| {
        let found = view
            .fulfillment_orders
            .iter()
            .find(|f| f.location == location);
        let id = found.map(|found| found.id.clone()).unwrap_or_default();
        format!("{ORDERS}/{}/fulfillment_orders/{id}", order.id)
    };
    let (own, foreign) = (path(STORE), path("berlin"));
    let whole = format!("{ORDERS}/{}", order.id);
    let listing = format!("/api/oms/locations/{STORE}/fulfillment_orders?limit=100");
    for (target, status) in [
        (listing.as_str(), 200),
        (own.as_str(), 200),
        (foreign.as_str(), 404),
        (whole.as_str(), 403),
        ("/api/oms/locations/berlin/fulfillment_orders", 404),
    ] {
        let response = env.api("location", "GET", target, None)?;
        expect(
            &format!("GET {target} by the store"),
            response.status,
            status,
        )?;
    }
    let seen: Value = env
        .api("location", "GET", &own, None)?
        .success("GET the fulfillment order")?;
    expect(
        "the name on the label",
        seen["ship_to"]["name"].as_str(),
        Some("Jane Doe"),
    )?;
    expect_that(
        "no e-mail address is shown",
        !seen.to_string().contains('@'),
        &seen,
    )?;
    let reference = json!({ "reference": "1" });
    let refused = env.api(
        "location",
        "POST",
        &format!("{foreign}/ship"),
        Some(&reference),
    )?;
    expect("shipping for another location", refused.status, 404)?;
    for (action, body) in [
        ("accept", None),
        ("pick", None),
        ("pack", None),
        ("ship", Some(&reference)),
        ("deliver", Some(&reference)),
    ] {
        let response = env.api("location", "POST", &format!("{own}/{action}"), body)?;
        response.success::<Value>(action)?;
    }
    order
        .until("the store's shipment is delivered", |view| {
            view.shipments
                .iter()
                .any(|s| s.reference == "1" && s.status == "delivered")
        })
        .map(drop)?;
    order.fulfillment(env, "berlin")?.ship_all("2")?;
    order.until_status("fulfilled").map(drop)
}
