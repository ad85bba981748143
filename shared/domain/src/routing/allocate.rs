//! Allocation: who ships what within one combination of locations.
//!
//! SKUs do not compete with each other, so each is allocated alone. As many units as the combination can give
//! are placed, and of those as many as possible in the higher tiers. A line stays whole where one location of
//! the tier can take all of it.

use super::eligibility::{SearchSpace, Source};

/// Who ships what.
pub(super) struct Allocation {
    /// Source, demand, units; by source, then demand.
    pub(super) allocations: Vec<(usize, usize, u64)>,
    /// Whether packing gave up at its limit.
    pub(super) truncated: bool,
}

/// Allocates over the given sources, which are in the order of their ranking.
pub(super) fn allocate(space: &SearchSpace<'_>, chosen: &[usize]) -> Allocation {
    let mut allocations = Vec::new();
    let mut truncated = false;
    for sku in 0..space.demanded.len() {
        let mut grid = Grid::new(space, chosen, sku);
        if space.split_lines {
            grid.share();
        } else {
            truncated |= !grid.pack();
        }
        allocations.extend(grid.allocations());
    }
    allocations.sort_unstable();
    Allocation {
        allocations,
        truncated,
    }
}

/// One SKU: rows are sources, columns are lines.
pub(super) struct Grid<'a> {
    pub(super) chosen: &'a [usize],
    pub(super) sources: Vec<&'a Source<'a>>,
    /// Indices of the demands, larger ones first.
    pub(super) demands: Vec<usize>,
    /// What each row has left.
    pub(super) left: Vec<u64>,
    /// What each column still needs.
    pub(super) need: Vec<u64>,
    /// What each row is allocated to each column.
    pub(super) allocated: Vec<Vec<u64>>,
}

impl<'a> Grid<'a> {
    fn new(space: &'a SearchSpace<'a>, chosen: &'a [usize], sku: usize) -> Self {
        let mut demands: Vec<usize> = (0..space.demands.len())
            .filter(|want| space.demands[*want].sku == sku)
            .collect();
        demands.sort_by_key(|want| (std::cmp::Reverse(space.demands[*want].units), *want));
        let sources: Vec<&Source<'_>> = chosen
            .iter()
            .map(|source| &space.sources[*source])
            .collect();
        let left = sources.iter().map(|source| source.stock[sku]).collect();
        let need: Vec<u64> = demands
            .iter()
            .map(|want| space.demands[*want].units)
            .collect();
        let allocated = vec![vec![0; need.len()]; sources.len()];
        Self {
            chosen,
            sources,
            demands,
            left,
            need,
            allocated,
        }
    }

    fn allocations(&self) -> impl Iterator<Item = (usize, usize, u64)> + '_ {
        let rows = self.allocated.iter().zip(self.chosen);
        rows.flat_map(|(row, source)| {
            let cells = row
                .iter()
                .zip(&self.demands)
                .filter(|(units, _)| **units > 0);
            cells.map(|(units, want)| (*source, *want, *units))
        })
    }

    pub(super) fn serves(&self, row: usize, column: usize) -> bool {
        self.sources[row].serves[self.demands[column]]
    }

    pub(super) fn allocate(&mut self, row: usize, column: usize, units: u64) {
        self.allocated[row][column] = self.allocated[row][column].saturating_add(units);
        self.left[row] = self.left[row].saturating_sub(units);
        self.need[column] = self.need[column].saturating_sub(units);
    }

    /// Rows of one tier are neighbours, because sources are ranked by tier first.
    fn tiers(&self) -> Vec<std::ops::Range<usize>> {
        let mut tiers: Vec<std::ops::Range<usize>> = Vec::new();
        for row in 0..self.sources.len() {
            match tiers.last_mut() {
                Some(tier) if self.sources[tier.start].tier == self.sources[row].tier => {
                    tier.end = row.saturating_add(1);
                }
                Some(_) | None => tiers.push(row..row.saturating_add(1)),
            }
        }
        tiers
    }

    /// Allocates with lines split where they must be.
    fn share(&mut self) {
        for tier in self.tiers() {
            for column in 0..self.need.len() {
                if let Some(row) = self.whole(&tier, column) {
                    self.allocate(row, column, self.need[column]);
                }
            }
            for column in 0..self.need.len() {
                while let Some(row) = self
                    .whole(&tier, column)
                    .or_else(|| self.largest(&tier, column))
                {
                    self.allocate(row, column, self.need[column].min(self.left[row]));
                }
            }
            while self.make_room(&tier) {}
        }
    }

    /// The best ranked row that can take all that a column needs.
    fn whole(&self, tier: &std::ops::Range<usize>, column: usize) -> Option<usize> {
        let need = self.need[column];
        tier.clone()
            .find(|row| need > 0 && self.left[*row] >= need && self.serves(*row, column))
    }

    /// The row that can take most of a column; of equal ones the best ranked.
    fn largest(&self, tier: &std::ops::Range<usize>, column: usize) -> Option<usize> {
        let fits =
            |row: &usize| self.need[column] > 0 && self.left[*row] > 0 && self.serves(*row, column);
        tier.clone()
            .filter(fits)
            .max_by_key(|row| (self.left[*row], std::cmp::Reverse(*row)))
    }

    /// Serves a line that may not have what is left by handing a line that may have it over to there. Only lines
    /// that share a SKU and avoid different locations need this. It is an augmenting path, shortest first, so
    /// that the tier gives all that it can when none is left. Rows that were used before stay in use as much.
    fn make_room(&mut self, tier: &std::ops::Range<usize>) -> bool {
        let columns = self.need.len();
        if columns < 2 || self.need.iter().all(|need| *need == 0) {
            return false;
        }
        // How each row and column was reached.
        let mut row_from: Vec<Option<usize>> = vec![None; self.sources.len()];
        let mut column_from: Vec<Option<usize>> = vec![None; columns];
        let mut queue: std::collections::VecDeque<usize> =
            tier.clone().filter(|row| self.left[*row] > 0).collect();
        let sources: Vec<usize> = queue.iter().copied().collect();
        while let Some(row) = queue.pop_front() {
            for column in 0..columns {
                if column_from[column].is_some() || !self.serves(row, column) {
                    continue;
                }
                column_from[column] = Some(row);
                if self.need[column] > 0 {
                    self.hand_over(&row_from, &column_from, column);
                    return true;
                }
                for (next, from) in row_from.iter_mut().enumerate() {
                    if from.is_none()
                        && !sources.contains(&next)
                        && self.allocated[next][column] > 0
                    {
                        *from = Some(column);
                        queue.push_back(next);
                    }
                }
            }
        }
        false
    }

    fn hand_over(&mut self, row_from: &[Option<usize>], column_from: &[Option<usize>], end: usize) {
        // The path from its end: (row, column) supply more, and where the row was come to through another
        // column, it supply that column less.
        let mut path = Vec::new();
        let mut units = self.need[end];
        let mut column = end;
        while let Some(row) = column_from[column] {
            let before = row_from[row];
            path.push((row, column, before));
            units = units.min(before.map_or(self.left[row], |before| self.allocated[row][before]));
            match before {
                Some(before) => column = before,
                None => break,
            }
        }
        for (row, column, before) in path {
            self.allocated[row][column] = self.allocated[row][column].saturating_add(units);
            match before {
                Some(before) => {
                    self.allocated[row][before] = self.allocated[row][before].saturating_sub(units)
                }
                None => self.left[row] = self.left[row].saturating_sub(units),
            }
        }
        self.need[end] = self.need[end].saturating_sub(units);
    }
}
