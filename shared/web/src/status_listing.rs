//! Lists orders by status. The index holds one list per phase (open, done) and day, so a listing walks
//! back day by day, and the status is read from the orders.

use std::collections::VecDeque;

use app::{
    failure::Failure,
    ports::{OrderStore, PageRequest},
    views::order_summary::{OrderPage, OrderSummary},
};
use domain::{
    ids::OrderId,
    order::{Order, Phase, Status},
};
use futures_util::future::try_join_all;
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};

use crate::{
    cursor::{self, Cursor},
    problem::Problem,
    query::Query,
};

/// The most index reads for one page: a listing of a rare status stops there, with a cursor to continue.
const INDEX_READS_MAX: u32 = 60;
/// The most orders that are read for one page: a listing of a rare status stops there, with a cursor to continue.
const ORDERS_READ_MAX: usize = 500;
/// How far back a listing goes by default, in days.
const DAYS_BACK: i32 = 366;
/// The most orders that are read at the same time.
const CONCURRENT_READS: usize = 20;

/// One page of the orders of a status, or of all orders, newest day first.
pub(crate) async fn list_by_status(
    store: &impl OrderStore,
    now: Timestamp,
    query: &Query,
    limit: u32,
) -> Result<OrderPage, Problem> {
    let name = query.get("status");
    let statuses = name.map_or_else(|| Status::ALL.to_vec(), Status::named);
    if statuses.is_empty() {
        let names = Status::ALL.map(Status::as_str).join(", ");
        return Err(Problem::malformed(
            "status",
            format!("`status` is one of {names}, or an alias of one."),
        ));
    }
    let today = now.to_zoned(TimeZone::UTC).date();
    let since: Option<Date> = query.parsed("since", "a day, e.g. 2026-11-22")?;
    let listing = format!("status={};since={since:?}", name.unwrap_or_default());
    let cursor = cursor::of_query(query, &listing)?;
    // Tomorrow, because a shop's clock may be ahead of ours.
    let first = cursor
        .day
        .unwrap_or_else(|| today.tomorrow().unwrap_or(today));
    let mut walk = Walk {
        phases: phases_of(&statuses),
        cursor: Cursor {
            day: Some(first),
            ..cursor
        },
        since: since.unwrap_or_else(|| today.saturating_sub(DAYS_BACK.days())),
    };
    let orders = walk.collect(store, name, limit).await?;
    let more = walk.position().is_some();
    let next_cursor = more
        .then(|| cursor::write(&listing, &walk.cursor))
        .transpose()?;
    Ok(OrderPage {
        orders,
        next_cursor,
    })
}

/// Whether an order has the requested status, by its name or by its alias.
fn has_status(order: &Order, name: Option<&str>) -> bool {
    let status = order.state.status;
    name.is_none_or(|name| {
        status.as_str() == name || status.alias(order.is_ready()) == name.to_ascii_uppercase()
    })
}

/// The phases that have any of the statuses.
fn phases_of(statuses: &[Status]) -> Vec<Phase> {
    let has = |phase: &Phase| statuses.iter().any(|status| status.phase() == *phase);
    Phase::ALL.into_iter().filter(has).collect()
}

/// A walk back through the days, and within a day through the phases.
struct Walk {
    phases: Vec<Phase>,
    cursor: Cursor,
    since: Date,
}

impl Walk {
    /// Collects up to `limit` orders and advances the cursor behind them.
    async fn collect(
        &mut self,
        store: &impl OrderStore,
        name: Option<&str>,
        limit: u32,
    ) -> Result<Vec<OrderSummary>, Problem> {
        let mut orders = Vec::new();
        let mut orders_read: usize = 0;
        for _ in 0..INDEX_READS_MAX {
            let left = limit.saturating_sub(u32::try_from(orders.len()).unwrap_or(limit));
            let more = left > 0 && orders_read < ORDERS_READ_MAX;
            let Some((phase, day)) = self.position().filter(|_| more) else {
                break;
            };
            let request = PageRequest {
                limit: left,
                after: self.cursor.after.take(),
            };
            let page = store.of_phase(phase, day, &request).await?;
            let found = load_all(store, page.items).await?;
            orders_read = orders_read.saturating_add(found.len());
            let found = found.iter().filter(|order| has_status(order, name));
            orders.extend(found.map(OrderSummary::of));
            self.advance(page.next);
        }
        Ok(orders)
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
