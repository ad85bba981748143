//! Packing: whole lines of one SKU into locations.

use super::allocate::Grid;

/// Steps after which packing whole lines of one SKU stops at the best result so far.
const PACK_STEPS_MAX: u32 = 500;
/// More lines of one SKU than this are packed without a search.
const PACK_LINES_MAX: usize = 64;

impl Grid<'_> {
    /// Allocates whole lines only. False when it stopped at its limit.
    pub(super) fn pack(&mut self) -> bool {
        let few = self.need.len() <= PACK_LINES_MAX;
        let mut packing = Packing {
            grid: self,
            at: Vec::new(),
            best: None,
            steps: 0,
            out: !few,
        };
        packing.greedy();
        if few {
            packing.go(0);
        }
        let (out, rows) = (
            packing.out,
            packing.best.map(|(_, rows)| rows).unwrap_or_default(),
        );
        for (column, row) in rows.into_iter().enumerate() {
            if let Some(row) = row {
                self.allocate(row, column, self.need[column]);
            }
        }
        !out
    }
}

/// The search for the best way to pack whole lines of one SKU.
struct Packing<'t, 'a> {
    grid: &'t Grid<'a>,
    /// Where the columns before this one went.
    at: Vec<Option<usize>>,
    best: Option<(Vec<u64>, Vec<Option<usize>>)>,
    steps: u32,
    /// Whether it stopped with something left to look at.
    out: bool,
}

impl Packing<'_, '_> {
    /// The largest line first, each into the best ranked location that can take it; with one line, that is the
    /// best there is.
    fn greedy(&mut self) {
        for column in 0..self.grid.need.len() {
            let row = (0..self.grid.sources.len()).find(|row| self.fits(*row, column));
            self.at.push(row);
        }
        let worth = self.worth(0);
        self.best = Some((worth, std::mem::take(&mut self.at)));
    }

    fn go(&mut self, column: usize) {
        let rest = self
            .grid
            .need
            .get(column..)
            .unwrap_or(&[])
            .iter()
            .copied()
            .fold(0, u64::saturating_add);
        let worth = self.worth(rest);
        if self.best.as_ref().is_some_and(|(best, _)| worth <= *best) {
            return;
        }
        if column >= self.grid.need.len() {
            self.best = Some((worth, self.at.clone()));
            return;
        }
        if self.steps >= PACK_STEPS_MAX {
            self.out = true;
            return;
        }
        self.steps = self.steps.saturating_add(1);
        for row in 0..self.grid.sources.len() {
            if self.fits(row, column) {
                self.at.push(Some(row));
                self.go(column.saturating_add(1));
                self.at.pop();
            }
        }
        self.at.push(None);
        self.go(column.saturating_add(1));
        self.at.pop();
    }

    fn fits(&self, row: usize, column: usize) -> bool {
        self.grid.serves(row, column) && self.room(row) >= self.grid.need[column]
    }

    fn room(&self, row: usize) -> u64 {
        let taken = self
            .at
            .iter()
            .zip(&self.grid.need)
            .filter(|(at, _)| **at == Some(row));
        taken.fold(self.grid.left[row], |left, (_, units)| {
            left.saturating_sub(*units)
        })
    }

    /// Units placed, then units by tier, as if all that is still to come went to the highest tier.
    fn worth(&self, rest: u64) -> Vec<u64> {
        let tier = |row: usize| self.grid.sources[row].tier;
        let first = self.grid.sources.first().map_or(0, |source| source.tier);
        let last = self.grid.sources.last().map_or(0, |source| source.tier);
        let mut worth = vec![0_u64; last.saturating_sub(first).saturating_add(2)];
        let mut add = |tier: usize, units: u64| {
            let index = tier.saturating_sub(first).saturating_add(1);
            worth[0] = worth[0].saturating_add(units);
            worth[index] = worth[index].saturating_add(units);
        };
        add(first, rest);
        for (at, units) in self.at.iter().zip(&self.grid.need) {
            if let Some(row) = at {
                add(tier(*row), *units);
            }
        }
        worth
    }
}
