//! Commands to the payment gateway, over HTTP against the double of Stripe: each happens once, whatever goes wrong. And
//! what others wrote judges ours: Stripe's own library the double, and another double the client.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "a test that meets something else fails, as it should"
)]

mod calculations;
mod consumer;
mod events;
mod faults;
mod intake;
mod keys;
mod lists;
mod localstripe;
mod logs;
mod official_library;
mod once;
mod outage;
mod payments;
mod python;
mod queue;
mod refusals;
mod shop;
mod support;
mod taxes;
mod webhooks;
