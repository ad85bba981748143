//! What the payment gateway's own lists say beside what our ledger says: which differences there are, and the result of
//! comparing a day.

mod compare;
mod day;
mod difference;
mod kind;
mod object;
mod unmatched;

pub use compare::{compare, missing};
pub use day::{Counts, DAY_DIFFERENCES_MAX, DayResult, Run, Step};
pub use difference::{Difference, Figure};
pub use kind::DifferenceKind;
pub use object::{GatewayObject, ObjectKind, objects};
pub use unmatched::compare_unmatched;
