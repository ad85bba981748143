//! The one table of routes. Dispatch, access control and the API document all read it, so they cannot disagree.

use domain::{location::Location, place::PlaceOrder, stock::StockChange};
use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::{
    Scope,
    access::Permission,
    http::decode,
    locations::{LocationBody, Locations, Suppliers},
    orders::{
        cancel::{CancelBody, CancelView},
        detail::OrderDetail,
        hold::{HeldView, HoldBody, ReleaseBody, ReleasedView},
        list::{self, OrderPage},
        place::PlacedView,
    },
    stock::{Adjustment, BackorderPage, StockView},
};

/// What a route does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operation {
    /// Place an order.
    PlaceOrder,
    /// Find orders.
    ListOrders,
    /// Read an order.
    ReadOrder,
    /// Cancel units or an order.
    CancelOrder,
    /// Place a hold.
    HoldOrder,
    /// Release a hold.
    ReleaseOrder,
    /// Record a movement of stock.
    AdjustStock,
    /// Read the levels of a SKU.
    ReadStock,
    /// Read who waits.
    ListBackorders,
    /// Read the locations.
    ListLocations,
    /// Write a location.
    PutLocation,
    /// Read the suppliers.
    ListSuppliers,
    /// Write a supplier.
    PutSupplier,
}

/// A document's schema.
pub type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// What a request's body is.
#[derive(Debug, Clone, Copy)]
pub struct Body {
    /// The type's name in the API document.
    pub name: &'static str,
    /// Its schema.
    pub schema: SchemaOf,
    /// A true example.
    pub example: &'static str,
}

/// One route.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    /// What it does.
    pub operation: Operation,
    /// The name in the API document.
    pub name: &'static str,
    /// `GET`, `POST`, `PUT`.
    pub method: &'static str,
    /// Template of the path.
    pub path: &'static str,
    /// Which function serves it.
    pub scope: Scope,
    /// What the caller must be allowed to.
    pub permission: Permission,
    /// One line on it.
    pub summary: &'static str,
    /// Parameters of the query.
    pub query: &'static [&'static str],
    /// Whether it needs an `Idempotency-Key`.
    pub keyed: bool,
    /// The body that it takes.
    pub body: Option<Body>,
    /// Status of its answer.
    pub status: u16,
    /// Schema of its answer.
    pub answer: SchemaOf,
    /// Refusals of its own, besides those that every route knows.
    pub refusals: &'static [(u16, &'static [&'static str])],
}

fn schema<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

const READ: Route = Route {
    operation: Operation::ListOrders,
    name: "",
    method: "GET",
    path: "",
    scope: Scope::Api,
    permission: Permission::ReadOrders,
    summary: "",
    query: &[],
    keyed: false,
    body: None,
    status: 200,
    answer: schema::<OrderPage>,
    refusals: &[],
};
const WRITE: Route = Route {
    method: "POST",
    keyed: true,
    ..READ
};
const PUT: Route = Route {
    method: "PUT",
    permission: Permission::WriteLocations,
    ..READ
};

