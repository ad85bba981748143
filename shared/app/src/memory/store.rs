//! The store ports, over the rows.

use std::sync::{Mutex, MutexGuard};

use domain::{
    account::{Account, AccountLimits},
    decide::Placement,
    health::LocationHealth,
    ids::{AccountId, LocationId, OrderId, Sku},
    invariants,
    location::{Location, RoutingRules},
    money::Currency,
    order::{Cause, Change, Reference},
    order::{Contact, Order, Phase},
    stock::{StockCommit, StockException, StockRecord},
};
use jiff::{Timestamp, tz::TimeZone};

use super::{
    rows::{Row, Rows, Streamed},
    sync::{lock, yield_once},
};
use crate::{
    failure::Failure,
    ports::{
        AccountStore, ConfigStore, EventsCursor, EventsCursorStore, HealthStore, OrderHistory,
        OrderStore, Page, PageRequest, PlaceOutcome, RememberOutcome, SaveOutcome, SkuStock,
        StockMoveOutcome, StockStore,
    },
};

/// The store in memory.
#[derive(Debug, Default)]
pub struct MemoryStore {
    rows: Mutex<Rows>,
}

impl MemoryStore {
    /// The stream's records after the first `after` ones, and how many there are now.
    pub fn stream(&self, after: usize) -> (Vec<Streamed>, usize) {
        let rows = self.lock();
        (
            rows.stream.get(after..).unwrap_or_default().to_vec(),
            rows.stream.len(),
        )
    }

    pub fn erase(&self, id: OrderId) {
        if let Some(row) = self.lock().orders.get_mut(&id) {
            row.contacts.clear();
        }
    }

    /// Replaces the text of a commit and its hash, as a newer build or someone who edits the table may do.
    pub fn replace_commit(&self, id: OrderId, seq: usize, text: &str, hash: &str) {
        if let Some(row) = self.lock().orders.get_mut(&id) {
            row.replace_commit(seq, text, hash);
        }
    }

    /// Replaces the text of an order's state, as a newer build may do.
    pub fn replace_state(&self, id: OrderId, text: &str) {
        if let Some(row) = self.lock().orders.get_mut(&id) {
            row.replace_state(text);
        }
    }

    pub fn put_rules(&self, rules: RoutingRules) {
        self.lock().rules = Some(rules);
    }

    pub fn order_ids(&self) -> Vec<OrderId> {
        self.lock().orders.keys().copied().collect()
    }

    /// All that is stored at one moment, for the checker of the invariants.
    ///
    /// # Errors
    /// When something stored cannot be read.
    pub fn snapshot(&self) -> Result<invariants::Snapshot, Failure> {
        let rows = self.lock();
        let mut whole = invariants::Snapshot {
            levels: rows.levels.values().cloned().collect(),
            backorders: rows
                .backorders
                .values()
                .flat_map(|queue| queue.values().cloned())
                .collect(),
            rules: rows.rules.iter().cloned().collect(),
            locations: rows.locations.values().cloned().collect(),
            accounts: Some(rows.accounts.values().cloned().collect()),
            ..invariants::Snapshot::default()
        };
        for row in rows.orders.values() {
            whole.orders.push(invariants::OrderRecord {
                order: row.order()?,
                commits: row.history().commits,
            });
        }
        for cause in rows.records.keys() {
            whole.records.extend(rows.record(cause)?);
        }
        Ok(whole)
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Rows> {
        lock(&self.rows)
    }

    /// Orders for which `key` returns a key, sorted by it.
    fn list<K: Ord + std::fmt::Display>(
        &self,
        page: &PageRequest,
        newest_first: bool,
        key: impl Fn(&Row, &Order) -> Option<K>,
    ) -> Result<Page<OrderId>, Failure> {
        let rows = self.lock();
        let mut listed = Vec::new();
        for (id, row) in &rows.orders {
            if let Some(key) = key(row, &row.order()?) {
                listed.push((key, *id));
            }
        }
        listed.sort();
        if newest_first {
            listed.reverse();
        }
        Ok(cut(
            listed
                .into_iter()
                .map(|(key, id)| (format!("{key}/{id}"), id))
                .collect(),
            page,
        ))
    }
}

/// One page of a whole listing. The cursor is the text of the last item's key.
pub(super) fn cut<T>(listed: Vec<(String, T)>, page: &PageRequest) -> Page<T> {
    let limit = usize::try_from(page.limit.max(1)).unwrap_or(usize::MAX);
    let start = match &page.after {
        None => 0,
        Some(after) => {
            let index = listed.iter().position(|(key, _)| key == after);
            index.map_or(listed.len(), |index| index.saturating_add(1))
        }
    };
    let more = listed.len() > start.saturating_add(limit);
    let mut last = None;
    let mut items = Vec::new();
    for (key, item) in listed.into_iter().skip(start).take(limit) {
        last = Some(key);
        items.push(item);
    }
    Page {
        items,
        next: last.filter(|_| more),
    }
}

impl OrderStore for MemoryStore {
    async fn load(&self, id: OrderId) -> Result<Option<Order>, Failure> {
        yield_once().await;
        self.lock().orders.get(&id).map(Row::order).transpose()
    }

