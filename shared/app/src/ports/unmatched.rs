//! Unmatched payments: what a gateway told of payments that no order names.

use domain::{
    ids::OrderId,
    inbound::{PaymentKey, UnmatchedPayment},
};
use jiff::Timestamp;

use super::{Page, PageRequest};
use crate::failure::Failure;

/// What is stored under the key of a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoredPayment {
    /// Nothing.
    Unknown,
    /// It belongs to an order.
    OfOrder(OrderId),
    /// No order has named it; or one has, and facts about it still wait.
    Unmatched(Box<UnmatchedPayment>),
}

/// Which unmatched payments are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnmatchedState {
    /// Those that nobody and no rule has closed.
    Open,
    /// Those that were closed.
    Closed,
}

impl UnmatchedState {
    /// Of a payment.
    pub fn of(payment: &UnmatchedPayment) -> Self {
        match payment.closed {
            None => Self::Open,
            Some(_) => Self::Closed,
        }
    }
}

/// Unmatched payments. They have the key of the reference that leads from a payment to its order, so that of a fact that
/// is kept and an order that is placed at the same time one always finds the other.
pub trait UnmatchedStore: Sync {
    /// What is stored under the key of a payment, consistently.
    fn payment(
        &self,
        key: &PaymentKey,
    ) -> impl Future<Output = Result<StoredPayment, Failure>> + Send;

    /// Writes an unmatched payment over the version before it; version 1 is the first. `named`: orders that are not
    /// placed yet, which find it when they are; each remembers the first [`NAMED_BY_MAX`]. Without facts, and with an order,
    /// it becomes a payment of the order. `false`: nothing was written, because it has changed, or because one of the
    /// orders is placed.
    fn put_payment(
        &self,
        payment: &UnmatchedPayment,
        named: &[OrderId],
    ) -> impl Future<Output = Result<bool, Failure>> + Send;

    /// Unmatched payments in a state, the oldest first; those from before a time, when it is given. The index may lag.
    fn unmatched_payments(
        &self,
        state: UnmatchedState,
        before: Option<Timestamp>,
        page: &PageRequest,
    ) -> impl Future<Output = Result<Page<UnmatchedPayment>, Failure>> + Send;
}

/// Most unmatched payments that an order finds by its id or number. An account that others use may have any number of
/// them; those that carry the order's intent are always found.
pub const NAMED_BY_MAX: usize = 10;
