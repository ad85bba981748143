//! The API document: OpenAPI 3.1, generated from the route table and its types.

use app::{
    access::{GRANTS, Permission},
    usecases::{
        idempotency::IdempotencyKey,
        reveal::{ACCESS_REASON_MAX, ACCESS_REASON_MIN},
    },
};
use schemars::{Schema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use crate::{
    personal_data::PERSONAL_DATA,
    problem::Document,
    route::{Body, Route},
    router::parameter_name,
    routes::ROUTES,
};

/// Refusals of every route.
const COMMON: &[(u16, &[&str])] = &[
    (400, &["malformed"]),
    (401, &["unauthorized"]),
    (403, &["forbidden"]),
    (500, &["inconsistent"]),
    (503, &["contended", "newer_schema", "unavailable"]),
];
/// Refusals of routes with a body.
const WITH_BODY: &[(u16, &[&str])] = &[(413, &["too_large"]), (415, &["unsupported_media_type"])];
/// Refusals of routes with an idempotency key.
const WITH_KEY: &[(u16, &[&str])] = &[
    (400, &["idempotency_key_required"]),
    (422, &["idempotency_key_reused"]),
];

/// The API document.
pub fn document() -> Value {
    // Responses are described as they are written, requests as they are read: a field with a default is always in a
    // response and may be left out of a request. Request schemas are inlined, without shared parts.
    let settings = SchemaSettings::draft2020_12();
    let mut answers = settings
        .clone()
        .for_serialize()
        .with(|settings| settings.definitions_path = "/components/schemas".into())
        .into_generator();
    let mut requests = settings
        .for_deserialize()
        .with(|settings| settings.inline_subschemas = true)
        .into_generator();
    let mut bodies = Map::new();
    let mut paths: Map<String, Value> = Map::new();
    answers.subschema_for::<Document<'_>>();
    for route in ROUTES {
        if let Some(Body { name, schema, .. }) = route.body {
            bodies.insert(name.to_owned(), schema(&mut requests).to_value());
        }
        let item = paths.entry(route.path).or_insert_with(|| json!({}));
        item[route.method.to_ascii_lowercase()] = operation(route, &mut answers);
    }
    let mut schemas = answers.take_definitions(true);
    schemas.append(&mut bodies);
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Order management",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "Orders from checkout to delivery, for shops and support agents",
            "description": "Amounts are integers in minor units of the order's currency; times are RFC 3339 in UTC.",
            "license": { "name": "Apache-2.0 OR MIT", "identifier": "Apache-2.0 OR MIT" },
        },
        "servers": [{ "url": "/" }],
        "security": [{ "bearer": [] }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "A token of the user pool; its `cognito:groups` determine what the caller may do.",
                },
            },
        },
    })
}