/// Every route.
pub const ROUTES: &[Route] = &[
    Route {
        operation: Operation::PlaceOrder,
        name: "placeOrder",
        path: "/api/oms/orders",
        permission: Permission::PlaceOrders,
        summary: "Place an order, once per Idempotency-Key and once per shop and number",
        body: Some(Body {
            name: "PlaceOrder",
            schema: schema::<PlaceOrder>,
            example: EXAMPLE_ORDER,
        }),
        status: 201,
        answer: schema::<PlacedView>,
        refusals: &[
            (409, &["number_taken", "payment_intent_taken"]),
            (422, &["invalid_order"]),
        ],
        ..WRITE
    },
    Route {
        operation: Operation::ListOrders,
        name: "listOrders",
        path: "/api/oms/orders",
        summary: "Find orders by customer, status, number or tracking number; newest first",
        query: &list::PARAMETERS,
        refusals: &[(400, &["bad_cursor"])],
        ..READ
    },
    Route {
        operation: Operation::ReadOrder,
        name: "readOrder",
        path: "/api/oms/orders/{id}",
        summary: "Read an order: units, parcels, money, timeline and legal next actions",
        answer: schema::<OrderDetail>,
        refusals: &[(404, &["not_found"])],
        ..READ
    },
    Route {
        operation: Operation::CancelOrder,
        name: "cancelOrder",
        path: "/api/oms/orders/{id}/cancel",
        scope: Scope::Cancellation,
        permission: Permission::CancelOrders,
        summary: "Cancel units or the whole order; the answer tells line by line what became of it",
        body: Some(Body {
            name: "CancelOrder",
            schema: schema::<CancelBody>,
            example: EXAMPLE_CANCEL,
        }),
        answer: schema::<CancelView>,
        refusals: &[
            (404, &["not_found"]),
            (409, &["nothing_to_cancel"]),
            (422, &["unknown_line", "bad_quantity", "invalid_note"]),
        ],
        ..WRITE
    },
    Route {
        operation: Operation::HoldOrder,
        name: "holdOrder",
        path: "/api/oms/orders/{id}/hold",
        permission: Permission::HoldOrders,
        summary: "Stop an order from moving on",
        body: Some(Body {
            name: "HoldOrder",
            schema: schema::<HoldBody>,
            example: EXAMPLE_HOLD,
        }),
        answer: schema::<HeldView>,
        refusals: &[
            (404, &["not_found"]),
            (409, &["wrong_status"]),
            (422, &["invalid_hold"]),
        ],
        ..WRITE
    },
    Route {
        operation: Operation::ReleaseOrder,
        name: "releaseOrder",
        path: "/api/oms/orders/{id}/release",
        permission: Permission::HoldOrders,
        summary: "End a hold",
        body: Some(Body {
            name: "ReleaseOrder",
            schema: schema::<ReleaseBody>,
            example: EXAMPLE_RELEASE,
        }),
        answer: schema::<ReleasedView>,
        refusals: &[(404, &["not_found"]), (422, &["unknown_hold"])],
        ..WRITE
    },
    Route {
        operation: Operation::AdjustStock,
        name: "adjustStock",
        path: "/api/oms/stock/adjustments",
        permission: Permission::AdjustStock,
        summary: "Record a receipt, a count, a correction or the units kept back from sale",
        body: Some(Body {
            name: "Adjustment",
            schema: schema::<Adjustment>,
            example: EXAMPLE_ADJUSTMENT,
        }),
        answer: schema::<StockChange>,
        refusals: &[(422, &["unknown_location", "invalid_adjustment"])],
        ..WRITE
    },
    Route {
        operation: Operation::ReadStock,
        name: "readStock",
        path: "/api/oms/stock/{sku}",
        permission: Permission::ReadStock,
        summary: "Read the levels of a SKU and how many units wait for it",
        answer: schema::<StockView>,
        ..READ
    },
    Route {
        operation: Operation::ListBackorders,
        name: "listBackorders",
        path: "/api/oms/backorders",
        permission: Permission::ReadBackorders,
        summary: "Read the queue of a SKU, or which SKUs are waited for",
        query: &["sku", "limit", "cursor"],
        answer: schema::<BackorderPage>,
        refusals: &[(400, &["bad_cursor"])],
        ..READ
    },
    Route {
        operation: Operation::ListLocations,
        name: "listLocations",
        path: "/api/oms/locations",
        permission: Permission::ReadLocations,
        summary: "Read the warehouses and 3PLs",
        answer: schema::<Locations>,
        ..READ
    },
    Route {
        operation: Operation::PutLocation,
        name: "putLocation",
        path: "/api/oms/locations/{id}",
        summary: "Write a warehouse or 3PL",
        body: Some(Body {
            name: "Place",
            schema: schema::<LocationBody>,
            example: EXAMPLE_LOCATION,
        }),
        answer: schema::<Location>,
        refusals: &[(409, &["id_taken"]), (422, &["invalid_location"])],
        ..PUT
    },
    Route {
        operation: Operation::ListSuppliers,
        name: "listSuppliers",
        path: "/api/oms/suppliers",
        permission: Permission::ReadLocations,
        summary: "Read the suppliers",
        answer: schema::<Suppliers>,
        ..READ
    },
    Route {
        operation: Operation::PutSupplier,
        name: "putSupplier",
        path: "/api/oms/suppliers/{id}",
        summary: "Write a supplier",
        body: Some(Body {
            name: "Place",
            schema: schema::<LocationBody>,
            example: EXAMPLE_SUPPLIER,
        }),
        answer: schema::<Location>,
        refusals: &[(409, &["id_taken"]), (422, &["invalid_location"])],
        ..PUT
    },
];

