//! Closes a payment that no order names.

use app::{
    access::Permission,
    ports::{Clock, IdGenerator, Store},
    usecases::unmatched_payments::close,
    views::unmatched_payments::UnmatchedPaymentView,
};
use domain::inbound::PaymentKey;
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
    operation: Operation::CloseUnmatchedPayment,
    name: "closeUnmatchedPayment",
    path: "/api/oms/unmatched_payments/close/{payment}",
    permissions: &[Permission::WorkOrderExceptions],
    summary: "Close a payment that no order names; an order that names it later gets it all the same",
    body: Some(Body {
        name: "CloseUnmatchedPayment",
        schema: schema::<CloseUnmatchedBody>,
        example: examples::CLOSE_UNMATCHED,
    }),
    answer: schema::<UnmatchedPaymentView>,
    refusals: &[
        (404, &["not_found"]),
        (409, &["payment_closed"]),
        (422, &["invalid_note"]),
    ],
    ..WRITE
};

/// Why a person closes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CloseUnmatchedBody {
    /// Free text; it stays with the payment, for those who may read personal data.
    #[serde(default)]
    pub note: Option<String>,
}

pub(crate) async fn handle(
    call: &Call<'_, impl Store, impl Clock + IdGenerator>,
) -> Result<Response, Problem> {
    let payment: PaymentKey = extract::id(call.parameter("payment"), "unmatched payment")?;
    let key = extract::key(&call.principal, call.request)?;
    let body: CloseUnmatchedBody = extract::document(call.request)?;
    let note = extract::note(body.note)?;
    let actor = call.principal.actor();
    let closed = close(call.store, call.env, &payment, note, &key, &actor).await?;
    // The caller reads what the caller has written.
    let view = UnmatchedPaymentView::of(closed.value, true);
    Ok(mark_replayed(json(200, &view)?, closed.replayed))
}
