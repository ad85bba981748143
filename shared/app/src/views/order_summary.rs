//! An order in a list, without personal data.

use domain::{
    ids::{OrderId, OrderNumber, ShopId},
    money::Currency,
    order::{FulfillmentProgress, Order, PaymentStatus, ReturnStatus, Status},
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

/// An order in a list. Amounts are minor units of `currency`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OrderSummary {
    /// The order's id.
    pub id: OrderId,
    /// The shop's number.
    pub number: OrderNumber,
    /// The shop.
    pub shop: ShopId,
    /// When the customer placed it, UTC.
    pub placed_at: Timestamp,
    /// When it last changed, UTC.
    pub changed_at: Timestamp,
    /// The order's status.
    pub status: Status,
    /// The name that other systems use for the status.
    pub status_alias: &'static str,
    /// The payment status.
    pub payment_status: PaymentStatus,
    /// The fulfillment status.
    pub fulfillment_status: FulfillmentProgress,
    /// The return status.
    pub return_status: ReturnStatus,
    /// Whether it has a hold.
    pub on_hold: bool,
    /// Units ordered.
    pub units: u64,
    /// What the customer owes for the whole order.
    pub total: i64,
    /// ISO 4217 code.
    pub currency: Currency,
    /// Decimals of the currency's major unit.
    pub decimals: u32,
    /// The number of exceptions that are not closed.
    pub exceptions: usize,
}

impl OrderSummary {
    /// The summary of an order.
    pub fn of(order: &Order) -> Self {
        let (placed, state) = (&order.placed, &order.state);
        Self {
            id: placed.id,
            number: placed.number.clone(),
            shop: placed.shop.clone(),
            placed_at: placed.placed_at,
            changed_at: state.changed_at,
            status: state.status,
            status_alias: state.status.alias(order.is_ready()),
            payment_status: state.payment.status(),
            fulfillment_status: order.fulfillment_progress(),
            return_status: order.return_status(),
            on_hold: !state.holds.is_empty(),
            units: placed
                .lines
                .iter()
                .map(|line| u64::from(line.quantity))
                .fold(0, u64::saturating_add),
            total: order.total(),
            currency: placed.currency,
            decimals: placed.currency.decimals(),
            exceptions: state.exceptions.len(),
        }
    }
}

/// One page of orders.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OrderPage {
    /// The orders, newest first; in a listing by status: newest day first.
    pub orders: Vec<OrderSummary>,
    /// The cursor of the next page; none: this is the last one. A page may be empty and still have one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}
