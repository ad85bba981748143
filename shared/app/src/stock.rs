//! Movements of stock that no order caused: receipts, counts, corrections, safety stock.
//!
//! A movement is one transaction: the new levels, conditioned on the old ones, and the marker of its cause, which
//! is its audit record and its outbox too. A long list moves in parts, each with a marker of its own, so that a
//! message that comes again after a crash goes on where it stopped.

use std::collections::BTreeMap;

use domain::{
    facts::StockFact,
    ids::{LocationId, Sku},
    order::{Actor, Cause},
    stock::{StockChange, StockCommit, StockEvent, StockLevel, StockRecord},
};
use futures_util::future::try_join_all;

use crate::{
    failure::Failure,
    idempotency::{IdempotencyKey, Once, same_request},
    ports::{Ambient, ConfigStore, Moved, StockStore},
    settle::FACT_ROUNDS,
};

/// Facts that are written in one transaction at most: with the marker, far below its limit of 100 items.
pub const PART_MAX: usize = 50;

/// Corrects stock as a person or a system asks; gives the levels that it led to, also when it was asked before.
///
/// # Errors
/// [`Failure::NotFound`] when the location is unknown, [`Failure::KeyReused`], [`Failure::Malformed`] when it
/// names nothing or more than [`PART_MAX`] movements.
pub async fn adjust(
    store: &(impl StockStore + ConfigStore),
    ambient: &impl Ambient,
    location: &LocationId,
    facts: &[StockFact],
    key: &IdempotencyKey,
    actor: &Actor,
) -> Result<Once<Vec<StockChange>>, Failure> {
    if facts.is_empty() || facts.len() > PART_MAX {
        return Err(Failure::Malformed(format!("1 to {PART_MAX} movements")));
    }
    known(store, location).await?;
    let Once {
        value: record,
        replayed,
    } = move_part(store, ambient, location, facts, key.cause(), actor).await?;
    let value = record
        .events
        .iter()
        .map(|event| event.change().clone())
        .collect();
    Ok(Once { value, replayed })
}

/// Applies what a location tells of its stock, once.
///
/// # Errors
/// [`Failure::NotFound`] when the location is unknown; it may be set up yet.
pub async fn apply(
    store: &(impl StockStore + ConfigStore),
    ambient: &impl Ambient,
    location: &LocationId,
    facts: &[StockFact],
    cause: &Cause,
    actor: &Actor,
) -> Result<(), Failure> {
    known(store, location).await?;
    for (index, part) in facts.chunks(PART_MAX).enumerate() {
        let id = if index == 0 {
            cause.id.clone()
        } else {
            format!("{}/{index}", cause.id)
        };
        let cause = Cause {
            id,
            ..cause.clone()
        };
        move_part(store, ambient, location, part, cause, actor).await?;
    }
    Ok(())
}

async fn known(store: &impl ConfigStore, location: &LocationId) -> Result<(), Failure> {
    let locations = store.locations().await?;
    let known = locations.iter().any(|l| l.id == *location);
    if known {
        Ok(())
    } else {
        Err(Failure::NotFound(format!("location {location}")))
    }
}

/// Moves stock once; gives the record, also when it was there before.
async fn move_part(
    store: &impl StockStore,
    ambient: &impl Ambient,
    location: &LocationId,
    facts: &[StockFact],
    cause: Cause,
    actor: &Actor,
) -> Result<Once<StockRecord>, Failure> {
    for _ in 0..FACT_ROUNDS {
        let before = levels(store, location, facts).await?;
        let (after, events) = moved(&before, facts);
        let record = StockRecord {
            at: ambient.now(),
            actor: actor.clone(),
            cause: cause.clone(),
            events,
        };
        let levels = before.into_values().zip(after.into_values()).collect();
        let commit = StockCommit { levels, record };
        match store.move_stock(&commit).await? {
            Moved::Done => {
                tracing::info!(%location, cause = %cause.key(), skus = commit.levels.len(), "stock moved");
                return Ok(Once {
                    value: commit.record,
                    replayed: false,
                });
            }
            Moved::Before => {
                return Ok(Once {
                    value: earlier(store, &cause).await?,
                    replayed: true,
                });
            }
            Moved::Raced => {}
        }
    }
    Err(Failure::Contended(FACT_ROUNDS))
}

async fn earlier(store: &impl StockStore, cause: &Cause) -> Result<StockRecord, Failure> {
    let lost = || {
        Failure::Inconsistent(format!(
            "the marker of {} was seen and is gone",
            cause.key()
        ))
    };
    let record = store.movement(&cause.key()).await?.ok_or_else(lost)?;
    same_request(&record.cause, cause)?;
    Ok(record)
}

/// The level of each SKU that the facts name, read at once.
async fn levels(
    store: &impl StockStore,
    location: &LocationId,
    facts: &[StockFact],
) -> Result<BTreeMap<Sku, StockLevel>, Failure> {
    let mut skus: Vec<&Sku> = facts.iter().map(|fact| &fact.sku).collect();
    skus.sort();
    skus.dedup();
    let views = try_join_all(skus.iter().map(|sku| store.sku(sku))).await?;
    let levels = skus.into_iter().zip(views).map(|(sku, view)| {
        let level = view
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

/// The levels after all facts in turn, and the event that each fact is.
fn moved(
    before: &BTreeMap<Sku, StockLevel>,
    facts: &[StockFact],
) -> (BTreeMap<Sku, StockLevel>, Vec<StockEvent>) {
    let mut levels = before.clone();
    let mut events = Vec::with_capacity(facts.len());
    for fact in facts {
        if let Some(level) = levels.get_mut(&fact.sku) {
            events.push(StockEvent::new(level, &fact.movement));
            *level = level.moved(&fact.movement);
        }
    }
    (levels, events)
}
