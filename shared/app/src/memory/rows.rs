//! The rows, and the conditional writes.

use std::collections::{BTreeMap, HashMap};

use domain::{
    account::{Account, AccountDelta, AccountLimits},
    decide::{Met, Placement},
    health::LocationHealth,
    ids::{AccessId, AccountId, LineId, LocationId, OrderId, Sku},
    inbound::{PaymentKey, UnmatchedPayment},
    location::{Location, RoutingRules},
    order::{Cause, Change, Reference},
    order::{Contact, Order, OrderState, PlacedOrder},
    reconciliation::DayResult,
    stock::Backorder,
    stock::{StockCommit, StockDelta, StockException, StockLevel, StockRecord},
};
use jiff::{Timestamp, civil::Date};
use serde::{Serialize, de::DeserializeOwned};

use super::payments::Payments;
use crate::{
    failure::Failure,
    ports::{
        AccessEntry, EventsCursor, OrderHistory, PlaceOutcome, RememberOutcome, SaveOutcome,
        StockMoveOutcome,
    },
};

/// The sort key of a backorder queue: priority, placed at, order, line.
pub(super) type QueueKey = (u8, Timestamp, OrderId, LineId);

/// A record of the table's stream: each once, in the order in which it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Streamed {
    /// A commit of an order: its text and hash.
    Commit {
        order: OrderId,
        /// The body's JSON, as hashed.
        text: String,
        hash: String,
    },
    /// A movement of stock: the record's JSON.
    Stock(String),
}

#[derive(Debug, Default)]
pub(super) struct Rows {
    pub(super) orders: BTreeMap<OrderId, Row>,
    pub(super) references: HashMap<Reference, OrderId>,
    pub(super) payments: Payments,
    /// The order that was last placed with a basket, and when, a Unix time in seconds.
    pub(super) baskets: HashMap<String, (OrderId, i64)>,
    pub(super) accounts: BTreeMap<AccountId, Account>,
    pub(super) levels: BTreeMap<(Sku, LocationId), StockLevel>,
    pub(super) backorders: BTreeMap<Sku, BTreeMap<QueueKey, Backorder>>,
    /// Requests that changed nothing, by order and key.
    pub(super) unchanged: BTreeMap<(OrderId, String), Cause>,
    pub(super) records: BTreeMap<String, String>,
    /// Those that are open. There is one kind, so a level has one at most.
    pub(super) stock_exceptions: BTreeMap<(LocationId, Sku), StockException>,
    pub(super) locations: BTreeMap<LocationId, Location>,
    pub(super) rules: Option<RoutingRules>,
    pub(super) health: BTreeMap<LocationId, LocationHealth>,
    pub(super) events_cursor: Option<EventsCursor>,
    pub(super) day_results: BTreeMap<Date, DayResult>,
    pub(super) access_log_refused: bool,
    /// The access log, by time.
    pub(super) accesses: BTreeMap<(Timestamp, AccessId), AccessEntry>,
    pub(super) stream: Vec<Streamed>,
}

#[derive(Debug)]
pub(super) struct Row {
    placed: String,
    state: String,
    /// By version.
    pub(super) contacts: BTreeMap<u32, Contact>,
    commits: Vec<(String, String)>,
    /// When the sweep looks at it again.
    due: Option<Timestamp>,
}

impl Row {
    pub(super) fn order(&self) -> Result<Order, Failure> {
        Ok(Order {
            placed: self.placed()?,
            state: read::<OrderState>(&self.state)?,
        })
    }

    pub(super) fn placed(&self) -> Result<PlacedOrder, Failure> {
        read(&self.placed)
    }

    /// Replaces the text of the state, as a newer build may do.
    pub(super) fn replace_state(&mut self, text: &str) {
        text.clone_into(&mut self.state);
    }

    pub(super) fn due_at(&self) -> Option<Timestamp> {
        self.due
    }

    pub(super) fn postpone(
        &mut self,
        version: Option<u64>,
        until: Timestamp,
    ) -> Result<(), Failure> {
        if let Some(version) = version
            && self.order()?.state.version != version
        {
            return Ok(());
        }
        self.due = self.due.map(|_| until);
        Ok(())
    }

    pub(super) fn replace_commit(&mut self, seq: usize, text: &str, hash: &str) {
        let index = seq.checked_sub(1);
        if let Some(stored) = index.and_then(|index| self.commits.get_mut(index)) {
            *stored = (text.to_owned(), hash.to_owned());
        }
    }

    pub(super) fn history(&self) -> OrderHistory {
        let stored = (1..).zip(&self.commits);
        OrderHistory::open(stored.map(|(seq, (text, hash))| (seq, text.clone(), hash.clone())))
    }
}

