//! Commands to Stripe's API, and what its answers say. No I/O: a command is written as an [`ApiRequest`], and an
//! [`ApiAnswer`] is read into an [`EffectOutcome`](domain::order::EffectOutcome) or the reason why there is none.
//!
//! A command carries the key of its attempt ([`Effect::key`](domain::order::Effect::key)). Stripe performs a key once,
//! and answers a repetition with the first answer, an error included, for at least 24 hours; afterwards it performs it
//! again. A refund also carries the effect's number in its metadata, so that it is found by that however old it is.

mod api;
mod events;
mod lists;
mod outcome;
mod payloads;
mod payment;
mod read;
mod refunds;
mod tax;
mod write;

pub use api::{API_VERSION, ApiAnswer, ApiRequest, Method, SECRETS_PATH};
pub use events::{EventPage, PAGE_EVENTS, events, find_events};
pub use lists::{
    ListedObject, ObjectPage, PAGE_OBJECTS, find_object, find_objects, object, objects,
};
pub use outcome::NoOutcome;
pub use payment::{find_payment, payment};
pub use read::{intent, performed};
pub use refunds::{PAGE_REFUNDS, RefundPage, refunds};
pub use tax::{
    CalculationRead, TAX_SERVICE, TaxCommand, TaxRecord, calculate_tax, calculated,
    calculation_lines, find_calculation_lines, find_tax_lines, find_tax_transaction, reverse_tax,
    reversed, tax_calculation, tax_lines, tax_transaction,
};
pub use write::{CommandError, command, find_intent, find_refunds};