    async fn place(&self, placement: &Placement) -> Result<PlaceOutcome, Failure> {
        yield_once().await;
        self.lock().place(placement)
    }

    async fn save(&self, change: &Change) -> Result<SaveOutcome, Failure> {
        yield_once().await;
        self.lock().save(change)
    }

    async fn remember_unchanged(
        &self,
        order: &Order,
        request: &Cause,
        _until: Timestamp,
    ) -> Result<RememberOutcome, Failure> {
        yield_once().await;
        self.lock().remember_unchanged(order, request)
    }

    async fn remembered_unchanged(
        &self,
        id: OrderId,
        request: &Cause,
    ) -> Result<Option<Cause>, Failure> {
        yield_once().await;
        Ok(self.lock().unchanged.get(&(id, request.key())).cloned())
    }

    async fn find(&self, reference: &Reference) -> Result<Option<OrderId>, Failure> {
        yield_once().await;
        Ok(self.lock().references.get(reference).copied())
    }

    async fn history(&self, id: OrderId) -> Result<OrderHistory, Failure> {
        yield_once().await;
        let rows = self.lock();
        Ok(rows.orders.get(&id).map(Row::history).unwrap_or_default())
    }

    async fn contact(&self, id: OrderId, version: u32) -> Result<Option<Contact>, Failure> {
        yield_once().await;
        Ok(self
            .lock()
            .orders
            .get(&id)
            .and_then(|row| row.contacts.get(&version).cloned()))
    }

    async fn of_customer(&self, email: &str, page: &PageRequest) -> Result<Page<OrderId>, Failure> {
        yield_once().await;
        let plain = |email: &str| email.trim().to_lowercase();
        self.list(page, true, |row, order| {
            let mut contacts = row.contacts.values();
            let theirs = contacts.any(|c| plain(&c.email) == plain(email));
            theirs.then_some(order.placed.placed_at)
        })
    }

    async fn of_phase(
        &self,
        phase: Phase,
        day: jiff::civil::Date,
        page: &PageRequest,
    ) -> Result<Page<OrderId>, Failure> {
        yield_once().await;
        self.list(page, true, |_, order| {
            let placed_at = order.placed.placed_at;
            let that_day = placed_at.to_zoned(TimeZone::UTC).date() == day;
            (that_day && order.state.status.phase() == phase).then_some(placed_at)
        })
    }

    async fn postpone(
        &self,
        id: OrderId,
        version: Option<u64>,
        until: Timestamp,
    ) -> Result<(), Failure> {
        yield_once().await;
        match self.lock().orders.get_mut(&id) {
            Some(row) => row.postpone(version, until),
            None => Ok(()),
        }
    }

    async fn with_exceptions(&self, page: &PageRequest) -> Result<Page<OrderId>, Failure> {
        yield_once().await;
        self.list(page, false, |_, order| {
            let open = !order.state.exceptions.is_empty();
            open.then_some(order.placed.placed_at)
        })
    }

