//! Holds: people place and release them, and those with an end are released by the sweep.

use domain::{
    command::Command,
    ids::OrderId,
    order::{Actor, Cause, Hold, HoldKind, Order},
};
use jiff::Timestamp;

use crate::{
    failure::Failure,
    idempotency::{IdempotencyKey, Once},
    ports::{Ambient, OrderStore},
    settle::{Asked, settle},
};

/// A hold to place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldRequest {
    /// Why.
    pub kind: HoldKind,
    /// Which one; unique within the order.
    pub handle: String,
    /// Until when at most, UTC.
    pub until: Option<Timestamp>,
}

/// Stops an order from moving on; gives the order as it is then.
///
/// # Errors
/// [`Failure::NotFound`], [`Failure::KeyReused`], [`Failure::Rejected`] when the order has ended.
pub async fn place_hold(
    store: &impl OrderStore,
    ambient: &impl Ambient,
    id: OrderId,
    hold: &HoldRequest,
    key: &IdempotencyKey,
    actor: &Actor,
) -> Result<Once<Order>, Failure> {
    let command = Command::PlaceHold {
        kind: hold.kind,
        handle: hold.handle.clone(),
        until: hold.until,
    };
    let asked = Asked::wish(actor, key.cause());
    settle(store, ambient, id, &asked, |_| Some(command.clone()))
        .await?
        .once(&key.cause())
}

/// Ends a hold; gives the order as it is then.
///
/// # Errors
/// [`Failure::NotFound`], [`Failure::KeyReused`], [`Failure::Rejected`] when no such hold ever stood.
pub async fn release_hold(
    store: &impl OrderStore,
    ambient: &impl Ambient,
    id: OrderId,
    handle: &str,
    key: &IdempotencyKey,
    actor: &Actor,
) -> Result<Once<Order>, Failure> {
    let command = Command::ReleaseHold {
        handle: handle.to_owned(),
    };
    let asked = Asked::wish(actor, key.cause());
    settle(store, ambient, id, &asked, |_| Some(command.clone()))
        .await?
        .once(&key.cause())
}

/// Ends the holds of an order whose time is over; true when there was one.
pub(crate) async fn release_ended(
    store: &impl OrderStore,
    ambient: &impl Ambient,
    order: &Order,
) -> Result<bool, Failure> {
    let now = ambient.now();
    let is_over = |hold: &&Hold| hold.until.is_some_and(|until| until <= now);
    let over: Vec<String> = order
        .state
        .holds
        .iter()
        .filter(is_over)
        .map(|hold| hold.handle.clone())
        .collect();
    for handle in &over {
        let asked = Asked::due(
            "replenishment",
            &Cause::new("sweep", format!("hold:{handle}")),
        );
        let command = |order: &Order| {
            let stands = order.state.holds.iter().find(|hold| hold.handle == *handle);
            stands.filter(is_over).map(|_| Command::ReleaseHold {
                handle: handle.clone(),
            })
        };
        settle(store, ambient, order.placed.id, &asked, command)
            .await?
            .order()?;
    }
    Ok(!over.is_empty())
}