impl Rows {
    pub(super) fn place(&mut self, placement: &Placement) -> Result<PlaceOutcome, Failure> {
        let change = &placement.change;
        let id = change.order.placed.id;
        // A repeated placement has the same number and intent too, and must be recognised by its key.
        let taken = |name: &&Reference| self.references.contains_key(name);
        let is_key = |name: &&Reference| matches!(name, Reference::IdempotencyKey(_));
        let mut keys = change.references.iter().filter(is_key);
        if let Some(key) = keys.find(taken) {
            return Ok(PlaceOutcome::ReferenceTaken(key.clone()));
        }
        if self.orders.contains_key(&id) {
            return Ok(PlaceOutcome::NumberTaken);
        }
        let mut references = placement.changes().flat_map(|change| &change.references);
        if let Some(taken) = references.find(taken) {
            return Ok(PlaceOutcome::ReferenceTaken(taken.clone()));
        }
        let (payments, is_known) = self.payments.met(placement);
        let duplicate_of = self.duplicate_of(placement);
        if !is_known || duplicate_of.is_some() {
            let basket = placement.basket.as_ref();
            let known = basket.and_then(|basket| basket.duplicate_of);
            return Ok(PlaceOutcome::Met(Met {
                duplicate_of: duplicate_of.or(known),
                ..payments
            }));
        }
        if let Some(delta) = placement.account()
            && let Some(refused) = self.refuses(&delta)
        {
            return Ok(refused);
        }
        let row = Row {
            placed: write(&change.order.placed)?,
            state: String::new(),
            contacts: BTreeMap::from([(
                change.order.state.contact_version,
                placement.contact.clone(),
            )]),
            commits: Vec::new(),
            due: None,
        };
        self.orders.insert(id, row);
        for change in placement.changes() {
            self.write(change)?;
        }
        for payment in &placement.matched {
            self.put_payment(payment);
        }
        if let Some(basket) = &placement.basket {
            let placed = (id, basket.placed_at.as_second());
            self.baskets.insert(basket.content.clone(), placed);
        }
        Ok(PlaceOutcome::Placed)
    }

    /// Why an account does not take what a placement adds to it.
    fn refuses(&self, delta: &AccountDelta) -> Option<PlaceOutcome> {
        let Some(account) = self.accounts.get(&delta.account) else {
            return Some(PlaceOutcome::NoCredit(None));
        };
        let free = account.free(delta.currency);
        (delta.amount > 0 && free < delta.amount).then_some(PlaceOutcome::NoCredit(Some(free)))
    }

    /// Writes the limits of an account over the version before them.
    pub(super) fn put_limits(&mut self, limits: &AccountLimits) -> bool {
        let stored = self.accounts.get(&limits.id);
        let version = stored.map_or(0, |stored| stored.limits.version);
        let written = version.checked_add(1) == Some(limits.version);
        if written {
            let open = stored.map(|stored| stored.open.clone());
            let account = Account {
                limits: limits.clone(),
                open: open.unwrap_or_default(),
            };
            self.accounts.insert(limits.id.clone(), account);
        }
        written
    }

    /// Another order of the same basket that the placement does not know of.
    fn duplicate_of(&self, placement: &Placement) -> Option<OrderId> {
        let basket = placement.basket.as_ref()?;
        let (order, placed_at) = *self.baskets.get(&basket.content)?;
        basket.meets(order, placed_at).then_some(order)
    }

    pub(super) fn save(&mut self, change: &Change) -> Result<SaveOutcome, Failure> {
        let id = change.order.placed.id;
        let Some(row) = self.orders.get(&id) else {
            return Ok(SaveOutcome::VersionConflict);
        };
        if row.order()?.state.version.saturating_add(1) != change.commit.body.seq {
            return Ok(SaveOutcome::VersionConflict);
        }
        if let Some(taken) = change
            .references
            .iter()
            .find(|name| self.belongs_to_another(name, id))
        {
            return Ok(SaveOutcome::ReferenceTaken(taken.clone()));
        }
        if let Some(short) = change.stock.iter().find(|delta| !self.allows(delta)) {
            return Ok(SaveOutcome::OutOfStock {
                sku: short.sku.clone(),
                location: short.location.clone(),
            });
        }
        self.write(change)?;
        Ok(SaveOutcome::Saved)
    }

    pub(super) fn remember_unchanged(
        &mut self,
        order: &Order,
        request: &Cause,
    ) -> Result<RememberOutcome, Failure> {
        let id = order.placed.id;
        let key = (id, request.key());
        if let Some(known) = self.unchanged.get(&key) {
            return Ok(RememberOutcome::Known(known.clone()));
        }
        let stored = self.orders.get(&id).map(Row::order).transpose()?;
        if stored.is_none_or(|stored| stored.state.version != order.state.version) {
            return Ok(RememberOutcome::VersionConflict);
        }
        self.unchanged.insert(key, request.clone());
        Ok(RememberOutcome::Remembered)
    }

