//! The decision: tiers opened one after the other, and the best plan over what is open.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Assignment, Decision, RoutingInputs, Unplaced,
    allocate::Allocation,
    explain::{Fitted, Outcome, explain},
    fences::{Problem, survey},
    rank::Plan,
    search::{ceiling, search},
};
use crate::ids::{LineId, Sku};

/// Most stock levels and places in the backorder queue that one decision may touch: with the order's state and
/// its commit they are one transaction, which holds 100 items. It bounds a decision's fulfillment orders as well.
pub const WRITES_MAX: usize = 90;

/// Decides which location ships what.
///
/// A lower tier is opened when the tiers above it cannot place everything, and then gives only what they cannot.
/// Over the tiers that are open, the plan is chosen that places most units; of those, the one that takes most
/// from the first tier, then from the second, and so on; then the one with the fewest fulfillment orders, the
/// fewest split lines, the lowest sum of location priorities, and the first locations by priority and id.
///
/// Where lines are not split, a line is placed whole at one location or not at all. An order that ships complete
/// is placed whole or not at all. Should a plan touch more than [`WRITES_MAX`] items, one with whole lines is
/// taken that places everything; if there is none, lines are left out, those in most places first.
///
/// Total and deterministic: `route(&decision.inputs)` is `decision`, apart from the attempt.
pub fn route(inputs: &RoutingInputs) -> Decision {
    let mut survey = survey(inputs);
    let mut choice = choose(inputs, &survey.problem);
    let mut fitted = None;
    if survey.problem.split_lines && writes(&survey.problem, &choice.plan.gifts) > WRITES_MAX {
        survey.problem.keep_lines_whole();
        let whole = choose(inputs, &survey.problem);
        if whole.plan.units() == survey.problem.total() {
            choice = whole;
            fitted = Some(Fitted::LinesKeptWhole);
        } else {
            choice.plan = trim(&survey.problem, choice.plan);
            fitted = Some(Fitted::LinesLeftOut);
        }
    }
    let problem = &survey.problem;
    let incomplete = choice.plan.units() < problem.total();
    let missing = unplaced(problem, &choice.plan);
    let withheld = inputs.ship_complete && incomplete;
    let plan = if withheld {
        Plan::nothing(problem)
    } else {
        choice.plan
    };
    let outcome = Outcome {
        inputs,
        problem,
        plan: &plan,
        missing: &missing,
        withheld,
        fitted,
        opened: choice.opened,
        truncated: choice.truncated,
        fences: &survey.fences,
        unlisted: survey.unlisted,
    };
    Decision {
        inputs: inputs.clone(),
        assignments: assignments(problem, &plan),
        explanation: explain(&outcome),
        unplaced: if withheld {
            unplaced(problem, &plan)
        } else {
            missing
        },
        fences: survey.fences,
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

fn choose(inputs: &RoutingInputs, problem: &Problem<'_>) -> Choice {
    let limit = usize::try_from(inputs.rules.split_limit)
        .unwrap_or(usize::MAX)
        .min(WRITES_MAX);
    let mut choice = Choice {
        plan: Plan::nothing(problem),
        opened: 0,
        truncated: false,
    };
    let last = problem.sites.last().map_or(0, |site| site.tier);
    for tier in 0..problem.tiers {
        choice.opened = tier;
        let open = problem.open(tier);
        // Searching tiers that cannot place everything is in vain while another one is to be opened.
        let enough = ceiling(problem, open)
            .first()
            .is_some_and(|units| *units >= problem.total());
        if !enough && tier < last || open == 0 {
            continue;
        }
        if tier <= last {
            let (plan, truncated) =
                search(problem, open, limit, inputs.rules.search_limit, choice.plan);
            choice.plan = plan;
            choice.truncated |= truncated;
        }
        if choice.plan.units() >= problem.total() {
            break;
        }
    }
    choice
}

/// Stock levels that gifts touch, and lines, each of which may have a place in the backorder queue.
fn writes(problem: &Problem<'_>, gifts: &[(usize, usize, u64)]) -> usize {
    let level = |(site, want, _): &(usize, usize, u64)| (*site, problem.wants[*want].sku);
    let levels: BTreeSet<(usize, usize)> = gifts.iter().map(level).collect();
    levels.len().saturating_add(problem.wants.len())
}

/// The plan without the lines that do not fit.
fn trim(problem: &Problem<'_>, plan: Plan) -> Plan {
    let of = |want: usize| {
        plan.gifts
            .iter()
            .copied()
            .filter(move |(_, for_want, _)| *for_want == want)
    };
    let mut wants: Vec<usize> = (0..problem.wants.len()).collect();
    wants.sort_by_key(|want| (of(*want).count(), *want));
    let mut gifts: Vec<(usize, usize, u64)> = Vec::new();
    for want in wants {
        let kept = gifts.len();
        gifts.extend(of(want));
        if writes(problem, &gifts) > WRITES_MAX {
            gifts.truncate(kept);
        }
    }
    gifts.sort_unstable();
    Plan::new(
        problem,
        Allocation {
            gifts,
            truncated: plan.truncated,
        },
    )
}

fn assignments(problem: &Problem<'_>, plan: &Plan) -> Vec<Assignment> {
    let mut assignments: Vec<(usize, Assignment)> = Vec::with_capacity(plan.orders);
    for (site, want, units) in &plan.gifts {
        let candidate = problem.sites[*site].candidate;
        if assignments.last().is_none_or(|(last, _)| last != site) {
            let (location, untracked) = (candidate.location.clone(), candidate.untracked);
            assignments.push((
                *site,
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
        let line = &problem.wants[*want].demand.line;
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
fn unplaced(problem: &Problem<'_>, plan: &Plan) -> Vec<Unplaced> {
    let mut rest: Vec<u64> = problem.wants.iter().map(|want| want.units).collect();
    for (_, want, units) in &plan.gifts {
        rest[*want] = rest[*want].saturating_sub(*units);
    }
    let mut places: BTreeMap<(&LineId, &Sku), usize> = BTreeMap::new();
    let mut unplaced: Vec<Unplaced> = Vec::new();
    for (want, units) in problem
        .wants
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
