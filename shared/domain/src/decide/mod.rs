//! What a command causes. Pure and total: the same order, command and context give the same events, and a command
//! that has had its effect causes nothing again.
//!
//! Requests (hold, cancel, route) may be rejected. Facts from outside (payment, warehouse, carrier) are not: what does
//! not fit is recorded as an exception for a person, or, when its predecessor has not arrived, left on its queue.

mod approval;
mod asking;
mod assessment;
mod authorization;
mod basket;
mod by_hand;
mod cancellation;
mod captures;
mod closing;
mod command;
mod commanded;
mod declined;
mod dispute;
mod effects;
mod exception;
mod fitting;
mod fulfillment;
mod gateway;
mod hold;
mod late;
mod matching;
mod overdue;
mod paid_twice;
mod payment;
mod payment_deadline;
mod placement;
mod recorded;
mod refund;
mod refund_request;
mod report;
mod routing;
mod secured;
mod shipment;
mod shipping;
mod silence;
mod surplus;
mod tax;
mod units;
mod unneeded;
mod unsent;

pub use basket::{Basket, DUPLICATE_WITHIN_S};
pub use cancellation::{cancellation_outcome, preview_cancellation, remaining_cancellation};
pub use command::decide;
pub use matching::Met;
pub use placement::{
    ADDRESS_LINES_MAX, AMOUNT_MAX, EMAIL_CHARS_MAX, LINES_MAX, NAME_CHARS_MAX, PHONE_CHARS_MAX,
    PLACED_AGO_DAYS_MAX, PLACED_AHEAD_S_MAX, Placement, UNITS_MAX, place,
};
pub use report::check_report;
