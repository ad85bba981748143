//! Writing a change: state, commit, stock, queue places and references in one transaction.
//!
//! Stock levels are added to without being read, so that two orders that ship from one shelf do not stand in each
//! other's way. Where adding is not enough (a shelf that has, or would come to have, less than is promised from
//! it), the failed condition brings the level along, the new one is computed, and it replaces exactly that one.

use app::{failure::Failure, ports::SaveOutcome};
use domain::{
    change::{Change, Reference},
    stock::{StockDelta, StockLevel},
};

use super::{
    Table,
    orders::{meanings, references},
    stock::level,
    transact::{Outcome, Refused, Write, jitter},
};

/// Rounds of one change whose levels keep moving on.
const ROUNDS: u32 = 8;

/// What a failed condition at one place of a change's transaction means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// The order is at another version.
    State,
    /// The commit's place is taken.
    Commit,
    /// This stock level is not as it must be.
    Stock(usize),
    /// Nothing: queue places belong to the order, and its state is the guard.
    Queue,
    /// This reference leads to another order.
    Reference(usize),
}

/// How one stock level is written.
enum Plan<'a> {
    /// By adding to it, unread.
    Add(&'a StockDelta),
    /// By replacing what was read.
    Replace(&'a StockDelta, Option<StockLevel>),
}

impl Plan<'_> {
    fn delta(&self) -> &StockDelta {
        match self {
            Plan::Add(delta) | Plan::Replace(delta, _) => delta,
        }
    }

    fn write(&self, table: &Table) -> Result<Write, Failure> {
        match self {
            Plan::Add(delta) => table.add_to_level(delta),
            Plan::Replace(delta, there) => {
                let empty = || StockLevel::empty(delta.sku.clone(), delta.location.clone());
                let after = there.clone().unwrap_or_else(empty).after(delta);
                table.replace_level(there.as_ref(), &after)
            }
        }
    }
}

impl Table {
    pub(super) async fn save_change(&self, change: &Change) -> Result<SaveOutcome, Failure> {
        let moves = |delta: &&StockDelta| delta.on_hand != 0 || delta.reserved != 0;
        let mut plans: Vec<Plan<'_>> = change.stock.iter().filter(moves).map(Plan::Add).collect();
        let references = references(change);
        let meanings = meanings(plans.len(), change.backorders.len(), references.len());
        for round in 0..ROUNDS {
            if round > 1 {
                tokio::time::sleep(jitter(round)).await;
            }
            let writes = self.writes(change, &plans, &references)?;
            let refused = match self.transact(writes).await? {
                Outcome::Done => return Ok(SaveOutcome::Saved),
                Outcome::Refused(refused) => refused,
            };
            if let Some(saved) = self
                .answer(change, &plans, &references, &meanings, &refused)
                .await?
            {
                return Ok(saved);
            }
            for refused in &refused {
                if let Some(Meaning::Stock(index)) = meanings.get(refused.place)
                    && let Some(plan) = plans.get_mut(*index)
                {
                    *plan = self.replan(plan, refused).await?;
                }
            }
        }
        Err(Failure::Contended(ROUNDS))
    }

    fn writes(
        &self,
        change: &Change,
        plans: &[Plan<'_>],
        references: &[Reference],
    ) -> Result<Vec<Write>, Failure> {
        let order = change.order.placed.id;
        let mut writes = vec![self.write_state(change)?, self.write_commit(change)?];
        for plan in plans {
            writes.push(plan.write(self)?);
        }
        for waiting in &change.backorders {
            writes.push(self.queue_place(waiting)?);
        }
        for reference in references {
            writes.push(self.write_reference(reference, order)?);
        }
        Ok(writes)
    }

    /// What failed conditions mean for the change as a whole; nothing: only levels that can be planned anew.
    async fn answer(
        &self,
        change: &Change,
        plans: &[Plan<'_>],
        references: &[Reference],
        meanings: &[Meaning],
        refused: &[Refused],
    ) -> Result<Option<SaveOutcome>, Failure> {
        let meaning = |refused: &Refused| meanings.get(refused.place).copied();
        let failed = |wanted: Meaning| {
            refused
                .iter()
                .find(|refused| meaning(refused) == Some(wanted))
        };
        if failed(Meaning::State).is_some() || failed(Meaning::Commit).is_some() {
            let ours = self.is_our_own(change, failed(Meaning::Commit)).await?;
            return Ok(Some(if ours {
                SaveOutcome::Saved
            } else {
                SaveOutcome::VersionConflict
            }));
        }
        let short = refused.iter().find_map(|refused| match meaning(refused)? {
            Meaning::Stock(index) => plans
                .get(index)
                .map(Plan::delta)
                .filter(|delta| delta.promise),
            Meaning::State | Meaning::Commit | Meaning::Queue | Meaning::Reference(_) => None,
        });
        if let Some(StockDelta { sku, location, .. }) = short {
            return Ok(Some(SaveOutcome::OutOfStock {
                sku: sku.clone(),
                location: location.clone(),
            }));
        }
        let taken = refused.iter().find_map(|refused| match meaning(refused)? {
            Meaning::Reference(index) => references.get(index),
            Meaning::State | Meaning::Commit | Meaning::Stock(_) | Meaning::Queue => None,
        });
        Ok(taken.cloned().map(SaveOutcome::ReferenceTaken))
    }

    async fn replan<'a>(&self, plan: &Plan<'a>, refused: &Refused) -> Result<Plan<'a>, Failure> {
        let delta = match plan {
            Plan::Add(delta) | Plan::Replace(delta, _) => *delta,
        };
        let there = match &refused.there {
            Some(item) => Some(level(item)?),
            // Either nothing is there, or it was not told.
            None => self.level(&delta.sku, &delta.location).await?,
        };
        Ok(Plan::Replace(delta, there))
    }
}
