//! What was paid, given back and is due.

use domain::{
    money::Currency,
    order::{Order, Refund},
};
use schemars::JsonSchema;
use serde::Serialize;

/// The order's amounts in minor units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Money {
    /// ISO 4217 code.
    pub currency: Currency,
    /// Decimals of the currency's major unit.
    pub decimals: u32,
    /// What the customer owes for the order as placed.
    pub total: i64,
    /// Of the total, for cancelled units.
    pub cancelled: i64,
    /// What the customer must pay for what is not cancelled, less credits.
    pub due: i64,
    /// Captured less given back, and what can still be captured. Goods leave only while it covers what is due.
    pub secured: i64,
    /// Captured, and what can still be captured.
    pub authorized: i64,
    /// Captured.
    pub captured: i64,
    /// What can still be captured.
    pub capturable: i64,
    /// What was given back beyond what is owed: refunds that people asked for, and such as nobody here had asked for and
    /// that were accepted.
    pub credits: i64,
    /// Refunded, pending refunds included.
    pub refunded: i64,
    /// Refund owed for cancelled units.
    pub refund_owed: i64,
    /// The most that can be refunded now: captured, less what went back and what was asked for.
    pub refundable: i64,
    /// The refunds that the payment gateway has told of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refunds: Vec<Refund>,
}

impl Money {
    /// The amounts of an order as it is.
    pub fn of(order: &Order) -> Self {
        let payment = &order.state.payment;
        Self {
            currency: order.placed.currency,
            decimals: order.placed.currency.decimals(),
            total: order.total(),
            cancelled: order.cancelled_value(),
            due: order.amount_due(),
            secured: payment.secured(),
            authorized: payment.pledged(),
            captured: payment.captured(),
            capturable: payment.capturable(),
            credits: payment.credits,
            refunded: payment.refunded(),
            refund_owed: order.refund_owed(),
            refundable: order.total_refundable(),
            refunds: payment.refunds.clone(),
        }
    }
}
