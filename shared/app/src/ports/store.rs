//! The store: orders, stock and configuration.

use domain::{
    decide::{Met, Placement},
    health::LocationHealth,
    ids::{LocationId, OrderId, Sku},
    location::{Location, RoutingRules},
    order::{Cause, Commit, Contact, Order, Phase, UnreadableCommit},
    order::{Change, Reference},
    stock::Backorder,
    stock::{StockCommit, StockException, StockLevel, StockRecord},
};
use jiff::Timestamp;

use super::{AccessLogStore, AccountStore, EventsCursor, ReconciliationStore, UnmatchedStore};
use crate::failure::Failure;

/// The outcome of a conditional write of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SaveOutcome {
    /// Written.
    Saved,
    /// The order has changed since it was read: read it again and decide again.
    VersionConflict,
    /// A reservation found too little stock: decide again on fresh levels.
    OutOfStock {
        /// The SKU that is short.
        sku: Sku,
        /// The location where it is short.
        location: LocationId,
    },
    /// A reference already leads to another order.
    ReferenceTaken(Reference),
}

/// The outcome of placing an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlaceOutcome {
    /// Written.
    Placed,
    /// The shop's number belongs to an order, from which the order's id follows.
    NumberTaken,
    /// A reference already leads to another order.
    ReferenceTaken(Reference),
    /// Its account leaves too little for it: so much, minor units; `None`: there is no such account.
    NoCredit(Option<i64>),
    /// Something of this order was there before it, or has changed since it was read: decide again with it.
    Met(Met),
}

/// The outcome of remembering a request that changed nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RememberOutcome {
    /// Remembered from now on.
    Remembered,
    /// A request of that key was remembered before: this one.
    Known(Cause),
    /// The order has changed since it was read: decide again.
    VersionConflict,
}

/// The outcome of a stock movement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StockMoveOutcome {
    /// Written.
    Moved,
    /// The marker of its cause exists: the movement was written before.
    Duplicate,
    /// A level has changed since it was read: read it again.
    Conflict,
}

/// The commits of an order. One that this build cannot read (edited, or written by a newer build) costs its reader that
/// entry, not the others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OrderHistory {
    /// Those that can be read, in sequence.
    pub commits: Vec<Commit>,
    /// Those that cannot, in sequence.
    pub unreadable: Vec<UnreadableCommit>,
}

impl OrderHistory {
    /// From stored commits: for each its sequence number, text and hash.
    pub fn open(stored: impl IntoIterator<Item = (u64, String, String)>) -> Self {
        let mut history = Self::default();
        for (seq, text, hash) in stored {
            match Commit::open(text, hash) {
                Ok(commit) => history.commits.push(commit),
                Err(error) => history.unreadable.push(UnreadableCommit { seq, error }),
            }
        }
        history
    }
}

/// Orders. Every write is one transaction, all or nothing.
pub trait OrderStore: Sync {
    /// Reads an order, consistently.
    fn load(&self, id: OrderId) -> impl Future<Output = Result<Option<Order>, Failure>> + Send;

    /// Writes a new order with its contact, its references and the unmatched payments that belong to it.
    /// [`PlaceOutcome::ReferenceTaken`] names the first reference that is in use: the idempotency key before the number.
    fn place(
        &self,
        placement: &Placement,
    ) -> impl Future<Output = Result<PlaceOutcome, Failure>> + Send;

    /// Writes a change, if the order is still at the version before it. Carriers reuse tracking numbers, so a tracking
    /// reference is overwritten; any other reference that is in use is [`SaveOutcome::ReferenceTaken`].
    fn save(&self, change: &Change) -> impl Future<Output = Result<SaveOutcome, Failure>> + Send;

    /// Remembers until `until` that a request changed nothing in the order, if that is still at the version that was
    /// read. The order itself is not written.
    fn remember_unchanged(
        &self,
        order: &Order,
        request: &Cause,
        until: Timestamp,
    ) -> impl Future<Output = Result<RememberOutcome, Failure>> + Send;

    /// The request of that key that is remembered as one that changed nothing in the order. What has expired may still
    /// be found for a while.
    fn remembered_unchanged(
        &self,
        id: OrderId,
        request: &Cause,
    ) -> impl Future<Output = Result<Option<Cause>, Failure>> + Send;

    /// The order that a reference leads to.
    fn find(
        &self,
        reference: &Reference,
    ) -> impl Future<Output = Result<Option<OrderId>, Failure>> + Send;

    /// All commits of an order, in sequence; none for an order that does not exist.
    fn history(&self, id: OrderId) -> impl Future<Output = Result<OrderHistory, Failure>> + Send;

    /// All commits of an order, in sequence, for a caller who needs every one of them.
    ///
    /// [`Failure::Inconsistent`] when one cannot be read.
    fn commits(&self, id: OrderId) -> impl Future<Output = Result<Vec<Commit>, Failure>> + Send {
        async move {
            let OrderHistory {
                commits,
                unreadable,
            } = self.history(id).await?;
            match unreadable.first() {
                None => Ok(commits),
                Some(error) => Err(Failure::Inconsistent(format!("{id}: {error}"))),
            }
        }
    }

    /// A version of the contact of an order; none when erased.
    fn contact(
        &self,
        id: OrderId,
        version: u32,
    ) -> impl Future<Output = Result<Option<Contact>, Failure>> + Send;

