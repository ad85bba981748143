//! Closes an exception about a stock level.

use app::ports::{Clock, IdGenerator, Store};

use super::{
    close_exception::{BODY, REFUSALS, close},
    take_stock_exception::{WORK_ON_STOCK, work},
};
use crate::{
    call::Call,
    problem::Problem,
    response::Response,
    route::{Operation, Route},
};

pub(crate) const ROUTE: Route = Route {
    operation: Operation::CloseStockException,
    name: "closeStockException",
    path: "/api/oms/locations/{id}/exceptions/{n}/close/{sku}",
    summary: "Close an exception about a stock level; whoever comes second is told that it is closed",
    body: BODY,
    refusals: REFUSALS,
    ..WORK_ON_STOCK
};

pub(crate) async fn handle(
    call: &Call<'_, impl Store, impl Clock + IdGenerator>,
) -> Result<Response, Problem> {
    work(call, &ROUTE, close(call)?).await
}
