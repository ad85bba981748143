//! The port of the access log, over the rows.

use domain::ids::OrderId;
use jiff::{Timestamp, civil::Date, tz::TimeZone};

use super::{
    store::{MemoryStore, cut},
    sync::yield_once,
};
use crate::{
    failure::Failure,
    ports::{AccessEntry, AccessLogStore, Page, PageRequest},
};

impl MemoryStore {
    /// From now on the access log cannot be written, or can again.
    pub fn refuse_access_log(&self, refused: bool) {
        self.lock().access_log_refused = refused;
    }

    /// The entries that fit, newest first.
    fn accesses(&self, fits: impl Fn(&AccessEntry) -> bool) -> Vec<(String, AccessEntry)> {
        let rows = self.lock();
        let found = rows.accesses.values().rev().filter(|entry| fits(entry));
        found
            .map(|entry| (format!("{}/{}", entry.at, entry.id), entry.clone()))
            .collect()
    }
}

impl AccessLogStore for MemoryStore {
    async fn log_access(&self, entry: &AccessEntry, _keep_until: Timestamp) -> Result<(), Failure> {
        yield_once().await;
        let mut rows = self.lock();
        if rows.access_log_refused {
            return Err(Failure::unavailable("the store", "refused"));
        }
        let accesses = rows.accesses.entry((entry.at, entry.id));
        accesses.or_insert_with(|| entry.clone());
        Ok(())
    }

    async fn last_access(
        &self,
        order: OrderId,
        person: &str,
        since: Timestamp,
    ) -> Result<Option<AccessEntry>, Failure> {
        yield_once().await;
        let theirs = |entry: &AccessEntry| {
            entry.order == Some(order) && entry.actor.id == person && entry.at >= since
        };
        Ok(self
            .accesses(theirs)
            .into_iter()
            .map(|(_, entry)| entry)
            .next())
    }

    async fn accesses_of_order(
        &self,
        order: OrderId,
        page: &PageRequest,
    ) -> Result<Page<AccessEntry>, Failure> {
        yield_once().await;
        let of_order = self.accesses(|entry| entry.order == Some(order));
        Ok(cut(of_order, page))
    }

    async fn accesses_on(
        &self,
        day: Date,
        page: &PageRequest,
    ) -> Result<Page<AccessEntry>, Failure> {
        yield_once().await;
        let that_day = |entry: &AccessEntry| entry.at.to_zoned(TimeZone::UTC).date() == day;
        Ok(cut(self.accesses(that_day), page))
    }
}
