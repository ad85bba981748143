//! The store ports over the rows.

use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::{
    change::{Change, Reference},
    check,
    ids::{LocationId, OrderId, Sku},
    location::{Location, RoutingRules},
    order::{Commit, Contact, Order, Status},
    place::Placement,
    stock::{StockCommit, StockRecord},
};
use jiff::{Timestamp, tz::TimeZone};

use super::{
    outside::give_way,
    table::{Row, Streamed, Table},
};
use crate::{
    failure::Failure,
    ports::{ConfigStore, Listed, Moved, OrderStore, Page, Saved, SkuView, StockStore},
};

/// A table in memory.
#[derive(Debug, Default)]
pub struct MemoryStore {
    table: Mutex<Table>,
}

impl MemoryStore {
    /// What has been written since the stream was at `after`, and where it is now.
    pub fn stream(&self, after: usize) -> (Vec<Streamed>, usize) {
        let table = self.lock();
        (
            table.stream.get(after..).unwrap_or_default().to_vec(),
            table.stream.len(),
        )
    }

    /// Erases the customer of an order.
    pub fn erase(&self, id: OrderId) {
        if let Some(row) = self.lock().orders.get_mut(&id) {
            row.contact = None;
        }
    }

    /// Puts other rules in force.
    pub fn put_rules(&self, rules: RoutingRules) {
        self.lock().rules = Some(rules);
    }

    /// Every order that was placed.
    pub fn order_ids(&self) -> Vec<OrderId> {
        self.lock().orders.keys().copied().collect()
    }

    /// The whole table at one moment, for the checker of the rules.
    ///
    /// # Errors
    /// When something stored cannot be read.
    pub fn snapshot(&self) -> Result<check::Table, Failure> {
        let table = self.lock();
        let mut whole = check::Table {
            levels: table.levels.values().cloned().collect(),
            waiting: table
                .waiting
                .values()
                .flat_map(|queue| queue.values().cloned())
                .collect(),
            ..check::Table::default()
        };
        for row in table.orders.values() {
            whole.orders.push(check::OrderRecord {
                order: row.order()?,
                commits: row.commits()?,
            });
        }
        for cause in table.records.keys() {
            whole.records.extend(table.record(cause)?);
        }
        Ok(whole)
    }

    /// A task that panics while it holds the lock has failed its test; the others may see what it left.
    fn lock(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Orders that `place` gives a place in a listing, by it.
    fn list<K: Ord + std::fmt::Display>(
        &self,
        page: &Page,
        newest_first: bool,
        place: impl Fn(&Row, &Order) -> Option<K>,
    ) -> Result<Listed<OrderId>, Failure> {
        let table = self.lock();
        let mut listed = Vec::new();
        for (id, row) in &table.orders {
            if let Some(place) = place(row, &row.order()?) {
                listed.push((place, *id));
            }
        }
        listed.sort();
        if newest_first {
            listed.reverse();
        }
        Ok(cut(
            listed
                .into_iter()
                .map(|(place, id)| (format!("{place}/{id}"), id))
                .collect(),
            page,
        ))
    }
}

/// One page of a whole listing. The cursor is the text of the last item's place.
fn cut<T>(listed: Vec<(String, T)>, page: &Page) -> Listed<T> {
    let limit = usize::try_from(page.limit.max(1)).unwrap_or(usize::MAX);
    let start = match &page.after {
        None => 0,
        Some(after) => {
            let place = listed.iter().position(|(place, _)| place == after);
            place.map_or(listed.len(), |place| place.saturating_add(1))
        }
    };
    let more = listed.len() > start.saturating_add(limit);
    let mut last = None;
    let mut items = Vec::new();
    for (place, item) in listed.into_iter().skip(start).take(limit) {
        last = Some(place);
        items.push(item);
    }
    Listed {
        items,
        next: last.filter(|_| more),
    }
}

impl OrderStore for MemoryStore {
    async fn load(&self, id: OrderId) -> Result<Option<Order>, Failure> {
        give_way().await;
        self.lock().orders.get(&id).map(Row::order).transpose()
    }

