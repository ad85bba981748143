//! A valid example of each request body, for the API document. A test reads each into its type.

pub(crate) const ORDER: &str = r#"{
  "number": "1001",
  "placed_at": "2026-11-22T09:00:00Z",
  "currency": "EUR",
  "lines": [
    { "id": "1", "sku": "TEE-RED-M", "title": "T-shirt, red, M", "quantity": 2, "unit_price": 1999, "tax": 638 },
    { "id": "2", "sku": "MUG-BLUE", "quantity": 1, "unit_price": 1200, "discount": 200, "tax": 160 }
  ],
  "shipping": 490,
  "terms": { "ship_complete": false, "priority": 5, "taxes_included": true },
  "payment": { "intent": "pi_1001" },
  "customer": {
    "name": "Jane Doe",
    "email": "jane@example.com",
    "address": { "lines": ["Hauptstr. 1"], "city": "Berlin", "postal_code": "10115", "country": "DE" }
  }
}"#;
pub(crate) const CANCEL: &str = r#"{
  "reason": "CUSTOMER_REQUESTED",
  "note": "Ordered the wrong size",
  "lines": [{ "line": "1", "quantity": 1 }]
}"#;
pub(crate) const REFUND: &str = r#"{
  "lines": [{ "line": "1", "quantity": 1 }],
  "shipping": 0,
  "amount": 500,
  "restocking_fee": 0,
  "reason": "DAMAGED",
  "note": "It has a scratch"
}"#;
pub(crate) const PAYMENT: &str = r#"{
  "kind": "bank_transfer",
  "reference": "2026-11-24/000731",
  "amount": 5426,
  "note": "Seen on the statement of Tuesday"
}"#;
pub(crate) const ACCOUNT: &str = r#"{ "limits": { "EUR": 500000, "USD": 200000 } }"#;
pub(crate) const RECORD_REFUND: &str = r#"{ "reference": "2026-11-27/000112" }"#;
pub(crate) const HOLD: &str =
    r#"{ "kind": "manual", "handle": "call-back", "until": "2026-12-01T00:00:00Z" }"#;
pub(crate) const ALLOW_LOCATION: &str = r#"{ "line": "1", "location": "berlin" }"#;
pub(crate) const RELEASE: &str = r#"{ "handle": "call-back" }"#;
pub(crate) const SHIP: &str = r#"{
  "reference": "SHIPMENT-1",
  "carrier": "DHL",
  "tracking": "00340434161094015902",
  "lines": [{ "line": "1", "quantity": 2 }],
  "last": true
}"#;
pub(crate) const SHIPMENT_EXCEPTION: &str =
    r#"{ "reference": "SHIPMENT-1", "reason": "address_unknown" }"#;
pub(crate) const SHIPMENT: &str = r#"{ "reference": "SHIPMENT-1" }"#;
pub(crate) const REASON: &str = r#"{ "reason": "cannot_ship" }"#;
pub(crate) const CLOSE: &str =
    r#"{ "outcome": "resolved", "note": "The customer keeps the parcel" }"#;
pub(crate) const CLOSE_UNMATCHED: &str = r#"{ "note": "A payment of the shop in Lyon" }"#;
pub(crate) const ADJUSTMENT: &str = r#"{ "sku": "TEE-RED-M", "location": "berlin", "movement": { "kind": "received", "quantity": 5 } }"#;
pub(crate) const LOCATION: &str = r#"{
  "name": "Berlin warehouse",
  "kind": "warehouse",
  "priority": 1,
  "ships_to": ["DE", "AT"],
  "webhook_url": "https://wms.example.com/hooks/oms"
}"#;
pub(crate) const SUPPLIER: &str = r#"{
  "name": "Mug maker",
  "untracked": true,
  "carries": ["MUG-BLUE"],
  "webhook_url": "https://mugs.example.com/orders"
}"#;
