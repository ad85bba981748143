//! What others build on: the HTTP API and its document, the events that the bus carries, and that template, types
//! and catalogue say the same. Fast: everything runs on the store in memory.
//!
//! `UPDATE=1 cargo test -p stories --test contracts` writes the generated files anew; a change that would break
//! a reader of a published event is refused all the same.

#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "a test that cannot go on has failed"
)]

mod access;
mod cancelling;
mod compatible;
mod desk;
mod examples;
mod files;
mod listing;
mod openapi;
mod orders;
mod privacy;
mod published;
mod requests;
mod stock;
mod template;
