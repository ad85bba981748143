//! The request to place an order, as a shop sends it.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Contact, OrderTax, TenderKind, Terms};
use crate::{
    ids::{LineId, OrderNumber, ShopId, Sku},
    money::Currency,
};

/// An order as a shop places it. Amounts are integers in minor units of `currency`; those of an order for which the payment
/// gateway is commanded are multiples of the smallest step in which its currency moves (10 for currencies of three decimals).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaceOrder {
    /// The shop's own number, unique within the shop.
    pub number: OrderNumber,
    /// The shop; `default` when left out.
    #[serde(default)]
    pub shop: ShopId,
    /// When the customer placed it, RFC 3339; now when left out. At most 366 days ago, and 5 minutes ahead of our clock.
    #[serde(default)]
    pub placed_at: Option<Timestamp>,
    /// ISO 4217.
    pub currency: Currency,
    /// What was bought.
    pub lines: Vec<PlaceLine>,
    /// Discount on the order as a whole, a positive number; shared over the lines by their value.
    #[serde(default)]
    pub discount: i64,
    /// Price of shipping, its tax included; shared over the lines by their value.
    #[serde(default)]
    pub shipping: i64,
    /// Terms of fulfillment.
    #[serde(default)]
    pub terms: Terms,
    /// Where its tax is recorded, when a tax service has counted it: what is credited later is reversed there. Without it
    /// the taxes of the lines count, and no tax service is told anything.
    #[serde(default)]
    pub tax: Option<OrderTax>,
    /// How it is paid.
    #[serde(default)]
    pub payment: PlacePayment,
    /// The customer.
    pub customer: Contact,
}

/// A line as a shop places it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaceLine {
    /// The shop's id of the line; its position, counted from 1, when left out.
    #[serde(default)]
    pub id: Option<LineId>,
    /// What.
    pub sku: Sku,
    /// Shown to people.
    #[serde(default)]
    pub title: String,
    /// Units, at least 1.
    pub quantity: u32,
    /// Price of one unit.
    pub unit_price: i64,
    /// Discount on the whole line, a positive number.
    #[serde(default)]
    pub discount: i64,
    /// Tax on the whole line.
    #[serde(default)]
    pub tax: i64,
}

/// How an order is paid.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlacePayment {
    /// The payment intent whose webhooks belong to this order, e.g. `pi_...`.
    #[serde(default)]
    pub intent: Option<String>,
    /// What has paid a part of it already, such as gift cards: in all not more than the order costs.
    #[serde(default)]
    pub tenders: Vec<PlaceTender>,
}

/// Money that is there when the order is placed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaceTender {
    /// How it came.
    pub kind: TenderKind,
    /// Its name where it came from, by which a refund finds its way back: 1 to 64 visible ASCII characters. No personal data,
    /// and no secret such as the code of a gift card.
    pub reference: String,
    /// Minor units of the order's currency, at least 1.
    pub amount: i64,
}
