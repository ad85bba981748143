//! The checker of the rules I1 to I7 and I11 over a whole snapshot. Tests run it after every story and race; an operator can
//! run it any time.
//!
//! | rule | what [`check()`] reads from the snapshot |
//! |---|---|
//! | I1 | each line's five buckets add up to the units ordered; `shipped >= delivered >= returned`; assigned units are open in fulfillment orders and shipped ones are in shipments; the queue holds exactly the backordered units of the lines |
//! | I2 | reserved units at a (SKU, location) are the open units of the fulfillment orders there; nothing is negative that cannot be; a level has less than is reserved by no more than counts, corrections, safety stock and shipments took |
//! | I3 | refunded and owed back are each at most what was captured; what is owed is exactly the value of the units it is owed for, and those are cancelled; an order was released, routed, taken from the queue and requested only while what was due was secured, added up from the commits; what is open on an account is what its orders owe |
//! | I4 | shipped units and cancelled units are together at most the units ordered; units that left unexpected have an exception each |
//! | I5 | no two commits of an order, and no two stock movements, have the same cause; an order remembers each; shipments, refunds and intents are recorded once; no two effects have the same key; what is on hand is the last count and all movements dated after it, and a level keeps its last movements |
//! | I6 | commits follow each other by number and hash, each names who, when, why; the first covers the order as placed; folding them gives the stored state exactly; the status moved along the table |
//! | I7 | no line got units that an earlier backorder could have taken: see the `queue` file for the exact meaning |
//! | I11 | an order that is not finished is due in time for what it owes, or its wait is ended by somebody: see the `progress` file; each request to a location that its commits have asked for and no fact has answered is in the ledger of its effects, and no other is |
//! | Replay | each routing decision that this build's engine made, with rules that the snapshot has, is made again from its inputs; [`unjudged_decisions`] lists the others |
//!
//! The snapshot must be read at one moment, or while nothing is written: half of a transaction looks like a broken
//! rule. [`owed_drains`] is a separate check, for a moment at which all messages have been handled.

mod accounts;
mod availability;
mod check;
mod claims;
mod decisions;
mod drains;
mod effects;
mod history;
mod ledger;
mod money;
mod on_hand;
mod overdue;
pub mod progress;
mod queue;
mod snapshot;
mod stock;
mod units;
mod violation;

pub use check::check;
pub use decisions::{UnjudgedDecision, unjudged_decisions};
pub use drains::{OwedDrain, owed_drains};
pub use snapshot::{OrderRecord, Snapshot};
pub use violation::{Rule, Violation};