    async fn place(&self, placement: &Placement) -> Result<Saved, Failure> {
        give_way().await;
        self.lock().place(placement)
    }

    async fn save(&self, change: &Change) -> Result<Saved, Failure> {
        give_way().await;
        self.lock().save(change)
    }

    async fn find(&self, reference: &Reference) -> Result<Option<OrderId>, Failure> {
        give_way().await;
        Ok(self.lock().references.get(reference).copied())
    }

    async fn commits(&self, id: OrderId) -> Result<Vec<Commit>, Failure> {
        give_way().await;
        self.lock()
            .orders
            .get(&id)
            .map_or_else(|| Ok(Vec::new()), Row::commits)
    }

    async fn contact(&self, id: OrderId) -> Result<Option<Contact>, Failure> {
        give_way().await;
        Ok(self
            .lock()
            .orders
            .get(&id)
            .and_then(|row| row.contact.clone()))
    }

    async fn of_customer(&self, email: &str, page: &Page) -> Result<Listed<OrderId>, Failure> {
        give_way().await;
        let plain = |email: &str| email.trim().to_lowercase();
        self.list(page, true, |row, order| {
            let theirs = row
                .contact
                .as_ref()
                .is_some_and(|c| plain(&c.email) == plain(email));
            theirs.then_some(order.placed.placed_at)
        })
    }

    async fn of_status(
        &self,
        status: Status,
        day: jiff::civil::Date,
        page: &Page,
    ) -> Result<Listed<OrderId>, Failure> {
        give_way().await;
        self.list(page, true, |_, order| {
            let placed_at = order.placed.placed_at;
            let that_day = placed_at.to_zoned(TimeZone::UTC).date() == day;
            (that_day && order.state.status == status).then_some(placed_at)
        })
    }

    async fn overdue(&self, now: Timestamp, page: &Page) -> Result<Listed<OrderId>, Failure> {
        give_way().await;
        self.list(page, false, |_, order| {
            order.due_at().filter(|due| *due <= now)
        })
    }
}

impl StockStore for MemoryStore {
    async fn sku(&self, sku: &Sku) -> Result<SkuView, Failure> {
        give_way().await;
        let table = self.lock();
        let levels = table
            .levels
            .values()
            .filter(|level| level.sku == *sku)
            .cloned()
            .collect();
        let waiting = table
            .waiting
            .get(sku)
            .into_iter()
            .flat_map(|queue| queue.values().cloned())
            .collect();
        Ok(SkuView { levels, waiting })
    }

    async fn move_stock(&self, commit: &StockCommit) -> Result<Moved, Failure> {
        give_way().await;
        self.lock().move_stock(commit)
    }

    async fn movement(&self, cause: &str) -> Result<Option<StockRecord>, Failure> {
        give_way().await;
        self.lock().record(cause)
    }

    async fn waiting_skus(&self, page: &Page) -> Result<Listed<Sku>, Failure> {
        give_way().await;
        let waiting = self
            .lock()
            .waiting
            .keys()
            .map(|sku| (sku.to_string(), sku.clone()))
            .collect();
        Ok(cut(waiting, page))
    }
}

impl ConfigStore for MemoryStore {
    async fn locations(&self) -> Result<Vec<Location>, Failure> {
        give_way().await;
        Ok(self.lock().locations.values().cloned().collect())
    }

    async fn put_location(&self, location: &Location) -> Result<(), Failure> {
        give_way().await;
        let id: LocationId = location.id.clone();
        self.lock().locations.insert(id, location.clone());
        Ok(())
    }

    async fn rules(&self) -> Result<RoutingRules, Failure> {
        give_way().await;
        Ok(self.lock().rules.clone().unwrap_or_default())
    }
}
