//! Applies a fact from outside to an order that is known.

use domain::{ids::OrderId, order::Command};

use super::execute::{CommandRequest, Outcome, execute};
use crate::{
    failure::Failure,
    ports::{Clock, OrderStore},
};

/// Applies a fact. One that the order has applied, or has passed, changes nothing.
pub(super) async fn apply_once(
    store: &impl OrderStore,
    clock: &impl Clock,
    id: OrderId,
    request: &CommandRequest,
    command: Command,
) -> Result<(), Failure> {
    match execute(store, clock, id, request, |_| Some(command.clone())).await? {
        Outcome::Done(_) => Ok(()),
        Outcome::Unchanged(_) | Outcome::UnchangedBefore(_) => {
            tracing::info!(order_id = %id, "the fact was applied before, or the order has passed it");
            Ok(())
        }
        Outcome::Rejected(_, rejection) => Err(rejection.into()),
    }
}
