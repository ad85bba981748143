//! Holds that people place and release.

use domain::{
    command::Command,
    ids::OrderId,
    order::{Actor, HoldKind, Order},
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
