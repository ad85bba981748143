//! What surrounds the data of every published event.

use domain::{ids::OrderId, order::ActorKind};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The bus source of events about orders.
pub const ORDER_SOURCE: &str = "oms.orders";
/// The bus source of events about stock.
pub const STOCK_SOURCE: &str = "oms.stock";

/// The detail of an event about an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OrderDetail<T> {
    /// `<order>:<seq>:<n>`: the same for every delivery of the event, so consumers recognise duplicates by it.
    pub id: String,
    /// Version of the event's schema.
    pub version: u16,
    /// The order's id.
    pub order_id: OrderId,
    /// The commit's number in the order's history; events of one commit share it.
    pub seq: u64,
    /// When it happened, UTC.
    pub at: Timestamp,
    /// The kind of actor that caused it.
    pub actor_kind: ActorKind,
    /// What caused it: `source:id`, e.g. `stripe:evt_1`, or `api:<digest of the caller>/<idempotency key>`.
    pub cause: String,
    /// Groups events that belong together: the order's id.
    pub correlation_id: String,
    /// The data of the event.
    pub data: T,
}

/// The detail of an event about stock that no order caused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StockDetail<T> {
    /// `<cause>:<n>`: the same for every delivery of the event, so consumers recognise duplicates by it.
    pub id: String,
    /// Version of the event's schema.
    pub version: u16,
    /// When it happened, UTC.
    pub at: Timestamp,
    /// The kind of actor that caused it.
    pub actor_kind: ActorKind,
    /// What caused it: `source:id`.
    pub cause: String,
    /// Groups events that belong together: the cause, for one message may move many levels.
    pub correlation_id: String,
    /// The data of the event.
    pub data: T,
}

/// An event ready for the bus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BusEntry {
    /// `oms.orders` or `oms.stock`.
    pub source: &'static str,
    /// The event's name.
    pub detail_type: &'static str,
    /// The detail as JSON.
    pub detail: String,
    /// When it happened, UTC.
    pub at: Timestamp,
}
