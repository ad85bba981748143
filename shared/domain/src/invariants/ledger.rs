//! The money of an order, added up from its payment events.

use std::collections::BTreeMap;

use crate::order::{Event, RefundStatus};

/// What is known of one intent.
#[derive(Default)]
struct Entry {
    authorized: i64,
    captured: i64,
    /// What the last report of the highest capture left to capture; `None`: nothing was captured.
    rest: Option<i64>,
    cancelled: bool,
}

impl Entry {
    fn secured(&self) -> i64 {
        let rest = match self.rest {
            _ if self.cancelled => 0,
            None => self.authorized,
            Some(rest) => rest,
        };
        self.captured.saturating_add(rest)
    }
}

/// Money taken, promised and given back, minor units.
#[derive(Default)]
pub(super) struct Ledger {
    intents: BTreeMap<String, Entry>,
    refunds: BTreeMap<String, (i64, RefundStatus)>,
    credits: i64,
}

impl Ledger {
    pub(super) fn record(&mut self, event: &Event) {
        #[expect(clippy::wildcard_enum_match_arm, reason = "the others move no money")]
        match event {
            Event::PaymentAuthorized { intent, amount } => {
                let entry = self.entry(intent);
                entry.authorized = entry.authorized.max(*amount);
            }
            Event::PaymentCaptured {
                intent,
                amount,
                capturable,
            } => {
                let entry = self.entry(intent);
                entry.captured = entry.captured.max(*amount);
                entry.rest = Some(*capturable);
            }
            Event::PaymentCancelled { intent } => self.entry(intent).cancelled = true,
            Event::RefundUpdated {
                refund,
                amount,
                status,
            } => {
                self.refunds.insert(refund.clone(), (*amount, *status));
            }
            Event::CreditGranted { amount, .. } => {
                self.credits = self.credits.saturating_add(*amount);
            }
            _ => {}
        }
    }

    fn entry(&mut self, intent: &str) -> &mut Entry {
        self.intents.entry(intent.to_owned()).or_default()
    }

    /// Taken or promised, less what went back or is on its way back.
    pub(super) fn secured(&self) -> i64 {
        let taken = self.intents.values().map(Entry::secured);
        let back = self.refunds.values().map(|(amount, status)| match status {
            RefundStatus::Pending | RefundStatus::Succeeded => amount.saturating_neg(),
            RefundStatus::Failed | RefundStatus::Cancelled => 0,
        });
        taken.chain(back).fold(0, i64::saturating_add)
    }

    pub(super) fn credits(&self) -> i64 {
        self.credits
    }
}
