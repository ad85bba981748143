//! The ports in memory, with the very promises of the table: a write is all or nothing, an order is written only
//! on the version that was read, a promise needs the stock to be available, a name leads to one order, a movement
//! happens once. Orders and commits are kept as the texts that a table would keep, so that what cannot be read
//! back shows here too.
//!
//! Every call gives way once before it does anything, so that tasks meet as they would over a network.

mod outside;
mod store;
mod table;

pub use outside::{Clock, MemoryCourier, MemoryRedrive, Sent};
pub use store::MemoryStore;
pub use table::Streamed;
