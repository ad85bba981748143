//! Moves dead letters back to their queue.

use app::{
    access::Permission,
    ports::{DeadLetterQueues, Store},
    usecases::redrive_dead_letters::redrive_dead_letters,
    views::queues::RedrivenView,
};

use super::list_dead_letters::queue;
use crate::{
    call::Call,
    extract,
    problem::Problem,
    response::{Response, json},
    route::{Operation, Route, WRITE, schema},
};

pub(crate) const ROUTE: Route = Route {
    operation: Operation::RedriveDeadLetters,
    name: "redriveDeadLetters",
    path: "/api/oms/queues/{queue}/redrive",
    permissions: &[Permission::RedriveDeadLetters],
    summary: "Move dead letters back to their queue, at most 100; what was done is not done twice",
    answer: schema::<RedrivenView>,
    refusals: &[(404, &["not_found"])],
    ..WRITE
};

pub(crate) async fn handle(
    call: &Call<'_, impl Store, impl DeadLetterQueues>,
) -> Result<Response, Problem> {
    extract::no_body(call.request)?;
    let consumer = queue(call.parameter("queue"))?;
    // Like every route that writes. Nothing is remembered: a second redrive moves what is there then.
    extract::key(&call.principal, call.request)?;
    let redriven = redrive_dead_letters(call.env, consumer).await?;
    let (queue, by, moved) = (consumer.queue(), &call.principal.subject, redriven.moved);
    tracing::info!(queue, by = %by, moved, "dead letters were redriven");
    Ok(json(200, &RedrivenView::of(consumer, redriven))?)
}
