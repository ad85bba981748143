//! Cancels units or a whole order. Served by the function `cancellation`.

use app::{
    access::Permission,
    ports::{Clock, IdGenerator, Store},
    usecases::cancel::{CancelRequest, CancelResult, cancel},
    views::cancellation::CancellationView,
};
use domain::{
    ids::{LineId, OrderId},
    order::CancelLine,
    order::CancelReason,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    call::Call,
    examples, extract,
    problem::Problem,
    response::{Response, json, mark_replayed},
    route::{Body, Operation, Route, Scope, WRITE, schema},
};

pub(crate) const ROUTE: Route = Route {
    operation: Operation::CancelOrder,
    name: "cancelOrder",
    path: "/api/oms/orders/{id}/cancel",
    scope: Scope::Cancellation,
    permissions: &[Permission::CancelOrders],
    summary: "Cancel units or the whole order; the response gives the outcome line by line",
    body: Some(Body {
        name: "CancelOrder",
        schema: schema::<CancelBody>,
        example: examples::CANCEL,
    }),
    answer: schema::<CancellationView>,
    refusals: &[
        (404, &["not_found"]),
        (409, &["nothing_to_cancel", "refund_amount"]),
        (422, &["unknown_line", "bad_quantity", "invalid_note"]),
    ],
    ..WRITE
};

/// The units to cancel, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CancelBody {
    /// The reason.
    pub reason: CancelReason,
    /// Free text; it stays in the order's history.
    #[serde(default)]
    pub note: Option<String>,
    /// What is kept of what goes back at once, minor units of the order's currency, not more than that. Nothing by default.
    #[serde(default)]
    pub restocking_fee: i64,
    /// The lines and units to cancel; none: the whole order.
    #[serde(default)]
    pub lines: Vec<CancelBodyLine>,
}

/// Units of one line to cancel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CancelBodyLine {
    /// The line's id.
    pub line: LineId,
    /// The number of units; all units of the line by default.
    #[serde(default)]
    pub quantity: Option<u32>,
}

impl CancelBody {
    fn request(self) -> Result<CancelRequest, Problem> {
        let note = extract::note(self.note)?;
        if !self.reason.is_known() {
            return Err(extract::unknown("reason", CancelReason::KNOWN));
        }
        let lines = self.lines.into_iter().map(|line| CancelLine {
            line: line.line,
            units: line.quantity,
        });
        Ok(CancelRequest {
            lines: lines.collect(),
            reason: self.reason,
            restocking_fee: self.restocking_fee,
            note,
        })
    }
}

pub(crate) async fn handle(
    call: &Call<'_, impl Store, impl Clock + IdGenerator>,
) -> Result<Response, Problem> {
    let id: OrderId = extract::id(call.parameter("id"), "order")?;
    let key = extract::key(&call.principal, call.request)?;
    let request = extract::document::<CancelBody>(call.request)?.request()?;
    let actor = call.principal.actor();
    let outcome = cancel(call.store, call.env, id, &request, &key, &actor).await?;
    let replayed = match outcome.result {
        CancelResult::NothingToCancel => return Err(Problem::nothing_to_cancel(outcome.lines)),
        CancelResult::Replayed => true,
        CancelResult::Applied | CancelResult::NothingNew => false,
    };
    let view = CancellationView::of(
        &outcome.order,
        outcome.at,
        (outcome.refund_owed, outcome.restocking_fee),
        outcome.lines,
    );
    Ok(mark_replayed(json(200, &view)?, replayed))
}
