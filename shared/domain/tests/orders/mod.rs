//! Limits, times and repeated news, each to the last unit and second.
#![expect(clippy::unwrap_used, reason = "a test may stop where it goes wrong")]

mod accounts;
mod baskets;
mod by_hand;
mod cancellations;
mod collect;
mod credits;
mod disputes;
mod documents;
mod effects_ledger;
mod exceptions;
mod fulfillment;
mod levels;
mod line_money;
mod overdue;
mod owed;
mod paid_twice;
mod payments;
mod placement;
mod refunds;
mod secured;
mod shipments;
mod states;
mod sweep;
mod tax_calculations;
