//! Exceptions about stock: people take and close them. Each step is a stock commit, conditioned on the level: whoever
//! comes second decides again on what they find.

use domain::{
    ids::{LocationId, Sku},
    order::{Actor, ExceptionKind},
    stock::{StockCommit, StockException, StockLevel, StockRecord},
};

use super::{
    execute::FACT_ROUNDS,
    idempotency::{IdempotencyKey, check_same_request},
    work_exceptions::{ExceptionWork, ExceptionWorked},
};
use crate::{
    failure::Failure,
    ports::{Clock, StockMoveOutcome, StockStore},
};

/// An exception about a stock level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockExceptionId {
    pub sku: Sku,
    pub location: LocationId,
    /// Its number among those of the level.
    pub number: u32,
}

/// Takes or closes an exception about stock, when `may_work_on` its kind.
///
/// # Errors
/// [`Failure::KeyReused`], [`Failure::Rejected`] when the level has no such exception, or when it is closed.
pub async fn work_on_stock_exception(
    store: &impl StockStore,
    clock: &impl Clock,
    id: &StockExceptionId,
    work: &ExceptionWork,
    key: &IdempotencyKey,
    actor: &Actor,
    may_work_on: impl Fn(&ExceptionKind) -> bool,
) -> Result<ExceptionWorked, Failure> {
    let cause = key.cause();
    for _ in 0..FACT_ROUNDS {
        if let Some(record) = store.movement(&cause.key()).await? {
            check_same_request(&record.cause, &cause)?;
            return Ok(ExceptionWorked::Done { replayed: true });
        }
        let level = level(store, id).await?;
        StockException::check_open(&level, id.number)?;
        // Read after the level: while the level is as it was read, this exception is the open one.
        let open = store.stock_exception(&id.sku, &id.location).await?;
        let Some(open) = open.filter(|open| open.id == id.number) else {
            continue;
        };
        if !may_work_on(&open.kind) {
            return Ok(ExceptionWorked::Forbidden(open.kind));
        }
        let record = StockRecord::new(clock.now(), actor.clone(), cause.clone());
        let commit = commit(level, open, work, record)?;
        match store.move_stock(&commit).await? {
            StockMoveOutcome::Moved => return Ok(ExceptionWorked::Done { replayed: false }),
            StockMoveOutcome::Duplicate | StockMoveOutcome::Conflict => {}
        }
    }
    Err(Failure::Contended(FACT_ROUNDS))
}

/// The commit of one step. Taking what the caller has already writes the record only, so that the same request gets the
/// same answer.
fn commit(
    level: StockLevel,
    open: StockException,
    work: &ExceptionWork,
    mut record: StockRecord,
) -> Result<StockCommit, Failure> {
    let after = match work {
        ExceptionWork::Take => {
            let owner = Some(record.actor.id.clone());
            if open.owner != owner {
                record.exceptions_taken = vec![StockException { owner, ..open }];
            }
            level.clone()
        }
        ExceptionWork::Close { outcome, note } => {
            let (outcome, note) = (outcome.clone(), note.clone());
            let (after, closed) =
                open.close(&level, outcome, note, record.actor.clone(), record.at)?;
            record.exceptions_closed = vec![closed];
            after
        }
    };
    let levels = vec![(level, after)];
    Ok(StockCommit { levels, record })
}

async fn level(store: &impl StockStore, id: &StockExceptionId) -> Result<StockLevel, Failure> {
    let stock = store.sku(&id.sku).await?;
    let mut levels = stock.levels.into_iter();
    let found = levels.find(|level| level.location == id.location);
    Ok(found.unwrap_or_else(|| StockLevel::empty(id.sku.clone(), id.location.clone())))
}
