//! Payments of which a gateway tells, and which no order names: of another shop with the same account, or of an order
//! that is not placed yet. What was told of each is kept until an order names it.

use std::{fmt, str::FromStr};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Fact, Inbound, OrderReference};
use crate::{
    ids::{OrderId, ShopId},
    open_set::open_set,
    order::{Actor, Cause, Rejection, RejectionCode},
};

/// Most facts that are kept of one unmatched payment. One that says the same as an earlier one takes its place, so this
/// is far more than a payment has.
pub const UNMATCHED_FACTS_MAX: usize = 50;
/// An unmatched payment that no order has named is closed after so many days.
pub const UNMATCHED_CLOSED_AFTER_DAYS: i64 = 30;
/// Most names of orders that are kept of one unmatched payment. Its facts usually have the same.
pub const UNMATCHED_NAMES_MAX: usize = 5;

/// What a payment is known by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PaymentKey {
    /// The payment intent.
    Intent(String),
    /// The name of its order, of a payment without an intent.
    Order(String),
}

const INTENT: &str = "intent:";
const ORDER: &str = "order:";

impl PaymentKey {
    /// The key of the payment that a fact is about; `None`: it names neither an intent nor an order.
    pub fn of(reference: &OrderReference) -> Option<Self> {
        let intent = reference.intent.clone().map(Self::Intent);
        intent.or_else(|| reference.order.clone().map(Self::Order))
    }
}

impl fmt::Display for PaymentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Intent(intent) => write!(f, "{INTENT}{intent}"),
            Self::Order(name) => write!(f, "{ORDER}{name}"),
        }
    }
}

/// A text that is not the key of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected `intent:` or `order:` and a name")]
pub struct NoPaymentKey;

impl FromStr for PaymentKey {
    type Err = NoPaymentKey;

    fn from_str(text: &str) -> Result<Self, NoPaymentKey> {
        let named = |name: &str| (!name.is_empty() && name.len() <= 255).then(|| name.to_owned());
        let intent = text.strip_prefix(INTENT).and_then(named).map(Self::Intent);
        let order = || text.strip_prefix(ORDER).and_then(named).map(Self::Order);
        intent.or_else(order).ok_or(NoPaymentKey)
    }
}

impl Serialize for PaymentKey {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PaymentKey {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// The orders that a name in a payment may mean: our id; or the shop's number, of the default shop, or with the shop's id
/// before it.
pub fn orders_named(name: &str) -> Vec<OrderId> {
    if let Ok(id) = name.parse() {
        return vec![id];
    }
    let number = name.parse().ok();
    let default = number.map(|number| OrderId::of(&ShopId::default(), &number));
    let prefixed = name
        .split_once('/')
        .and_then(|(shop, number)| Some(OrderId::of(&shop.parse().ok()?, &number.parse().ok()?)));
    default.into_iter().chain(prefixed).collect()
}

/// A payment that no order names, with everything that was told of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnmatchedPayment {
    /// What it is known by.
    pub payment: PaymentKey,
    /// How often it was written; each write is conditioned on the one before it.
    pub version: u64,
    /// When its first fact was taken in, UTC.
    pub since: Timestamp,
    /// What orders its facts name, at most [`UNMATCHED_NAMES_MAX`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
    /// What was told of it and is not applied, at most [`UNMATCHED_FACTS_MAX`].
    pub facts: Vec<Inbound>,
    /// The order that it belongs to, once one has named it. Facts that are left then wait for another fact, as a refund
    /// for its capture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderId>,
    /// How it ended without an order; `None`: it is open. An order that names it later gets it all the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<UnmatchedClosed>,
}

/// The end of an unmatched payment that no order has named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnmatchedClosed {
    /// Why.
    pub reason: UnmatchedCloseReason,
    /// When, UTC.
    pub at: Timestamp,
    /// Who.
    pub by: Actor,
    /// The request or rule.
    pub cause: Cause,
    /// Free text of the person who closed it; may contain personal data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

open_set! {
    /// Why an unmatched payment was closed.
    pub enum UnmatchedCloseReason {
        /// No order has named it for 30 days.
        NoOrder = "no_order",
        /// A person has looked at it.
        ByPerson = "by_person",
    }
}

/// What a fact makes of an unmatched payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parked {
    /// It is kept; the orders that no earlier fact has named.
    Kept(Box<UnmatchedPayment>, Vec<OrderId>),
    /// It is known already.
    Known,
    /// As many facts are kept as may be.
    TooMany,
}

impl UnmatchedPayment {
    /// One of which nothing was told.
    pub fn new(payment: PaymentKey, since: Timestamp) -> Self {
        Self {
            payment,
            version: 0,
            since,
            names: Vec::new(),
            facts: Vec::new(),
            order: None,
            closed: None,
        }
    }

    /// Adds a fact. One that says the same as an earlier one takes its place: facts about payments are totals, and
    /// attempts count by the time of the latest.
    pub fn park(&self, inbound: &Inbound) -> Parked {
        if self.facts.iter().any(|kept| kept.id == inbound.id) {
            return Parked::Known;
        }
        let mut after = self.next();
        match after
            .facts
            .iter_mut()
            .find(|kept| kept.fact == inbound.fact)
        {
            Some(same) if same.occurred_at >= inbound.occurred_at => return Parked::Known,
            Some(same) => *same = inbound.clone(),
            None if self.facts.len() >= UNMATCHED_FACTS_MAX => return Parked::TooMany,
            None => after.facts.push(inbound.clone()),
        }
        let name = named(inbound)
            .filter(|name| after.names.len() < UNMATCHED_NAMES_MAX && !after.names.contains(name));
        let orders = name.iter().flat_map(|name| orders_named(name)).collect();
        after.names.extend(name);
        Parked::Kept(Box::new(after), orders)
    }

    /// As it belongs to an order, with the facts that are left.
    #[must_use]
    pub fn matched(&self, order: OrderId, left: Vec<Inbound>) -> Self {
        Self {
            facts: left,
            order: Some(order),
            closed: None,
            ..self.next()
        }
    }

    /// Closed.
    ///
    /// # Errors
    /// When it is closed already.
    pub fn close(&self, closed: UnmatchedClosed) -> Result<Self, Rejection> {
        if let Some(closed) = &self.closed {
            let message = "the unmatched payment is closed";
            let found = closed.reason.as_str();
            return Err(Rejection::new(RejectionCode::PaymentClosed, found, message));
        }
        Ok(Self {
            closed: Some(closed),
            ..self.next()
        })
    }

    fn next(&self) -> Self {
        Self {
            version: self.version.saturating_add(1),
            ..self.clone()
        }
    }
}

/// The order that a fact about a payment names.
fn named(inbound: &Inbound) -> Option<String> {
    match &inbound.fact {
        Fact::Payment { order, .. } => order.order.clone(),
        Fact::Fulfillment { .. } | Fact::Shipment { .. } | Fact::Stock(_) => None,
    }
}
