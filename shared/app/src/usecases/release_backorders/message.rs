//! What a message on the replenishment queue asks for.

use std::collections::BTreeSet;

use domain::{ids::Sku, order::Cause};
use jiff::Timestamp;

use super::drain::drain;
use crate::{
    bus::message::{BusEvent, QueueMessage},
    failure::Failure,
    ports::{Clock, IdGenerator, Redrive, Store},
    usecases::{
        execute::load,
        request_counts::request_counts,
        sweep::{ShownAfter, sweep, sweep_skus},
    },
};

/// Handles the body of a message on the replenishment queue. `shown_after` is for the sweep. From `stop_at` on nothing
/// new is begun: what is left is continued in new messages, or by the next sweep.
///
/// # Errors
/// [`Failure::Malformed`] when it is no known message, a SKU is not a SKU, or it is about an order;
/// [`Failure::NotFound`] when the order is not stored; and as [`drain`] and [`sweep`].
pub async fn on_message(
    store: &impl Store,
    env: &(impl Clock + IdGenerator),
    redrive: &impl Redrive,
    shown_after: ShownAfter,
    body: &str,
    stop_at: Timestamp,
) -> Result<(), Failure> {
    match QueueMessage::read(body)? {
        QueueMessage::Event(event) => {
            request_counts(store, env, &event).await?;
            let trigger = Cause::new("bus", event.id.as_str());
            let mut skus: BTreeSet<Sku> = event.skus()?.into_iter().collect();
            skus.extend(backordered_skus_if_ships_complete(store, &event).await?);
            for (index, sku) in skus.iter().enumerate() {
                if index > 0 && env.now() >= stop_at {
                    tracing::info!(%sku, "out of time; continued in a new message");
                    redrive.sku(sku).await?;
                } else {
                    drain(store, env, redrive, sku, &trigger, stop_at).await?;
                }
            }
            Ok(())
        }
        QueueMessage::Drain(sku) => {
            let trigger = Cause::new("sweep", sku.as_str());
            drain(store, env, redrive, &sku, &trigger, stop_at).await
        }
        QueueMessage::Sweep(None) => sweep(store, env, redrive, shown_after, stop_at).await,
        QueueMessage::Sweep(Some(after)) => {
            sweep_skus(store, env, redrive, Some(after), stop_at).await
        }
        QueueMessage::Redrive(_) | QueueMessage::Poll | QueueMessage::Reconcile(_) => {
            Err(Failure::Malformed(
                "a message of another function, on the replenishment queue".to_owned(),
            ))
        }
    }
}

/// The backordered SKUs of an order that ships complete, after some of its units were cancelled: the cancelled units
/// may have been the ones that were missing.
async fn backordered_skus_if_ships_complete(
    store: &impl Store,
    event: &BusEvent,
) -> Result<Vec<Sku>, Failure> {
    let Some(id) = event.order.filter(|_| event.name == "UnitsCancelled") else {
        return Ok(Vec::new());
    };
    let order = load(store, id).await?;
    let lines = order.lines();
    let backordered =
        lines.filter(|(_, state)| order.terms().ship_complete && state.backordered > 0);
    Ok(backordered.map(|(line, _)| line.sku.clone()).collect())
}