    async fn overdue(&self, now: Timestamp, page: &PageRequest) -> Result<Page<OrderId>, Failure> {
        yield_once().await;
        let rows = self.lock();
        let due = |row: &Row| row.due_at().filter(|due| *due <= now);
        let mut listed: Vec<_> = rows
            .orders
            .iter()
            .filter_map(|(id, row)| Some((due(row)?, *id)))
            .collect();
        listed.sort();
        let listed = listed.into_iter();
        Ok(cut(
            listed
                .map(|(due, id)| (format!("{due}/{id}"), id))
                .collect(),
            page,
        ))
    }
}

impl StockStore for MemoryStore {
    async fn sku(&self, sku: &Sku) -> Result<SkuStock, Failure> {
        yield_once().await;
        let rows = self.lock();
        let levels = rows
            .levels
            .values()
            .filter(|level| level.sku == *sku)
            .cloned()
            .collect();
        let backorders = rows
            .backorders
            .get(sku)
            .into_iter()
            .flat_map(|queue| queue.values().cloned())
            .collect();
        Ok(SkuStock { levels, backorders })
    }

    async fn move_stock(&self, commit: &StockCommit) -> Result<StockMoveOutcome, Failure> {
        yield_once().await;
        self.lock().move_stock(commit)
    }

    async fn movement(&self, cause: &str) -> Result<Option<StockRecord>, Failure> {
        yield_once().await;
        self.lock().record(cause)
    }

    async fn stock_exception(
        &self,
        sku: &Sku,
        location: &LocationId,
    ) -> Result<Option<StockException>, Failure> {
        yield_once().await;
        let key = (location.clone(), sku.clone());
        Ok(self.lock().stock_exceptions.get(&key).cloned())
    }

    async fn stock_exceptions(&self, page: &PageRequest) -> Result<Page<StockException>, Failure> {
        yield_once().await;
        let rows = self.lock();
        let open = rows.stock_exceptions.iter();
        let open = open.map(|((location, sku), open)| (format!("{location}/{sku}"), open.clone()));
        Ok(cut(open.collect(), page))
    }

    async fn backordered_skus(&self, page: &PageRequest) -> Result<Page<Sku>, Failure> {
        yield_once().await;
        let backorders = self
            .lock()
            .backorders
            .keys()
            .map(|sku| (sku.to_string(), sku.clone()))
            .collect();
        Ok(cut(backorders, page))
    }
}

impl ConfigStore for MemoryStore {
    async fn locations(&self) -> Result<Vec<Location>, Failure> {
        yield_once().await;
        Ok(self.lock().locations.values().cloned().collect())
    }

    async fn put_location(&self, location: &Location) -> Result<(), Failure> {
        yield_once().await;
        let id: LocationId = location.id.clone();
        self.lock().locations.insert(id, location.clone());
        Ok(())
    }

    async fn rules(&self) -> Result<RoutingRules, Failure> {
        yield_once().await;
        Ok(self.lock().rules.clone().unwrap_or_default())
    }
}

impl HealthStore for MemoryStore {
    async fn health(&self) -> Result<Vec<LocationHealth>, Failure> {
        yield_once().await;
        Ok(self.lock().health.values().cloned().collect())
    }

    async fn put_health(&self, health: &LocationHealth) -> Result<bool, Failure> {
        yield_once().await;
        let mut rows = self.lock();
        let stored = rows.health.get(&health.location);
        let version = stored.map_or(0, |stored| stored.version);
        let written = version.checked_add(1) == Some(health.version);
        if written {
            rows.health.insert(health.location.clone(), health.clone());
        }
        Ok(written)
    }
}

impl EventsCursorStore for MemoryStore {
    async fn events_cursor(&self) -> Result<Option<EventsCursor>, Failure> {
        yield_once().await;
        Ok(self.lock().events_cursor.clone())
    }

    async fn put_events_cursor(&self, cursor: &EventsCursor) -> Result<bool, Failure> {
        yield_once().await;
        let mut rows = self.lock();
        let version = rows
            .events_cursor
            .as_ref()
            .map_or(0, |stored| stored.version);
        let written = version.checked_add(1) == Some(cursor.version);
        if written {
            rows.events_cursor = Some(cursor.clone());
        }
        Ok(written)
    }
}

impl AccountStore for MemoryStore {
    async fn account(&self, id: &AccountId) -> Result<Option<Account>, Failure> {
        yield_once().await;
        Ok(self.lock().accounts.get(id).cloned())
    }

    async fn put_limits(
        &self,
        limits: &AccountLimits,
        _known: &[Currency],
    ) -> Result<bool, Failure> {
        yield_once().await;
        Ok(self.lock().put_limits(limits))
    }
}
