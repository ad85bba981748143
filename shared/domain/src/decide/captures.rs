//! Which captures an order wants, and which authorizations it needs no more.

use crate::order::{CapturePolicy, EffectAction, Intent, Order};

/// The captures that are due and were not asked for. Each payment is captured once, unless money is captured for each
/// shipment and the payment allows several captures: then what is left of it is kept until nothing more is to ship.
pub(super) fn wanted(order: &Order, policy: CapturePolicy) -> Vec<EffectAction> {
    let is_due = match policy {
        CapturePolicy::Manual => false,
        CapturePolicy::AtOnce => order.is_ready(),
        CapturePolicy::FirstShipment | CapturePolicy::PerShipment => {
            order.state.lines.iter().any(|line| line.shipped > 0)
        }
    };
    if !is_due {
        return vec![];
    }
    let is_shared = policy == CapturePolicy::PerShipment && order.is_more_to_ship();
    let mut taken = taken(order);
    let mut captures = Vec::new();
    let intents = order.state.payment.intents.iter();
    for intent in intents.filter(|intent| !order.is_commanded(intent)) {
        let is_part = is_shared && intent.keeps_rest();
        // The last capture that the gateway allows is kept until something more has shipped.
        let waits = is_shared && intent.captured > 0 && order.amount_due_for_shipped() <= taken;
        let due = if is_part || waits {
            order.amount_due_for_shipped()
        } else {
            order.amount_due()
        };
        let amount = intent.capturable().min(due.saturating_sub(taken));
        if amount > 0 {
            taken = taken.saturating_add(amount);
            captures.push(EffectAction::Capture {
                intent: intent.id.clone(),
                amount,
                captured_before: intent.captured,
                keeps_rest: is_part && amount < intent.capturable(),
            });
        }
    }
    captures
}

/// What is left of payments that were captured for each shipment, once nothing more is to ship and all that is due was
/// captured: the customer can have it back.
pub(super) fn releases(order: &Order, policy: CapturePolicy) -> Vec<EffectAction> {
    let is_shared = policy == CapturePolicy::PerShipment;
    if !is_shared || order.is_more_to_ship() || taken(order) < order.amount_due() {
        return vec![];
    }
    let is_left = |intent: &&Intent| intent.captured > 0 && intent.capturable() > 0;
    let intents = order.state.payment.intents.iter();
    intents
        .filter(is_left)
        .filter(|intent| !order.is_commanded(intent))
        .map(|intent| EffectAction::ReleaseRest {
            intent: intent.id.clone(),
        })
        .collect()
}

/// Captured and kept, and asked for, minor units. What a lost dispute took is not taken off: the bank has decided that the
/// customer has it, so it is not captured again of another payment. What was refunded may be: less was due then.
fn taken(order: &Order) -> i64 {
    let payment = &order.state.payment;
    payment
        .captured()
        .saturating_sub(payment.refunded())
        .saturating_add(order.captures_asked_for())
}
