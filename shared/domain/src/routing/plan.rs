//! The decision.

use super::{
    Assignment, Decision, RoutingInputs,
    choose::{choose, unplaced},
    eligibility::{SearchSpace, eligibility},
    explain::{Outcome, explain},
    rank::Plan,
    shortlist::shortlist,
};
use crate::location::RoutingRules;

/// The engine that this build contains. Raised when the same inputs and rules may give another decision.
pub const ENGINE: u32 = 2;

/// Decides which location ships what.
///
/// A lower tier is opened when the tiers above it cannot place everything, and then supplies only what they cannot.
/// Over the tiers that are open, the plan is chosen that places most units; of those, the one that takes most
/// from the first tier, then from the second, and so on; then the one with the fewest fulfillment orders, the
/// fewest split lines, the lowest sum of location priorities, and the first locations by priority and id.
///
/// Where lines are not split, a line is placed whole at one location or not at all. An order that ships complete
/// is placed whole or not at all. Should a plan touch more than [`WRITES_MAX`](super::WRITES_MAX) items, one with whole
/// lines is taken that places everything; if there is none, lines are left out, those in most places first.
///
/// Of a large network, the decision is made from and stored with the locations that matter: those in the best plan, the
/// next best ones ([`ELIGIBLE_MAX`](super::ELIGIBLE_MAX)), and a few that explain something
/// ([`EXCLUDED_MAX`](super::EXCLUDED_MAX)); the others are counted. So a decision's size does not grow with the network.
///
/// Total and deterministic: the same inputs and rules give the same decision, see [`replay`](super::replay()).
pub fn route(inputs: &RoutingInputs, rules: &RoutingRules) -> Decision {
    let inputs = shortlist(inputs, rules);
    let left_out = inputs.left_out.unwrap_or_default();
    let mut eligibility = eligibility(&inputs, rules);
    let found = choose(&inputs, rules, &mut eligibility.space);
    let space = &eligibility.space;
    let left_out_excluded = usize::try_from(left_out.excluded).unwrap_or(usize::MAX);
    let truncated = found.truncated || left_out.truncated;
    let outcome = Outcome {
        inputs: &inputs,
        rules,
        space,
        plan: &found.plan,
        missing: &found.missing,
        dropped_incomplete: found.dropped_incomplete,
        fitted: found.fitted,
        opened: found.opened,
        truncated,
        exclusions: &eligibility.exclusions,
        unlisted: eligibility
            .locations_unlisted
            .saturating_add(left_out_excluded),
        eligible_left_out: left_out.eligible,
    };
    let unlisted = eligibility
        .exclusions_unlisted
        .saturating_add(left_out_excluded);
    Decision {
        engine: ENGINE,
        assignments: assignments(space, &found.plan),
        explanation: explain(&outcome),
        unplaced: if found.dropped_incomplete {
            unplaced(space, &found.plan)
        } else {
            found.missing
        },
        exclusions: eligibility.exclusions,
        exclusions_unlisted: u32::try_from(unlisted).unwrap_or(u32::MAX),
        truncated,
        attempt: 1,
        inputs,
    }
}

fn assignments(space: &SearchSpace<'_>, plan: &Plan) -> Vec<Assignment> {
    let mut assignments: Vec<(usize, Assignment)> = Vec::with_capacity(plan.orders);
    for (source, want, units) in &plan.allocations {
        let candidate = space.sources[*source].candidate;
        if assignments.last().is_none_or(|(last, _)| last != source) {
            let (location, untracked) = (candidate.location.clone(), candidate.untracked);
            assignments.push((
                *source,
                Assignment {
                    location,
                    untracked,
                    lines: Vec::new(),
                },
            ));
        }
        let Some((_, assignment)) = assignments.last_mut() else {
            continue;
        };
        let line = &space.demands[*want].demand.line;
        let units = u32::try_from(*units).unwrap_or(u32::MAX);
        match assignment.lines.iter_mut().find(|(named, _)| named == line) {
            Some((_, sum)) => *sum = sum.saturating_add(units),
            None => assignment.lines.push((line.clone(), units)),
        }
    }
    assignments
        .into_iter()
        .map(|(_, assignment)| assignment)
        .collect()
}
