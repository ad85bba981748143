//! The fields of Stripe's objects about tax.

use domain::money::Currency;
use serde::Deserialize;

/// Lines in a page that is asked for: more than an order has.
pub(super) const PAGE_LINES: u32 = 100;

/// A transaction: a sale, or a reversal of one, which has negative amounts.
#[derive(Deserialize)]
pub(super) struct Transaction {
    pub(super) id: Option<String>,
    pub(super) currency: Option<Currency>,
    pub(super) reference: Option<String>,
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
    pub(super) shipping_cost: Option<Shipping>,
    /// Only when it was asked for, and its first ten.
    pub(super) line_items: Option<LineList>,
}

/// A calculation, of which nothing is recorded.
#[derive(Deserialize)]
pub(super) struct Calculation {
    pub(super) id: Option<String>,
    pub(super) currency: Option<Currency>,
    /// Seconds.
    pub(super) expires_at: Option<i64>,
    pub(super) shipping_cost: Option<Shipping>,
    /// Only when it was asked for, and its first ten.
    pub(super) line_items: Option<LineList>,
}

#[derive(Deserialize)]
pub(super) struct Shipping {
    pub(super) amount_tax: Option<i64>,
    pub(super) tax_behavior: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct LineList {
    pub(super) data: Vec<Line>,
    pub(super) has_more: bool,
}

#[derive(Deserialize)]
pub(super) struct Line {
    pub(super) id: Option<String>,
    pub(super) amount_tax: Option<i64>,
    pub(super) reference: Option<String>,
    pub(super) tax_behavior: Option<String>,
}
