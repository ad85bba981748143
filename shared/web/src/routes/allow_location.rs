//! Allows a line to be routed to a location again that had declined it.

use app::{
    access::Permission,
    ports::{Clock, IdGenerator, Store},
    usecases::allow_location::allow_location,
    views::allowed_location::AllowedLocationView,
};
use domain::ids::{LineId, LocationId, OrderId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    call::Call,
    examples, extract,
    problem::Problem,
    response::{Response, json, mark_replayed},
    route::{Body, Operation, Route, WRITE, schema},
};

pub(crate) const ROUTE: Route = Route {
    operation: Operation::AllowLocation,
    name: "allowLocation",
    path: "/api/oms/orders/{id}/allow_location",
    permissions: &[
        Permission::WorkOrderExceptions,
        Permission::WorkLocationExceptions,
    ],
    summary: "Route a line to a location again that had declined it",
    body: Some(Body {
        name: "AllowLocation",
        schema: schema::<AllowLocationBody>,
        example: examples::ALLOW_LOCATION,
    }),
    answer: schema::<AllowedLocationView>,
    refusals: &[(404, &["not_found"]), (422, &["unknown_line"])],
    ..WRITE
};

/// The line and the location.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AllowLocationBody {
    /// The line.
    pub line: LineId,
    /// The location that had declined it.
    pub location: LocationId,
}

pub(crate) async fn handle(
    call: &Call<'_, impl Store, impl Clock + IdGenerator>,
) -> Result<Response, Problem> {
    let order: OrderId = extract::id(call.parameter("id"), "order")?;
    let key = extract::key(&call.principal, call.request)?;
    let AllowLocationBody { line, location } = extract::document(call.request)?;
    let actor = call.principal.actor();
    let what = (&line, &location);
    let allowed = allow_location(call.store, call.env, order, what, &key, &actor).await?;
    let view = AllowedLocationView {
        order,
        line,
        location,
    };
    Ok(mark_replayed(json(200, &view)?, allowed.replayed))
}
