//! The scenes. Each uses its own SKUs and orders, so that it can be repeated and run beside others. It prints what
//! happens through the environment's reporter, and checks it.

mod accounts;
mod backorders;
mod cancel_race;
mod cancellations;
mod disputes;
mod euro;
mod list;
mod payments;
mod reconciled;
mod redelivery;
mod refunds;
mod refused;
mod rejected_webhooks;
mod shipments;
mod silence;
mod taxes;

pub use list::{SCENES, Scene};
