//! The scenes. Each uses its own SKUs and orders, so that it can be repeated and run beside others. It prints what
//! happens through the environment's reporter, and checks it.

mod backorders;
mod cancel_race;
mod cancellations;
mod list;
mod payments;
mod redelivery;
mod rejected_webhooks;
mod shipments;
mod silence;

pub use list::{SCENES, Scene};
