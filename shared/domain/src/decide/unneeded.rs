//! Payments that are only authorized and that nothing needs: none keeps the customer's money until it lapses.

use crate::order::{EffectAction, Intent, Order, Status};

/// Whether an authorized payment is needed for nothing: what is due was captured, and is kept.
pub(super) fn is_unneeded(order: &Order, intent: &Intent) -> bool {
    let payment = &order.state.payment;
    let kept = payment.captured().saturating_sub(payment.given_back());
    let is_covered = kept >= order.amount_due() && payment.disputes.is_empty();
    let is_only_authorized = intent.captured == 0 && intent.capturable() > 0;
    is_covered && is_only_authorized && order.state.status != Status::Cancelled
}

/// The ends of authorized payments that are needed for nothing.
pub(super) fn voids(order: &Order) -> Vec<EffectAction> {
    let intents = order.state.payment.intents.iter();
    intents
        .filter(|intent| is_unneeded(order, intent) && !order.is_commanded(intent))
        .map(|intent| EffectAction::CancelIntent {
            intent: intent.id.clone(),
        })
        .collect()
}
