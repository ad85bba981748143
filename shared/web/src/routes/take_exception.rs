//! Takes an exception: the caller works on it from now on.

use app::{
    access::{Permission, Principal, permission_to_work_on},
    ports::{Clock, IdGenerator, Store},
    usecases::work_exceptions::{ExceptionWork, ExceptionWorked, work_on_exception},
    views::exceptions::{ExceptionState, WorkState, WorkedException},
};
use domain::{ids::OrderId, order::Actor};

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
    let replayed = replayed(worked.await?, principal, route)?;
    let work = state_after(work, &actor);
    let view = WorkedException { order, id, work };
    Ok(mark_replayed(json(200, &view)?, replayed))
}

/// Whether the work was done by the same request before.
///
/// # Errors
/// When the caller may not work on exceptions of the kind.
pub(super) fn replayed(
    worked: ExceptionWorked,
    principal: &Principal,
    route: &Route,
) -> Result<bool, Problem> {
    match worked {
        ExceptionWorked::Done { replayed } => Ok(replayed),
        ExceptionWorked::Forbidden(kind) => {
            let needed = [permission_to_work_on(&kind)];
            Err(forbidden(principal, &needed, route.name))
        }
    }
}

/// How far the work is, after a request that was carried out.
pub(super) fn state_after(work: ExceptionWork, actor: &Actor) -> WorkState {
    let (state, owner, outcome) = match work {
        ExceptionWork::Take => (ExceptionState::Taken, Some(actor.id.clone()), None),
        ExceptionWork::Close { outcome, .. } => (ExceptionState::Closed, None, Some(outcome)),
    };
    WorkState {
        state,
        owner,
        outcome,
    }
}
