//! Lists the queues of the consumers.

use app::{
    access::Permission,
    ports::{DeadLetterQueues, Store},
    views::queues::QueuesView,
};

use crate::{
    call::Call,
    problem::Problem,
    query::Query,
    response::{Response, json},
    route::{Operation, READ, Route, schema},
};

pub(crate) const ROUTE: Route = Route {
    operation: Operation::ListQueues,
    name: "listQueues",
    path: "/api/oms/queues",
    permissions: &[Permission::ReadQueues],
    summary: "List the queues: what waits, what is being handled, and how many dead letters there are",
    answer: schema::<QueuesView>,
    ..READ
};

pub(crate) async fn handle(
    call: &Call<'_, impl Store, impl DeadLetterQueues>,
) -> Result<Response, Problem> {
    Query::of(call.request, ROUTE.query)?;
    let depths = call.env.depths().await?;
    Ok(json(200, &QueuesView::of(&depths))?)
}
