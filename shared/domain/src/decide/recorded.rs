//! Payments that people and shops record, and refunds of them that a person makes.

use super::{
    exception::open,
    gateway::record,
    placement::{AMOUNT_MAX, is_reference},
};
use crate::{
    money::Money,
    order::{
        EffectAction, EffectOutcome, Event, ExceptionKind, Order, RefundOrder, RefundStatus,
        Rejection, RejectionCode, TenderKind,
    },
};

/// A person has seen that money is there.
pub(super) fn payment(
    order: &Order,
    kind: &TenderKind,
    reference: &str,
    amount: i64,
    note: Option<&str>,
) -> Result<Vec<Event>, Rejection> {
    if amount <= 0 || amount > AMOUNT_MAX {
        let message = format!("an amount between 1 and {AMOUNT_MAX}, in minor units");
        let code = RejectionCode::PaymentAmount;
        return Err(Rejection::new(code, amount.to_string(), message));
    }
    if !is_reference(reference) {
        let message = "a reference is 1 to 64 visible ASCII characters";
        return Err(Rejection::new(RejectionCode::BadReference, "", message));
    }
    let payment = &order.state.payment;
    let is_same = |kind_of: &TenderKind, name: &str| kind_of == kind && name == reference;
    let mut recorded = payment.recorded();
    if recorded.any(|(_, tender)| is_same(&tender.kind, &tender.reference)) {
        let message = "a payment of this kind and reference is recorded already";
        let code = RejectionCode::AlreadyRecorded;
        return Err(Rejection::new(code, reference, message));
    }
    Ok(vec![Event::PaymentRecorded {
        payment: payment.next_recorded(kind),
        kind: kind.clone(),
        reference: reference.to_owned(),
        amount,
        note: note.map(str::to_owned),
    }])
}

/// A person has given back what an effect asks for.
pub(super) fn refund(order: &Order, id: u32, reference: &str) -> Result<Vec<Event>, Rejection> {
    if !is_reference(reference) {
        let message = "a reference is 1 to 64 visible ASCII characters";
        return Err(Rejection::new(RejectionCode::BadReference, "", message));
    }
    let effect = order.effect(id).filter(|effect| order.is_by_hand(effect));
    let Some((effect, EffectAction::Refund { amount, .. })) =
        effect.map(|effect| (effect.id, &effect.action))
    else {
        let message = "the order has no refund of that number that a person is to make";
        let code = RejectionCode::UnknownEffect;
        return Err(Rejection::new(code, id.to_string(), message));
    };
    let outcome = EffectOutcome::Refunded {
        // Two refunds may have one reference, and each has its number.
        refund: format!("{reference}#{effect}"),
        amount: *amount,
        status: RefundStatus::Succeeded,
    };
    record(order, effect, &outcome)
}

/// Refunds that people are to make although nothing is commanded at the gateway: the parts of what is owed back that recorded
/// payments have, the first payment first. The gateway's parts are made by people there, and it tells of them.
pub(super) fn refunds(order: &Order) -> Vec<EffectAction> {
    let payment = &order.state.payment;
    let captured: Vec<i64> = payment.intents.iter().map(|i| i.captured).collect();
    let parts = RefundOrder::First.split(order.refund_owed(), &captured);
    let mut missing = order.still_owed().saturating_sub(order.refunds_asked_for());
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
