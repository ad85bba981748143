//! Gives money back, or says what giving it back would mean.

use app::{
    access::Permission,
    ports::{Clock, IdGenerator, Store},
    usecases::refund::{preview, refund},
    views::refunds::RequestedRefundView,
};
use domain::ids::OrderId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    call::Call,
    examples, extract,
    problem::Problem,
    query::Query,
    response::{Response, json, mark_replayed},
    route::{Body, Operation, Route, WRITE, schema},
};

pub(crate) const ROUTE: Route = Route {
    operation: Operation::RefundOrder,
    name: "refundOrder",
    path: "/api/oms/orders/{id}/refunds",
    permissions: &[Permission::RefundOrders],
    summary: "Ask the payment gateway to give money back: what is owed first, the rest as a credit",
    query: &["preview"],
    body: Some(Body {
        name: "RefundOrder",
        schema: schema::<RefundBody>,
        example: examples::REFUND,
    }),
    answer: schema::<RequestedRefundView>,
    refusals: &[
        (404, &["not_found"]),
        (409, &["refund_amount", "disputed", "not_commanded"]),
        (422, &["invalid_note"]),
    ],
    ..WRITE
};

/// The money to give back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RefundBody {
    /// Minor units of the order's currency, at least 1, at most `money.refundable` of the order.
    pub amount: i64,
    /// Free text; it stays in the order's history.
    #[serde(default)]
    pub note: Option<String>,
}

pub(crate) async fn handle(
    call: &Call<'_, impl Store, impl Clock + IdGenerator>,
) -> Result<Response, Problem> {
    let id: OrderId = extract::id(call.parameter("id"), "order")?;
    let query = Query::of(call.request, ROUTE.query)?;
    let is_preview = query.switch("preview")?;
    let actor = call.principal.actor();
    if is_preview {
        let RefundBody { amount, note } = extract::document(call.request)?;
        extract::note(note)?;
        let refund = preview(call.store, call.env, id, amount, &actor).await?;
        return Ok(json(200, &RequestedRefundView::of(&refund, true))?);
    }
    let key = extract::key(&call.principal, call.request)?;
    let RefundBody { amount, note } = extract::document(call.request)?;
    let note = extract::note(note)?;
    let asked = (amount, note.as_deref());
    let requested = refund(call.store, call.env, id, asked, &key, &actor).await?;
    let view = RequestedRefundView::of(&requested.value, false);
    Ok(mark_replayed(json(200, &view)?, requested.replayed))
}
