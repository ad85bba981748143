//! The search over combinations of 1, 2, 3 ... locations. It is exact: combinations are left out only where
//! arithmetic shows that they cannot be better than the best found. It looks at a bounded number of them, and
//! says so when it stops early.

use std::cmp::Ordering;

use super::{
    allocate::allocate,
    fences::Problem,
    rank::{Placed, Plan},
};

/// Finds the best plan over the first `open` sites with at most `limit` fulfillment orders, starting from a plan
/// that is known already. True when it stopped at `budget` combinations.
pub(super) fn search(
    problem: &Problem<'_>,
    open: usize,
    limit: usize,
    budget: u32,
    best: Plan,
) -> (Plan, bool) {
    let bounds = Bounds::new(problem, open);
    let mut search = Search {
        problem,
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

/// The most that the first `open` sites could give, were there no split limit.
pub(super) fn ceiling(problem: &Problem<'_>, open: usize) -> Placed {
    let bounds = Bounds::new(problem, open);
    bounds.most(&vec![0; bounds.width()], 0, open)
}

struct Search<'p> {
    problem: &'p Problem<'p>,
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
    /// What the chosen sites could give, per SKU and tier.
    sums: Vec<u64>,
}

impl Search<'_> {
    fn offer(&mut self, chosen: &[usize]) {
        let plan = Plan::new(self.problem, allocate(self.problem, chosen));
        if plan.beats(&self.best) {
            self.best = plan;
        }
    }

    /// A good plan to begin with, and to end with when the search stops early: always the location that adds
    /// most, either of all or of the highest tier that can still add something.
    fn greedy(&mut self, limit: usize, by_tier: bool) {
        let mut rest = self.problem.demanded.clone();
        let mut chosen: Vec<usize> = Vec::new();
        while chosen.len() < limit {
            let gain = |site: usize| {
                let gives = self.problem.sites[site].gives.iter().zip(&rest);
                gives
                    .map(|(gives, rest)| *gives.min(rest))
                    .fold(0, u64::saturating_add)
            };
            let tier = |site: usize| {
                if by_tier {
                    self.problem.sites[site].tier
                } else {
                    0
                }
            };
            let useful = (0..self.open)
                .filter(|site| !chosen.contains(site))
                .map(|site| (site, gain(site)));
            let best = useful
                .filter(|(_, gain)| *gain > 0)
                .min_by_key(|(site, gain)| (tier(*site), std::cmp::Reverse(*gain), *site));
            let Some((site, _)) = best else { break };
            for (gives, rest) in self.problem.sites[site].gives.iter().zip(&mut rest) {
                *rest = rest.saturating_sub(*gives);
            }
            chosen.push(site);
        }
        chosen.sort_unstable();
        self.offer(&chosen);
    }

    /// Looks at every combination of this round that begins with `partial` and goes on with sites from `from`.
    fn extend(&mut self, partial: Partial, from: usize) {
        let missing = self.size.saturating_sub(partial.chosen.len());
        if missing == 0 {
            self.offer(&partial.chosen);
            return;
        }
        for site in from..=self.open.saturating_sub(missing) {
            // What the sites from here on could add only shrinks, so once it is too little, it stays so.
            if self.out || !self.promises(&partial, site, missing) {
                return;
            }
            let Some(budget) = self.budget.checked_sub(1) else {
                self.out = true;
                return;
            };
            self.budget = budget;
            let mut next = partial.clone();
            next.chosen.push(site);
            next.priority = next
                .priority
                .saturating_add(u64::from(self.problem.sites[site].candidate.priority));
            self.bounds.add(&mut next.sums, site);
            self.extend(next, site.saturating_add(1));
        }
    }

    /// Whether a combination that begins with `partial` and takes `missing` more sites from `from` on could be
    /// better than the best plan.
    fn promises(&self, partial: &Partial, from: usize, missing: usize) -> bool {
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
            .then_with(|| best.sites.iter().copied().cmp(first));
        by_rule == Ordering::Greater
    }
}

/// Sums over the sites from each one on, for telling what a combination could reach at best. Tables are flat:
/// site, then SKU, then a column for all tiers and one for each.
struct Bounds<'p> {
    problem: &'p Problem<'p>,
    columns: usize,
    /// The most that one site from here on gives.
    largest: Vec<u64>,
    /// What all sites from here on give.
    sum: Vec<u64>,
    /// The lowest priority from here on.
    priority: Vec<u64>,
    /// Splits that any plan has which places everything.
    splits: u64,
}

