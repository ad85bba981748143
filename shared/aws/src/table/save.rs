//! Writing a change: state, commit, stock, backorders and references in one transaction.
//!
//! The condition on the state's version decides between two writers of one order: the first wins, the second decides
//! again on what it finds. Stock levels are added to without being read, so that two orders that reserve the same
//! stock do not conflict. A parcel that left before the last count is in its figure already: then the condition on the time
//! of the count fails and returns the level, and what is added leaves out what the count has. Where adding is not enough
//! (a level has, or would get, less on hand than is reserved, or keeps as many movements as it may), the new level is
//! computed and replaces exactly the one that was returned.
//!
//! Should the function stop half-way, the transaction is written or it is not; the message comes again, and the use
//! case finds the change done or does it.

use app::{failure::Failure, ports::SaveOutcome};
use domain::{
    order::{Change, Reference},
    stock::{StockDelta, StockLevel},
};

use jiff::Timestamp;

use super::{
    client::Table,
    levels::{can_be_added, level},
    limits::SAVE_ATTEMPTS_MAX,
    order_items::{FailedKinds, ItemKind, OrderWrites},
    transact::{FailedCondition, TransactionEnd, jitter},
    writes::Write,
};

/// How one stock level is written.
enum LevelWrite<'a> {
    /// By adding to it, without reading it, if this is when it was last counted. At first: never, or before all of what
    /// is added.
    Add(&'a StockDelta, Option<Timestamp>),
    /// By replacing the level that was read.
    Replace(&'a StockDelta, Option<StockLevel>),
}

impl<'a> LevelWrite<'a> {
    fn delta(&self) -> &'a StockDelta {
        match self {
            LevelWrite::Add(delta, _) | LevelWrite::Replace(delta, _) => delta,
        }
    }

    fn write(&self, table: &Table) -> Result<Write, Failure> {
        match self {
            LevelWrite::Add(delta, counted_at) => table.add_to_level(delta, *counted_at),
            LevelWrite::Replace(delta, current) => {
                let empty = || StockLevel::empty(delta.sku.clone(), delta.location.clone());
                let after = current.clone().unwrap_or_else(empty).after(delta);
                table.replace_level(current.as_ref(), &after)
            }
        }
    }
}

impl Table {
    pub(super) async fn save_change(&self, change: &Change) -> Result<SaveOutcome, Failure> {
        let deltas = change.stock.iter().filter(|delta| !delta.is_empty());
        let mut levels: Vec<LevelWrite<'_>> =
            deltas.map(|delta| LevelWrite::Add(delta, None)).collect();
        let references = &change.references;
        for attempt in 0..SAVE_ATTEMPTS_MAX {
            if attempt > 1 {
                tokio::time::sleep(jitter(attempt)).await;
            }
            let OrderWrites { writes, kinds } = self.change_writes(change, &levels, references)?;
            let failed = match self.transact(writes).await? {
                TransactionEnd::Written => return Ok(SaveOutcome::Saved),
                TransactionEnd::ConditionsFailed(failed) => failed,
            };
            let failed = FailedKinds::new(&kinds, &failed);
            if let Some(saved) = self
                .final_answer(change, &levels, references, &failed)
                .await?
            {
                return Ok(saved);
            }
            for (kind, failed) in failed.iter() {
                if let ItemKind::StockLevel(index) = kind
                    && let Some(level) = levels.get_mut(index)
                {
                    *level = self.replacement(level, failed).await?;
                }
            }
        }
        Err(Failure::Contended(SAVE_ATTEMPTS_MAX))
    }

    fn change_writes(
        &self,
        change: &Change,
        levels: &[LevelWrite<'_>],
        references: &[Reference],
    ) -> Result<OrderWrites, Failure> {
        let order = change.order.placed.id;
        let mut writes = OrderWrites::default();
        writes.push(ItemKind::State, self.replace_state(change)?);
        writes.push(ItemKind::Commit, self.write_commit(change)?);
        for (index, level) in levels.iter().enumerate() {
            writes.push(ItemKind::StockLevel(index), level.write(self)?);
        }
        for backorder in &change.backorders {
            writes.push(ItemKind::Backorder, self.write_backorder(backorder)?);
        }
        if let Some(delta) = &change.account {
            writes.push(ItemKind::Account, self.move_credit(delta)?);
        }
        for (index, reference) in references.iter().enumerate() {
            writes.push(
                ItemKind::Reference(index),
                self.write_reference(reference, order)?,
            );
        }
        Ok(writes)
    }

    /// What failed conditions mean for the change as a whole; none when only levels must be replaced.
    async fn final_answer(
        &self,
        change: &Change,
        levels: &[LevelWrite<'_>],
        references: &[Reference],
        failed: &FailedKinds<'_>,
    ) -> Result<Option<SaveOutcome>, Failure> {
        let commit = failed.find(ItemKind::Commit);
        if commit.is_some() || failed.find(ItemKind::State).is_some() {
            let is_own = self.is_own_commit(change, commit).await?;
            return Ok(Some(if is_own {
                SaveOutcome::Saved
            } else {
                SaveOutcome::VersionConflict
            }));
        }
        if failed.find(ItemKind::Account).is_some() {
            let missing = format!(
                "{} is on an account that is not there",
                change.order.placed.id
            );
            return Err(Failure::Inconsistent(missing));
        }
        for (kind, failed) in failed.iter() {
            if let ItemKind::StockLevel(index) = kind
                && let Some(delta) = levels.get(index).map(LevelWrite::delta)
                && is_short(delta, failed)?
            {
                return Ok(Some(SaveOutcome::OutOfStock {
                    sku: delta.sku.clone(),
                    location: delta.location.clone(),
                }));
            }
        }
        Ok(failed
            .taken_reference(references)
            .map(SaveOutcome::ReferenceTaken))
    }

    async fn replacement<'a>(
        &self,
        write: &LevelWrite<'a>,
        failed: &FailedCondition,
    ) -> Result<LevelWrite<'a>, Failure> {
        let delta = write.delta();
        let current = match &failed.current {
            Some(item) => Some(level(item)?),
            // There is no level, or it was not returned.
            None => self.level(&delta.sku, &delta.location).await?,
        };
        Ok(match current {
            Some(level) if can_be_added(delta, &level) => LevelWrite::Add(delta, level.counted_at),
            current => LevelWrite::Replace(delta, current),
        })
    }
}

/// Whether a condition failed because a reservation needs more units than are available. Where units come or leave in
/// the same change, it may also have failed because of a count.
fn is_short(delta: &StockDelta, failed: &FailedCondition) -> Result<bool, Failure> {
    if !delta.is_reservation || delta.moves.is_empty() {
        return Ok(delta.is_reservation);
    }
    let level = failed.current.as_ref().map(level).transpose()?;
    Ok(level
        .is_none_or(|level| level.available() < delta.available(level.counted_at).saturating_neg()))
}
