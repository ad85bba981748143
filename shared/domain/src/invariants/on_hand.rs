//! The part of I5 that is about what is on hand: computed again from all counts and movements, by the times at which they
//! were true.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::violation::{Findings, Rule};
use crate::stock::{StockLevel, whole_milliseconds};

/// The counts of one level and what came and left, each at the time when it was true.
#[derive(Default)]
pub(super) struct History {
    /// When a count was taken, and what it found.
    counts: BTreeMap<Timestamp, i64>,
    /// Units that came or left.
    moves: BTreeMap<Timestamp, i64>,
    /// Of the units that left, those that were reported missing. As far as the level was short of them before, they were
    /// not taken again.
    write_offs: BTreeMap<Timestamp, i64>,
}

impl History {
    fn counted_at(&self) -> Option<Timestamp> {
        self.counts.last_key_value().map(|(at, _)| *at)
    }

    /// Of two counts at the same moment the lower one holds.
    pub(super) fn add_count(&mut self, at: Timestamp, found: i64) {
        let at = whole_milliseconds(at);
        let count = self.counts.entry(at).or_insert(found);
        *count = found.min(*count);
    }

    pub(super) fn add_move(&mut self, at: Timestamp, units: i64) {
        add(&mut self.moves, whole_milliseconds(at), units);
    }

    /// Adds units that were reported missing.
    pub(super) fn add_write_off(&mut self, at: Timestamp, units: i64) {
        self.add_move(at, units.saturating_neg());
        add(&mut self.write_offs, whole_milliseconds(at), units);
    }

    /// Units written off after a time and until another.
    fn written_off(&self, after: Option<Timestamp>, until: Option<Timestamp>) -> i64 {
        let write_offs = self.write_offs.iter();
        let between = write_offs
            .filter(|(at, _)| after.is_none_or(|after| **at > after))
            .filter(|(at, _)| until.is_some_and(|until| **at <= until));
        between
            .map(|(_, units)| *units)
            .fold(0, i64::saturating_add)
    }

    fn moves_after(&self, time: Option<Timestamp>) -> BTreeMap<Timestamp, i64> {
        let moves = self.moves.iter();
        let after = moves.filter(|(at, _)| time.is_none_or(|time| **at > time));
        after.map(|(at, units)| (*at, *units)).collect()
    }

    fn on_hand(&self) -> i64 {
        let counted = self.counts.last_key_value().map_or(0, |(_, found)| *found);
        let moves = self.moves_after(self.counted_at()).into_values();
        moves.fold(counted, i64::saturating_add)
    }
}

/// What is on hand is the last count and what came or left after it, whatever was heard of first.
pub(super) fn check_on_hand(
    level: &StockLevel,
    history: &History,
    subject: &String,
    findings: &mut Findings,
) {
    let (on_hand, counted_at) = (history.on_hand(), history.counted_at());
    findings.unless(level.counted_at == counted_at, Rule::I5, subject, || {
        format!(
            "the last count is recorded as of {:?}, it was as of {counted_at:?}",
            level.counted_at
        )
    });
    let dropped = level.moves_dropped_until;
    let mut kept: BTreeMap<Timestamp, i64> = BTreeMap::new();
    for moved in level.moves.iter().filter(|moved| Some(moved.at) > dropped) {
        add(&mut kept, moved.at, moved.units);
    }
    let expected = history.moves_after(counted_at.max(dropped));
    // What is more than expected was known to be missing when it was written off.
    let mut known = kept.clone();
    for (at, units) in &expected {
        add(&mut known, *at, units.saturating_neg());
    }
    let is_known = |(at, units): (&Timestamp, &i64)| {
        let written_off = history.write_offs.get(at).copied().unwrap_or(0);
        (0..=written_off).contains(units)
    };
    findings.unless(known.iter().all(is_known), Rule::I5, subject, || {
        format!("the movements {kept:?} are kept, {expected:?} happened")
    });
    let known = known.into_values().fold(0, i64::saturating_add);
    let least = on_hand.saturating_add(known);
    let most = least.saturating_add(history.written_off(counted_at, dropped));
    let is_right = (least..=most).contains(&level.on_hand);
    findings.unless(is_right, Rule::I5, subject, || {
        format!(
            "{} units are on hand, the last count and the movements after it add up to {least}",
            level.on_hand
        )
    });
}

/// Adds up units; an entry without units is left out.
fn add<K: Ord>(sums: &mut BTreeMap<K, i64>, key: K, units: i64) {
    let sum = sums.remove(&key).unwrap_or(0).saturating_add(units);
    if sum != 0 {
        sums.insert(key, sum);
    }
}
