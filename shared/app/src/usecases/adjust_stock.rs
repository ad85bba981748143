//! Stock movements that no order caused: receipts, counts, corrections, safety stock.
//!
//! A movement is one transaction: the new levels, conditioned on the old ones, and the marker of its cause, which is
//! also its audit record and its outbox. A long list is written in parts, each with a marker of its own: if we die
//! between two parts, the redelivered message skips the written ones and goes on.
//!
//! A count holds as of the time when it was taken. One from before the last known count changes nothing. One from before
//! movements that the level no longer keeps is refused: a request is told so, a webhook opens an exception.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    ids::{LocationId, Sku},
    inbound::StockFact,
    order::{Actor, Cause, Rejection, RejectionCode},
    stock::{
        MOVES_KEPT, MovementOutcome, StockChange, StockCommit, StockException,
        StockExceptionClosed, StockLevel, StockRecord,
    },
};
use futures_util::future::try_join_all;
use jiff::Timestamp;

use super::{
    execute::FACT_ROUNDS,
    idempotency::{IdempotencyKey, Idempotent, check_same_request},
};
use crate::{
    failure::Failure,
    ports::{Clock, ConfigStore, StockMoveOutcome, StockStore},
};

/// The most facts that one transaction writes: with the marker, and an exception for each level, below the limit of 100
/// items.
pub const FACTS_PER_TRANSACTION: usize = 49;

/// Who tells of movements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    /// A request: its sender waits for the answer.
    Request,
    /// A webhook: what is refused needs a person.
    Webhook,
}

/// Movements that are told of together.
struct Part<'a> {
    location: &'a LocationId,
    facts: &'a [StockFact],
    /// When they happened, for those that do not say it themselves.
    told_at: Timestamp,
    origin: Origin,
    actor: &'a Actor,
}

/// Records movements that a person or a system requests; returns the resulting levels, also for a repeated request.
///
/// # Errors
/// [`Failure::NotFound`] when the location is unknown, [`Failure::KeyReused`], [`Failure::Malformed`] when it
/// names no movements or more than [`FACTS_PER_TRANSACTION`] movements, [`Failure::Rejected`] when it has a count that is
/// too old to be carried over.
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
    let part = Part {
        location,
        facts,
        told_at: clock.now(),
        origin: Origin::Request,
        actor,
    };
    let Idempotent {
        value: record,
        replayed,
    } = move_part(store, clock, &part, key.cause()).await?;
    let value = record.changes().cloned().collect();
    Ok(Idempotent { value, replayed })
}

