//! Rules, and what breaks them.

use std::fmt;

/// The rules that never break.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// Every unit of every line is in exactly one bucket; no bucket is negative.
    I1,
    /// Reserved units are those assigned and not yet shipped; never oversell.
    I2,
    /// Refunded is at most captured; a unit is refunded at most once; goods are given away only while what is due is
    /// secured; an account owes what its orders owe.
    I3,
    /// No unit is cancelled by us and shipped as requested; a shipment that left all the same opens an exception.
    I4,
    /// What is delivered several times has its effect once.
    I5,
    /// Every change has one commit naming who, when, why; the commits give the state; the chain holds.
    I6,
    /// No backorder gets stock that an earlier one of its SKU could have taken.
    I7,
    /// An order that is not finished waits for stock that is not there, for a time that is set, for an answer that is
    /// asked for again, or for a person who is shown it.
    I11,
    /// A routing decision follows from its inputs and rules: its engine makes it again.
    Replay,
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

/// Collects violations.
#[derive(Default)]
pub(super) struct Findings(Vec<Violation>);

impl Findings {
    /// All violations, in order.
    pub(super) fn into_sorted(mut self) -> Vec<Violation> {
        self.0.sort();
        self.0
    }

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
