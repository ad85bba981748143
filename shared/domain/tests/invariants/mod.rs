//! The checker: a sound table has no violation, and whatever breaks a rule by hand is found under its name.
#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "a test may stop where it goes wrong"
)]

mod figures;
mod moments;
mod overdue;
mod progress;
mod properties;
mod rules;
mod world;
