//! What is checked and what is found.

use jiff::{SignedDuration, Timestamp};

use crate::{
    account::Account,
    location::{Location, RoutingRules},
    order::{Commit, Order},
    stock::Backorder,
    stock::{StockLevel, StockRecord},
};

/// A whole table, in words of the domain.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    /// Every order.
    pub orders: Vec<OrderRecord>,
    /// Every stock level.
    pub levels: Vec<StockLevel>,
    /// Every place in the backorder queues.
    pub backorders: Vec<Backorder>,
    /// Every record of a stock movement.
    pub records: Vec<StockRecord>,
    /// The customer accounts that the orders are on; none: what they owe is not judged. All orders of each are listed.
    pub accounts: Option<Vec<Account>>,
    /// Versions of the routing rules; the built-in ones need not be listed.
    pub rules: Vec<RoutingRules>,
    /// The locations as they are now. Of one that is not listed, I7 does not judge what it could have shipped to orders
    /// that ship complete.
    pub locations: Vec<Location>,
    /// Records from before this moment have expired, so that what is on hand is no longer their sum; none: they
    /// are all there.
    pub records_since: Option<Timestamp>,
    /// What locations have made no progress with since before this moment was shown to a person: the time of reading, less
    /// the time after which that is due and what the sweep may be late. None: how long a location takes is not judged.
    pub overdue_shown_before: Option<Timestamp>,
    /// How far the clocks of writers are apart, and reading a queue from noting when. I7 is about what came
    /// before what, so it says nothing of what happened so close together. Zero where there is one clock.
    pub slack: SignedDuration,
}

impl Snapshot {
    /// The rules of that version; the built-in ones when it is not listed.
    pub(super) fn rules_of(&self, version: u32) -> RoutingRules {
        let listed = self.rules.iter().find(|rules| rules.version == version);
        listed.cloned().unwrap_or_default()
    }
}

/// One order as it is stored.
#[derive(Debug, Clone)]
pub struct OrderRecord {
    /// As placed, and its state as stored.
    pub order: Order,
    /// Its commits, in sequence.
    pub commits: Vec<Commit>,
}
