//! Releases a hold.

use app::{
    access::Permission,
    ports::{Clock, IdGenerator, Store},
    usecases::hold::release_hold,
    views::holds::ReleasedHoldView,
};
use domain::ids::OrderId;
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
    operation: Operation::ReleaseHold,
    name: "releaseOrder",
    path: "/api/oms/orders/{id}/release",
    permissions: &[Permission::HoldOrders],
    summary: "Release a hold",
    body: Some(Body {
        name: "ReleaseOrder",
        schema: schema::<ReleaseBody>,
        example: examples::RELEASE,
    }),
    answer: schema::<ReleasedHoldView>,
    refusals: &[(404, &["not_found"]), (422, &["unknown_hold"])],
    ..WRITE
};

/// The hold to release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReleaseBody {
    /// The hold's name.
    pub handle: String,
}

pub(crate) async fn handle(
    call: &Call<'_, impl Store, impl Clock + IdGenerator>,
) -> Result<Response, Problem> {
    let id: OrderId = extract::id(call.parameter("id"), "order")?;
    let key = extract::key(&call.principal, call.request)?;
    let ReleaseBody { handle } = extract::document(call.request)?;
    let actor = call.principal.actor();
    let released = release_hold(call.store, call.env, id, &handle, &key, &actor).await?;
    let view = ReleasedHoldView { order: id, handle };
    Ok(mark_replayed(json(200, &view)?, released.replayed))
}
