//! What has really happened at the gateway.

use std::collections::{BTreeMap, BTreeSet};

use app::failure::Failure;
use domain::{
    ids::OrderId, inbound::Inbound, money::Currency, order::RefundStatus,
    reconciliation::GatewayObject,
};
use jiff::Timestamp;

use crate::kit::attempts::Attempts;

/// A refund that has really been made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeRefund {
    pub id: String,
    pub intent: String,
    pub amount: i64,
    pub status: RefundStatus,
    /// The order and the effect that asked for it.
    pub effect: (OrderId, u32),
    pub made_at: Timestamp,
}

/// What was done on command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    Refunded(MadeRefund),
    /// So much of an intent was captured in all, and so much can still be captured.
    Captured(String, i64, i64),
    Cancelled(String),
}

/// An intent as the gateway knows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LedgerIntent {
    pub authorized: i64,
    pub captured: i64,
    pub cancelled: bool,
    /// A bank claims the money: nothing of it is refunded.
    pub disputed: bool,
    /// What a bank has taken.
    pub lost: i64,
    /// It can be captured several times.
    pub multicapture: bool,
    /// What was left after the last capture is given up.
    pub released: bool,
    /// How often it was captured on command.
    pub captures: u32,
    /// The last attempt to pay was declined.
    pub declined: bool,
    /// None: euros.
    pub(super) currency: Option<Currency>,
    /// Given back without a command, or with one that failed later.
    pub(super) given_back: i64,
}

impl LedgerIntent {
    /// What can still be captured.
    pub fn capturable(&self) -> i64 {
        let is_over = self.released || (self.captured > 0 && !self.multicapture);
        if is_over || self.cancelled {
            0
        } else {
            self.authorized.saturating_sub(self.captured)
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct Ledger {
    pub(super) news: Vec<News>,
    pub(super) intents: BTreeMap<String, LedgerIntent>,
    pub(super) refunds: Vec<MadeRefund>,
    pub(super) attempts: Attempts,
    /// What it has recorded, in the order in which it appeared in its list.
    pub(super) events: Vec<Inbound>,
    pub(super) is_disconnected: bool,
    /// How often it was asked about an intent.
    pub(super) asked: u32,
    /// How many pages of its lists of objects were read.
    pub(super) lists: u32,
    /// How many objects were looked up.
    pub(super) looked_up: u32,
    /// Objects that it does not know, although it has told of them.
    pub(super) forgotten: BTreeSet<GatewayObject>,
    pub(super) now: Timestamp,
}

impl Ledger {
    /// A request arrives, or does not. Without a key none is sent.
    pub(super) fn is_reached(&mut self) -> Result<(), Failure> {
        if !self.is_disconnected && self.attempts.arrives() {
            Ok(())
        } else {
            Err(unknown())
        }
    }

    /// The currency of an intent.
    pub(super) fn currency_of(&self, intent: &str) -> Currency {
        let known = self.intents.get(intent).and_then(|intent| intent.currency);
        known.unwrap_or_else(|| "EUR".parse().expect("a currency"))
    }

    /// Given back of an intent on command.
    pub(super) fn given_back_of(&self, intent: &str) -> i64 {
        let made = self.refunds.iter();
        made.filter(|r| r.intent == intent && r.status != RefundStatus::Failed)
            .map(|r| r.amount)
            .sum()
    }
}

pub(super) fn unknown() -> Failure {
    Failure::gateway("no answer")
}
