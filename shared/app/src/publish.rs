//! Published events: what the bus carries of a commit.
//!
//! The stored event and the published one are two types on purpose. A commit keeps all that the audit trail needs
//! (a person's note, the routing inputs); the bus gets what a consumer needs, named field by field, so that a new
//! field is published only by a decision made here. Nothing on the bus is personal data: who wants a name or an
//! address asks the API for the order, with a right to see it.
//!
//! Compatibility: a published event only ever gains optional fields. Anything else is a new version of it.

mod catalogue;
mod data;
mod select;

use domain::{
    ids::OrderId,
    order::{ActorKind, Commit, CommitBody},
    stock::StockRecord,
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use catalogue::{CATALOGUE, Fact, Listed};
pub use data::*;

use crate::failure::Failure;

/// Source on the bus of what happens to orders.
pub const ORDERS: &str = "oms.orders";
/// Source on the bus of what happens to stock.
pub const STOCK: &str = "oms.stock";

/// The detail of an event about an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OrderDetail<T> {
    /// `<order>:<seq>:<n>`: the same for every delivery of the event, so consumers tell duplicates by it.
    pub id: String,
    /// Version of the event's schema.
    pub version: u16,
    /// The order.
    pub order_id: OrderId,
    /// The commit's place in the order's history; events of one commit share it.
    pub seq: u64,
    /// When it happened, UTC.
    pub at: Timestamp,
    /// Who did it, by kind.
    pub actor_kind: ActorKind,
    /// What caused it: `source:id`, e.g. `stripe:evt_1` or `api:` and an idempotency key.
    pub cause: String,
    /// The same for all that belongs together: the order's id.
    pub correlation_id: String,
    /// What happened.
    pub data: T,
}

/// The detail of an event about stock that no order caused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StockDetail<T> {
    /// `<cause>:<n>`: the same for every delivery of the event, so consumers tell duplicates by it.
    pub id: String,
    /// Version of the event's schema.
    pub version: u16,
    /// When it happened, UTC.
    pub at: Timestamp,
    /// Who did it, by kind.
    pub actor_kind: ActorKind,
    /// What caused it: `source:id`.
    pub cause: String,
    /// The same for all that belongs together: the cause, for one message may move many levels.
    pub correlation_id: String,
    /// What happened.
    pub data: T,
}

/// An event ready for the bus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// `oms.orders` or `oms.stock`.
    pub source: &'static str,
    /// The event's name.
    pub detail_type: &'static str,
    /// The detail as JSON.
    pub detail: String,
    /// When it happened, UTC.
    pub at: Timestamp,
}

/// The published events of a commit as it is stored.
///
/// # Errors
/// [`Failure::Inconsistent`] when the text does not have its hash or is no commit: it was written by something
/// else than we are, and is not spread any further.
pub fn stored_commit(order: &str, text: &str, hash: &str) -> Result<Vec<Entry>, Failure> {
    let broken =
        |error: &dyn std::fmt::Display| Failure::Inconsistent(format!("a stored commit: {error}"));
    let order: OrderId = order.parse().map_err(|error| broken(&error))?;
    let commit = Commit::open(text.to_owned(), hash.to_owned()).map_err(|error| broken(&error))?;
    of_order(order, &commit.body)
}

/// The published events of a record of stock as it is stored.
///
/// # Errors
/// [`Failure::Inconsistent`] when it is no record.
pub fn stored_record(text: &str) -> Result<Vec<Entry>, Failure> {
    let broken = |error| Failure::Inconsistent(format!("a stored record of stock: {error}"));
    let record: StockRecord = serde_json::from_str(text).map_err(broken)?;
    of_stock(&record)
}

/// The published events of a commit, in order.
///
/// # Errors
/// [`Failure::Inconsistent`] when an event cannot be written as JSON.
pub fn of_order(order: OrderId, body: &CommitBody) -> Result<Vec<Entry>, Failure> {
    let facts = body
        .events
        .iter()
        .enumerate()
        .filter_map(|(n, event)| Some((n, Fact::of_event(event)?)));
    facts
        .map(|(n, fact)| {
            let detail = fact.detail(|version, data| OrderDetail {
                // Counted over all events of the commit, so that the id stays when more of them are published.
                id: format!("{order}:{}:{n}", body.seq),
                version,
                order_id: order,
                seq: body.seq,
                at: body.at,
                actor_kind: body.actor.kind,
                cause: body.cause.key(),
                correlation_id: order.to_string(),
                data,
            });
            entry(ORDERS, &fact, detail, body.at)
        })
        .collect()
}

/// The published events of a movement of stock, in order.
///
/// # Errors
/// [`Failure::Inconsistent`] when an event cannot be written as JSON.
pub fn of_stock(record: &StockRecord) -> Result<Vec<Entry>, Failure> {
    let cause = record.cause.key();
    let facts = record.events.iter().map(Fact::of_stock_event).enumerate();
    facts
        .map(|(n, fact)| {
            let detail = fact.detail(|version, data| StockDetail {
                id: format!("{cause}:{n}"),
                version,
                at: record.at,
                actor_kind: record.actor.kind,
                cause: cause.clone(),
                correlation_id: cause.clone(),
                data,
            });
            entry(STOCK, &fact, detail, record.at)
        })
        .collect()
}

fn entry(
    source: &'static str,
    fact: &Fact,
    detail: Result<String, serde_json::Error>,
    at: Timestamp,
) -> Result<Entry, Failure> {
    let detail = detail
        .map_err(|error| Failure::Inconsistent(format!("an event cannot be written: {error}")))?;
    Ok(Entry {
        source,
        detail_type: fact.name(),
        detail,
        at,
    })
}
