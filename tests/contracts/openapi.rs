//! The API document on file is the one that the code makes.

use std::collections::BTreeSet;

use serde_json::Value;
use web::{ROUTES, openapi};

use crate::{
    api_harness::ApiHarness,
    deliverables,
    samples::{TOTAL, order},
};

#[test]
fn the_document_is_current() {
    deliverables::assert_current("functions/api/openapi.json", &openapi::document());
}

#[test]
fn the_document_names_every_route_and_nothing_else() {
    let document = openapi::document();
    let mut named = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            named.insert(format!("{} {path}", method.to_uppercase()));
            assert!(operation["responses"]["403"].is_object());
        }
    }
    let routes: BTreeSet<String> = ROUTES
        .iter()
        .map(|route| format!("{} {}", route.method, route.path))
        .collect();
    assert_eq!(named, routes);
    assert_eq!(named.len(), ROUTES.len());
}

#[test]
fn every_reference_resolves() {
    let document = openapi::document();
    let mut references = BTreeSet::new();
    collect(&document, &mut references);
    for reference in &references {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
    assert!(references.contains("#/components/schemas/OrderDetail"));
    assert!(references.contains("#/components/schemas/PlaceOrder"));
}

fn collect(value: &Value, references: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            if let Some(Value::String(reference)) = object.get("$ref") {
                references.insert(reference.clone());
            }
            object.values().for_each(|value| collect(value, references));
        }
        Value::Array(list) => list.iter().for_each(|value| collect(value, references)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// What a live answer holds is what the document says it holds: every field is described, and every field that is
/// described as always there is there.
#[tokio::test]
async fn responses_match_their_schemas() {
    let api = ApiHarness::new().await;
    api.receive("r", "TEE-RED-M", "berlin", 1).await;
    let id = api.place(&order("1001")).await;
    api.pay(id, TOTAL).await;
    api.route(id).await;
    let view = api.order("admin", id).await;
    let work = view["fulfillment_orders"][0]["id"].as_str().unwrap();
    let underpaid = api.place(&order("1002")).await;
    api.pay(underpaid, 1).await;
    let document = openapi::document();
    for (schema, target) in [
        ("OrderDetail", format!("/api/oms/orders/{id}")),
        ("OrderPage", "/api/oms/orders".to_owned()),
        ("StockView", "/api/oms/stock/TEE-RED-M".to_owned()),
        (
            "BackorderPage",
            "/api/oms/backorders?sku=TEE-RED-M".to_owned(),
        ),
        ("Locations", "/api/oms/locations".to_owned()),
        ("ExceptionPage", "/api/oms/exceptions".to_owned()),
        (
            "FulfillmentWorkPage",
            "/api/oms/locations/berlin/fulfillment_orders".to_owned(),
        ),
        (
            "FulfillmentWork",
            format!("/api/oms/orders/{id}/fulfillment_orders/{work}"),
        ),
        ("Problem", "/api/oms/orders/x".to_owned()),
    ] {
        let answer = api.get("admin", &target).await;
        let schema = &document["components"]["schemas"][schema];
        fits(
            &document,
            schema,
            &answer.json,
            schema["title"].as_str().unwrap_or(&target),
        );
    }
}

/// A small part of JSON Schema: references, objects, lists.
fn fits(document: &Value, schema: &Value, value: &Value, at: &str) {
    if let Some(reference) = schema["$ref"].as_str() {
        return fits(
            document,
            document.pointer(&reference[1..]).unwrap(),
            value,
            at,
        );
    }
    if let Some(options) = schema["anyOf"].as_array().filter(|_| !value.is_null()) {
        let full = options
            .iter()
            .find(|option| option["type"] != "null")
            .unwrap();
        return fits(document, full, value, at);
    }
    if let (Some(object), Some(properties)) = (value.as_object(), schema["properties"].as_object())
    {
        for required in schema["required"].as_array().into_iter().flatten() {
            assert!(
                object.contains_key(required.as_str().unwrap()),
                "{at} has no {required}"
            );
        }
        for (name, value) in object {
            let known = properties
                .get(name)
                .unwrap_or_else(|| panic!("{at}.{name} is not in the document"));
            fits(document, known, value, &format!("{at}.{name}"));
        }
    }
    if let (Some(list), Some(items)) = (value.as_array(), schema.get("items")) {
        for value in list {
            fits(document, items, value, at);
        }
    }
}
