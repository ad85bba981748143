//! The rules of the order management system: orders, stock, routing, backorders, money, ids.
//!
//! Plain values and pure functions: no I/O, no clock, no randomness, not async. `decide` says what a command
//! causes, `evolve` what an event changes, [`route`] who ships what, [`change`] what a commit writes, and
//! [`check`] whether a whole table still obeys the rules.

pub mod backorder;
pub mod change;
pub mod check;
pub mod command;
pub mod decide;
pub mod evolve;
pub mod facts;
pub mod ids;
pub mod location;
pub mod money;
pub mod order;
pub mod place;
pub mod rejection;
pub mod route;
pub mod stock;
