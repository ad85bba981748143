//! What the use cases need of the world, in words of the domain.

use domain::{
    backorder::Backorder,
    change::{Change, Reference},
    ids::{FulfillmentOrderId, LocationId, OrderId, Sku},
    location::{Location, RoutingRules},
    order::{Commit, Contact, Order, Owed, Status},
    place::Placement,
    stock::{StockCommit, StockLevel, StockRecord},
};
use jiff::Timestamp;

use crate::failure::Failure;

/// Time and randomness.
pub trait Ambient: Sync {
    /// Now, UTC, whole milliseconds.
    fn now(&self) -> Timestamp;
    /// Ten random bytes for a new id.
    fn entropy(&self) -> [u8; 10];
}

/// How a conditional write ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Saved {
    /// Written.
    Done,
    /// The order has moved on since it was read: read it again and decide again.
    Moved,
    /// A promise found too little stock: decide again on fresh figures.
    OutOfStock {
        /// Which SKU.
        sku: Sku,
        /// Where.
        location: LocationId,
    },
    /// A reference leads to another order already.
    Taken(Reference),
}

/// How a stock movement ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moved {
    /// Written.
    Done,
    /// The marker is there: it has happened before.
    Before,
    /// A level has moved on since it was read: read it again.
    Raced,
}

/// Orders. Every write is one transaction, all or nothing.
pub trait OrderStore: Sync {
    /// Reads an order, consistently.
    fn load(&self, id: OrderId) -> impl Future<Output = Result<Option<Order>, Failure>> + Send;

    /// Writes a new order with its contact and references. `Taken` names the first reference that is in use:
    /// the idempotency key before the number.
    fn place(&self, placement: &Placement) -> impl Future<Output = Result<Saved, Failure>> + Send;

    /// Writes a change, provided that the order is still at the version before it. A tracking number is no one's
    /// own (carriers use them again), so its reference is overwritten; any other that is in use is `Taken`.
    fn save(&self, change: &Change) -> impl Future<Output = Result<Saved, Failure>> + Send;

    /// The order that a reference leads to.
    fn find(
        &self,
        reference: &Reference,
    ) -> impl Future<Output = Result<Option<OrderId>, Failure>> + Send;

    /// All commits of an order, in sequence.
    fn commits(&self, id: OrderId) -> impl Future<Output = Result<Vec<Commit>, Failure>> + Send;

    /// The customer of an order; none when erased.
    fn contact(&self, id: OrderId)
    -> impl Future<Output = Result<Option<Contact>, Failure>> + Send;

    /// Orders of a customer, newest first.
    fn of_customer(
        &self,
        email: &str,
        page: &Page,
    ) -> impl Future<Output = Result<Listed<OrderId>, Failure>> + Send;

    /// Orders of a status that were placed on one day (UTC), newest first.
    fn of_status(
        &self,
        status: Status,
        day: jiff::civil::Date,
        page: &Page,
    ) -> impl Future<Output = Result<Listed<OrderId>, Failure>> + Send;

    /// Orders that owed progress before `now`, oldest first. An index may lag: read the order before acting.
    fn overdue(
        &self,
        now: Timestamp,
        page: &Page,
    ) -> impl Future<Output = Result<Listed<OrderId>, Failure>> + Send;
}

/// One page of a listing to ask for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// At most so many.
    pub limit: u32,
    /// Where the page before ended.
    pub after: Option<String>,
}

/// One page of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed<T> {
    /// The items.
    pub items: Vec<T>,
    /// Where this page ended; none: there is no more.
    pub next: Option<String>,
}

/// A SKU's shelves and its queue, read at once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SkuView {
    /// One level a location.
    pub levels: Vec<StockLevel>,
    /// Who waits, in queue order.
    pub waiting: Vec<Backorder>,
}

/// Stock and its waiters.
pub trait StockStore: Sync {
    /// Levels and queue of a SKU, consistently.
    fn sku(&self, sku: &Sku) -> impl Future<Output = Result<SkuView, Failure>> + Send;

    /// Writes a movement once: levels conditioned on what was read, and the marker of its cause.
    fn move_stock(
        &self,
        commit: &StockCommit,
    ) -> impl Future<Output = Result<Moved, Failure>> + Send;

    /// The record of the movement that a cause (its key) has led to.
    fn movement(
        &self,
        cause: &str,
    ) -> impl Future<Output = Result<Option<StockRecord>, Failure>> + Send;

    /// SKUs that someone waits for, by name. An index may lag.
    fn waiting_skus(
        &self,
        page: &Page,
    ) -> impl Future<Output = Result<Listed<Sku>, Failure>> + Send;
}

/// Locations, suppliers and rules.
pub trait ConfigStore: Sync {
    /// All locations and suppliers, by id.
    fn locations(&self) -> impl Future<Output = Result<Vec<Location>, Failure>> + Send;

    /// Writes a location or supplier.
    fn put_location(&self, location: &Location)
    -> impl Future<Output = Result<(), Failure>> + Send;

    /// The rules in force.
    fn rules(&self) -> impl Future<Output = Result<RoutingRules, Failure>> + Send;
}

/// All three, as one table keeps them.
pub trait Store: OrderStore + StockStore + ConfigStore {}

impl<T: OrderStore + StockStore + ConfigStore> Store for T {}

/// Queues that the sweep drives overdue work through again.
pub trait Redrive: Sync {
    /// Has an order looked at again by the function that it owes progress to.
    fn order(&self, id: OrderId, owed: Owed) -> impl Future<Output = Result<(), Failure>> + Send;

    /// Has the queue of a SKU drained further.
    fn sku(&self, sku: &Sku) -> impl Future<Output = Result<(), Failure>> + Send;
}

/// Something to tell a location.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Errand {
    /// Please ship this.
    Fulfill {
        /// The order.
        order: Box<Order>,
        /// Which of its fulfillment orders.
        fulfillment_order: FulfillmentOrderId,
        /// Whom to send it to.
        contact: Box<Contact>,
    },
    /// Please cancel the units whose cancellation is requested.
    Cancel {
        /// The order.
        order: Box<Order>,
        /// Which of its fulfillment orders.
        fulfillment_order: FulfillmentOrderId,
    },
}

/// Sends errands to locations.
pub trait Courier: Sync {
    /// Sends one signed message. The same `id` is the same message, however often it is sent.
    fn send(
        &self,
        location: &Location,
        id: &str,
        errand: &Errand,
    ) -> impl Future<Output = Result<(), Failure>> + Send;
}

/// Secrets by path, below the prefix of this deployment. Values are kept in memory for a while.
pub trait SecretStore: Sync {
    /// The secret at a path; none when there is none.
    fn find(&self, path: &str) -> impl Future<Output = Result<Option<String>, Failure>> + Send;

    /// The same, read again unless that was done a moment ago: for when a signature did not match and the secret may
    /// have been rotated.
    fn refreshed(&self, path: &str)
    -> impl Future<Output = Result<Option<String>, Failure>> + Send;
}

/// The queue of facts from outside.
pub trait InboundQueue: Sync {
    /// Stores one message. When this returns without an error, the message is stored.
    fn send(&self, body: &str) -> impl Future<Output = Result<(), Failure>> + Send;
}
