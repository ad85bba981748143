//! The search over combinations of 1, 2, 3 ... locations. It is exact: combinations are left out only where
//! arithmetic shows that they cannot be better than the best found. It looks at a bounded number of them, and
//! says so when it stops early.

use std::cmp::Ordering;

use super::{
    allocate::allocate,
    bounds::Bounds,
    eligibility::SearchSpace,
    rank::{Placed, Plan},
};

/// Finds the best plan over the first `open` sources with at most `limit` fulfillment orders, starting from a plan
/// that is known already. True when it stopped at `budget` combinations.
pub(super) fn search(
    space: &SearchSpace<'_>,
    open: usize,
    limit: usize,
    budget: u32,
    best: Plan,
) -> (Plan, bool) {
    let bounds = Bounds::new(space, open);
    let mut search = Search {
        space,
        open,
        bounds,
        budget,
        out: false,
        best,
        size: 0,
    };
    for by_tier in [true, false] {
        search.greedy(limit, by_tier);
    }
    for size in 1..=limit.min(open) {
        search.size = size;
        let nothing = Partial {
            chosen: Vec::with_capacity(size),
            priority: 0,
            sums: vec![0; search.bounds.width()],
        };
        search.extend(nothing, 0);
    }
    let truncated = search.out || search.best.truncated;
    (search.best, truncated)
}

/// The most that the first `open` sources could supply, were there no split limit.
pub(super) fn ceiling(space: &SearchSpace<'_>, open: usize) -> Placed {
    let bounds = Bounds::new(space, open);
    bounds.most(&vec![0; bounds.width()], 0, open)
}

struct Search<'p> {
    space: &'p SearchSpace<'p>,
    open: usize,
    bounds: Bounds<'p>,
    /// Combinations that may still be looked at.
    budget: u32,
    /// Whether the budget ran out with something left to look at.
    out: bool,
    best: Plan,
    /// Locations in the combinations of this round.
    size: usize,
}

/// The beginning of a combination.
#[derive(Clone)]
struct Partial {
    chosen: Vec<usize>,
    priority: u64,
    /// What the chosen sources could supply, per SKU and tier.
    sums: Vec<u64>,
}

impl Search<'_> {
    fn offer(&mut self, chosen: &[usize]) {
        let plan = Plan::new(self.space, allocate(self.space, chosen));
        if plan.beats(&self.best) {
            self.best = plan;
        }
    }

    /// A good plan to begin with, and to end with when the search stops early: always the location that adds
    /// most, either of all or of the highest tier that can still add something.
    fn greedy(&mut self, limit: usize, by_tier: bool) {
        let mut rest = self.space.demanded.clone();
        let mut chosen: Vec<usize> = Vec::new();
        while chosen.len() < limit {
            let gain = |source: usize| {
                let supply = self.space.sources[source].supply.iter().zip(&rest);
                supply
                    .map(|(supply, rest)| *supply.min(rest))
                    .fold(0, u64::saturating_add)
            };
            let tier = |source: usize| {
                if by_tier {
                    self.space.sources[source].tier
                } else {
                    0
                }
            };
            let useful = (0..self.open)
                .filter(|source| !chosen.contains(source))
                .map(|source| (source, gain(source)));
            let best = useful
                .filter(|(_, gain)| *gain > 0)
                .min_by_key(|(source, gain)| (tier(*source), std::cmp::Reverse(*gain), *source));
            let Some((source, _)) = best else { break };
            for (supply, rest) in self.space.sources[source].supply.iter().zip(&mut rest) {
                *rest = rest.saturating_sub(*supply);
            }
            chosen.push(source);
        }
        chosen.sort_unstable();
        self.offer(&chosen);
    }

    /// Looks at every combination of this round that begins with `partial` and goes on with sources from `from`.
    fn extend(&mut self, partial: Partial, from: usize) {
        let missing = self.size.saturating_sub(partial.chosen.len());
        if missing == 0 {
            self.offer(&partial.chosen);
            return;
        }
        for source in from..=self.open.saturating_sub(missing) {
            // What the sources from here on could add only shrinks, so once it is too little, it stays so.
            if self.out || !self.can_be_better(&partial, source, missing) {
                return;
            }
            let Some(budget) = self.budget.checked_sub(1) else {
                self.out = true;
                return;
            };
            self.budget = budget;
            let mut next = partial.clone();
            next.chosen.push(source);
            next.priority = next
                .priority
                .saturating_add(u64::from(self.space.sources[source].candidate.priority));
            self.bounds.add(&mut next.sums, source);
            self.extend(next, source.saturating_add(1));
        }
    }

    /// Whether a combination that begins with `partial` and takes `missing` more sources from `from` on could be
    /// better than the best plan.
    fn can_be_better(&self, partial: &Partial, from: usize, missing: usize) -> bool {
        let placed = self.bounds.most(&partial.sums, from, missing);
        let best = &self.best;
        let floor = self.bounds.splits_floor(best.units());
        let priority = self
            .bounds
            .least_priority(from, missing)
            .saturating_add(partial.priority);
        let first = partial
            .chosen
            .iter()
            .copied()
            .chain(from..from.saturating_add(missing));
        // Round by round, plans have as many fulfillment orders as the round has locations: a plan that leaves
        // one out was looked at in an earlier round.
        let by_rule = placed
            .cmp(&best.placed)
            .then_with(|| best.orders.cmp(&self.size))
            .then_with(|| best.splits.cmp(&floor))
            .then_with(|| best.priority.cmp(&priority))
            .then_with(|| best.sources.iter().copied().cmp(first));
        by_rule == Ordering::Greater
    }
}
