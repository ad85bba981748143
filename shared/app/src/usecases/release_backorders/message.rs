//! What a message on the replenishment queue asks for.

use std::collections::BTreeSet;

use domain::{ids::Sku, order::Cause};

use super::drain::drain;
use crate::{
    bus::message::{BusEvent, QueueMessage},
    failure::Failure,
    ports::{Clock, IdGenerator, Redrive, Store},
    usecases::{
        execute::load,
        sweep::{sweep, sweep_skus},
    },
};

/// Handles the body of a message on the replenishment queue.
///
/// # Errors
/// [`Failure::Malformed`] when it is no known message, a SKU is not a SKU, or it is about an order;
/// [`Failure::NotFound`] when the order is not stored; and as [`drain`] and [`sweep`].
pub async fn on_message(
    store: &impl Store,
    env: &(impl Clock + IdGenerator),
    redrive: &impl Redrive,
    body: &str,
) -> Result<(), Failure> {
    match QueueMessage::read(body)? {
        QueueMessage::Event(event) => {
            let trigger = Cause::new("bus", event.id.as_str());
            let mut skus: BTreeSet<Sku> = event.skus()?.into_iter().collect();
            skus.extend(backordered_skus_if_ships_complete(store, &event).await?);
            for sku in skus {
                drain(store, env, redrive, &sku, &trigger).await?;
            }
            Ok(())
        }
        QueueMessage::Drain(sku) => {
            let trigger = Cause::new("sweep", sku.as_str());
            drain(store, env, redrive, &sku, &trigger).await
        }
        QueueMessage::Sweep(None) => sweep(store, env, redrive).await,
        QueueMessage::Sweep(Some(after)) => sweep_skus(store, redrive, Some(after)).await,
        QueueMessage::Redrive(_) => Err(Failure::Malformed(
            "a message about an order, on the replenishment queue".to_owned(),
        )),
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
