//! Which candidates a decision is made from and stored with. An order is routed in a network of any size, and its commit
//! must stay small: the locations in the best plan are kept, the next best ones, and a few that explain something.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use super::{
    Available, Candidate, Demand, LeftOut, RoutingInputs,
    choose::choose,
    eligibility::{eligibility, ranked},
};
use crate::{
    ids::{LocationId, Sku},
    location::RoutingRules,
};

/// Most locations with something to supply that a decision stores, unless its plan has more.
pub const ELIGIBLE_MAX: usize = 24;
/// Most locations without anything to supply that a decision stores.
pub const EXCLUDED_MAX: usize = 8;
/// Most countries of a candidate that are stored. Of a longer list, one is: the destination, or any other.
const COUNTRIES_MAX: usize = 8;

/// The inputs that are decided and stored: each location once, best first, and of a large network those that matter.
///
/// Of its own result it returns the same, so that a stored decision replays: inputs that have left something out are
/// not shortened again, and those that have not were within the bounds.
pub(super) fn shortlist(inputs: &RoutingInputs, rules: &RoutingRules) -> RoutingInputs {
    let mut inputs = canonical(inputs, rules);
    if inputs.left_out.is_none()
        && let Some((kept, left_out)) = kept(&inputs, rules)
    {
        inputs.candidates.retain(|c| kept.contains(&c.location));
        inputs.left_out = Some(left_out);
        avoid_only_candidates(&mut inputs);
    }
    inputs
}

/// The locations to keep, and what is left out; none when all are within the bounds.
fn kept(inputs: &RoutingInputs, rules: &RoutingRules) -> Option<(BTreeSet<LocationId>, LeftOut)> {
    let mut eligible = eligibility(inputs, rules);
    let sources: Vec<&LocationId> = eligible
        .space
        .sources
        .iter()
        .map(|source| &source.candidate.location)
        .collect();
    let mut excluded = std::mem::take(&mut eligible.excluded);
    // Without anything to place, a location is neither.
    let neither = inputs.candidates.len() > sources.len().saturating_add(excluded.len());
    if sources.len() <= ELIGIBLE_MAX && excluded.len() <= EXCLUDED_MAX && !neither {
        return None;
    }
    // Stable: those that explain as much come in the order of the ranking.
    excluded.sort_by_key(|(_, code)| Reverse(code.weight()));
    let mut kept: BTreeSet<LocationId> = excluded
        .iter()
        .take(EXCLUDED_MAX)
        .map(|(location, _)| (*location).clone())
        .collect();
    let mut left_out = LeftOut {
        eligible: 0,
        excluded: count(excluded.len().saturating_sub(EXCLUDED_MAX)),
        truncated: false,
    };
    let mut chosen: BTreeSet<LocationId> = BTreeSet::new();
    if sources.len() > ELIGIBLE_MAX {
        let sources: Vec<LocationId> = sources.into_iter().cloned().collect();
        let found = choose(inputs, rules, &mut eligible.space);
        left_out.truncated = found.truncated;
        chosen.extend(
            found
                .plan
                .sources
                .iter()
                .map(|index| sources[*index].clone()),
        );
        for location in &sources {
            if chosen.len() >= ELIGIBLE_MAX {
                break;
            }
            chosen.insert(location.clone());
        }
        left_out.eligible = count(sources.len().saturating_sub(chosen.len()));
    } else {
        chosen.extend(sources.into_iter().cloned());
    }
    kept.extend(chosen);
    Some((kept, left_out))
}

/// The same inputs with each location once, best first, and nothing in them that no decision looks at.
fn canonical(inputs: &RoutingInputs, rules: &RoutingRules) -> RoutingInputs {
    let demanded: BTreeSet<&Sku> = inputs.demands.iter().map(|demand| &demand.sku).collect();
    let candidates = ranked(inputs, rules).into_iter();
    let candidates = candidates.map(|(_, candidate)| Candidate {
        ships_to: countries(candidate, &inputs.destination.country),
        stock: stock(candidate, &demanded),
        ..candidate.clone()
    });
    let mut inputs = RoutingInputs {
        candidates: candidates.collect(),
        ..inputs.clone()
    };
    avoid_only_candidates(&mut inputs);
    inputs
}

/// The demanded SKUs in their order. Should one be named twice, the smaller number counts.
fn stock(candidate: &Candidate, demanded: &BTreeSet<&Sku>) -> Vec<Available> {
    let mut stock: BTreeMap<&Sku, &Available> = BTreeMap::new();
    let numbers = |a: &Available| (a.units, a.withheld, a.queued_ahead);
    for available in candidate.stock.iter().filter(|a| demanded.contains(&a.sku)) {
        let kept = stock.entry(&available.sku).or_insert(available);
        if numbers(available) < numbers(kept) {
            *kept = available;
        }
    }
    let stored = |available: &Available| Available {
        // It explains why a location without units to give is not used.
        withheld: if available.units > 0 {
            0
        } else {
            available.withheld
        },
        ..available.clone()
    };
    stock.into_values().map(stored).collect()
}

fn countries(candidate: &Candidate, destination: &String) -> Vec<String> {
    let all = &candidate.ships_to;
    if all.len() <= COUNTRIES_MAX {
        all.clone()
    } else if all.contains(destination) {
        vec![destination.clone()]
    } else {
        all.iter().take(1).cloned().collect()
    }
}

/// A line's refusals by locations that are no candidates say nothing.
fn avoid_only_candidates(inputs: &mut RoutingInputs) {
    let RoutingInputs {
        demands,
        candidates,
        ..
    } = inputs;
    let known: BTreeSet<&LocationId> = candidates.iter().map(|c| &c.location).collect();
    for Demand { avoid, .. } in demands {
        avoid.retain(|location| known.contains(location));
        avoid.sort_unstable();
        avoid.dedup();
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
