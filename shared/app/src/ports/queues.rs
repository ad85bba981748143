//! Queues that use cases send to.

use domain::{
    ids::{OrderId, Sku},
    order::Owed,
};

use jiff::civil::Date;

use crate::failure::Failure;

/// The queues on which the sweep sends overdue work again.
pub trait Redrive: Sync {
    /// Sends an order to the function that it owes progress to.
    fn order(&self, id: OrderId, owed: Owed) -> impl Future<Output = Result<(), Failure>> + Send;

    /// Asks for the backorders of a SKU to be released further.
    fn sku(&self, sku: &Sku) -> impl Future<Output = Result<(), Failure>> + Send;

    /// Continues the sweep of the backordered SKUs after a cursor.
    fn sweep(&self, after: &str) -> impl Future<Output = Result<(), Failure>> + Send;
}

/// The queue of verified and normalised webhooks, read by `lifecycle`.
pub trait InboundQueue: Sync {
    /// Sends one message. When this returns without an error, the message is stored.
    ///
    /// # Errors
    /// [`Failure::Unavailable`]: it may or may not be stored; send it again.
    fn send(&self, body: &str) -> impl Future<Output = Result<(), Failure>> + Send;
}

/// The queue of `payments`, on which the reconciliation of a day goes on.
pub trait ReconciliationQueue: Sync {
    /// Has a day compared with the payment gateway, or what is left of it.
    fn reconcile(&self, day: Date) -> impl Future<Output = Result<(), Failure>> + Send;
}
