//! What stands alone: who may do what, messages of the bus and the queues, settings, retries, the health of locations.
#![expect(clippy::unwrap_used, reason = "a test may stop where it goes wrong")]

mod access;
mod breaker;
mod catalogue;
mod failure;
mod goodwill;
mod placement_defaults;
mod published;
mod queue_message;
mod redaction;
mod retries;
mod subscriptions;
