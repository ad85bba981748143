//! What a combination of locations could reach at best, so that the search leaves out what cannot be better.

use super::{
    eligibility::{IndexedDemand, SearchSpace},
    rank::Placed,
};

/// Sums over the sources from each one on, for telling what a combination could reach at best. Tables are flat:
/// source, then SKU, then a column for all tiers and one for each.
pub(super) struct Bounds<'p> {
    space: &'p SearchSpace<'p>,
    columns: usize,
    /// The most that one source from here on supplies.
    largest: Vec<u64>,
    /// What all sources from here on supply.
    sum: Vec<u64>,
    /// The lowest priority from here on.
    priority: Vec<u64>,
    /// Splits that any plan has which places everything.
    splits: u64,
}

impl<'p> Bounds<'p> {
    pub(super) fn new(space: &'p SearchSpace<'p>, open: usize) -> Self {
        let columns = space.tiers.saturating_add(1);
        let width = space.demanded.len().saturating_mul(columns);
        let size = width.saturating_mul(open.saturating_add(1));
        let (mut largest, mut sum) = (vec![0_u64; size], vec![0_u64; size]);
        let mut priority = vec![u64::MAX; open.saturating_add(1)];
        for source in (0..open).rev() {
            let here = source.saturating_mul(width);
            let beyond = here.saturating_add(width);
            largest.copy_within(beyond..beyond.saturating_add(width), here);
            sum.copy_within(beyond..beyond.saturating_add(width), here);
            let it = &space.sources[source];
            for (sku, supply) in it.supply.iter().enumerate() {
                for column in [0, it.tier.saturating_add(1)] {
                    let cell = here
                        .saturating_add(sku.saturating_mul(columns))
                        .saturating_add(column);
                    largest[cell] = largest[cell].max(*supply);
                    sum[cell] = sum[cell].saturating_add(*supply);
                }
            }
            priority[source] =
                priority[source.saturating_add(1)].min(u64::from(it.candidate.priority));
        }
        let splits = fewest_splits(space, open);
        Self {
            space,
            columns,
            largest,
            sum,
            priority,
            splits,
        }
    }

    pub(super) fn width(&self) -> usize {
        self.space.demanded.len().saturating_mul(self.columns)
    }

    pub(super) fn add(&self, sums: &mut [u64], source: usize) {
        let it = &self.space.sources[source];
        for (sku, supply) in it.supply.iter().enumerate() {
            for column in [0, it.tier.saturating_add(1)] {
                let cell = sku.saturating_mul(self.columns).saturating_add(column);
                sums[cell] = sums[cell].saturating_add(*supply);
            }
        }
    }

    /// The most that can be placed with what is chosen and `missing` more sources from `from` on.
    pub(super) fn most(&self, sums: &[u64], from: usize, missing: usize) -> Placed {
        let here = from.saturating_mul(self.width());
        let more = u64::try_from(missing).unwrap_or(u64::MAX);
        let mut placed = vec![0_u64; self.columns];
        for (sku, demanded) in self.space.demanded.iter().enumerate() {
            for (column, placed) in placed.iter_mut().enumerate() {
                let cell = sku.saturating_mul(self.columns).saturating_add(column);
                let beyond = here.saturating_add(cell);
                let added = self.largest[beyond]
                    .saturating_mul(more)
                    .min(self.sum[beyond]);
                *placed = placed.saturating_add(sums[cell].saturating_add(added).min(*demanded));
            }
        }
        // What one tier supply, no other does: only so much is left for the tiers after it.
        let mut left = placed[0];
        for tier in placed.iter_mut().skip(1) {
            *tier = left.min(*tier);
            left = left.saturating_sub(*tier);
        }
        placed
    }

    pub(super) fn least_priority(&self, from: usize, missing: usize) -> u64 {
        self.priority[from].saturating_mul(u64::try_from(missing).unwrap_or(u64::MAX))
    }

    /// Splits that every plan has which places that many units.
    pub(super) fn splits_floor(&self, units: u64) -> u64 {
        if units == self.space.total() {
            self.splits
        } else {
            0
        }
    }
}

/// Each line takes at least as many locations as its largest ones needed to hold it.
fn fewest_splits(space: &SearchSpace<'_>, open: usize) -> u64 {
    let splits = |(index, want): (usize, &IndexedDemand<'_>)| {
        let sources = space
            .sources
            .iter()
            .take(open)
            .filter(|source| source.serves[index]);
        let mut stock: Vec<u64> = sources.map(|source| source.stock[want.sku]).collect();
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
    space
        .demands
        .iter()
        .enumerate()
        .map(splits)
        .fold(0, u64::saturating_add)
}
