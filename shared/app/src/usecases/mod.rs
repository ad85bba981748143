//! One file per use case, and what several of them share.
//!
//! | use case | started by |
//! |---|---|
//! | [`place`], [`cancel`], [`refund`], [`record_payment`], [`hold`], [`adjust_stock`], [`accounts`], [`work_exceptions`], [`work_stock_exceptions`], [`unmatched_payments`], [`report_fulfillment`], [`reveal`] | a person or a shop, over HTTP |
//! | [`apply_inbound`] | a webhook of a payment provider or a location |
//! | [`route`], [`dispatch`], [`cancel_after_failed_payment`], [`release_backorders`] | an event on the bus, or the sweep |
//! | [`payments`]: [`perform_effects`], `ask_gateway`, [`read_gateway_events`], [`reconcile`] | an event on the bus, or the sweep; the schedule |
//! | [`sweep`] | the schedule |
//!
//! Shared: [`execute`](mod@execute) (read, decide, write, retry), `commit_decision` (the same for routing decisions),
//! `availability` (inputs of a routing decision), `request_counts` (what a location reports missing is counted),
//! [`outcome_of_all`] (what a message ends with that has performed several effects), [`breaker`] (what is sent to a location
//! that fails), [`calculate_tax`] (the taxes of what an edit would make of an order), [`idempotency`].

pub mod accounts;
pub mod adjust_stock;
mod admissions;
pub mod allow_location;
pub mod apply_inbound;
mod apply_once;
mod apply_payment;
mod ask_gateway;
mod availability;
pub mod breaker;
pub mod calculate_tax;
pub mod cancel;
pub mod cancel_after_failed_payment;
mod commit_decision;
pub mod dispatch;
mod due_requests;
pub mod execute;
pub mod hold;
pub mod idempotency;
pub mod outcome_of_all;
pub mod payments;
pub mod perform_effects;
pub mod place;
pub mod placement_defaults;
pub mod read_gateway_events;
pub mod reconcile;
pub mod record_payment;
pub mod redrive_dead_letters;
pub mod refund;
pub mod release_backorders;
pub mod report_fulfillment;
mod request_counts;
pub mod reveal;
pub mod route;
pub mod sweep;
mod taken;
pub mod unmatched_payments;
pub mod work_exceptions;
pub mod work_stock_exceptions;
