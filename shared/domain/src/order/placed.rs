//! The order as placed: what was bought, for how much, on which terms. Written once, never changed; no personal
//! data (that is the [`Contact`], kept apart so that it can be erased).

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    ids::{LineId, OrderId, OrderNumber, ShopId, Sku},
    money::{Currency, unit_share},
};

/// The immutable part of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PlacedOrder {
    /// Our id.
    pub id: OrderId,
    /// The shop's own number.
    pub number: OrderNumber,
    /// The shop.
    pub shop: ShopId,
    /// When the customer placed it, UTC.
    pub placed_at: Timestamp,
    /// Currency of every amount of this order.
    pub currency: Currency,
    /// Lines in the shop's order, at least one.
    pub lines: Vec<Line>,
    /// Where it goes, as coarse as routing needs it.
    pub destination: Destination,
    /// How it may be fulfilled.
    pub terms: Terms,
}

/// Country and region: what routing needs, and no more than that, so that it is no personal data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Destination {
    /// ISO 3166-1 alpha-2, capitals.
    pub country: String,
    /// State or province, as the shop writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
}

/// Terms of fulfillment, fixed at placement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Terms {
    /// Ship nothing until everything can be assigned.
    #[serde(default, skip_serializing_if = "is_false")]
    pub ship_complete: bool,
    /// Backorder queue: a lower number is served first; 5 unless told.
    #[serde(default = "usual_priority")]
    pub priority: u8,
    /// Whether prices contain the tax (then it is not added on top).
    #[serde(default, skip_serializing_if = "is_false")]
    pub taxes_included: bool,
}

fn usual_priority() -> u8 {
    5
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            ship_complete: false,
            priority: usual_priority(),
            taxes_included: false,
        }
    }
}

pub(crate) fn is_false(flag: &bool) -> bool {
    !flag
}

/// One line: a SKU, a number of units, and what they cost. Amounts are minor units of the order's currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Line {
    /// Unique within the order.
    pub id: LineId,
    /// What was bought.
    pub sku: Sku,
    /// Title shown to people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// Units ordered, at least 1.
    pub quantity: u32,
    /// Price of one unit.
    pub unit_price: i64,
    /// Discount on the whole line, own and shared, as a positive number.
    #[serde(default)]
    pub discount: i64,
    /// Tax on the whole line.
    #[serde(default)]
    pub tax: i64,
    /// This line's share of the order's shipping price, tax on shipping included.
    #[serde(default)]
    pub shipping: i64,
}

/// What one unit was charged, frozen at placement. Refunds only ever add cells up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Cell {
    /// Price.
    pub price: i64,
    /// Share of the discounts.
    pub discount: i64,
    /// Share of the tax.
    pub tax: i64,
    /// Share of the shipping price.
    pub shipping: i64,
}

impl Cell {
    /// What the customer paid for the unit.
    pub fn total(&self, taxes_included: bool) -> i64 {
        let tax = if taxes_included { 0 } else { self.tax };
        self.price
            .saturating_sub(self.discount)
            .saturating_add(tax)
            .saturating_add(self.shipping)
    }
}

impl Line {
    /// The cell of unit `index`, counted from 0. Shares by largest remainder, so cells add up to the line.
    pub fn cell(&self, index: u32) -> Cell {
        Cell {
            price: self.unit_price,
            discount: unit_share(self.discount, self.quantity, index),
            tax: unit_share(self.tax, self.quantity, index),
            shipping: unit_share(self.shipping, self.quantity, index),
        }
    }

    /// Sum of the cells of units `from..to`.
    pub fn value(&self, from: u32, to: u32, taxes_included: bool) -> i64 {
        (from..to.min(self.quantity))
            .map(|index| self.cell(index).total(taxes_included))
            .fold(0, i64::saturating_add)
    }
}

impl PlacedOrder {
    /// What the customer owes for the whole order.
    pub fn total(&self) -> i64 {
        let value = |line: &Line| line.value(0, line.quantity, self.terms.taxes_included);
        self.lines.iter().map(value).fold(0, i64::saturating_add)
    }

    /// The line of that id and its place.
    pub fn line(&self, id: &LineId) -> Option<(usize, &Line)> {
        self.lines
            .iter()
            .enumerate()
            .find(|(_, line)| line.id == *id)
    }
}

/// The customer: the only personal data, in an item of its own that can be erased.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Contact {
    /// Full name.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// Telephone number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Delivery address.
    pub address: Address,
}

/// A delivery address.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Address {
    /// Street and number, then whatever else the carrier needs; one to three lines.
    pub lines: Vec<String>,
    /// City.
    pub city: String,
    /// State or province.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Postal code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country: String,
}

// Debug output ends up in logs, so it shows nothing.
impl std::fmt::Debug for Contact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Contact(***)")
    }
}

impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Address(***)")
    }
}
