//! Writes a routing decision: shared by routing and by releasing backorders.

use domain::{
    decide::decide, ids::FulfillmentOrderId, order::Change, order::Command, order::Order,
    routing::Decision,
};

use super::execute::{CommandRequest, log, seal};
use crate::{
    failure::Failure,
    ports::{Clock, IdGenerator, OrderStore, SaveOutcome},
};

/// A decision and the command that carries it out: a routing, or the release of backordered units.
pub(super) struct PlannedDecision<F: FnOnce(Box<Decision>, Vec<FulfillmentOrderId>) -> Command> {
    pub(super) decision: Decision,
    pub(super) as_command: F,
}

/// Writes a decision about the order as it was read: the decision and its reservations are one transaction. When
/// another writer was faster, the outcome says so and the caller decides again on fresh data.
pub(super) async fn commit_decision(
    store: &impl OrderStore,
    env: &(impl Clock + IdGenerator),
    order: &Order,
    planned: PlannedDecision<impl FnOnce(Box<Decision>, Vec<FulfillmentOrderId>) -> Command>,
    request: &CommandRequest,
) -> Result<SaveOutcome, Failure> {
    let context = request.context(order, env.now());
    let ids = planned.decision.assignments.iter();
    let ids = ids
        .map(|_| FulfillmentOrderId::mint(context.now, env.entropy()))
        .collect();
    let explanation = planned.decision.explanation.clone();
    let command = (planned.as_command)(Box::new(planned.decision), ids);
    let events = decide(order, &command, &context)?;
    if events.is_empty() {
        return Ok(SaveOutcome::Saved);
    }
    let change = seal(Change::new(order, events, &context))?;
    let outcome = store.save(&change).await?;
    match &outcome {
        SaveOutcome::Saved => {
            log(&change);
            tracing::info!(order_id = %order.placed.id, %explanation, "routing decided");
        }
        SaveOutcome::OutOfStock { sku, location } => {
            tracing::info!(order_id = %order.placed.id, %sku, %location, "another order reserved the stock first");
        }
        SaveOutcome::VersionConflict | SaveOutcome::ReferenceTaken(_) => {
            tracing::info!(order_id = %order.placed.id, "another writer changed the order first");
        }
    }
    Ok(outcome)
}
