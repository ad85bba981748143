//! What is checked and what is found.

use std::fmt;

use jiff::{SignedDuration, Timestamp};

use super::{history, money, queue, stock, units};
use crate::{
    backorder::Backorder,
    order::{Commit, Order},
    stock::{StockLevel, StockRecord},
};

/// A whole table, in words of the domain.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// Every order.
    pub orders: Vec<OrderRecord>,
    /// Every stock level.
    pub levels: Vec<StockLevel>,
    /// Every place in the backorder queues.
    pub waiting: Vec<Backorder>,
    /// Every record of a stock movement.
    pub records: Vec<StockRecord>,
    /// Records from before this moment have expired, so that what is on hand is no longer their sum; none: they
    /// are all there.
    pub records_since: Option<Timestamp>,
    /// How far the clocks of writers are apart, and reading a queue from noting when. I7 is about what came
    /// before what, so it says nothing of what happened so close together. Zero where there is one clock.
    pub slack: SignedDuration,
}

/// One order as it is stored.
#[derive(Debug, Clone)]
pub struct OrderRecord {
    /// As placed, and its state as stored.
    pub order: Order,
    /// Its commits, in sequence.
    pub commits: Vec<Commit>,
}

/// The rules that never break.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// Every unit of every line is in exactly one bucket; no bucket is negative.
    I1,
    /// Reserved units are those assigned and not yet shipped; never oversell.
    I2,
    /// Refunded is at most captured; a unit is refunded at most once.
    I3,
    /// No unit is cancelled by us and shipped by our leave; a parcel that left all the same opens an exception.
    I4,
    /// What is delivered several times has its effect once.
    I5,
    /// Every change has one commit naming who, when, why; the commits give the state; the chain holds.
    I6,
    /// No backorder gets stock that an earlier one of its SKU could have taken.
    I7,
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// A rule that is broken.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    /// Which rule.
    pub rule: Rule,
    /// By what: an order, a line of it, a SKU at a location, a stock movement.
    pub subject: String,
    /// How.
    pub detail: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.rule, self.subject, self.detail)
    }
}

/// Collects what is found.
#[derive(Default)]
pub(super) struct Findings(Vec<Violation>);

impl Findings {
    /// Notes a violation, unless all is sound.
    pub(super) fn unless(
        &mut self,
        sound: bool,
        rule: Rule,
        subject: &impl fmt::Display,
        detail: impl FnOnce() -> String,
    ) {
        if !sound {
            self.0.push(Violation {
                rule,
                subject: subject.to_string(),
                detail: detail(),
            });
        }
    }
}

/// Checks the rules I1 to I7 over a table. Empty: it is sound.
pub fn check(table: &Table) -> Vec<Violation> {
    let mut findings = Findings::default();
    for record in &table.orders {
        units::check(record, &mut findings);
        money::check(record, &mut findings);
        history::check(record, &mut findings);
    }
    units::check_queue(table, &mut findings);
    stock::check(table, &mut findings);
    history::check_records(table, &mut findings);
    queue::check(table, &mut findings);
    findings.0.sort();
    findings.0
}
