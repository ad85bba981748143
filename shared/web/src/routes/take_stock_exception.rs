//! Takes an exception about a stock level: the caller works on it from now on.

use app::{
    ports::{Clock, IdGenerator, Store},
    usecases::{
        work_exceptions::ExceptionWork,
        work_stock_exceptions::{StockExceptionId, work_on_stock_exception},
    },
    views::exceptions::WorkedStockException,
};

use super::take_exception::{WORK, replayed, state_after};
use crate::{
    call::Call,
    extract,
    problem::Problem,
    response::{Response, json, mark_replayed},
    route::{Operation, Route, schema},
};

pub(crate) const ROUTE: Route = Route {
    operation: Operation::TakeStockException,
    name: "takeStockException",
    path: "/api/oms/locations/{id}/exceptions/{n}/take/{sku}",
    summary: "Work on an exception about a stock level, instead of whoever has taken it before",
    ..WORK_ON_STOCK
};

/// What the routes that work on an exception about stock have in common.
pub(super) const WORK_ON_STOCK: Route = Route {
    answer: schema::<WorkedStockException>,
    ..WORK
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
    let id = StockExceptionId {
        sku: extract::id(call.parameter("sku"), "SKU")?,
        location: extract::id(call.parameter("id"), "location")?,
        number: extract::id(call.parameter("n"), "exception")?,
    };
    let key = extract::key(&call.principal, call.request)?;
    let (principal, actor) = (&call.principal, call.principal.actor());
    let may = |kind: &_| principal.may_work_on(kind);
    let worked = work_on_stock_exception(call.store, call.env, &id, &work, &key, &actor, may);
    let replayed = replayed(worked.await?, principal, route)?;
    let view = WorkedStockException {
        sku: id.sku,
        location: id.location,
        id: id.number,
        work: state_after(work, &actor),
    };
    Ok(mark_replayed(json(200, &view)?, replayed))
}
