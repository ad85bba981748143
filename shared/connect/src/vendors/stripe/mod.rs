//! Stripe: webhooks about payments.

mod amount;
mod facts;
mod payloads;
mod references;
mod vendor;
mod webhooks;

pub use vendor::VENDOR;
pub use webhooks::NAME;
