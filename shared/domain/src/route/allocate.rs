//! Allocation: who ships what within one combination of locations.
//!
//! SKUs do not compete with each other, so each is allocated alone. As many units as the combination can give
//! are placed, and of those as many as possible in the higher tiers. A line stays whole where one location of
//! the tier can take all of it.

use super::fences::{Problem, Site};

/// Steps after which packing whole lines of one SKU stops at the best found.
const PACK_STEPS_MAX: u32 = 500;
/// More lines of one SKU than this are packed without a search.
const PACK_LINES_MAX: usize = 64;

/// Who ships what.
pub(super) struct Allocation {
    /// Site, demand, units; by site, then demand.
    pub(super) gifts: Vec<(usize, usize, u64)>,
    /// Whether packing gave up at its limit.
    pub(super) truncated: bool,
}

/// Allocates over the given sites, which are in the order of their ranking.
pub(super) fn allocate(problem: &Problem<'_>, chosen: &[usize]) -> Allocation {
    let mut gifts = Vec::new();
    let mut truncated = false;
    for sku in 0..problem.demanded.len() {
        let mut table = Table::new(problem, chosen, sku);
        if problem.split_lines {
            table.share();
        } else {
            truncated |= !table.pack();
        }
        gifts.extend(table.gifts());
    }
    gifts.sort_unstable();
    Allocation { gifts, truncated }
}

/// One SKU: rows are sites, columns are lines.
struct Table<'a> {
    chosen: &'a [usize],
    sites: Vec<&'a Site<'a>>,
    /// Indices of the demands, larger ones first.
    wants: Vec<usize>,
    /// What each row has left.
    left: Vec<u64>,
    /// What each column still needs.
    need: Vec<u64>,
    /// What each row gives each column.
    given: Vec<Vec<u64>>,
}

impl<'a> Table<'a> {
    fn new(problem: &'a Problem<'a>, chosen: &'a [usize], sku: usize) -> Self {
        let mut wants: Vec<usize> = (0..problem.wants.len())
            .filter(|want| problem.wants[*want].sku == sku)
            .collect();
        wants.sort_by_key(|want| (std::cmp::Reverse(problem.wants[*want].units), *want));
        let sites: Vec<&Site<'_>> = chosen.iter().map(|site| &problem.sites[*site]).collect();
        let left = sites.iter().map(|site| site.stock[sku]).collect();
        let need: Vec<u64> = wants
            .iter()
            .map(|want| problem.wants[*want].units)
            .collect();
        let given = vec![vec![0; need.len()]; sites.len()];
        Self {
            chosen,
            sites,
            wants,
            left,
            need,
            given,
        }
    }

