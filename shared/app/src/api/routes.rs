//! The one table of routes. Dispatch, access control and the API document all read it, so they cannot disagree.

use domain::{location::Location, place::PlaceOrder, stock::StockChange};
use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::{
    Scope,
    access::Permission,
    examples,
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
            example: examples::ORDER,
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
            example: examples::CANCEL,
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
            example: examples::HOLD,
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
            example: examples::RELEASE,
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
            example: examples::ADJUSTMENT,
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
            example: examples::LOCATION,
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
            example: examples::SUPPLIER,
        }),
        answer: schema::<Location>,
        refusals: &[(409, &["id_taken"]), (422, &["invalid_location"])],
        ..PUT
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_that_writes_needs_a_right_to_write() {
        use Permission::{AdjustStock, CancelOrders, HoldOrders, PlaceOrders, WriteLocations};
        for route in ROUTES {
            let writes = [
                AdjustStock,
                CancelOrders,
                HoldOrders,
                PlaceOrders,
                WriteLocations,
            ]
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
                Operation::PutLocation | Operation::PutSupplier => {
                    reads::<LocationBody>(body.example)
                }
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
