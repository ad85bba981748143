//! Payments that people record, and refunds of them that a person has made.

use super::{
    gateway::record,
    placement::{AMOUNT_MAX, is_reference},
};
use crate::order::{
    EffectAction, EffectOutcome, Event, Order, RefundStatus, Rejection, RejectionCode, TenderKind,
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
