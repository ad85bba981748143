//! Shows dead letters of a queue, with their reasons.

use app::{
    access::Permission,
    bus::subscriptions::Consumer,
    ports::{DeadLetterQueues, Store},
    views::queues::DeadLettersView,
};

use crate::{
    call::Call,
    problem::Problem,
    query::Query,
    response::{Response, json},
    route::{Operation, READ, Route, schema},
};

pub(crate) const ROUTE: Route = Route {
    operation: Operation::ListDeadLetters,
    name: "listDeadLetters",
    path: "/api/oms/queues/{queue}/dead_letters",
    permissions: &[Permission::ReadQueues],
    summary: "Read some of the dead letters of a queue: when and why each was given up, and its body, masked",
    answer: schema::<DeadLettersView>,
    refusals: &[(404, &["not_found"])],
    ..READ
};

pub(crate) async fn handle(
    call: &Call<'_, impl Store, impl DeadLetterQueues>,
) -> Result<Response, Problem> {
    Query::of(call.request, ROUTE.query)?;
    let consumer = queue(call.parameter("queue"))?;
    let letters = call.env.dead_letters(consumer).await?;
    Ok(json(200, &DeadLettersView::of(consumer, letters))?)
}

/// The consumer whose queue has this name.
pub(super) fn queue(name: &str) -> Result<Consumer, Problem> {
    Consumer::of_queue(name).ok_or_else(|| Problem::not_found("There is no such queue."))
}
