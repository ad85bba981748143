//! Ranking: which of two plans is better. An ordered list of integers, never a weighted sum, so that each
//! decision can be explained in a sentence.

use std::cmp::{Ordering, Reverse};

use super::{allocate::Allocation, eligibility::SearchSpace};

/// What a plan places: units in all, then units in each tier. Compared in this order: to place more comes first,
/// and of two plans that place as much, the one that takes more from the higher tiers is better.
pub(super) type Placed = Vec<u64>;

/// A plan and what it is ranked by.
#[derive(Clone)]
pub(super) struct Plan {
    pub(super) placed: Placed,
    /// Fulfillment orders; fewer is better.
    pub(super) orders: usize,
    /// Lines that come from more than one location, counted once for each location beyond the first.
    pub(super) splits: u64,
    /// Sum of the locations' priorities; lower is better.
    pub(super) priority: u64,
    /// The locations, by their places in the ranking of sources; the first difference is the last tie-break.
    pub(super) sources: Vec<usize>,
    /// Source, demand, units; by source, then demand.
    pub(super) allocations: Vec<(usize, usize, u64)>,
    /// Whether the allocation gave up at its limit.
    pub(super) truncated: bool,
}

impl Plan {
    /// The plan that places nothing.
    pub(super) fn nothing(space: &SearchSpace<'_>) -> Self {
        Self {
            placed: vec![0; space.tiers.saturating_add(1)],
            orders: 0,
            splits: 0,
            priority: 0,
            sources: Vec::new(),
            allocations: Vec::new(),
            truncated: false,
        }
    }

    /// The plan that an allocation is.
    pub(super) fn new(space: &SearchSpace<'_>, allocation: Allocation) -> Self {
        let mut plan = Self::nothing(space);
        let mut locations = vec![0_u64; space.demands.len()];
        for (source, want, units) in &allocation.allocations {
            let tier = space.sources[*source].tier.saturating_add(1);
            plan.placed[0] = plan.placed[0].saturating_add(*units);
            plan.placed[tier] = plan.placed[tier].saturating_add(*units);
            locations[*want] = locations[*want].saturating_add(1);
            if plan.sources.last() != Some(source) {
                plan.sources.push(*source);
                let priority = u64::from(space.sources[*source].candidate.priority);
                plan.priority = plan.priority.saturating_add(priority);
            }
        }
        plan.orders = plan.sources.len();
        plan.splits = locations
            .iter()
            .map(|n| n.saturating_sub(1))
            .fold(0, u64::saturating_add);
        plan.allocations = allocation.allocations;
        plan.truncated = allocation.truncated;
        plan
    }

    /// Units placed in all.
    pub(super) fn units(&self) -> u64 {
        self.placed.first().copied().unwrap_or(0)
    }

    /// Whether this plan is strictly better.
    pub(super) fn beats(&self, other: &Self) -> bool {
        self.score().cmp(&other.score()) == Ordering::Greater
    }

    fn score(&self) -> impl Ord + '_ {
        (
            &self.placed,
            Reverse(self.orders),
            Reverse(self.splits),
            Reverse(self.priority),
            Reverse(&self.sources),
        )
    }
}