fn operation(route: &Route, answers: &mut SchemaGenerator) -> Value {
    let mut operation = json!({
        "operationId": route.name,
        "summary": route.summary,
        "description": needs(route.permissions),
        "tags": [tag(route.path)],
        "parameters": parameters(route),
        "responses": responses(route, answers),
    });
    if let Some(body) = route.body {
        let example: Value = serde_json::from_str(body.example).unwrap_or_default();
        operation["requestBody"] = json!({
            "required": true,
            "content": { "application/json": { "schema": reference(body.name), "example": example } },
        });
    }
    operation
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// The permissions of which a route needs one, with the groups that have them.
fn needs(permissions: &[Permission]) -> String {
    let each = permissions
        .iter()
        .map(|needed| format!("`{}`: {}", needed.as_str(), holders(*needed)));
    format!(
        "Needs the permission {}.",
        each.collect::<Vec<_>>().join("; or ")
    )
}

/// The groups that have a permission.
fn holders(permission: Permission) -> String {
    let holders = GRANTS
        .iter()
        .filter(|(_, permissions)| permissions.contains(&permission));
    holders
        .map(|(role, _)| role.as_str())
        .collect::<Vec<_>>()
        .join(", ")
}

fn tag(path: &str) -> &str {
    path.split('/').nth(3).unwrap_or("orders")
}

fn parameters(route: &Route) -> Vec<Value> {
    let mut parameters = Vec::new();
    for name in route.path.split('/').filter_map(parameter_name) {
        parameters.push(json!({
            "name": name, "in": "path", "required": true, "schema": { "type": "string" },
        }));
    }
    if route.keyed {
        parameters.push(json!({
            "name": "Idempotency-Key",
            "in": "header",
            "required": true,
            "description": "A value that the caller chooses. The same request with the same key takes effect once; the response \
                to a repetition has the header `Idempotent-Replayed: true`.",
            "schema": {
                "type": "string",
                "minLength": 1,
                "maxLength": IdempotencyKey::LENGTH_MAX,
            },
        }));
    }
    parameters.extend(route.query.iter().map(|name| query_parameter(name)));
    parameters
}

fn query_parameter(name: &str) -> Value {
    let (description, schema) = match name {
        "limit" => (
            "Items per page",
            json!({ "type": "integer", "minimum": 1, "maximum": 100, "default": 25 }),
        ),
        "cursor" => (
            "`next_cursor` of the previous page",
            json!({ "type": "string" }),
        ),
        "since" => (
            "The oldest day of placement to list",
            json!({ "type": "string", "format": "date" }),
        ),
        "status" => (
            "Orders of a status, by its name or by an alias such as `SHIPPED`",
            json!({ "type": "string" }),
        ),
        "kind" => ("Exceptions of a kind", json!({ "type": "string" })),
        "state" => (
            "Exceptions that nobody has taken (`open`), or that somebody has (`taken`); both by default",
            json!({ "type": "string", "enum": ["open", "taken"] }),
        ),
        "owner" => (
            "Exceptions that a person has taken, by their subject; `me`: the caller",
            json!({ "type": "string" }),
        ),
        "customer_email" => ("Orders of a customer", json!({ "type": "string" })),
        "number" => (
            "The order with a shop's number",
            json!({ "type": "string" }),
        ),
        "shop" => (
            "With `number`: the shop",
            json!({ "type": "string", "default": "default" }),
        ),
        "preview" => (
            "`true`: answers what would be asked for, and asks for nothing; needs no `Idempotency-Key`",
            json!({ "type": "boolean", "default": false }),
        ),
        "closed" => (
            "`true`: those that were closed, instead of those that are open",
            json!({ "type": "boolean", "default": false }),
        ),
        "tracking" => (
            "The order with a tracking number",
            json!({ "type": "string" }),
        ),
        "sku" => (
            "The backorders of a SKU; without it, the SKUs that have backorders",
            json!({ "type": "string" }),
        ),
        PERSONAL_DATA => (
            "Why the caller wants to see personal data and notes unmasked; needs the permission `read_personal_data`, and is \
                written to the access log. Without it they are masked",
            json!({ "type": "string", "minLength": ACCESS_REASON_MIN, "maxLength": ACCESS_REASON_MAX }),
        ),
        "day" => (
            "The entries of a UTC day",
            json!({ "type": "string", "format": "date" }),
        ),
        "order" => ("The entries about an order", json!({ "type": "string" })),
        _ => ("", json!({ "type": "string" })),
    };
    json!({ "name": name, "in": "query", "required": false, "description": description, "schema": schema })
}

fn responses(route: &Route, answers: &mut SchemaGenerator) -> Value {
    let mut headers = json!({});
    if route.keyed {
        headers["Idempotent-Replayed"] = json!({
            "description": "`true`: the same request was applied before, and this is its response.",
            "schema": { "type": "string", "enum": ["true"] },
        });
    }
    if route.status == 201 {
        headers["Location"] =
            json!({ "description": "The path of the new order.", "schema": { "type": "string" } });
    }
    let schema: Schema = (route.answer)(answers);
    let mut responses = json!({
        route.status.to_string(): {
            "description": route.summary,
            "headers": headers,
            "content": { "application/json": { "schema": schema } },
        },
    });
    let own = [
        route.refusals,
        if route.body.is_some() { WITH_BODY } else { &[] },
        if route.keyed { WITH_KEY } else { &[] },
        COMMON,
    ];
    let mut codes: std::collections::BTreeMap<u16, Vec<&str>> = std::collections::BTreeMap::new();
    for (status, more) in own.into_iter().flatten() {
        codes.entry(*status).or_default().extend(*more);
    }
    for (status, codes) in codes {
        let mut response = json!({
            "description": format!("Refused: {}", codes.join(", ")),
            "content": { "application/problem+json": { "schema": reference("Problem") } },
        });
        if status == 503 {
            response["headers"] = json!({
                "Retry-After": { "description": "Seconds to wait before a retry.", "schema": { "type": "integer" } },
            });
        }
        responses[status.to_string()] = response;
    }
    responses
}

#[cfg(test)]
mod tests {
    use domain::order::PlaceOrder;

    use super::*;
    use crate::{
        AccountBody, Adjustment, AllowLocationBody, CancelBody, CloseBody, CloseUnmatchedBody,
        FulfillmentAction, HoldBody, LocationBody, Operation, ReasonBody, RecordPaymentBody,
        RecordRefundBody, RefundBody, ReleaseBody, ShipBody, ShipmentBody, ShipmentExceptionBody,
    };

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
                Operation::RefundOrder => reads::<RefundBody>(body.example),
                Operation::RecordPayment => reads::<RecordPaymentBody>(body.example),
                Operation::RecordRefund => reads::<RecordRefundBody>(body.example),
                Operation::HoldOrder => reads::<HoldBody>(body.example),
                Operation::AllowLocation => reads::<AllowLocationBody>(body.example),
                Operation::ReleaseHold => reads::<ReleaseBody>(body.example),
                Operation::CloseException | Operation::CloseStockException => {
                    reads::<CloseBody>(body.example)
                }
                Operation::CloseUnmatchedPayment => reads::<CloseUnmatchedBody>(body.example),
                Operation::ReportFulfillment(FulfillmentAction::Ship) => {
                    reads::<ShipBody>(body.example)
                }
                Operation::ReportFulfillment(FulfillmentAction::Exception) => {
                    reads::<ShipmentExceptionBody>(body.example)
                }
                Operation::ReportFulfillment(
                    FulfillmentAction::InTransit
                    | FulfillmentAction::OutForDelivery
                    | FulfillmentAction::Deliver
                    | FulfillmentAction::ReturnedToSender,
                ) => reads::<ShipmentBody>(body.example),
                Operation::ReportFulfillment(
                    FulfillmentAction::Reject | FulfillmentAction::CancelRefuse,
                ) => reads::<ReasonBody>(body.example),
                Operation::AdjustStock => reads::<Adjustment>(body.example),
                Operation::PutLocation | Operation::PutSupplier => {
                    reads::<LocationBody>(body.example)
                }
                Operation::PutAccount => reads::<AccountBody>(body.example),
                Operation::ListOrders
                | Operation::ReadOrder
                | Operation::ReadAccount
                | Operation::ReadFulfillmentOrder
                | Operation::ListFulfillmentOrders
                | Operation::ReportFulfillment(
                    FulfillmentAction::Accept
                    | FulfillmentAction::Pick
                    | FulfillmentAction::Pack
                    | FulfillmentAction::Short
                    | FulfillmentAction::CancelConsent,
                )
                | Operation::ListExceptions
                | Operation::ListQueues
                | Operation::ListDeadLetters
                | Operation::RedriveDeadLetters
                | Operation::RetryEffect
                | Operation::TakeException
                | Operation::TakeStockException
                | Operation::ReadStock
                | Operation::ListBackorders
                | Operation::ListLocations
                | Operation::ListUnmatchedPayments
                | Operation::ReadReconciliation
                | Operation::ReadAccessLog
                | Operation::ListSuppliers => panic!("{} takes no body", route.name),
            }
        }
    }
}
