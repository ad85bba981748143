//! Routing: which location ships what. A pure function from inputs and rules to a decision; the inputs are stored with
//! the decision, so that it can be made again.
//!
//! [`route`] goes through these files, in this order: `eligibility` says which location may ship what, and why not;
//! `search` goes through combinations of 1, 2, 3 ... locations within the `bounds`; `allocate` says who ships what within
//! one combination; `rank` says which of two plans is better; `explain` puts the result in sentences. `plan` holds them
//! together; `replay` makes a stored decision again; `declined` names the lines that nobody is left for.

mod allocate;
mod bounds;
mod decision;
mod declined;
mod eligibility;
mod explain;
mod inputs;
mod pack;
mod plan;
mod rank;
mod replay;
mod search;

pub use decision::{Assignment, Decision, Exclusion, ExclusionCode, Unplaced};
pub use declined::declined_everywhere;
pub use inputs::{Available, Candidate, Demand, RoutingInputs};
pub use plan::{ENGINE, WRITES_MAX, route};
pub use replay::{ReplayError, replay};
