//! An order as a shop sends it.

use serde_json::{Value, json};

/// An order of 2 T-shirts and 1 mug for 51.26 EUR.
pub(crate) fn order(number: &str) -> Value {
    json!({
        "number": number,
        "placed_at": "2026-11-22T11:59:00Z",
        "currency": "EUR",
        "lines": [
            { "id": "1", "sku": "TEE-RED-M", "title": "T-shirt", "quantity": 2, "unit_price": 1800, "tax": 575 },
            { "id": "2", "sku": "MUG-BLUE", "quantity": 1, "unit_price": 1036, "tax": 165 },
        ],
        "shipping": 490,
        "terms": { "priority": 5, "taxes_included": true },
        "customer": {
            "name": "Jane van Doe",
            "email": "Jane.Doe@Example.com",
            "phone": "+49 30 55512",
            "address": { "lines": ["Hauptstrasse 17"], "city": "Berlin", "postal_code": "10827", "country": "DE" },
        },
    })
}

/// What [`order`] costs.
pub(crate) const TOTAL: i64 = 5126;
