//! Takes an exception: the caller works on it from now on.

use app::{
    access::{Permission, permission_to_work_on},
    ports::{Clock, IdGenerator, Store},
    usecases::work_exceptions::{ExceptionWork, ExceptionWorked, work_on_exception},
    views::exceptions::{ExceptionState, WorkedException},
};
use domain::ids::OrderId;

use crate::{
    call::Call,
    extract,
    problem::{Problem, forbidden},
    response::{Response, json, mark_replayed},
    route::{Operation, Route, WRITE, schema},
};

pub(crate) const ROUTE: Route = Route {
    operation: Operation::TakeException,
    name: "takeException",
    path: "/api/oms/orders/{id}/exceptions/{n}/take",
    summary: "Work on an exception, instead of whoever has taken it before",
    ..WORK
};

/// What the routes that work on an exception have in common. The kind of the exception decides which of the permissions
/// is needed.
pub(super) const WORK: Route = Route {
    permissions: &[
        Permission::WorkOrderExceptions,
        Permission::WorkLocationExceptions,
    ],
    answer: schema::<WorkedException>,
    refusals: &[
        (404, &["not_found", "unknown_exception"]),
        (409, &["exception_closed"]),
    ],
    ..WRITE
};

pub(crate) async fn handle(
    call: &Call<'_, impl Store, impl Clock + IdGenerator>,
) -> Result<Response, Problem> {
    extract::no_body(call.request)?;
    work(call, &ROUTE, ExceptionWork::Take).await
}

/// Takes or closes the exception that the path names. A repeated request gets the response of the first.
pub(super) async fn work(
    call: &Call<'_, impl Store, impl Clock + IdGenerator>,
    route: &Route,
    work: ExceptionWork,
) -> Result<Response, Problem> {
    let order: OrderId = extract::id(call.parameter("id"), "order")?;
    let id: u32 = extract::id(call.parameter("n"), "exception")?;
    let key = extract::key(&call.principal, call.request)?;
    let (principal, actor) = (&call.principal, call.principal.actor());
    let may = |kind: &_| principal.may_work_on(kind);
    let worked = work_on_exception(call.store, call.env, (order, id), &work, &key, &actor, may);
    let replayed = match worked.await? {
        ExceptionWorked::Done { replayed } => replayed,
        ExceptionWorked::Forbidden(kind) => {
            let needed = [permission_to_work_on(&kind)];
            return Err(forbidden(principal, &needed, route.name));
        }
    };
    let (state, owner, outcome) = match work {
        ExceptionWork::Take => (ExceptionState::Taken, Some(actor.id), None),
        ExceptionWork::Close { outcome, .. } => (ExceptionState::Closed, None, Some(outcome)),
    };
    let view = WorkedException {
        order,
        id,
        state,
        owner,
        outcome,
    };
    Ok(mark_replayed(json(200, &view)?, replayed))
}
