//! What the use cases need of every store: the same tests run on memory, on a DynamoDB implementation and on the
//! local stack. Each run uses orders, SKUs and causes of its own, so that it may run on a table that others use.

#![expect(clippy::unwrap_used, reason = "a test suite")]

mod access_log;
mod accounts;
mod concurrency;
mod contract;
mod counts;
mod listings;
mod orders;
mod reconciliation;
mod samples;
pub mod single_writes;
mod stock;
mod unmatched;

pub use contract::store_contract;
