//! Placing an order.

use domain::{
    ids::{OrderId, OrderNumber, ShopId},
    money::Currency,
    order::{Order, Status},
    place::unplaced,
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

/// An order as it was placed. Amounts are minor units of `currency`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PlacedView {
    /// Our id.
    pub id: OrderId,
    /// The shop's number.
    pub number: OrderNumber,
    /// The shop.
    pub shop: ShopId,
    /// When the customer placed it, UTC.
    pub placed_at: Timestamp,
    /// Where it stood when it was placed.
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

impl PlacedView {
    /// The order as it was placed, whatever has become of it: the same answer to the same request.
    pub(in crate::api) fn of(order: &Order) -> Self {
        let first = unplaced(order.placed.clone());
        let status = first.derived_status();
        let placed = first.placed.clone();
        Self {
            status,
            status_alias: status.alias(first.is_ready()),
            total: placed.total(),
            currency: placed.currency,
            decimals: placed.currency.decimals(),
            id: placed.id,
            number: placed.number,
            shop: placed.shop,
            placed_at: placed.placed_at,
        }
    }
}
