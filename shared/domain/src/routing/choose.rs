//! The plan over a space: tiers are opened one after the other, and the best plan over the open ones is taken, so far as
//! it fits one transaction.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    RoutingInputs, Unplaced,
    allocate::Allocation,
    eligibility::SearchSpace,
    explain::Fitted,
    rank::Plan,
    search::{ceiling, search},
};
use crate::{
    ids::{LineId, Sku},
    location::RoutingRules,
    order::{ITEMS_OF_EVERY_CHANGE, TRANSACTION_ITEMS_MAX},
};

/// Most stock levels and backorders that one decision, or one part of a cancellation, may write. It bounds a decision's fulfillment orders as well.
pub const WRITES_MAX: usize =
    TRANSACTION_ITEMS_MAX - ITEMS_OF_EVERY_CHANGE - ITEMS_FOR_REFERENCES_AND_EFFECTS;
/// Items of a transaction that are left for references and effects.
const ITEMS_FOR_REFERENCES_AND_EFFECTS: usize = 8;

/// The plan for some inputs, and how it was come to.
pub(super) struct Found {
    pub(super) plan: Plan,
    /// What no location can supply.
    pub(super) missing: Vec<Unplaced>,
    /// Whether the plan was dropped because the order ships complete.
    pub(super) dropped_incomplete: bool,
    pub(super) fitted: Option<Fitted>,
    pub(super) opened: usize,
    pub(super) truncated: bool,
}

/// Chooses the plan over the space of these inputs.
pub(super) fn choose(
    inputs: &RoutingInputs,
    rules: &RoutingRules,
    space: &mut SearchSpace<'_>,
) -> Found {
    let mut choice = over_tiers(rules, space);
    let mut fitted = None;
    if space.split_lines && writes(space, &choice.plan.allocations) > WRITES_MAX {
        space.keep_lines_whole();
        let whole = over_tiers(rules, space);
        if whole.plan.units() == space.total() {
            choice = whole;
            fitted = Some(Fitted::LinesKeptWhole);
        } else {
            choice.plan = trim(space, choice.plan);
            fitted = Some(Fitted::LinesLeftOut);
        }
    }
    let incomplete = choice.plan.units() < space.total();
    let missing = unplaced(space, &choice.plan);
    let dropped_incomplete = inputs.ship_complete && incomplete;
    Found {
        plan: if dropped_incomplete {
            Plan::nothing(space)
        } else {
            choice.plan
        },
        missing,
        dropped_incomplete,
        fitted,
        opened: choice.opened,
        truncated: choice.truncated,
    }
}

/// A plan and how it was come to.
struct Choice {
    plan: Plan,
    /// The last tier that was opened.
    opened: usize,
    truncated: bool,
}

fn over_tiers(rules: &RoutingRules, space: &SearchSpace<'_>) -> Choice {
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

/// What the plan does not place, by line, in the order's own order.
pub(super) fn unplaced(space: &SearchSpace<'_>, plan: &Plan) -> Vec<Unplaced> {
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
