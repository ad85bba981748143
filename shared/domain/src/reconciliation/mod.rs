//! What the payment gateway's own lists say beside what our ledger says: which differences there are, and the result of
//! comparing a day.

mod compare;
mod day;
mod difference;
mod dispute;
mod kind;
mod object;
mod payment;
mod refund;
mod run;
mod unmatched;

pub use compare::{compare, missing};
pub use day::{Counts, DAY_DIFFERENCES_MAX, DayResult};
pub use difference::{Difference, Figure};
pub use kind::DifferenceKind;
pub use object::{GatewayObject, ObjectKind, objects};
pub use run::{Run, Step};
pub use unmatched::compare_unmatched;
