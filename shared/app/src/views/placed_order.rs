//! An order as it was placed.

use domain::{
    ids::{OrderId, OrderNumber, ShopId},
    money::Currency,
    order::{Order, Status},
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

/// An order as it was placed. Amounts are minor units of `currency`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PlacedOrderView {
    /// The order's id.
    pub id: OrderId,
    /// The shop's number.
    pub number: OrderNumber,
    /// The shop.
    pub shop: ShopId,
    /// When the customer placed it, UTC.
    pub placed_at: Timestamp,
    /// The order's status when it was placed.
    pub status: Status,
    /// The name that other systems use for the status.
    pub status_alias: &'static str,
    /// What the customer owes.
    pub total: i64,
    /// ISO 4217 code.
    pub currency: Currency,
    /// Decimals of the currency's major unit.
    pub decimals: u32,
}

impl PlacedOrderView {
    /// The order as it was placed, whatever has changed since: a repeated request gets the same answer.
    pub fn of(order: &Order) -> Self {
        let first = Order::unplaced(order.placed.clone());
        let status = first.derived_status();
        let placed = first.placed.clone();
        Self {
            status,
            status_alias: status.alias(first.is_ready()),
            total: order.total(),
            currency: placed.currency,
            decimals: placed.currency.decimals(),
            id: placed.id,
            number: placed.number,
            shop: placed.shop,
            placed_at: placed.placed_at,
        }
    }
}
