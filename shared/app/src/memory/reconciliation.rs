//! The port of reconciliation, over the rows.

use domain::{ids::OrderId, reconciliation::DayResult};
use jiff::civil::Date;

use super::{
    store::{MemoryStore, cut},
    sync::yield_once,
};
use crate::{
    failure::Failure,
    ports::{Page, PageRequest, ReconciliationStore},
};

impl ReconciliationStore for MemoryStore {
    async fn day_result(&self, day: Date) -> Result<Option<DayResult>, Failure> {
        yield_once().await;
        Ok(self.lock().day_results.get(&day).cloned())
    }

    async fn day_results(&self, from: Date, to: Date) -> Result<Vec<DayResult>, Failure> {
        yield_once().await;
        if from > to {
            return Ok(Vec::new());
        }
        let rows = self.lock();
        let found = rows.day_results.range(from..=to);
        Ok(found.map(|(_, result)| result.clone()).collect())
    }

    async fn put_day_result(&self, result: &DayResult) -> Result<bool, Failure> {
        yield_once().await;
        let mut rows = self.lock();
        let stored = rows.day_results.get(&result.day);
        let version = stored.map_or(0, |stored| stored.version);
        let written = version.checked_add(1) == Some(result.version);
        if written {
            rows.day_results.insert(result.day, result.clone());
        }
        Ok(written)
    }

    async fn reconciled_on(&self, day: Date, page: &PageRequest) -> Result<Page<OrderId>, Failure> {
        yield_once().await;
        let rows = self.lock();
        let mut listed = Vec::new();
        for (id, row) in &rows.orders {
            let commits = row.history().commits.into_iter();
            let that_day = commits.filter(|commit| commit.body.reconciled_day() == Some(day));
            listed.extend(that_day.map(|commit| (commit.body.at, commit.body.seq, *id)));
        }
        listed.sort();
        let listed = listed.into_iter();
        let keyed = listed.map(|(at, seq, id)| (format!("{at}/{id}/{seq}"), id));
        Ok(cut(keyed.collect(), page))
    }
}
