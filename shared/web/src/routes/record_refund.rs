//! Records that a person has given money back where it came from.

use app::{
    access::Permission,
    ports::{Clock, IdGenerator, Store},
    usecases::record_payment::record_refund,
    views::recorded::RecordedView,
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
    operation: Operation::RecordRefund,
    name: "recordRefund",
    path: "/api/oms/orders/{id}/effects/{n}/record",
    permissions: &[Permission::RecordPayments],
    summary: "Record that a person has made a refund which the payment gateway cannot make",
    body: Some(Body {
        name: "RecordRefund",
        schema: schema::<RecordRefundBody>,
        example: examples::RECORD_REFUND,
    }),
    answer: schema::<RecordedView>,
    refusals: &[
        (404, &["not_found", "unknown_effect"]),
        (422, &["bad_reference"]),
    ],
    ..WRITE
};

/// A refund that a person has made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordRefundBody {
    /// Its name where it was made, such as the bank's id of the transfer: 1 to 64 visible ASCII characters, no personal data.
    pub reference: String,
}

pub(crate) async fn handle(
    call: &Call<'_, impl Store, impl Clock + IdGenerator>,
) -> Result<Response, Problem> {
    let id: OrderId = extract::id(call.parameter("id"), "order")?;
    let effect: u32 = extract::id(call.parameter("n"), "effect")?;
    let key = extract::key(&call.principal, call.request)?;
    let body: RecordRefundBody = extract::document(call.request)?;
    let actor = call.principal.actor();
    let made = (effect, body.reference.as_str());
    let recorded = record_refund(call.store, call.env, id, made, &key, &actor).await?;
    let view = RecordedView::of(&recorded.value);
    Ok(mark_replayed(json(200, &view)?, recorded.replayed))
}
