//! Commands to the payment gateway, over HTTP against the double of Stripe: each happens once, whatever goes wrong.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "a test that meets something else fails, as it should"
)]

mod events;
mod faults;
mod keys;
mod once;
mod payments;
mod refusals;
mod support;
mod webhooks;
