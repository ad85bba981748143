//! Requests to locations, as a location receives them.

use connect::{
    Headers,
    signature::standard,
    vendors::wms::requests::{self, Request},
};
use domain::order::{Contact, FulfillmentOrder, FulfillmentStatus, Order, PlacedOrder};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::support::{WMS_SECRET, now, secrets};

fn contact() -> Contact {
    let contact = json!({
        "name": "Ada Example", "email": "ada@example.com", "phone": "+49 30 1234",
        "address": { "lines": ["Torstr. 1"], "city": "Berlin", "postal_code": "10119", "country": "DE" },
    });
    serde_json::from_value(contact).unwrap()
}

fn order() -> Order {
    let placed = json!({
        "id": "ord_01a2027bd6807a1b2c3d4e5f60718293", "number": "1001", "shop": "default", "placed_at": now(),
        "currency": "EUR", "destination": { "country": "DE" }, "terms": { "ship_complete": true },
        "lines": [
            { "id": "1", "sku": "TEE", "title": "Tee, red", "quantity": 3, "unit_price": 1000 },
            { "id": "2", "sku": "MUG", "quantity": 1, "unit_price": 500 },
        ],
    });
    let mut order = Order::unplaced(serde_json::from_value::<PlacedOrder>(placed).unwrap());
    order.state.fulfillment_orders.push(fulfillment_order());
    order
}

fn fulfillment_order() -> FulfillmentOrder {
    let fulfillment_order = json!({
        "id": "ful_01a2027be6207b2c3d4e5f60718293a4", "location": "berlin", "since": now(),
        "status": FulfillmentStatus::Requested,
        "lines": [{ "line": "1", "open": 2, "cancel_requested": 1 }, { "line": "2", "open": 0, "shipped": 1 }],
    });
    serde_json::from_value(fulfillment_order).unwrap()
}

/// Signs and sends a body, and reads it as the location.
fn sent(body: &str) -> Request {
    let secrets = secrets([WMS_SECRET]);
    let signed = standard::sign(&secrets, "ful_1", now(), body.as_bytes()).unwrap();
    let headers: Headers<'_> = signed
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    requests::read(standard::verify(&headers, body.as_bytes(), &secrets, now()).unwrap()).unwrap()
}

#[test]
fn a_request_to_ship_has_what_shipping_needs_and_no_more() {
    let message = requests::fulfillment(&order(), fulfillment_order().id, &contact()).unwrap();
    let body: Value = serde_json::from_str(&message.to_json().unwrap()).unwrap();
    let expected = json!({
        "type": "fulfillment_order.requested", "version": 1, "timestamp": "2026-11-22T12:00:00Z",
        "data": {
            "order_id": order().placed.id, "order_number": "1001", "shop": "default",
            "placed_at": "2026-11-22T12:00:00Z",
            "fulfillment_order_id": "ful_01a2027be6207b2c3d4e5f60718293a4", "location": "berlin",
            "lines": [{ "line": "1", "sku": "TEE", "title": "Tee, red", "quantity": 2 }],
            "ship_to": {
                "name": "Ada Example", "phone": "+49 30 1234", "address_lines": ["Torstr. 1"],
                "city": "Berlin", "postal_code": "10119", "country": "DE",
            },
            "terms": { "ship_complete": true, "priority": 5 },
        },
    });
    assert_eq!(body, expected);
    assert!(
        !format!("{message:?}").contains("Ada"),
        "debug output shows no customer"
    );
    assert_eq!(
        sent(&message.to_json().unwrap()),
        Request::Ship(Box::new(message))
    );
}

#[test]
fn a_request_to_ship_says_to_the_byte_what_the_carrier_collects() {
    let body = |collect: Option<i64>| {
        let mut order = order();
        order.state.fulfillment_orders[0].collect = collect;
        let message = requests::fulfillment(&order, fulfillment_order().id, &contact()).unwrap();
        message.to_json().unwrap()
    };
    let collected = r#","collect_on_delivery":{"amount":2450,"currency":"EUR"}"#;
    let told = body(Some(2450));
    assert!(told.contains(collected), "{told}");
    for nothing in [None, Some(0)] {
        assert_eq!(body(nothing), told.replace(collected, ""));
    }
}

#[test]
fn a_request_to_cancel_names_the_units() {
    let message =
        requests::cancellation(&order(), fulfillment_order().id, Timestamp::UNIX_EPOCH).unwrap();
    let body: Value = serde_json::from_str(&message.to_json().unwrap()).unwrap();
    assert_eq!(body["type"], "fulfillment_order.cancel_requested");
    assert_eq!(
        body["data"]["lines"],
        json!([{ "line": "1", "quantity": 1, "keep": 1 }])
    );
    assert_eq!(sent(&message.to_json().unwrap()), Request::Cancel(message));
}

#[test]
fn nothing_open_no_request() {
    let mut order = order();
    for line in &mut order.state.fulfillment_orders[0].lines {
        (line.open, line.cancel_requested) = (0, 0);
    }
    assert!(requests::fulfillment(&order, fulfillment_order().id, &contact()).is_none());
    assert!(
        requests::cancellation(&order, fulfillment_order().id, Timestamp::UNIX_EPOCH).is_none()
    );
    order.state.fulfillment_orders.clear();
    assert!(requests::fulfillment(&order, fulfillment_order().id, &contact()).is_none());
}

#[test]
fn a_location_may_receive_unknown_types() {
    let unknown = sent(r#"{"type":"fulfillment_order.moved","version":1}"#);
    assert_eq!(
        unknown,
        Request::Unknown {
            kind: "fulfillment_order.moved".into()
        }
    );
    for (kind, schema) in requests::schemas() {
        assert_eq!(schema["properties"]["type"]["const"], kind);
    }
}
