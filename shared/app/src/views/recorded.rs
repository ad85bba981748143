//! Answers to requests that record payments and refunds.

use domain::{
    ids::OrderId,
    order::{Order, PaymentStatus, Status},
};
use schemars::JsonSchema;
use serde::Serialize;

use super::money::Money;

/// An order after a payment, or a refund that a person has made, was recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RecordedView {
    /// The order.
    pub order: OrderId,
    /// Its status.
    pub status: Status,
    /// Its payment status.
    pub payment_status: PaymentStatus,
    /// Its money.
    pub money: Money,
}

impl RecordedView {
    /// Of an order as it is.
    pub fn of(order: &Order) -> Self {
        Self {
            order: order.id(),
            status: order.state.status,
            payment_status: order.state.payment.status(),
            money: Money::of(order),
        }
    }
}