impl<'p> Bounds<'p> {
    fn new(problem: &'p Problem<'p>, open: usize) -> Self {
        let columns = problem.tiers.saturating_add(1);
        let width = problem.demanded.len().saturating_mul(columns);
        let size = width.saturating_mul(open.saturating_add(1));
        let (mut largest, mut sum) = (vec![0_u64; size], vec![0_u64; size]);
        let mut priority = vec![u64::MAX; open.saturating_add(1)];
        for site in (0..open).rev() {
            let here = site.saturating_mul(width);
            let beyond = here.saturating_add(width);
            largest.copy_within(beyond..beyond.saturating_add(width), here);
            sum.copy_within(beyond..beyond.saturating_add(width), here);
            let it = &problem.sites[site];
            for (sku, gives) in it.gives.iter().enumerate() {
                for column in [0, it.tier.saturating_add(1)] {
                    let cell = here
                        .saturating_add(sku.saturating_mul(columns))
                        .saturating_add(column);
                    largest[cell] = largest[cell].max(*gives);
                    sum[cell] = sum[cell].saturating_add(*gives);
                }
            }
            priority[site] = priority[site.saturating_add(1)].min(u64::from(it.candidate.priority));
        }
        let splits = fewest_splits(problem, open);
        Self {
            problem,
            columns,
            largest,
            sum,
            priority,
            splits,
        }
    }

    fn width(&self) -> usize {
        self.problem.demanded.len().saturating_mul(self.columns)
    }

    fn add(&self, sums: &mut [u64], site: usize) {
        let it = &self.problem.sites[site];
        for (sku, gives) in it.gives.iter().enumerate() {
            for column in [0, it.tier.saturating_add(1)] {
                let cell = sku.saturating_mul(self.columns).saturating_add(column);
                sums[cell] = sums[cell].saturating_add(*gives);
            }
        }
    }

    /// The most that can be placed with what is chosen and `missing` more sites from `from` on.
    fn most(&self, sums: &[u64], from: usize, missing: usize) -> Placed {
        let here = from.saturating_mul(self.width());
        let more = u64::try_from(missing).unwrap_or(u64::MAX);
        let mut placed = vec![0_u64; self.columns];
        for (sku, demanded) in self.problem.demanded.iter().enumerate() {
            for (column, placed) in placed.iter_mut().enumerate() {
                let cell = sku.saturating_mul(self.columns).saturating_add(column);
                let beyond = here.saturating_add(cell);
                let added = self.largest[beyond]
                    .saturating_mul(more)
                    .min(self.sum[beyond]);
                *placed = placed.saturating_add(sums[cell].saturating_add(added).min(*demanded));
            }
        }
        // What one tier gives, no other does: only so much is left for the tiers after it.
        let mut left = placed[0];
        for tier in placed.iter_mut().skip(1) {
            *tier = left.min(*tier);
            left = left.saturating_sub(*tier);
        }
        placed
    }

    fn least_priority(&self, from: usize, missing: usize) -> u64 {
        self.priority[from].saturating_mul(u64::try_from(missing).unwrap_or(u64::MAX))
    }

    /// Splits that every plan has which places that many units.
    fn splits_floor(&self, units: u64) -> u64 {
        if units == self.problem.total() {
            self.splits
        } else {
            0
        }
    }
}

/// Each line takes at least as many locations as its largest ones needed to hold it.
fn fewest_splits(problem: &Problem<'_>, open: usize) -> u64 {
    let splits = |(index, want): (usize, &super::fences::Want<'_>)| {
        let sites = problem
            .sites
            .iter()
            .take(open)
            .filter(|site| site.serves[index]);
        let mut stock: Vec<u64> = sites.map(|site| site.stock[want.sku]).collect();
        stock.sort_unstable_by_key(|units| std::cmp::Reverse(*units));
        let mut need = want.units;
        let mut taken = 0_u64;
        for units in stock {
            if need == 0 {
                break;
            }
            need = need.saturating_sub(units);
            taken = taken.saturating_add(1);
        }
        taken.saturating_sub(1)
    };
    problem
        .wants
        .iter()
        .enumerate()
        .map(splits)
        .fold(0, u64::saturating_add)
}
