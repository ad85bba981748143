//! Closes an exception.

use app::{
    access::permission_to_close_with,
    ports::{Clock, IdGenerator, Store},
    usecases::work_exceptions::ExceptionWork,
};
use domain::order::ExceptionOutcome;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::take_exception::{WORK, work};
use crate::{
    call::Call,
    examples, extract,
    problem::{Problem, forbidden},
    response::Response,
    route::{Body, Operation, Route, schema},
};

pub(crate) const ROUTE: Route = Route {
    operation: Operation::CloseException,
    name: "closeException",
    path: "/api/oms/orders/{id}/exceptions/{n}/close",
    summary: "Close an exception; whoever comes second is told that it is closed",
    body: BODY,
    refusals: &[
        (404, &["not_found", "unknown_exception"]),
        (
            409,
            &[
                "exception_closed",
                "outcome_not_allowed",
                "own_refund",
                "refund_amount",
                "disputed",
                "not_commanded",
            ],
        ),
        (422, &["invalid_note", "bad_quantity"]),
    ],
    ..WORK
};

pub(super) const BODY: Option<Body> = Some(Body {
    name: "CloseException",
    schema: schema::<CloseBody>,
    example: examples::CLOSE,
});

pub(super) const REFUSALS: &[(u16, &[&str])] = &[
    (404, &["not_found", "unknown_exception"]),
    (409, &["exception_closed", "outcome_not_allowed"]),
    (422, &["invalid_note"]),
];

/// How an exception ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CloseBody {
    /// How it ended.
    pub outcome: ExceptionOutcome,
    /// Free text; it stays in the order's history, for those who may read personal data.
    #[serde(default)]
    pub note: Option<String>,
}

pub(crate) async fn handle(
    call: &Call<'_, impl Store, impl Clock + IdGenerator>,
) -> Result<Response, Problem> {
    let close = close(call)?;
    if let ExceptionWork::Close { outcome, .. } = &close
        && let Some(needed) = permission_to_close_with(outcome)
        && !call.principal.may(needed)
    {
        return Err(forbidden(&call.principal, &[needed], ROUTE.name));
    }
    work(call, &ROUTE, close).await
}

/// The work that the request asks for.
pub(super) fn close<S, E>(call: &Call<'_, S, E>) -> Result<ExceptionWork, Problem> {
    extract::key(&call.principal, call.request)?;
    let body: CloseBody = extract::document(call.request)?;
    if !body.outcome.is_known() {
        return Err(extract::unknown("outcome", ExceptionOutcome::KNOWN));
    }
    Ok(ExceptionWork::Close {
        outcome: body.outcome,
        note: extract::note(body.note)?,
    })
}
