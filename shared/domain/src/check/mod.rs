//! The checker of the rules I1 to I7 over a whole table. Tests run it after every story and race; an operator can
//! run it any time.
//!
//! | rule | what [`check`] reads from the table |
//! |---|---|
//! | I1 | each line's five buckets add up to the units ordered; `shipped >= delivered >= returned`; assigned units are open in fulfillment orders and shipped ones are in parcels; whoever waits stands in the queue, with the same units, and nobody else does |
//! | I2 | reserved units at a (SKU, location) are the open units of the fulfillment orders there; nothing is negative that cannot be; a shelf falls short of its promises by no more than counts, corrections, safety stock and parcels took |
//! | I3 | refunded and owed back are each at most what was captured; what is owed is exactly the value of the units it is owed for, and those are cancelled |
//! | I4 | units that left in parcels by our leave and cancelled units are together at most the units ordered; units that left unasked have an exception each |
//! | I5 | no two commits of an order, and no two stock movements, have the same cause; an order remembers each; parcels, refunds and intents are known once; what is on hand is the sum of all movements |
//! | I6 | commits follow each other by number and hash, each names who, when, why; the first covers the order as placed; folding them gives the stored state exactly; the status moved along the table |
//! | I7 | whoever got units had been offered them before those who wait longer: see the `queue` file for what that means to the unit |
//!
//! The table must be read at one moment, or while nothing is written: half of a transaction looks like a broken
//! rule. [`owed_drains`] is a question of its own, for a moment at which everything should have been done.

mod drains;
mod history;
mod money;
mod queue;
mod stock;
mod table;
mod units;

pub use drains::{OwedDrain, owed_drains};
pub use table::{OrderRecord, Rule, Table, Violation, check};
