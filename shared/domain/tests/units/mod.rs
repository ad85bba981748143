//! Single values: what they accept, how they read and what they say.
#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "a test may stop where it goes wrong"
)]

mod causes;
mod health;
mod ids;
mod level;
mod money;
mod open_set;
mod placement;
mod progress;
mod reconciled_day;
mod shipping_refund;
mod status;
mod unmatched_payment;