    /// Orders of a customer, newest first.
    fn of_customer(
        &self,
        email: &str,
        page: &PageRequest,
    ) -> impl Future<Output = Result<Page<OrderId>, Failure>> + Send;

    /// Orders of a phase that were placed on one day (UTC), newest first. The index may lag.
    fn of_phase(
        &self,
        phase: Phase,
        day: jiff::civil::Date,
        page: &PageRequest,
    ) -> impl Future<Output = Result<Page<OrderId>, Failure>> + Send;

    /// Moves the time at which the sweep looks at an order again, until its next change. Nothing happens when the order is
    /// no longer at `version`; `None`: whatever its version, for an order that cannot be read.
    fn postpone(
        &self,
        id: OrderId,
        version: Option<u64>,
        until: Timestamp,
    ) -> impl Future<Output = Result<(), Failure>> + Send;

    /// Orders with exceptions that are not closed, by the time of their placement, oldest first. The index may lag: an
    /// order may be listed whose last exception has just been closed.
    fn with_exceptions(
        &self,
        page: &PageRequest,
    ) -> impl Future<Output = Result<Page<OrderId>, Failure>> + Send;

    /// Orders whose progress was due before `now`, oldest first. The index may lag: read the order before acting.
    fn overdue(
        &self,
        now: Timestamp,
        page: &PageRequest,
    ) -> impl Future<Output = Result<Page<OrderId>, Failure>> + Send;
}

/// A request for one page of a listing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PageRequest {
    /// The most items the page may have.
    pub limit: u32,
    /// [`Page::next`] of the previous page; none: the first page.
    pub after: Option<String>,
}

/// One page of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// The position after this page; none: there are no more items.
    pub next: Option<String>,
}

/// The stock levels and the backorder queue of a SKU, read together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SkuStock {
    /// One level per location.
    pub levels: Vec<StockLevel>,
    /// The backorders, in queue order.
    pub backorders: Vec<Backorder>,
}

/// Stock levels and backorders.
pub trait StockStore: Sync {
    /// Levels and backorders of a SKU, consistently.
    fn sku(&self, sku: &Sku) -> impl Future<Output = Result<SkuStock, Failure>> + Send;

    /// Writes a movement once: the levels, conditioned on what was read, the exceptions about them that are opened, taken
    /// and closed, and the marker of its cause.
    fn move_stock(
        &self,
        commit: &StockCommit,
    ) -> impl Future<Output = Result<StockMoveOutcome, Failure>> + Send;

    /// The record of the movement that a cause (its key) led to.
    fn movement(
        &self,
        cause: &str,
    ) -> impl Future<Output = Result<Option<StockRecord>, Failure>> + Send;

    /// The exception about a stock level that is open, consistently.
    fn stock_exception(
        &self,
        sku: &Sku,
        location: &LocationId,
    ) -> impl Future<Output = Result<Option<StockException>, Failure>> + Send;

    /// Exceptions about stock that are open, by location and SKU.
    fn stock_exceptions(
        &self,
        page: &PageRequest,
    ) -> impl Future<Output = Result<Page<StockException>, Failure>> + Send;

    /// SKUs that have backorders, by name. The index may lag.
    fn backordered_skus(
        &self,
        page: &PageRequest,
    ) -> impl Future<Output = Result<Page<Sku>, Failure>> + Send;
}

/// Locations, suppliers and rules.
pub trait ConfigStore: Sync {
    /// All locations and suppliers, by id.
    fn locations(&self) -> impl Future<Output = Result<Vec<Location>, Failure>> + Send;

    /// Writes a location or supplier.
    fn put_location(&self, location: &Location)
    -> impl Future<Output = Result<(), Failure>> + Send;

    /// The routing rules in force.
    fn rules(&self) -> impl Future<Output = Result<RoutingRules, Failure>> + Send;
}

/// The health of locations.
pub trait HealthStore: Sync {
    /// The health of every location that has ever failed, by location.
    fn health(&self) -> impl Future<Output = Result<Vec<LocationHealth>, Failure>> + Send;

    /// Writes the health of a location over the version before it; version 1 is the first. `false`: nothing was
    /// written, because another writer was faster.
    fn put_health(
        &self,
        health: &LocationHealth,
    ) -> impl Future<Output = Result<bool, Failure>> + Send;
}

/// How far the payment gateway's list of events has been read.
pub trait EventsCursorStore: Sync {
    /// The position; none when the list was never read.
    fn events_cursor(&self) -> impl Future<Output = Result<Option<EventsCursor>, Failure>> + Send;

    /// Writes the position over the version before it; version 1 is the first. `false`: nothing was written, because
    /// another writer was faster.
    fn put_events_cursor(
        &self,
        cursor: &EventsCursor,
    ) -> impl Future<Output = Result<bool, Failure>> + Send;
}

/// All of them, as one table stores them.
pub trait Store:
    OrderStore
    + StockStore
    + ConfigStore
    + HealthStore
    + EventsCursorStore
    + UnmatchedStore
    + ReconciliationStore
    + AccountStore
    + AccessLogStore
{
}

impl<T> Store for T where
    T: OrderStore
        + StockStore
        + ConfigStore
        + HealthStore
        + EventsCursorStore
        + UnmatchedStore
        + ReconciliationStore
        + AccountStore
        + AccessLogStore
{
}
