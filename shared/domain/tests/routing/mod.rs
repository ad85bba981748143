//! Routing: by example, and by properties over random inputs.
#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "a test may stop where it goes wrong"
)]

mod case;
mod examples;
mod explanations;
mod properties;
mod size;
