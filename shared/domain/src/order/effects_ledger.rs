//! The ledger of an order's effects: all that it has asked the outside to do once and that is not confirmed, in one list,
//! whoever performs it.
//!
//! | | money and tax | requests to locations |
//! |---|---|---|
//! | the row, committed with the change that wants it | an [`Effect`] in the order's state | the fulfillment order: it is `requested`, or has units that are asked back |
//! | the key under which it happens once | order and number | fulfillment order; to give units back: with the number of the commit that asked for it |
//! | an attempt that certainly did nothing | recorded; the next has a key of its own | the same: see `decide/unsent.rs` |
//! | what confirms it | the answer, or a fact that tells the same | the location's own facts alone: an answer of its server says that it has the message, not that it will do it |
//! | no answer | asked for again, first by the message, then by the sweep, under the same key | the same; a person is shown it |
//! | refused | a person is shown it and decides | a person is shown it; it is asked for again all the same. That the location rejects units, or does not give them back, is its answer |
//!
//! What a location is asked is part of the fulfillment order, with its own history: it has at most one request to ship and one
//! to give units back. A second row would have to say the same, and would be missing in every order that is stored without it.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::{Commit, Effect, Event, FulfillmentOrder, FulfillmentStatus, Order};
use crate::ids::OrderId;

/// Who performs an effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Performer {
    /// The payment gateway.
    PaymentGateway,
    /// The tax service.
    TaxService,
    /// A person, where the money came from.
    Person,
    /// A location: a warehouse, a 3PL or a supplier.
    Location,
}

/// An effect that is not confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LedgerEntry<'a> {
    /// Money or tax.
    Command(&'a Effect),
    /// A location is to ship the units of its fulfillment order.
    Fulfill(&'a FulfillmentOrder),
    /// A location is not to ship units of its fulfillment order that it was asked to ship.
    Cancel(&'a FulfillmentOrder),
}

impl<'a> LedgerEntry<'a> {
    /// The row of one about money or tax.
    pub fn command(self) -> Option<&'a Effect> {
        match self {
            Self::Command(effect) => Some(effect),
            Self::Fulfill(_) | Self::Cancel(_) => None,
        }
    }

    /// The fulfillment order that a request to a location is about.
    pub fn fulfillment_order(self) -> Option<&'a FulfillmentOrder> {
        match self {
            Self::Command(_) => None,
            Self::Fulfill(found) | Self::Cancel(found) => Some(found),
        }
    }

    /// The key under which its performer does it once, however often it is asked. `commits` are those of the order.
    pub fn key(self, order: OrderId, commits: &[Commit]) -> String {
        match self {
            Self::Command(effect) => effect.key(order),
            // A request that was taken back never arrived, and the next one may have another body.
            Self::Fulfill(found) => match found.taken_back {
                0 => found.id.to_string(),
                before => format!("{}:request:{}", found.id, before.saturating_add(1)),
            },
            Self::Cancel(found) => {
                let asked = asked_back_by(found, commits).map_or(0, |commit| commit.body.seq);
                format!("{}:cancel:{asked}", found.id)
            }
        }
    }

    /// When it, or its last attempt, was asked for, UTC. `commits` are those of the order.
    pub fn since(self, commits: &[Commit]) -> Timestamp {
        match self {
            Self::Command(effect) => effect.since,
            Self::Fulfill(found) => found.since,
            Self::Cancel(found) => {
                asked_back_by(found, commits).map_or(found.since, |commit| commit.body.at)
            }
        }
    }
}

/// The commit that last asked a location to give units of a fulfillment order back.
pub fn asked_back_by<'c>(found: &FulfillmentOrder, commits: &'c [Commit]) -> Option<&'c Commit> {
    let asks = |event: &Event| {
        matches!(event,
            Event::CancellationRequested { fulfillment_order, .. } | Event::RecallRequested { fulfillment_order, .. }
                if *fulfillment_order == found.id)
    };
    let mut commits = commits.iter().rev();
    commits.find(|commit| commit.body.events.iter().any(asks))
}

impl Order {
    /// The ledger: every effect that is not confirmed. Those about money and tax come first, oldest first; those of a
    /// fulfillment order come together, in the order in which they are performed.
    pub fn effects_ledger(&self) -> impl Iterator<Item = LedgerEntry<'_>> {
        let commands = self.state.effects.iter().map(LedgerEntry::Command);
        let requests = self.state.fulfillment_orders.iter().flat_map(requests_of);
        commands.chain(requests)
    }

    /// What somebody is to perform now.
    pub fn due_effects(&self, performer: Performer) -> impl Iterator<Item = LedgerEntry<'_>> {
        let theirs = move |entry: &LedgerEntry<'_>| self.performer(*entry) == performer;
        self.effects_ledger()
            .filter(theirs)
            .filter(|entry| self.is_due(*entry))
    }

    /// Who performs an effect.
    pub fn performer(&self, entry: LedgerEntry<'_>) -> Performer {
        match entry {
            LedgerEntry::Command(effect) if self.is_by_hand(effect) => Performer::Person,
            LedgerEntry::Command(effect) if effect.action.tax_reversal().is_some() => {
                Performer::TaxService
            }
            LedgerEntry::Command(_) => Performer::PaymentGateway,
            LedgerEntry::Fulfill(_) | LedgerEntry::Cancel(_) => Performer::Location,
        }
    }

    /// Whether an effect is to be performed now. Otherwise it waits: for a person, for the tax service, or for the order to
    /// move on. A location is asked to give units back whatever the order waits for.
    pub fn is_due(&self, entry: LedgerEntry<'_>) -> bool {
        match entry {
            LedgerEntry::Command(effect) => effect.is_open() && !self.awaits_tax(effect),
            LedgerEntry::Fulfill(_) => self.is_ready(),
            LedgerEntry::Cancel(_) => true,
        }
    }

    /// Whether the location of a fulfillment order must be sent something: a request that is not recorded yet, or one of the
    /// ledger.
    pub fn owes_request(&self, found: &FulfillmentOrder) -> bool {
        let is_unrecorded = found.status == FulfillmentStatus::Planned && self.is_ready();
        is_unrecorded || requests_of(found).any(|entry| self.is_due(entry))
    }
}

impl FulfillmentOrder {
    /// Whether its location is asked something that it has not answered.
    pub(crate) fn is_asked(&self) -> bool {
        requests_of(self).next().is_some()
    }
}

fn requests_of(found: &FulfillmentOrder) -> impl Iterator<Item = LedgerEntry<'_>> {
    let is_requested = found.status == FulfillmentStatus::Requested;
    let fulfill = is_requested.then_some(LedgerEntry::Fulfill(found));
    let is_asked_back = found.status.is_open() && found.awaits_cancellation();
    let cancel = is_asked_back.then_some(LedgerEntry::Cancel(found));
    fulfill.into_iter().chain(cancel)
}
