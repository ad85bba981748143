//! The decision: tiers are opened one after the other, and the best plan over the open ones is taken.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Assignment, Decision, RoutingInputs, Unplaced,
    allocate::Allocation,
    eligibility::{SearchSpace, eligibility},
    explain::{Fitted, Outcome, explain},
    rank::Plan,
    search::{ceiling, search},
};
use crate::{
    ids::{LineId, Sku},
    location::RoutingRules,
    order::{ITEMS_OF_EVERY_CHANGE, TRANSACTION_ITEMS_MAX},
};

/// The engine that this build contains. Raised when the same inputs and rules may give another decision.
pub const ENGINE: u32 = 1;

/// Most stock levels and backorders that one decision may write. It bounds a decision's fulfillment orders as well.
pub const WRITES_MAX: usize =
    TRANSACTION_ITEMS_MAX - ITEMS_OF_EVERY_CHANGE - ITEMS_FOR_REFERENCES_AND_EFFECTS;
/// Items of a transaction that are left for references and effects.
const ITEMS_FOR_REFERENCES_AND_EFFECTS: usize = 8;

/// Decides which location ships what.
///
/// A lower tier is opened when the tiers above it cannot place everything, and then supplies only what they cannot.
/// Over the tiers that are open, the plan is chosen that places most units; of those, the one that takes most
/// from the first tier, then from the second, and so on; then the one with the fewest fulfillment orders, the
/// fewest split lines, the lowest sum of location priorities, and the first locations by priority and id.
///
/// Where lines are not split, a line is placed whole at one location or not at all. An order that ships complete
/// is placed whole or not at all. Should a plan touch more than [`WRITES_MAX`] items, one with whole lines is
/// taken that places everything; if there is none, lines are left out, those in most places first.
///
/// Total and deterministic: the same inputs and rules give the same decision, see [`replay`](super::replay()).
pub fn route(inputs: &RoutingInputs, rules: &RoutingRules) -> Decision {
    let mut eligibility = eligibility(inputs, rules);
    let mut choice = choose(rules, &eligibility.space);
    let mut fitted = None;
    if eligibility.space.split_lines
        && writes(&eligibility.space, &choice.plan.allocations) > WRITES_MAX
    {
        eligibility.space.keep_lines_whole();
        let whole = choose(rules, &eligibility.space);
        if whole.plan.units() == eligibility.space.total() {
            choice = whole;
            fitted = Some(Fitted::LinesKeptWhole);
        } else {
            choice.plan = trim(&eligibility.space, choice.plan);
            fitted = Some(Fitted::LinesLeftOut);
        }
    }
    let space = &eligibility.space;
    let incomplete = choice.plan.units() < space.total();
    let missing = unplaced(space, &choice.plan);
    let dropped_incomplete = inputs.ship_complete && incomplete;
    let plan = if dropped_incomplete {
        Plan::nothing(space)
    } else {
        choice.plan
    };
    let outcome = Outcome {
        inputs,
        rules,
        space,
        plan: &plan,
        missing: &missing,
        dropped_incomplete,
        fitted,
        opened: choice.opened,
        truncated: choice.truncated,
        exclusions: &eligibility.exclusions,
        unlisted: eligibility.unlisted,
    };
    Decision {
        engine: ENGINE,
        inputs: inputs.clone(),
        assignments: assignments(space, &plan),
        explanation: explain(&outcome),
        unplaced: if dropped_incomplete {
            unplaced(space, &plan)
        } else {
            missing
        },
        exclusions: eligibility.exclusions,
        truncated: choice.truncated,
        attempt: 1,
    }
}

/// A plan and how it was come to.
struct Choice {
    plan: Plan,
    /// The last tier that was opened.
    opened: usize,
    truncated: bool,
}

fn choose(rules: &RoutingRules, space: &SearchSpace<'_>) -> Choice {
    let limit = usize::try_from(rules.split_limit)
        .unwrap_or(usize::MAX)
        .min(WRITES_MAX);
    let mut choice = Choice {
        plan: Plan::nothing(space),
        opened: 0,
        truncated: false,
    };
    let last = space.sources.last().map_or(0, |source| source.tier);
    for tier in 0..space.tiers {
        choice.opened = tier;
        let open = space.open(tier);
        // Searching tiers that cannot place everything is in vain while another one is to be opened.
        let enough = ceiling(space, open)
            .first()
            .is_some_and(|units| *units >= space.total());
        if !enough && tier < last || open == 0 {
            continue;
        }
        if tier <= last {
            let (plan, truncated) = search(space, open, limit, rules.search_limit, choice.plan);
            choice.plan = plan;
            choice.truncated |= truncated;
        }
        if choice.plan.units() >= space.total() {
            break;
        }
    }
    choice
}

/// Stock levels that allocations touch, and lines, each of which may have a place in the backorder queue.
fn writes(space: &SearchSpace<'_>, allocations: &[(usize, usize, u64)]) -> usize {
    let level = |(source, want, _): &(usize, usize, u64)| (*source, space.demands[*want].sku);
    let levels: BTreeSet<(usize, usize)> = allocations.iter().map(level).collect();
    levels.len().saturating_add(space.demands.len())
}

/// The plan without the lines that do not fit.
fn trim(space: &SearchSpace<'_>, plan: Plan) -> Plan {
    let of = |want: usize| {
        plan.allocations
            .iter()
            .copied()
            .filter(move |(_, for_want, _)| *for_want == want)
    };
    let mut demands: Vec<usize> = (0..space.demands.len()).collect();
    demands.sort_by_key(|want| (of(*want).count(), *want));
    let mut allocations: Vec<(usize, usize, u64)> = Vec::new();
    for want in demands {
        let kept = allocations.len();
        allocations.extend(of(want));
        if writes(space, &allocations) > WRITES_MAX {
            allocations.truncate(kept);
        }
    }
    allocations.sort_unstable();
    Plan::new(
        space,
        Allocation {
            allocations,
            truncated: plan.truncated,
        },
    )
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

/// What the plan does not place, by line, in the order's own order.
fn unplaced(space: &SearchSpace<'_>, plan: &Plan) -> Vec<Unplaced> {
    let mut rest: Vec<u64> = space.demands.iter().map(|want| want.units).collect();
    for (_, want, units) in &plan.allocations {
        rest[*want] = rest[*want].saturating_sub(*units);
    }
    let mut places: BTreeMap<(&LineId, &Sku), usize> = BTreeMap::new();
    let mut unplaced: Vec<Unplaced> = Vec::new();
    for (want, units) in space
        .demands
        .iter()
        .zip(rest)
        .filter(|(_, units)| *units > 0)
    {
        let units = u32::try_from(units).unwrap_or(u32::MAX);
        let (line, sku) = (&want.demand.line, &want.demand.sku);
        match places
            .get(&(line, sku))
            .and_then(|place| unplaced.get_mut(*place))
        {
            Some(earlier) => earlier.units = earlier.units.saturating_add(units),
            None => {
                places.insert((line, sku), unplaced.len());
                unplaced.push(Unplaced {
                    line: line.clone(),
                    sku: sku.clone(),
                    units,
                });
            }
        }
    }
    unplaced
}
