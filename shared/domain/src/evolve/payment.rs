//! Payment intents and refunds. Amounts are totals in minor units, so the highest that was reported counts.

use jiff::Timestamp;

use crate::order::{Dispute, Intent, Order, Refund};

/// The intent of that id, added when it is new.
pub(super) fn intent_mut<'a>(order: &'a mut Order, id: &str) -> &'a mut Intent {
    let intents = &mut order.state.payment.intents;
    let index = intents.iter().position(|i| i.id == id).unwrap_or_else(|| {
        intents.push(Intent {
            id: id.to_owned(),
            ..Intent::default()
        });
        intents.len().saturating_sub(1)
    });
    &mut intents[index]
}

pub(super) fn authorize(order: &mut Order, id: &str, amount: i64, at: Option<Timestamp>) {
    let intent = intent_mut(order, id);
    intent.authorized = intent.authorized.max(amount);
    // Raising an amount does not extend the time in which it can be captured.
    intent.authorized_at = intent.authorized_at.into_iter().chain(at).min();
    intent.failed = false;
}

pub(super) fn capture(order: &mut Order, id: &str, amount: i64, capturable: i64) {
    let intent = intent_mut(order, id);
    if amount >= intent.captured {
        intent.captured = amount;
        intent.capturable_after_capture = capturable;
    }
    intent.failed = false;
}

pub(super) fn process(order: &mut Order, id: &str, at: Option<Timestamp>) {
    let intent = intent_mut(order, id);
    intent.processing = true;
    intent.failed = false;
    intent.attempt_at = at;
}

pub(super) fn fail(order: &mut Order, id: &str, at: Option<Timestamp>) {
    let intent = intent_mut(order, id);
    intent.failed = true;
    intent.attempt_at = at;
}

pub(super) fn update_refund(order: &mut Order, reported: Refund) {
    let refunds = &mut order.state.payment.refunds;
    match refunds.iter_mut().find(|known| known.id == reported.id) {
        Some(known) => {
            known.status = reported.status;
            known.effect = known.effect.or(reported.effect);
        }
        None => refunds.push(reported),
    }
}

pub(super) fn update_dispute(order: &mut Order, told: &Dispute) {
    let records = &mut order.state.payment.dispute_records;
    match records.iter_mut().find(|known| known.id == told.id) {
        Some(known) => *known = told.clone(),
        None => records.push(told.clone()),
    }
}