    pub(super) fn move_stock(&mut self, commit: &StockCommit) -> Result<StockMoveOutcome, Failure> {
        let marker = commit.record.cause.key();
        if self.records.contains_key(&marker) {
            return Ok(StockMoveOutcome::Duplicate);
        }
        if commit
            .levels
            .iter()
            .any(|(before, _)| self.level(&before.sku, &before.location) != *before)
        {
            return Ok(StockMoveOutcome::Conflict);
        }
        let text = write(&commit.record)?;
        for (_, after) in &commit.levels {
            self.levels
                .insert((after.sku.clone(), after.location.clone()), after.clone());
        }
        let record = &commit.record;
        for open in record
            .exceptions_opened
            .iter()
            .chain(&record.exceptions_taken)
        {
            let key = (open.location.clone(), open.sku.clone());
            self.stock_exceptions.insert(key, open.clone());
        }
        for closed in &commit.record.exceptions_closed {
            let key = (closed.location.clone(), closed.sku.clone());
            self.stock_exceptions.remove(&key);
        }
        self.stream.push(Streamed::Stock(text.clone()));
        self.records.insert(marker, text);
        Ok(StockMoveOutcome::Moved)
    }

    pub(super) fn record(&self, cause: &str) -> Result<Option<StockRecord>, Failure> {
        self.records.get(cause).map(|text| read(text)).transpose()
    }

    fn level(&self, sku: &Sku, location: &LocationId) -> StockLevel {
        let level = self.levels.get(&(sku.clone(), location.clone())).cloned();
        level.unwrap_or_else(|| StockLevel::empty(sku.clone(), location.clone()))
    }

    fn allows(&self, delta: &StockDelta) -> bool {
        let level = self.level(&delta.sku, &delta.location);
        let needed = delta.available(level.counted_at).saturating_neg();
        !delta.is_reservation || level.available() >= needed
    }

    /// Carriers reuse tracking numbers, so those belong to no order. A payment that is unmatched is not an order's yet.
    fn belongs_to_another(&self, name: &Reference, id: OrderId) -> bool {
        let owner = self.references.get(name);
        let is_unmatched = self.payments.is_unmatched(name);
        name.is_exclusive() && (is_unmatched || owner.is_some_and(|owner| *owner != id))
    }

    /// Writes an unmatched payment, and to which order it leads.
    pub(super) fn put_payment(&mut self, payment: &UnmatchedPayment) {
        self.payments.put(payment);
        if let (PaymentKey::Intent(intent), Some(order)) = (&payment.payment, payment.order) {
            self.references
                .insert(Reference::Intent(intent.clone()), order);
        }
    }

    /// Writes a change whose conditions hold.
    fn write(&mut self, change: &Change) -> Result<(), Failure> {
        let (id, commit) = (change.order.placed.id, &change.commit);
        let state = write(&change.order.state)?;
        if let Some(row) = self.orders.get_mut(&id) {
            row.state = state;
            row.due = change.order.due_at();
            row.commits.push((commit.text.clone(), commit.hash.clone()));
        }
        for name in &change.references {
            self.references.insert(name.clone(), id);
        }
        for delta in &change.stock {
            let after = self.level(&delta.sku, &delta.location).after(delta);
            self.levels
                .insert((delta.sku.clone(), delta.location.clone()), after);
        }
        for backorder in &change.backorders {
            let key = (
                backorder.priority,
                backorder.placed_at,
                backorder.order,
                backorder.line.clone(),
            );
            let queue = self.backorders.entry(backorder.sku.clone()).or_default();
            if backorder.units == 0 {
                queue.remove(&key);
            } else {
                queue.insert(key, backorder.clone());
            }
        }
        self.backorders.retain(|_, queue| !queue.is_empty());
        if let Some(delta) = &change.account
            && let Some(account) = self.accounts.get_mut(&delta.account)
        {
            let open = account.open.entry(delta.currency).or_default();
            *open = open.saturating_add(delta.amount);
        }
        let (text, hash) = (commit.text.clone(), commit.hash.clone());
        self.stream.push(Streamed::Commit {
            order: id,
            text,
            hash,
        });
        Ok(())
    }
}

fn write(value: &impl Serialize) -> Result<String, Failure> {
    serde_json::to_string(value).map_err(|error| Failure::Inconsistent(error.to_string()))
}

fn read<T: DeserializeOwned>(text: &str) -> Result<T, Failure> {
    serde_json::from_str(text).map_err(|error| Failure::Inconsistent(error.to_string()))
}
