//! Reversals and calculations at Stripe Tax. A reversal is one command, which names the lines of the transaction by Stripe's ids: so the
//! transaction is read before, and compared with what the order was charged.
//!
//! Stripe has no list of reversals, and tells of none by webhook. A reversal's reference is unique for ever, and is the
//! effect's name ([`effect_name`](crate::vendors::stripe::references::effect_name)), the same for every attempt: a second one
//! under it is refused, which says that the first has happened.

mod answer;
mod calculated;
mod calculation;
mod payloads;
mod record;
mod request;

pub use answer::reversed;
pub use calculated::{
    CalculationRead, calculated, calculation_lines, find_calculation_lines, tax_calculation,
};
pub use calculation::calculate_tax;
pub use record::{TaxRecord, find_tax_lines, find_tax_transaction, tax_lines, tax_transaction};
pub use request::{TaxCommand, reverse_tax};

/// The name of this tax service in orders.
pub const TAX_SERVICE: &str = "stripe_tax";
