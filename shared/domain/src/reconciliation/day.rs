//! The result of comparing one day: what was compared, and what differs.

use jiff::{Timestamp, civil::Date};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Difference, GatewayObject, Run, Step};
use crate::serde_default::is_default;

/// Most differences that are kept of a day; of further ones only how many there are. One has less than 1 KB, and an item of
/// the table at most 400 KB.
pub const DAY_DIFFERENCES_MAX: usize = 100;

/// What was compared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Counts {
    /// Payments that the gateway lists.
    pub payments: u32,
    /// Refunds that the gateway lists.
    pub refunds: u32,
    /// Disputes that the gateway lists.
    pub disputes: u32,
    /// Commits of our orders that moved money that day.
    pub movements: u32,
    /// Objects and orders that could not be read, and were not compared. The log says which.
    pub unreadable: u32,
}

/// The result of a UTC day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayResult {
    /// The day, UTC.
    pub day: Date,
    /// Counts the writes; 0: it was never written.
    pub version: u64,
    /// The run that has not ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<Run>,
    /// When the last run ended, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Timestamp>,
    /// What the run under way has compared so far, or the last run in all.
    #[serde(default)]
    pub counts: Counts,
    /// The differences of all runs, at most [`DAY_DIFFERENCES_MAX`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<Difference>,
    /// How many differences that are open the run has found beside those.
    #[serde(default, skip_serializing_if = "is_default")]
    pub left_out: u32,
}

impl DayResult {
    /// Of a day that was never compared.
    pub fn new(day: Date) -> Self {
        Self {
            day,
            version: 0,
            run: None,
            finished_at: None,
            counts: Counts::default(),
            differences: Vec::new(),
            left_out: 0,
        }
    }

    /// The run that is under way at `now`: the one that has not ended, or a new one.
    pub fn begin(&mut self, now: Timestamp) -> Run {
        let run = self.run.clone().filter(|run| !run.is_given_up(now));
        let run = run.unwrap_or_else(|| {
            self.counts = Counts {
                movements: self.finished_at.map_or(0, |_| self.counts.movements),
                ..Counts::default()
            };
            self.left_out = 0;
            Run::begun(now)
        });
        self.run = Some(run.clone());
        run
    }

    /// The run goes on after a position in the list of its step; none: with the next step, or it has ended.
    pub fn go_on(&mut self, after: Option<String>, now: Timestamp) {
        let Some(run) = self.run.as_mut() else {
            return;
        };
        if after.is_some() {
            run.after = after;
            return;
        }
        run.after = None;
        let is_known = |step: &Step| *step == Step::Ours && self.finished_at.is_some();
        let next = run.step.next();
        // What was once found at the gateway is not looked for again: it is in the lists of the day on which it was made.
        match next.filter(is_known).and_then(Step::next).or(next) {
            Some(next) => run.step = next,
            None => {
                self.run = None;
                self.finished_at = Some(now);
            }
        }
    }

    /// Whether a difference of the object is open.
    pub fn is_open(&self, object: &GatewayObject) -> bool {
        let mut differences = self.differences.iter();
        differences.any(|known| known.open && known.is_about(object))
    }

    /// The object was compared at `now`, and these are all its differences.
    pub fn compared(&mut self, object: &GatewayObject, found: Vec<Difference>, now: Timestamp) {
        let about = self.differences.iter_mut();
        for known in about.filter(|known| known.open && known.is_about(object)) {
            known.checked_at = now;
            known.open = found.iter().any(|found| found.kind == known.kind);
        }
        for found in found {
            self.put(found);
        }
    }

    fn put(&mut self, found: Difference) {
        let same =
            |known: &&mut Difference| known.kind == found.kind && known.is_about(&found.object());
        if let Some(known) = self.differences.iter_mut().find(same) {
            let since = if known.open { known.since } else { found.since };
            *known = Difference { since, ..found };
            return;
        }
        if self.differences.len() >= DAY_DIFFERENCES_MAX && !self.make_room(&found) {
            self.left_out = self.left_out.saturating_add(1);
            return;
        }
        self.differences.push(found);
    }

    /// Faults are kept rather than payments of other shops, and what is open rather than what was.
    fn make_room(&mut self, for_: &Difference) -> bool {
        let rank = |known: &Difference| (known.open, known.kind.is_fault());
        let least = (0..self.differences.len()).min_by_key(|index| rank(&self.differences[*index]));
        let Some(least) = least.filter(|least| rank(&self.differences[*least]) < rank(for_)) else {
            return false;
        };
        let removed = self.differences.remove(least);
        self.left_out = self.left_out.saturating_add(u32::from(removed.open));
        true
    }

    /// The first difference that is open and was not compared again by the run that was begun then.
    pub fn to_compare_again(&self, begun_at: Timestamp) -> Option<&Difference> {
        let mut differences = self.differences.iter();
        differences.find(|known| known.open && known.checked_at < begun_at)
    }

    /// The differences that are open.
    pub fn open(&self) -> impl Iterator<Item = &Difference> {
        self.differences.iter().filter(|known| known.open)
    }

    /// How many faults are open that an earlier run than the one begun then has found.
    pub fn stays_open(&self, begun_at: Timestamp) -> usize {
        let stays = |known: &&Difference| known.kind.is_fault() && known.since < begun_at;
        self.open().filter(stays).count()
    }
}
