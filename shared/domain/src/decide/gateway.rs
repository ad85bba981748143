//! What becomes of effects at the payment gateway and the tax service, and what people ask of them.

use super::{
    effects::refused,
    exception::resolve,
    payment::{captured, refund_made},
    tax,
};
use crate::order::{
    Effect, EffectAction, EffectOutcome, Event, ExceptionKind, Order, Refund, Rejection,
    RejectionCode,
};

/// Records an outcome. One that a webhook has confirmed already changes nothing.
pub(super) fn record(
    order: &Order,
    id: u32,
    outcome: &EffectOutcome,
) -> Result<Vec<Event>, Rejection> {
    let Some(effect) = order.effect(id) else {
        return Ok(vec![]);
    };
    let payment = &order.state.payment;
    let of = effect.action.intent();
    Ok(match outcome {
        EffectOutcome::Refunded {
            refund,
            amount,
            status,
        } => refund_of(
            order,
            Refund {
                id: refund.clone(),
                amount: *amount,
                status: *status,
                intent: of.unwrap_or_default().to_owned(),
                effect: Some(id),
            },
        )?,
        EffectOutcome::Captured { amount, capturable } => of
            .and_then(|of| payment.intent(of))
            .map(|intent| captured(order, intent, *amount, *capturable))
            .unwrap_or_default(),
        EffectOutcome::Cancelled => of.map_or_else(Vec::new, |of| {
            let intent = of.to_owned();
            vec![Event::PaymentCancelled { intent }]
        }),
        EffectOutcome::TaxReversed { reversal, tax } => {
            tax::reversed(order, effect, reversal.as_ref(), *tax)
        }
        EffectOutcome::TaxDisagrees {
            line,
            charged,
            recorded,
        } => tax::differs(order, effect, line.as_ref(), (*charged, *recorded)),
        EffectOutcome::Refused { code } if effect.is_open() => refused(order, effect, code),
        EffectOutcome::NotPerformed if effect.is_open() => vec![next_attempt(effect)],
        EffectOutcome::Refused { .. } | EffectOutcome::NotPerformed => vec![],
    })
}

/// A refund that an effect has made. A webhook that did not name the effect may have told of it first.
fn refund_of(order: &Order, refund: Refund) -> Result<Vec<Event>, Rejection> {
    let mut refunds = order.state.payment.refunds.iter();
    let known = refunds.find(|known| known.id == refund.id).cloned();
    let effect = refund.effect;
    let events = refund_made(order, refund)?;
    Ok(match known.filter(|_| events.is_empty()) {
        Some(known) => vec![Event::RefundUpdated {
            refund: known.id,
            amount: known.amount,
            status: known.status,
            intent: known.intent,
            effect,
        }],
        None => events,
    })
}

fn next_attempt(effect: &Effect) -> Event {
    Event::EffectRetried {
        effect: effect.id,
        attempt: effect.attempt.saturating_add(1),
        action: effect.action.clone(),
    }
}

/// A person wants a refused effect to be tried again.
pub(super) fn retry(order: &Order, id: u32) -> Result<Vec<Event>, Rejection> {
    let Some(effect) = order.effect(id) else {
        let message = if id > 0 && id <= order.state.effects_requested {
            "the effect has happened, or was dismissed"
        } else {
            "the order has no effect of that number"
        };
        let code = RejectionCode::UnknownEffect;
        return Err(Rejection::new(code, id.to_string(), message));
    };
    if effect.is_open() {
        return Ok(vec![]);
    }
    if let EffectAction::Refund { .. } = &effect.action {
        not_disputed(order)?;
    }
    let mut events = vec![next_attempt(effect)];
    let kind = ExceptionKind::PaymentCommandRefused;
    events.extend(resolve(order, &kind, &id.to_string()));
    events.extend(tax::ended(order, id));
    Ok(events)
}

/// Nothing is given back while a bank decides.
pub(super) fn not_disputed(order: &Order) -> Result<(), Rejection> {
    let Some(dispute) = order.state.payment.disputes.first() else {
        return Ok(());
    };
    let message = "the payment is disputed: the bank decides who gets the money";
    let code = RejectionCode::Disputed;
    Err(Rejection::new(code, dispute.as_str(), message))
}
