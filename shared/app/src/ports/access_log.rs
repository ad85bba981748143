//! The log of who has read whose personal data.

use domain::{
    ids::{AccessId, OrderId},
    order::Actor,
};
use jiff::{Timestamp, civil::Date};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Page, PageRequest};
use crate::failure::Failure;

/// How personal data was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AccessVia {
    /// By a request to the API.
    Api,
    /// In the console.
    Console,
    /// As part of an export.
    Export,
}

/// One reading of personal data. It holds none itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AccessEntry {
    /// Its id.
    pub id: AccessId,
    /// When, UTC.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// Of which order; none: the notes about payments that no order names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderId>,
    /// Why, in the reader's words; `work`: to ship what the reader's own location was asked to ship.
    pub reason: String,
    /// How.
    pub via: AccessVia,
}

/// The access log. Entries are written once and never changed.
pub trait AccessLogStore: Sync {
    /// Writes an entry, which is deleted some time after `keep_until`. Written again, it stays one entry.
    fn log_access(
        &self,
        entry: &AccessEntry,
        keep_until: Timestamp,
    ) -> impl Future<Output = Result<(), Failure>> + Send;

    /// The last entry about an order of a person (an actor's id) that is not older than `since`, consistently.
    fn last_access(
        &self,
        order: OrderId,
        person: &str,
        since: Timestamp,
    ) -> impl Future<Output = Result<Option<AccessEntry>, Failure>> + Send;

    /// The entries about an order, newest first, consistently.
    fn accesses_of_order(
        &self,
        order: OrderId,
        page: &PageRequest,
    ) -> impl Future<Output = Result<Page<AccessEntry>, Failure>> + Send;

    /// The entries of a UTC day, newest first. The index may lag.
    fn accesses_on(
        &self,
        day: Date,
        page: &PageRequest,
    ) -> impl Future<Output = Result<Page<AccessEntry>, Failure>> + Send;
}
