//! Why an order was routed as it was.

use domain::{
    order::{Event, Order},
    routing::{Assignment, Decision, Exclusion, Unplaced},
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::commits::commits_of;
use crate::ports::OrderHistory;

/// A routing decision that was carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RoutingDecision {
    /// The number of the commit that carried it out.
    pub seq: u64,
    /// When that was, UTC.
    pub at: Timestamp,
    /// `OrderRouted` or `BackorderReleased`.
    pub event: &'static str,
    /// The decision, explained in English.
    pub explanation: String,
    /// The units assigned to each location.
    pub assignments: Vec<Assignment>,
    /// Units that no location can ship, with the reasons.
    pub unplaced: Vec<Unplaced>,
    /// Why locations were excluded: the reasons that explain most, at most 20.
    pub exclusions: Vec<Exclusion>,
    /// How many more exclusions there were.
    pub exclusions_unlisted: u32,
    /// The attempt that was carried out; above 1 when a race was lost first.
    pub attempt: u32,
    /// Whether the search for a split stopped at its limit.
    pub truncated: bool,
}

/// The routing decisions that were carried out.
pub(super) fn routing_decisions(order: &Order, history: &OrderHistory) -> Vec<RoutingDecision> {
    let mut found = Vec::new();
    for commit in commits_of(order, history) {
        for event in &commit.body.events {
            if let Event::OrderRouted { decision, .. } | Event::BackorderReleased { decision, .. } =
                event
            {
                let Decision {
                    assignments,
                    unplaced,
                    exclusions,
                    exclusions_unlisted,
                    truncated,
                    explanation,
                    attempt,
                    engine: _,
                    inputs: _,
                } = decision.as_ref().clone();
                found.push(RoutingDecision {
                    seq: commit.body.seq,
                    at: commit.body.at,
                    event: event.name(),
                    explanation,
                    assignments,
                    unplaced,
                    exclusions,
                    exclusions_unlisted,
                    attempt,
                    truncated,
                });
            }
        }
    }
    found
}
