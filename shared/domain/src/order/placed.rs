//! The order as placed: the first fact about an order. Written once, never changed; no personal data.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Destination, Line, OrderTax, Terms};
use crate::{
    ids::{LineId, OrderId, OrderNumber, ShopId},
    money::Currency,
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
    /// Where its tax is recorded; `None`: its own cells count, and no tax service is told anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax: Option<OrderTax>,
}

impl PlacedOrder {
    /// What the customer owes for the whole order.
    pub fn total(&self) -> i64 {
        let value = |line: &Line| line.value(0, line.quantity, self.terms.taxes_included);
        self.lines.iter().map(value).fold(0, i64::saturating_add)
    }

    /// The line of that id.
    pub fn line(&self, id: &LineId) -> Option<&Line> {
        self.lines.iter().find(|line| line.id == *id)
    }

    /// SHA-256 of the order as placed, hexadecimal. The first commit names it, so that the immutable item is
    /// covered by the hash chain.
    ///
    /// # Errors
    /// When the order cannot be written as JSON.
    pub fn digest(&self) -> Result<String, serde_json::Error> {
        let text = serde_json::to_string(self)?;
        Ok(hex::encode(Sha256::digest(text.as_bytes())))
    }
}
