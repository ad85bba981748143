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
    /// Lost disputes by the provider's id: the intent, and the amount, if it was told.
    lost: BTreeMap<String, (String, Option<i64>)>,
    credits: i64,
}

impl Ledger {
    pub(super) fn record(&mut self, event: &Event) {
        #[expect(clippy::wildcard_enum_match_arm, reason = "the others move no money")]
        match event {
            Event::PaymentAuthorized { intent, amount, .. } => {
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
            Event::DisputeUpdated { dispute } if dispute.is_lost() => {
                let details = dispute.details.as_ref();
                let amount = details.map(|details| {
                    let back = dispute.reinstated_of(details.amount);
                    details.amount.saturating_sub(back)
                });
                let taken = (dispute.intent.clone(), amount);
                self.lost.insert(dispute.id.clone(), taken);
            }
            Event::DisputeUpdated { dispute } => {
                self.lost.remove(&dispute.id);
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
            Event::CreditWithdrawn { amount, .. } => {
                self.credits = self.credits.saturating_sub(*amount);
            }
            _ => {}
        }
    }

    fn entry(&mut self, intent: &str) -> &mut Entry {
        self.intents.entry(intent.to_owned()).or_default()
    }

    /// Taken or promised, less what went back, by us or by a bank, or is on its way back.
    pub(super) fn secured(&self) -> i64 {
        let taken = self.intents.values().map(Entry::secured);
        let refunds = self.refunds.values();
        let back = refunds.map(|(_, amount, status)| live(*amount, *status).saturating_neg());
        let lost = self
            .lost
            .values()
            .map(|lost| self.lost_amount(lost).saturating_neg());
        taken.chain(back).chain(lost).fold(0, i64::saturating_add)
    }

    /// What was captured of an intent, and what went back, by us or by a bank, is on its way back, or was asked for.
    pub(super) fn captured_and_given_back(&self, intent: &str) -> (i64, i64) {
        let (captured, refunded) = self.captured_and_refunded(intent);
        let lost = self.lost.values().filter(|(of, _)| of == intent);
        let lost = lost.map(|lost| self.lost_amount(lost));
        let entry = self.intents.get(intent);
        let asked = entry.into_iter().flat_map(|entry| entry.asked.values());
        let back = lost
            .chain(asked.copied())
            .fold(refunded, i64::saturating_add);
        (captured, back)
    }

    fn captured_and_refunded(&self, intent: &str) -> (i64, i64) {
        let refunds = self.refunds.values().filter(|(of, ..)| of == intent);
        let back = refunds.map(|(_, amount, status)| live(*amount, *status));
        let captured = self.intents.get(intent).map_or(0, |entry| entry.captured);
        (captured, back.fold(0, i64::saturating_add))
    }

    /// What a lost dispute took and did not give back: what was told, or all that was not refunded.
    fn lost_amount(&self, (intent, amount): &(String, Option<i64>)) -> i64 {
        amount.unwrap_or_else(|| {
            let (captured, refunded) = self.captured_and_refunded(intent);
            captured.saturating_sub(refunded).max(0)
        })
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
