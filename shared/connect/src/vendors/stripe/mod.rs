//! Stripe: webhooks about payments, and commands to move money.

mod amount;
pub mod commands;
mod disputes;
mod facts;
mod payloads;
mod references;
mod vendor;
mod webhooks;

pub use vendor::VENDOR;
pub use webhooks::NAME;
