//! The outcome of a cancellation, line by line.

use domain::{
    ids::OrderId,
    money::Currency,
    order::{LineCancellation, Order, Status},
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

fn is_nothing(amount: &i64) -> bool {
    *amount == 0
}

/// The outcome of a cancellation. Amounts are minor units of `currency`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CancellationView {
    /// The order's id.
    pub order: OrderId,
    /// The last commit of the order after the cancellation.
    pub seq: u64,
    /// When the cancellation was applied, UTC.
    pub at: Timestamp,
    /// The order's status after the cancellation.
    pub status: Status,
    /// The name that other systems use for the status.
    pub status_alias: &'static str,
    /// The refund that is owed because of the cancellation, without what is kept.
    pub refund_owed: i64,
    /// What is kept of it.
    #[serde(skip_serializing_if = "is_nothing")]
    pub restocking_fee: i64,
    /// ISO 4217 code.
    pub currency: Currency,
    /// Decimals of the currency's major unit.
    pub decimals: u32,
    /// The outcome, line by line.
    pub lines: Vec<LineCancellation>,
}

impl CancellationView {
    /// The view of a cancellation that left `order` in this state.
    pub fn of(
        order: &Order,
        at: Timestamp,
        (refund_owed, restocking_fee): (i64, i64),
        lines: Vec<LineCancellation>,
    ) -> Self {
        Self {
            order: order.placed.id,
            seq: order.state.version,
            at,
            status: order.state.status,
            status_alias: order.state.status.alias(order.is_ready()),
            refund_owed,
            restocking_fee,
            currency: order.placed.currency,
            decimals: order.placed.currency.decimals(),
            lines,
        }
    }
}
