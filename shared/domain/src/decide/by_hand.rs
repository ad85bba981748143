//! Refunds that a person is to make, because the payment did not come through the gateway.

use super::exception::open;
use crate::{
    money::Money,
    order::{EffectAction, Event, ExceptionKind, Order, RefundOrder, Tender},
};

/// Refunds that people are to make although nothing is commanded at the gateway: the parts of what is owed back that recorded
/// payments have, the first payment first. The gateway's parts are made by people there, and it tells of them.
///
/// What credits have taken of a recorded payment is not there for what is owed: the payments after it give that.
pub(super) fn refunds(order: &Order) -> Vec<EffectAction> {
    let payment = &order.state.payment;
    let available = payment.intents.iter().map(|intent| {
        let there = |tender: &Tender| {
            let left = order.left_of(intent).saturating_add(tender.refunds_asked);
            left.clamp(0, intent.captured.max(0))
        };
        intent.tender.as_ref().map_or(intent.captured, there)
    });
    let available: Vec<i64> = available.collect();
    let parts = RefundOrder::First.split(order.refund_owed(), &available, 1);
    let mut missing = order.owed_and_not_asked();
    let mut refunds = Vec::new();
    for (intent, part) in payment.intents.iter().zip(parts) {
        let Some(tender) = &intent.tender else {
            continue;
        };
        let amount = part
            .saturating_sub(tender.refunds_asked)
            .min(missing)
            .min(order.refundable(intent));
        if amount > 0 {
            missing = missing.saturating_sub(amount);
            refunds.push(EffectAction::Refund {
                intent: intent.id.clone(),
                amount,
            });
        }
    }
    refunds
}

/// A person is shown the refund of a recorded payment that was asked for.
pub(super) fn shown(order: &Order, effect: u32, action: &EffectAction) -> Option<Event> {
    let EffectAction::Refund { intent, amount } = action else {
        return None;
    };
    let tender = order.state.payment.intent(intent)?.tender.as_ref()?;
    let money = Money {
        minor: *amount,
        currency: order.placed.currency,
    };
    let detail = format!(
        "give {money} back to {} {}, where it came from, and record it as refund {effect}",
        tender.kind.as_str().replace('_', " "),
        tender.reference
    );
    let kind = ExceptionKind::RefundByHand;
    Some(open(kind, effect.to_string(), detail))
}
