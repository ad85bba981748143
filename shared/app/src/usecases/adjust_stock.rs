//! Stock movements that no order caused: receipts, counts, corrections, safety stock.
//!
//! A movement is one transaction: the new levels, conditioned on the old ones, and the marker of its cause, which is
//! also its audit record and its outbox. A long list is written in parts, each with a marker of its own: if we die
//! between two parts, the redelivered message skips the written ones and goes on.

use std::collections::BTreeMap;

use domain::{
    ids::{LocationId, Sku},
    inbound::StockFact,
    order::{Actor, Cause},
    schema,
    stock::{StockChange, StockCommit, StockEvent, StockLevel, StockRecord},
};
use futures_util::future::try_join_all;

use super::{
    execute::FACT_ROUNDS,
    idempotency::{IdempotencyKey, Idempotent, check_same_request},
};
use crate::{
    failure::Failure,
    ports::{Clock, ConfigStore, StockMoveOutcome, StockStore},
};

/// The most facts that one transaction writes: with the marker, far below the limit of 100 items.
pub const FACTS_PER_TRANSACTION: usize = 50;

/// Records movements that a person or a system requests; returns the resulting levels, also for a repeated request.
///
/// # Errors
/// [`Failure::NotFound`] when the location is unknown, [`Failure::KeyReused`], [`Failure::Malformed`] when it
/// names no movements or more than [`FACTS_PER_TRANSACTION`] movements.
pub async fn adjust(
    store: &(impl StockStore + ConfigStore),
    clock: &impl Clock,
    location: &LocationId,
    facts: &[StockFact],
    key: &IdempotencyKey,
    actor: &Actor,
) -> Result<Idempotent<Vec<StockChange>>, Failure> {
    if facts.is_empty() || facts.len() > FACTS_PER_TRANSACTION {
        return Err(Failure::Malformed(format!(
            "1 to {FACTS_PER_TRANSACTION} movements"
        )));
    }
    check_known(store, location).await?;
    let Idempotent {
        value: record,
        replayed,
    } = move_part(store, clock, location, facts, key.cause(), actor).await?;
    let value = record
        .events
        .iter()
        .map(|event| event.change().clone())
        .collect();
    Ok(Idempotent { value, replayed })
}

/// Applies stock facts that a location reports, once.
///
/// # Errors
/// [`Failure::NotFound`] when the location is unknown; it may still be set up.
pub async fn apply(
    store: &(impl StockStore + ConfigStore),
    clock: &impl Clock,
    location: &LocationId,
    facts: &[StockFact],
    cause: &Cause,
    actor: &Actor,
) -> Result<(), Failure> {
    check_known(store, location).await?;
    for (index, part) in facts.chunks(FACTS_PER_TRANSACTION).enumerate() {
        let id = if index == 0 {
            cause.id.clone()
        } else {
            format!("{}/{index}", cause.id)
        };
        let cause = Cause {
            id,
            ..cause.clone()
        };
        move_part(store, clock, location, part, cause, actor).await?;
    }
    Ok(())
}

async fn check_known(store: &impl ConfigStore, location: &LocationId) -> Result<(), Failure> {
    let locations = store.locations().await?;
    let known = locations.iter().any(|l| l.id == *location);
    if known {
        Ok(())
    } else {
        Err(Failure::NotFound(format!("location {location}")))
    }
}

/// Writes one part once; returns its record, also when it was written before.
async fn move_part(
    store: &impl StockStore,
    clock: &impl Clock,
    location: &LocationId,
    facts: &[StockFact],
    cause: Cause,
    actor: &Actor,
) -> Result<Idempotent<StockRecord>, Failure> {
    for _ in 0..FACT_ROUNDS {
        let before = levels(store, location, facts).await?;
        let (after, events) = moved(&before, facts);
        let record = StockRecord {
            schema: schema::VERSION,
            at: clock.now(),
            actor: actor.clone(),
            cause: cause.clone(),
            events,
        };
        let levels = before.into_values().zip(after.into_values()).collect();
        let commit = StockCommit { levels, record };
        match store.move_stock(&commit).await? {
            StockMoveOutcome::Moved => {
                tracing::info!(%location, cause = %cause.key(), skus = commit.levels.len(), "stock moved");
                return Ok(Idempotent {
                    value: commit.record,
                    replayed: false,
                });
            }
            StockMoveOutcome::Duplicate => {
                return Ok(Idempotent {
                    value: recorded(store, &cause).await?,
                    replayed: true,
                });
            }
            StockMoveOutcome::Conflict => {}
        }
    }
    Err(Failure::Contended(FACT_ROUNDS))
}

async fn recorded(store: &impl StockStore, cause: &Cause) -> Result<StockRecord, Failure> {
    let missing = || {
        Failure::Inconsistent(format!(
            "the marker of {} exists and its record does not",
            cause.key()
        ))
    };
    let record = store.movement(&cause.key()).await?.ok_or_else(missing)?;
    check_same_request(&record.cause, cause)?;
    Ok(record)
}

/// The level of each SKU that the facts name.
async fn levels(
    store: &impl StockStore,
    location: &LocationId,
    facts: &[StockFact],
) -> Result<BTreeMap<Sku, StockLevel>, Failure> {
    let mut skus: Vec<&Sku> = facts.iter().map(|fact| &fact.sku).collect();
    skus.sort();
    skus.dedup();
    let stock = try_join_all(skus.iter().map(|sku| store.sku(sku))).await?;
    let levels = skus.into_iter().zip(stock).map(|(sku, stock)| {
        let level = stock
            .levels
            .into_iter()
            .find(|level| level.location == *location);
        (
            sku.clone(),
            level.unwrap_or_else(|| StockLevel::empty(sku.clone(), location.clone())),
        )
    });
    Ok(levels.collect())
}

/// The levels after all facts, and one event per fact.
fn moved(
    before: &BTreeMap<Sku, StockLevel>,
    facts: &[StockFact],
) -> (BTreeMap<Sku, StockLevel>, Vec<StockEvent>) {
    let mut levels = before.clone();
    let mut events = Vec::with_capacity(facts.len());
    for fact in facts {
        if let Some(level) = levels.get_mut(&fact.sku) {
            events.push(StockEvent::new(level, &fact.movement));
            *level = fact.movement.apply_to(level);
        }
    }
    (levels, events)
}
