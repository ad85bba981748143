//! Routing decisions against their engine: the same inputs and rules must give the stored decision again.

use std::fmt;

use super::{
    snapshot::{OrderRecord, Snapshot},
    violation::{Findings, Rule},
};
use crate::{
    ids::OrderId,
    order::Event,
    routing::{Decision, ReplayError, replay},
};

/// A stored decision that cannot be made again, so that nothing is said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnjudgedDecision {
    /// Whose decision.
    pub order: OrderId,
    /// The commit that holds it.
    pub seq: u64,
    /// Why it is not judged.
    pub reason: ReplayError,
}

impl fmt::Display for UnjudgedDecision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { order, seq, reason } = self;
        write!(f, "{order} commit {seq}: not judged, {reason}")
    }
}

/// Decisions that [`check`](super::check()) cannot judge: another engine made them, or rules of which the snapshot does
/// not have that version.
pub fn unjudged_decisions(snapshot: &Snapshot) -> Vec<UnjudgedDecision> {
    let mut unjudged = Vec::new();
    for record in &snapshot.orders {
        for (seq, decision) in decisions(record) {
            if let Err(reason) = replayed(snapshot, decision) {
                let order = record.order.placed.id;
                unjudged.push(UnjudgedDecision { order, seq, reason });
            }
        }
    }
    unjudged
}

pub(super) fn check(snapshot: &Snapshot, findings: &mut Findings) {
    for record in &snapshot.orders {
        for (seq, decision) in decisions(record) {
            let Ok(again) = replayed(snapshot, decision) else {
                continue;
            };
            let same = again == *decision;
            findings.unless(same, Rule::Replay, &record.order.placed.id, || {
                format!(
                    "the decision of commit {seq} says: {} Made again it says: {}",
                    decision.explanation, again.explanation
                )
            });
        }
    }
}

fn replayed(snapshot: &Snapshot, decision: &Decision) -> Result<Decision, ReplayError> {
    replay(decision, &snapshot.rules_of(decision.inputs.rules_version))
}

/// The decisions of an order, each with the number of its commit.
fn decisions(record: &OrderRecord) -> impl Iterator<Item = (u64, &Decision)> {
    record.commits.iter().flat_map(|commit| {
        let events = commit.body.events.iter();
        events.filter_map(|event| Some((commit.body.seq, decision_of(event)?)))
    })
}

fn decision_of(event: &Event) -> Option<&Decision> {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the other events have no decision"
    )]
    match event {
        Event::OrderRouted { decision, .. } | Event::BackorderReleased { decision, .. } => {
            Some(decision)
        }
        _ => None,
    }
}
