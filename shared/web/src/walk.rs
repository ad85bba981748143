//! Walks back through the orders of some phases (open, done), day by day, and lists what is found in them. The index
//! holds one list for each phase and day, with keys only, so every order of the walk is read.

use std::collections::VecDeque;

use app::{
    failure::Failure,
    ports::{OrderStore, PageRequest},
};
use domain::{
    ids::OrderId,
    order::{Order, Phase},
};
use futures_util::future::try_join_all;
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};

use crate::{
    cursor::{self, Cursor},
    problem::Problem,
    query::Query,
};

/// The most index reads for one page: a listing of something rare stops there, with a cursor to continue.
const INDEX_READS_MAX: u32 = 60;
/// The most orders that are read for one page: a listing of something rare stops there, with a cursor to continue.
pub(crate) const ORDERS_READ_MAX: usize = 500;
/// How far back a listing goes by default, in days.
const DAYS_BACK: i32 = 366;
/// The most orders that are read at the same time.
const CONCURRENT_READS: usize = 20;

/// What is listed, and from which orders.
pub(crate) struct Listing<'a, F> {
    /// Names the listing with its filters, for cursors.
    pub(crate) name: &'a str,
    pub(crate) phases: Vec<Phase>,
    /// What an order adds to the list.
    pub(crate) pick: F,
}

/// One page of a listing, newest day first, and the cursor of the next page. Reads the parameters `since`, `limit` and
/// `cursor`. A page ends with an order, so it may have more entries than its limit.
pub(crate) async fn page<T>(
    store: &impl OrderStore,
    now: Timestamp,
    query: &Query,
    listing: Listing<'_, impl Fn(&Order) -> Vec<T>>,
) -> Result<(Vec<T>, Option<String>), Problem> {
    let limit = query.limit()?;
    let today = now.to_zoned(TimeZone::UTC).date();
    let since: Option<Date> = query.parsed("since", "a day, e.g. 2026-11-22")?;
    let name = format!("{};since={since:?}", listing.name);
    let cursor = cursor::of_query(query, &name)?;
    // Tomorrow, because a shop's clock may be ahead of ours.
    let first = cursor
        .day
        .unwrap_or_else(|| today.tomorrow().unwrap_or(today));
    let mut walk = Walk {
        phases: listing.phases,
        cursor: Cursor {
            day: Some(first),
            ..cursor
        },
        since: since.unwrap_or_else(|| today.saturating_sub(DAYS_BACK.days())),
    };
    let found = walk.collect(store, listing.pick, limit).await?;
    let more = walk.position().is_some();
    let next_cursor = more
        .then(|| cursor::write(&name, &walk.cursor))
        .transpose()?;
    Ok((found, next_cursor))
}

/// A walk back through the days, and within a day through the phases.
struct Walk {
    phases: Vec<Phase>,
    cursor: Cursor,
    since: Date,
}

impl Walk {
    /// Collects up to `limit` entries, or a few more from the last order, and advances the cursor behind them.
    async fn collect<T>(
        &mut self,
        store: &impl OrderStore,
        pick: impl Fn(&Order) -> Vec<T>,
        limit: u32,
    ) -> Result<Vec<T>, Problem> {
        let mut picked = Vec::new();
        let mut orders_read: usize = 0;
        for _ in 0..INDEX_READS_MAX {
            let left = limit.saturating_sub(u32::try_from(picked.len()).unwrap_or(limit));
            let more = left > 0 && orders_read < ORDERS_READ_MAX;
            let Some((phase, day)) = self.position().filter(|_| more) else {
                break;
            };
            let request = PageRequest {
                limit: left,
                after: self.cursor.after.take(),
            };
            let page = store.of_phase(phase, day, &request).await?;
            let orders = load_all(store, page.items).await?;
            orders_read = orders_read.saturating_add(orders.len());
            picked.extend(orders.iter().flat_map(&pick));
            self.advance(page.next);
        }
        Ok(picked)
    }

    /// The phase and day to read next; none: the walk has ended.
    fn position(&self) -> Option<(Phase, Date)> {
        let day = self.cursor.day.filter(|day| *day >= self.since)?;
        Some((*self.phases.get(self.cursor.phase)?, day))
    }

    /// One step: the next page of the same phase and day, else the next phase, else the day before.
    fn advance(&mut self, next: Option<String>) {
        self.cursor.after = next;
        if self.cursor.after.is_none() {
            self.cursor.phase = self.cursor.phase.saturating_add(1);
            if self.cursor.phase >= self.phases.len() {
                self.cursor.phase = 0;
                self.cursor.day = self.cursor.day.and_then(|day| day.yesterday().ok());
            }
        }
    }
}

/// Reads orders, a few at a time, in the order of their ids. Orders that do not exist are left out.
pub(crate) async fn load_all(
    store: &impl OrderStore,
    ids: Vec<OrderId>,
) -> Result<Vec<Order>, Failure> {
    let mut ids = VecDeque::from(ids);
    let mut orders = Vec::with_capacity(ids.len());
    while !ids.is_empty() {
        let some = ids.drain(..ids.len().min(CONCURRENT_READS));
        orders.extend(
            try_join_all(some.map(|id| store.load(id)))
                .await?
                .into_iter()
                .flatten(),
        );
    }
    Ok(orders)
}
