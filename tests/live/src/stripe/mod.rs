//! Stripe: its events, made from the samples in `events/received/stripe/` with an order's ids and amounts; and a double of
//! its API, which keeps Stripe's published rules about intents, refunds, reversals and calculations of tax and idempotency keys.

mod account;
mod calculations;
mod disputed;
mod disputes;
mod double;
mod error;
mod event_list;
mod events;
mod faults;
mod intents;
mod keys;
mod ledger;
mod lists;
mod params;
mod refunds;
mod reply;
mod samples;
mod server;
mod taxes;
mod webhooks;

pub use calculations::CalculationFault;
pub use double::Stripe;
pub use events::event;
pub use faults::Fault;
pub use ledger::{Ledger, LedgerRefund};
pub use server::SECRET_KEY;
pub use taxes::{LedgerReversal, TaxLine, TaxSale};
pub use webhooks::Delivery;
