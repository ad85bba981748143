//! What others build on: the HTTP API and its document, and the published events; and that template, types and
//! catalogue agree. Everything runs on the store in memory.
//!
//! `INSTA_UPDATE=always cargo test -p stories --test contracts` writes the generated files anew. A change that would
//! break a reader of a published event fails all the same.

#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "a test that cannot go on has failed"
)]

mod access;
mod access_log;
mod api_harness;
mod cancelling;
mod compatible;
mod console;
mod dead_letters;
mod deliverables;
mod examples;
mod exceptions;
mod fulfillment;
mod listing;
mod movements;
mod openapi;
mod orders;
mod outcomes;
mod payment_defaults;
mod payment_terms;
mod planted;
mod privacy;
mod published;
mod reconciliation;
mod refunds;
mod requests;
mod samples;
mod stock;
mod taxes;
mod template;
mod unmatched_payments;