    fn gifts(&self) -> impl Iterator<Item = (usize, usize, u64)> + '_ {
        let rows = self.given.iter().zip(self.chosen);
        rows.flat_map(|(row, site)| {
            let cells = row.iter().zip(&self.wants).filter(|(units, _)| **units > 0);
            cells.map(|(units, want)| (*site, *want, *units))
        })
    }

    fn serves(&self, row: usize, column: usize) -> bool {
        self.sites[row].serves[self.wants[column]]
    }

    fn give(&mut self, row: usize, column: usize, units: u64) {
        self.given[row][column] = self.given[row][column].saturating_add(units);
        self.left[row] = self.left[row].saturating_sub(units);
        self.need[column] = self.need[column].saturating_sub(units);
    }

    /// Rows of one tier stand together, because sites are ranked by tier first.
    fn tiers(&self) -> Vec<std::ops::Range<usize>> {
        let mut tiers: Vec<std::ops::Range<usize>> = Vec::new();
        for row in 0..self.sites.len() {
            match tiers.last_mut() {
                Some(tier) if self.sites[tier.start].tier == self.sites[row].tier => {
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
                    self.give(row, column, self.need[column]);
                }
            }
            for column in 0..self.need.len() {
                while let Some(row) = self
                    .whole(&tier, column)
                    .or_else(|| self.largest(&tier, column))
                {
                    self.give(row, column, self.need[column].min(self.left[row]));
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
    /// that the tier gives all that it can when none is left. Rows that were used before stay used as much.
    fn make_room(&mut self, tier: &std::ops::Range<usize>) -> bool {
        let columns = self.need.len();
        if columns < 2 || self.need.iter().all(|need| *need == 0) {
            return false;
        }
        // How each row and column was come to.
        let mut row_from: Vec<Option<usize>> = vec![None; self.sites.len()];
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
                    if from.is_none() && !sources.contains(&next) && self.given[next][column] > 0 {
                        *from = Some(column);
                        queue.push_back(next);
                    }
                }
            }
        }
        false
    }

    fn hand_over(&mut self, row_from: &[Option<usize>], column_from: &[Option<usize>], end: usize) {
        // The path from its end: (row, column) gives more, and where the row was come to through another
        // column, it gives that column less.
        let mut path = Vec::new();
        let mut units = self.need[end];
        let mut column = end;
        while let Some(row) = column_from[column] {
            let before = row_from[row];
            path.push((row, column, before));
            units = units.min(before.map_or(self.left[row], |before| self.given[row][before]));
            match before {
                Some(before) => column = before,
                None => break,
            }
        }
        for (row, column, before) in path {
            self.given[row][column] = self.given[row][column].saturating_add(units);
            match before {
                Some(before) => {
                    self.given[row][before] = self.given[row][before].saturating_sub(units)
                }
                None => self.left[row] = self.left[row].saturating_sub(units),
            }
        }
        self.need[end] = self.need[end].saturating_sub(units);
    }

    /// Allocates whole lines only. False when it stopped at its limit.
    fn pack(&mut self) -> bool {
        let few = self.need.len() <= PACK_LINES_MAX;
        let mut packing = Packing {
            table: self,
            at: Vec::new(),
            best: None,
            steps: 0,
            out: !few,
        };
        packing.greedy();
        if few {
            packing.go(0);
        }
        let (out, places) = (
            packing.out,
            packing.best.map(|(_, places)| places).unwrap_or_default(),
        );
        for (column, row) in places.into_iter().enumerate() {
            if let Some(row) = row {
                self.give(row, column, self.need[column]);
            }
        }
        !out
    }
}

/// The search for the best way to pack whole lines of one SKU.
struct Packing<'t, 'a> {
    table: &'t Table<'a>,
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
        for column in 0..self.table.need.len() {
            let place = (0..self.table.sites.len()).find(|row| self.fits(*row, column));
            self.at.push(place);
        }
        let worth = self.worth(0);
        self.best = Some((worth, std::mem::take(&mut self.at)));
    }

    fn go(&mut self, column: usize) {
        let rest = self
            .table
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
        if column >= self.table.need.len() {
            self.best = Some((worth, self.at.clone()));
            return;
        }
        if self.steps >= PACK_STEPS_MAX {
            self.out = true;
            return;
        }
        self.steps = self.steps.saturating_add(1);
        for row in 0..self.table.sites.len() {
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
        self.table.serves(row, column) && self.room(row) >= self.table.need[column]
    }

    fn room(&self, row: usize) -> u64 {
        let taken = self
            .at
            .iter()
            .zip(&self.table.need)
            .filter(|(at, _)| **at == Some(row));
        taken.fold(self.table.left[row], |left, (_, units)| {
            left.saturating_sub(*units)
        })
    }

    /// Units placed, then units by tier, as if all that is still to come went to the highest tier.
    fn worth(&self, rest: u64) -> Vec<u64> {
        let tier = |row: usize| self.table.sites[row].tier;
        let first = self.table.sites.first().map_or(0, |site| site.tier);
        let last = self.table.sites.last().map_or(0, |site| site.tier);
        let mut worth = vec![0_u64; last.saturating_sub(first).saturating_add(2)];
        let mut add = |tier: usize, units: u64| {
            let place = tier.saturating_sub(first).saturating_add(1);
            worth[0] = worth[0].saturating_add(units);
            worth[place] = worth[place].saturating_add(units);
        };
        add(first, rest);
        for (at, units) in self.at.iter().zip(&self.table.need) {
            if let Some(row) = at {
                add(tier(*row), *units);
            }
        }
        worth
    }
}
