//! The rules of the order management system: orders, stock, routing, backorders, money, ids.
//!
//! Plain values and pure functions: no I/O, no clock, no randomness, not async.
//!
//! | module | answers |
//! |---|---|
//! | [`account`] | who buys on account, and how much of it may be unpaid |
//! | [`order`] | what an order is: placed lines, state, events, commands, commits |
//! | [`decide`] | which events a command causes, or why it is rejected |
//! | [`evolve`] | what an event changes |
//! | [`routing`] | which location ships what |
//! | [`stock`] | stock levels, movements, the backorder queue |
//! | [`health`] | whether requests are sent to a location that fails |
//! | [`inbound`] | facts from outside, in our own words |
//! | [`reconciliation`] | in what the payment gateway and our ledger differ |
//! | [`invariants`] | whether stored data obeys the rules I1 to I7 and I11 |

pub mod account;
pub mod decide;
pub mod evolve;
pub mod health;
pub mod ids;
pub mod inbound;
pub mod invariants;
pub mod location;
pub mod money;
mod open_set;
pub mod order;
pub mod reconciliation;
pub mod routing;
pub mod schema;
mod serde_default;
pub mod stock;
