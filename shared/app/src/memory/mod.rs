//! The ports in memory, with the guarantees of the table: a write is all or nothing, an order is written only on the
//! version that was read, a reservation needs the stock to be available, a reference leads to one order, a movement is
//! written once. Orders and commits are stored as the same texts as in the table, so that what cannot be read back
//! fails here too.
//!
//! Every call yields once before it does anything, so that tasks interleave as they would over a network.

mod access_log;
mod clock;
mod payments;
mod provider;
mod queues;
mod reconciliation;
mod rows;
mod store;
mod sync;
mod unmatched;

pub use clock::ManualClock;
pub use provider::{MemoryProvider, Sent};
pub use queues::{MemoryDeadLetters, MemoryRedrive};
pub use rows::Streamed;
pub use store::MemoryStore;
