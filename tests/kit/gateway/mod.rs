//! A payment gateway that keeps the rules that gateways publish: the same key is the same attempt, stored errors come
//! again, nothing beyond what was captured goes back. And a ledger of what has really happened.

mod asked;
mod commands;
mod double;
mod ledger;
mod lists;

pub use double::GatewayDouble;
pub use ledger::{LedgerIntent, MadeRefund, News};

pub use super::attempts::Trouble;
