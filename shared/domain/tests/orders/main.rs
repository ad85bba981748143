//! Limits, times and repeated news of one order, each to the last unit and second.
#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "a test may stop where it goes wrong"
)]

#[path = "../common/mod.rs"]
mod common;
mod exceptions;
mod payments;
mod placement;
mod shipments;
mod sweep;
