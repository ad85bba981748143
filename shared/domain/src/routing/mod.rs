//! Routing: which location ships what. A pure function from inputs and rules to a decision; the inputs are stored with
//! the decision, so that it can be made again.
//!
//! [`route`] goes through these files, in this order: `shortlist` says which locations the decision is made from and stored
//! with; `eligibility` says which location may ship what, and why not;
//! `search` goes through combinations of 1, 2, 3 ... locations within the `bounds`; `allocate` says who ships what within
//! one combination; `rank` says which of two plans is better; `explain` puts the result in sentences. `choose` goes through
//! tiers and fits the result into a transaction; `plan` holds them together; `replay` makes a stored decision again;
//! `declined` names the lines that nobody is left for.

mod allocate;
mod bounds;
mod choose;
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
mod shortlist;

pub use choose::WRITES_MAX;
pub use decision::{Assignment, Decision, Exclusion, ExclusionCode, Unplaced};
pub use declined::declined_everywhere;
pub use eligibility::EXCLUSIONS_MAX;
pub use inputs::{Available, Candidate, Demand, LeftOut, RoutingInputs};
pub use plan::{ENGINE, route};
pub use replay::{ReplayError, replay};
pub use shortlist::{ELIGIBLE_MAX, EXCLUDED_MAX};
