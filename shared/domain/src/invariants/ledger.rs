//! The money of an order, added up from its payment events.

use std::collections::BTreeMap;

use crate::order::{EffectAction, Event, RefundStatus};

/// What is known of one intent.
#[derive(Default)]
struct Entry {
    authorized: i64,
    captured: i64,
    /// What the last report of the highest capture left to capture; `None`: nothing was captured.
    rest: Option<i64>,
    cancelled: bool,
    /// Refunds that were asked for and are not confirmed.
    asked: BTreeMap<u32, i64>,
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
    /// By the provider's id: the intent, the amount, the status.
    refunds: BTreeMap<String, (String, i64, RefundStatus)>,
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
            Event::PaymentRecorded {
                payment, amount, ..
            } => {
                let entry = self.entry(payment);
                entry.captured = *amount;
                entry.rest = Some(0);
            }
            Event::PaymentCancelled { intent } => self.entry(intent).cancelled = true,
            Event::RefundUpdated {
                refund,
                amount,
                status,
                intent,
                ..
            } => {
                let reported = (intent.clone(), *amount, *status);
                self.refunds.insert(refund.clone(), reported);
            }
            Event::EffectRequested {
                effect,
                action: EffectAction::Refund { intent, amount },
                ..
            } => {
                self.entry(intent).asked.insert(*effect, *amount);
            }
            Event::EffectEnded { effect, .. } => {
                for entry in self.intents.values_mut() {
                    entry.asked.remove(effect);
                }
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
        let refunds = self.refunds.values();
        let back = refunds.map(|(_, amount, status)| live(*amount, *status).saturating_neg());
        taken.chain(back).fold(0, i64::saturating_add)
    }

    /// What was captured of an intent, and what went back, is on its way back, or was asked for.
    pub(super) fn captured_and_given_back(&self, intent: &str) -> (i64, i64) {
        let refunds = self.refunds.values().filter(|(of, ..)| of == intent);
        let back = refunds.map(|(_, amount, status)| live(*amount, *status));
        let entry = self.intents.get(intent);
        let asked = entry.into_iter().flat_map(|entry| entry.asked.values());
        (
            entry.map_or(0, |entry| entry.captured),
            back.chain(asked.copied()).fold(0, i64::saturating_add),
        )
    }

    pub(super) fn credits(&self) -> i64 {
        self.credits
    }
}

/// The amount of a refund that is made or on its way.
fn live(amount: i64, status: RefundStatus) -> i64 {
    match status {
        RefundStatus::Pending | RefundStatus::Succeeded => amount,
        RefundStatus::Failed | RefundStatus::Cancelled => 0,
    }
}
