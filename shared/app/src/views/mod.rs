//! What people read: serialisable views, and the functions that make them from an order and its commits. No HTTP.

#![warn(missing_docs)]

pub mod access_log;
pub mod accounts;
pub mod actions;
pub mod allowed_location;
pub mod cancellation;
mod commits;
mod disputes;
pub mod effects;
pub mod exceptions;
pub mod fulfillment_work;
pub mod holds;
pub mod legal_actions;
pub mod locations;
pub mod money;
mod movements;
pub mod order_detail;
pub mod order_summary;
pub mod placed_order;
pub mod queues;
pub mod reconciliation;
pub mod recorded;
pub mod redaction;
pub mod refunds;
pub mod routing_decisions;
mod sentences;
pub mod stock;
pub mod timeline;
pub mod unmatched_payments;
