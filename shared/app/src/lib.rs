//! The use cases of the order management system, told through ports; knows nothing of AWS.
//!
//! Each use case reads what it needs, lets the domain decide, and writes one change whose conditions make it
//! race-free; a lost race is decided again on fresh data. [`memory`] keeps the same promises in memory, so that
//! every story runs in milliseconds too.

pub mod api;
pub mod cancellation;
pub mod dispatch;
pub mod failure;
pub mod holds;
pub mod idempotency;
pub mod lifecycle;
pub mod memory;
pub mod messages;
pub mod place;
pub mod ports;
pub mod publish;
pub mod replenishment;
pub mod routing;
pub mod secrets;
mod settle;
pub mod stock;
mod supply;
