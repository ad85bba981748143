//! Holds: people place and release them; the sweep releases those that have expired.

use domain::{
    ids::OrderId,
    order::Command,
    order::{Actor, Cause, Hold, HoldKind, Order},
};
use jiff::Timestamp;

use super::{
    execute::{CommandRequest, execute},
    idempotency::{IdempotencyKey, Idempotent},
};
use crate::{
    failure::Failure,
    ports::{Clock, OrderStore},
};

/// A hold to place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldRequest {
    pub kind: HoldKind,
    /// Names the hold; unique within the order.
    pub handle: String,
    /// When the hold expires, UTC; none: never.
    pub until: Option<Timestamp>,
}

/// Keeps an order from being routed and dispatched; returns the order as it is then.
///
/// # Errors
/// [`Failure::NotFound`], [`Failure::KeyReused`], [`Failure::Rejected`] when the order has ended.
pub async fn place_hold(
    store: &impl OrderStore,
    clock: &impl Clock,
    id: OrderId,
    hold: &HoldRequest,
    key: &IdempotencyKey,
    actor: &Actor,
) -> Result<Idempotent<Order>, Failure> {
    let command = Command::PlaceHold {
        kind: hold.kind.clone(),
        handle: hold.handle.clone(),
        until: hold.until,
    };
    let request = CommandRequest::new(actor, key.cause());
    execute(store, clock, id, &request, |_| Some(command.clone()))
        .await?
        .idempotent(&key.cause())
}

/// Releases a hold; returns the order as it is then.
///
/// # Errors
/// [`Failure::NotFound`], [`Failure::KeyReused`], [`Failure::Rejected`] when the order never had such a hold.
pub async fn release_hold(
    store: &impl OrderStore,
    clock: &impl Clock,
    id: OrderId,
    handle: &str,
    key: &IdempotencyKey,
    actor: &Actor,
) -> Result<Idempotent<Order>, Failure> {
    let command = Command::ReleaseHold {
        handle: handle.to_owned(),
    };
    let request = CommandRequest::new(actor, key.cause());
    execute(store, clock, id, &request, |_| Some(command.clone()))
        .await?
        .idempotent(&key.cause())
}

/// Releases the expired holds of an order; true when there was one.
pub(crate) async fn release_expired(
    store: &impl OrderStore,
    clock: &impl Clock,
    order: &Order,
) -> Result<bool, Failure> {
    let now = clock.now();
    let is_expired = |hold: &&Hold| hold.until.is_some_and(|until| until <= now);
    let expired: Vec<String> = order
        .state
        .holds
        .iter()
        .filter(is_expired)
        .map(|hold| hold.handle.clone())
        .collect();
    for handle in &expired {
        let request = CommandRequest::due(
            "replenishment",
            &Cause::new("sweep", format!("hold:{handle}")),
        );
        let command = |order: &Order| {
            let found = order.state.holds.iter().find(|hold| hold.handle == *handle);
            found.filter(is_expired).map(|_| Command::ReleaseHold {
                handle: handle.clone(),
            })
        };
        execute(store, clock, order.placed.id, &request, command)
            .await?
            .order()?;
    }
    Ok(!expired.is_empty())
}
