//! Allows a line to be routed to a location again that had declined it.

use domain::{
    ids::{LineId, LocationId, OrderId},
    order::{Actor, Command, Order},
};

use super::{
    execute::{CommandRequest, execute},
    idempotency::{IdempotencyKey, Idempotent},
};
use crate::{
    failure::Failure,
    ports::{Clock, OrderStore},
};

/// Allows it. The line's backordered units may then be released to that location.
///
/// # Errors
/// [`Failure::NotFound`]; [`Failure::Rejected`] for a line that the order does not have.
pub async fn allow_location(
    store: &impl OrderStore,
    clock: &impl Clock,
    id: OrderId,
    (line, location): (&LineId, &LocationId),
    key: &IdempotencyKey,
    actor: &Actor,
) -> Result<Idempotent<Order>, Failure> {
    let command = Command::AllowLocation {
        line: line.clone(),
        location: location.clone(),
    };
    let request = CommandRequest::new(actor, key.cause());
    execute(store, clock, id, &request, |_| Some(command.clone()))
        .await?
        .idempotent(&key.cause())
}
