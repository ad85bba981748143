//! Compares, day by day, what the payment gateway lists with what our ledger says; applies what a webhook would have told;
//! and keeps the differences.
//!
//! | what | costs |
//! |---|---|
//! | payments, refunds and disputes of a day | a request to the gateway for every 100, a read of the order for each |
//! | once, what moved here that day and the gateway did not list in this run | a read of each order, a request for each object |
//! | a difference | a request, the change of the order, two writes of the result |
//!
//! A run is continued by a message when the time of the function ends. It begins nothing twice for good: the result is
//! written over the version that was read, after each page and before anything is applied, so that a function that dies
//! leaves a difference as open, which the next one compares again, and of two that run at the same time one stops. What a
//! run has met is remembered only within one function: a further one asks again, by the object's id.

mod check;
mod day;
mod ledger;
mod lists;

pub use day::{reconcile_day, reconcile_last_days};

/// Days that a run compares again, yesterday included: an authorization lives for seven days, and what becomes of a payment
/// in that time is compared with the day on which it was made.
pub const RECONCILED_DAYS: i32 = 8;
/// How far before yesterday disputes are compared each time, in days: a bank takes months to decide, and there are few.
pub const DISPUTES_BACK_DAYS: i32 = 120;
/// Commits in a page of what moved here.
const PAGE_COMMITS: u32 = 100;