/// Applies stock facts that a location reports, once. They were true at `happened_at`.
///
/// # Errors
/// [`Failure::NotFound`] when the location is unknown; it may still be set up.
pub async fn apply(
    store: &(impl StockStore + ConfigStore),
    clock: &impl Clock,
    location: &LocationId,
    facts: &[StockFact],
    happened_at: Timestamp,
    cause: &Cause,
    actor: &Actor,
) -> Result<(), Failure> {
    check_known(store, location).await?;
    for (index, facts) in facts.chunks(FACTS_PER_TRANSACTION).enumerate() {
        let id = if index == 0 {
            cause.id.clone()
        } else {
            format!("{}/{index}", cause.id)
        };
        let cause = Cause {
            id,
            ..cause.clone()
        };
        let part = Part {
            location,
            facts,
            told_at: happened_at,
            origin: Origin::Webhook,
            actor,
        };
        move_part(store, clock, &part, cause).await?;
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

/// Writes one part once; returns its record, also when it was written before. What changes nothing is written only for
/// a request, whose answer must stay the same.
async fn move_part(
    store: &impl StockStore,
    clock: &impl Clock,
    part: &Part<'_>,
    cause: Cause,
) -> Result<Idempotent<StockRecord>, Failure> {
    for _ in 0..FACT_ROUNDS {
        let skus = part.facts.iter().map(|fact| &fact.sku);
        let before = levels(store, part.location, skus).await?;
        let record = StockRecord::new(clock.now(), part.actor.clone(), cause.clone());
        let (commit, rejection) = moved(&before, part, record);
        if let Some(rejection) = rejection.filter(|_| part.origin == Origin::Request) {
            // A repeated request that was carried out before gets the answer that it got then.
            return match store.movement(&cause.key()).await? {
                None => Err(rejection.into()),
                Some(record) => replay(record, &cause),
            };
        }
        if part.origin == Origin::Webhook && commit.record.changes_nothing() {
            tracing::info!(location = %part.location, cause = %cause.key(), "later counts are known");
            return Ok(Idempotent {
                value: commit.record,
                replayed: false,
            });
        }
        match store.move_stock(&commit).await? {
            StockMoveOutcome::Moved => {
                tracing::info!(location = %part.location, cause = %cause.key(), skus = commit.levels.len(), "stock moved");
                return Ok(Idempotent {
                    value: commit.record,
                    replayed: false,
                });
            }
            StockMoveOutcome::Duplicate => {
                return replay(recorded(store, &cause).await?, &cause);
            }
            StockMoveOutcome::Conflict => {}
        }
    }
    Err(Failure::Contended(FACT_ROUNDS))
}

fn replay(record: StockRecord, cause: &Cause) -> Result<Idempotent<StockRecord>, Failure> {
    check_same_request(&record.cause, cause)?;
    Ok(Idempotent {
        value: record,
        replayed: true,
    })
}

async fn recorded(store: &impl StockStore, cause: &Cause) -> Result<StockRecord, Failure> {
    let missing = || {
        Failure::Inconsistent(format!(
            "the marker of {} exists and its record does not",
            cause.key()
        ))
    };
    store.movement(&cause.key()).await?.ok_or_else(missing)
}

/// The level of each SKU at a location, an empty one where there is none.
pub(super) async fn levels(
    store: &impl StockStore,
    location: &LocationId,
    skus: impl Iterator<Item = &Sku>,
) -> Result<BTreeMap<Sku, StockLevel>, Failure> {
    let mut skus: Vec<&Sku> = skus.collect();
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

/// What the facts make of the levels, and why the first that was refused was.
fn moved(
    before: &BTreeMap<Sku, StockLevel>,
    part: &Part<'_>,
    mut record: StockRecord,
) -> (StockCommit, Option<Rejection>) {
    let mut levels = before.clone();
    let mut written = BTreeSet::new();
    let mut rejection = None;
    for StockFact { sku, movement } in part.facts {
        let Some(level) = levels.get_mut(sku) else {
            continue;
        };
        let as_of = movement.as_of(part.told_at, record.at);
        match movement.apply_to(level, as_of) {
            MovementOutcome::Moved(after, event) => {
                let closed = StockExceptionClosed::counted(level, &after, record.at);
                record.exceptions_closed.extend(closed);
                *level = after;
                record.events.push(event);
                written.insert(sku);
            }
            MovementOutcome::Outdated(change) => record.unchanged.push(change),
            MovementOutcome::TooOld { counted } => {
                let (location, code) = (part.location, RejectionCode::CountTooOld);
                tracing::warn!(%sku, %location, code = code.as_str(), %as_of, "a count was refused");
                rejection.get_or_insert_with(|| too_old(level, as_of));
                let opened = StockException::count_too_old(level, counted, as_of, record.at);
                if let Some((after, opened)) = opened {
                    *level = after;
                    record.exceptions_opened.push(opened);
                    written.insert(sku);
                }
            }
        }
    }
    let pairs = before.iter().zip(levels.values());
    let levels = pairs
        .filter(|((sku, _), _)| written.contains(sku))
        .map(|((_, before), after)| (before.clone(), after.clone()))
        .collect();
    (StockCommit { levels, record }, rejection)
}

fn too_old(level: &StockLevel, counted_at: Timestamp) -> Rejection {
    let message = format!(
        "the count was taken before the last {MOVES_KEPT} movements of {} at {}; count again",
        level.sku, level.location
    );
    Rejection::new(RejectionCode::CountTooOld, counted_at.to_string(), message)
}
