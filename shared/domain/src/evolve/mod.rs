//! What an event changes. Total: every event applies to every order without panic, and one that does not fit (it
//! names a line or shipment that the order does not have) changes only what it can.

mod buckets;
mod cancellation;
mod closing;
mod event;
mod fulfillment;
mod payment;
mod recall;
mod reclaim;
mod refund;
mod routing;
mod shipment;

pub use event::evolve;
