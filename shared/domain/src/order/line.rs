//! Lines of an order: what was bought, what each unit cost, and where the units are.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Taxed;
use crate::{
    ids::{LineId, Sku},
    money::unit_share,
    serde_default::is_default,
};

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
    /// What the shares of units are multiples of, where what is shared is: the currency's smallest step, frozen at
    /// placement.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub step: i64,
}

fn one() -> i64 {
    1
}

fn is_one(step: &i64) -> bool {
    *step == 1
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
        self.goods(taxes_included).saturating_add(self.shipping)
    }

    /// What the customer paid for the unit without its share of the shipping.
    pub fn goods(&self, taxes_included: bool) -> i64 {
        let tax = if taxes_included { 0 } else { self.tax };
        self.price.saturating_sub(self.discount).saturating_add(tax)
    }
}

impl Line {
    /// The cell of unit `index`, counted from 0. Shares by largest remainder, so cells add up to the line.
    pub fn cell(&self, index: u32) -> Cell {
        let share = |whole: i64| unit_share(whole, self.quantity, index, self.step);
        Cell {
            price: self.unit_price,
            discount: share(self.discount),
            tax: share(self.tax),
            shipping: share(self.shipping),
        }
    }

    /// Sum of the cells of units `from..to`.
    pub fn value(&self, from: u32, to: u32, taxes_included: bool) -> i64 {
        self.sum(from, to, |cell| cell.total(taxes_included))
    }

    /// Sum of what units `from..to` cost without shipping.
    pub fn goods(&self, from: u32, to: u32, taxes_included: bool) -> i64 {
        self.sum(from, to, |cell| cell.goods(taxes_included))
    }

    /// What units `from..to` cost without shipping, and the tax in it.
    pub fn taxed(&self, from: u32, to: u32, taxes_included: bool) -> Taxed {
        Taxed {
            amount: self.goods(from, to, taxes_included),
            tax: self.sum(from, to, |cell| cell.tax),
        }
    }

    /// Sum of the shares of the shipping of units `from..to`.
    pub fn shipping_of(&self, from: u32, to: u32) -> i64 {
        self.sum(from, to, |cell| cell.shipping)
    }

    fn sum(&self, from: u32, to: u32, amount: impl Fn(&Cell) -> i64) -> i64 {
        (from..to.min(self.quantity))
            .map(|index| amount(&self.cell(index)))
            .fold(0, i64::saturating_add)
    }
}

/// Where the units of one line are. Every unit is in exactly one of the first five buckets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LineState {
    /// The line.
    pub id: LineId,
    /// The line as an event has added or changed it; `None`: as it was placed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub definition: Option<Box<Line>>,
    /// Not decided yet.
    #[serde(default, skip_serializing_if = "is_default")]
    pub unrouted: u32,
    /// Waiting for stock.
    #[serde(default, skip_serializing_if = "is_default")]
    pub backordered: u32,
    /// In an open fulfillment order.
    #[serde(default, skip_serializing_if = "is_default")]
    pub assigned: u32,
    /// Shipped as requested.
    #[serde(default, skip_serializing_if = "is_default")]
    pub shipped: u32,
    /// Cancelled.
    #[serde(default, skip_serializing_if = "is_default")]
    pub cancelled: u32,
    /// Of the assigned units, how many are more than the order needs: a late shipment from elsewhere has them, and their
    /// location has not answered yet. They are beside the units ordered.
    #[serde(default, skip_serializing_if = "is_default")]
    pub surplus: u32,
    /// Of the shipped units, how many were delivered.
    #[serde(default, skip_serializing_if = "is_default")]
    pub delivered: u32,
    /// Of the delivered units, how many were returned.
    #[serde(default, skip_serializing_if = "is_default")]
    pub returned: u32,
    /// Units credited of those that have shipped, once a person has refunded some without a return: those returned since
    /// count among them. At least `returned` counts.
    #[serde(default, skip_serializing_if = "is_default")]
    pub credited_shipped: u32,
    /// Units credited of those that have not shipped, once a person has refunded some without a cancellation: those
    /// cancelled since count among them. At least `cancelled` counts.
    #[serde(default, skip_serializing_if = "is_default")]
    pub credited_unshipped: u32,
    /// Of the credited units, for how many a refund has been recorded as owed.
    #[serde(default, skip_serializing_if = "is_default")]
    pub refund_owed: u32,
    /// Sum of the refunds owed for this line, minor units.
    #[serde(default, skip_serializing_if = "is_default")]
    pub refund_owed_amount: i64,
    /// Of the credited units, for how many a tax service was asked to reverse the tax.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tax_reversed: u32,
}

impl LineState {
    /// A line as it is placed: all of its units are unrouted.
    pub fn placed(line: &Line) -> Self {
        Self {
            id: line.id.clone(),
            definition: None,
            unrouted: line.quantity,
            backordered: 0,
            assigned: 0,
            shipped: 0,
            cancelled: 0,
            surplus: 0,
            delivered: 0,
            returned: 0,
            credited_shipped: 0,
            credited_unshipped: 0,
            refund_owed: 0,
            refund_owed_amount: 0,
            tax_reversed: 0,
        }
    }

    /// Units in all five buckets without the surplus; the units ordered, always.
    pub fn total(&self) -> u32 {
        [
            self.unrouted,
            self.backordered,
            self.assigned,
            self.shipped,
            self.cancelled,
        ]
        .into_iter()
        .fold(0, u32::saturating_add)
        .saturating_sub(self.surplus)
    }
}