const EXAMPLE_ORDER: &str = r#"{
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
const EXAMPLE_CANCEL: &str = r#"{
  "reason": "CUSTOMER_REQUESTED",
  "note": "Ordered the wrong size",
  "lines": [{ "line": "1", "quantity": 1 }]
}"#;
const EXAMPLE_HOLD: &str = r#"{ "kind": "manual", "handle": "call-back", "until": "2026-12-01T00:00:00Z" }"#;
const EXAMPLE_RELEASE: &str = r#"{ "handle": "call-back" }"#;
const EXAMPLE_ADJUSTMENT: &str =
    r#"{ "sku": "TEE-RED-M", "location": "berlin", "movement": { "kind": "received", "quantity": 5 } }"#;
const EXAMPLE_LOCATION: &str = r#"{
  "name": "Berlin warehouse",
  "kind": "warehouse",
  "priority": 1,
  "ships_to": ["DE", "AT"],
  "webhook_url": "https://wms.example.com/hooks/oms"
}"#;
const EXAMPLE_SUPPLIER: &str = r#"{
  "name": "Mug maker",
  "untracked": true,
  "carries": ["MUG-BLUE"],
  "webhook_url": "https://mugs.example.com/orders"
}"#;

/// What a path leads to.
#[derive(Debug)]
pub(super) enum Found {
    /// A route, and what stands in the place of its parameter.
    Route(&'static Route, Option<String>),
    /// A path of ours, with other methods.
    OtherMethods(String),
    /// No path of ours.
    Nothing,
}

/// Finds the route of a request.
pub(super) fn find(scope: Scope, method: &str, path: &str) -> Found {
    let here = ROUTES.iter().filter(|route| route.scope == scope);
    let found: Vec<_> = here
        .filter_map(|route| Some((route, parameter(route.path, path)?)))
        .collect();
    if let Some((route, parameter)) = found.iter().find(|(route, _)| route.method == method) {
        return Found::Route(route, parameter.clone());
    }
    let mut methods: Vec<&str> = found.iter().map(|(route, _)| route.method).collect();
    methods.sort_unstable();
    methods.dedup();
    if methods.is_empty() {
        Found::Nothing
    } else {
        Found::OtherMethods(methods.join(", "))
    }
}

/// Whether a path fits a template; what stands in the place of the template's one parameter, decoded. A SKU may
/// contain slashes, and some gateways decode `%2F` before we see it, so a parameter at the end takes the rest.
fn parameter(template: &str, path: &str) -> Option<Option<String>> {
    let path = path.strip_suffix('/').unwrap_or(path);
    let Some((before, rest)) = template.split_once('{') else {
        return (template == path).then_some(None);
    };
    let (name, after) = rest.split_once('}')?;
    let inner = path.strip_prefix(before)?.strip_suffix(after)?;
    let takes_slashes = name == "sku";
    if inner.is_empty() || (inner.contains('/') && !takes_slashes) {
        return None;
    }
    Some(Some(decode(inner)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(method: &str, path: &str) -> String {
        match [Scope::Api, Scope::Cancellation].map(|scope| find(scope, method, path)) {
            [Found::Route(route, parameter), _] | [_, Found::Route(route, parameter)] => {
                format!("{} {}", route.name, parameter.unwrap_or_default())
                    .trim()
                    .to_owned()
            }
            [Found::OtherMethods(methods), _] | [_, Found::OtherMethods(methods)] => format!("405 {methods}"),
            _ => "404".to_owned(),
        }
    }

    #[test]
    fn paths_lead_to_their_routes() {
        for (method, path, expected) in [
            ("POST", "/api/oms/orders", "placeOrder"),
            ("GET", "/api/oms/orders/", "listOrders"),
            ("GET", "/api/oms/orders/ord_1", "readOrder ord_1"),
            ("POST", "/api/oms/orders/ord_1/cancel", "cancelOrder ord_1"),
            ("GET", "/api/oms/stock/TEE%2FM", "readStock TEE/M"),
            ("GET", "/api/oms/stock/TEE/M", "readStock TEE/M"),
            ("POST", "/api/oms/stock/adjustments", "adjustStock"),
            ("PUT", "/api/oms/suppliers/acme", "putSupplier acme"),
            ("DELETE", "/api/oms/orders", "405 GET, POST"),
            ("GET", "/api/oms/orders/ord_1/hold", "405 POST"),
            ("GET", "/api/oms/orders/ord_1/cancel", "405 POST"),
            ("GET", "/api/oms/nothing", "404"),
            ("GET", "/", "404"),
            ("GET", "", "404"),
            ("GET", "/api/oms/orders/a/b/c", "404"),
            ("GET", "/api/oms/orders/%zz", "404"),
        ] {
            assert_eq!(found(method, path), expected, "{method} {path}");
        }
    }

    #[test]
    fn only_the_cancellation_function_serves_cancellation() {
        assert!(matches!(
            find(Scope::Api, "POST", "/api/oms/orders/x/cancel"),
            Found::Nothing
        ));
        assert!(matches!(
            find(Scope::Cancellation, "GET", "/api/oms/orders"),
            Found::Nothing
        ));
    }

    #[test]
    fn every_route_that_writes_needs_a_right_to_write() {
        use Permission::{AdjustStock, CancelOrders, HoldOrders, PlaceOrders, WriteLocations};
        for route in ROUTES {
            let writes = [AdjustStock, CancelOrders, HoldOrders, PlaceOrders, WriteLocations]
                .contains(&route.permission);
            assert_eq!(writes, route.method != "GET", "{}", route.name);
            assert_eq!(route.body.is_some(), writes, "{}", route.name);
            assert_eq!(route.keyed, route.method == "POST", "{}", route.name);
        }
    }

    #[test]
    fn every_example_is_read_by_its_type() {
        fn reads<T: serde::de::DeserializeOwned>(example: &str) {
            serde_json::from_str::<T>(example).unwrap_or_else(|error| panic!("{error}: {example}"));
        }
        for route in ROUTES {
            let Some(body) = route.body else { continue };
            match route.operation {
                Operation::PlaceOrder => reads::<PlaceOrder>(body.example),
                Operation::CancelOrder => reads::<CancelBody>(body.example),
                Operation::HoldOrder => reads::<HoldBody>(body.example),
                Operation::ReleaseOrder => reads::<ReleaseBody>(body.example),
                Operation::AdjustStock => reads::<Adjustment>(body.example),
                Operation::PutLocation | Operation::PutSupplier => reads::<LocationBody>(body.example),
                Operation::ListOrders
                | Operation::ReadOrder
                | Operation::ReadStock
                | Operation::ListBackorders
                | Operation::ListLocations
                | Operation::ListSuppliers => panic!("{} takes no body", route.name),
            }
        }
    }
}
