//! Orders that are paid twice: a hold while a person decides about the surplus, and the end of payments that are only
//! authorized and that nothing needs.

use super::{
    exception::find,
    hold::{end_hold, start_hold},
    refund_request::surplus,
};
use crate::order::{
    EffectAction, Event, ExceptionKind, ExceptionOutcome, HoldKind, Intent, Order, Rejection,
    RejectionCode, Status,
};

/// The handle of the hold. An order has it once: what a person has released is not placed again.
const HANDLE: &str = "paid-twice";

/// The hold of an order of which more than one payment was captured, and more in all than is due, when its terms say so and
/// something of it can still be held back.
pub(super) fn hold(order: &Order) -> Vec<Event> {
    let captured = order.state.payment.intents.iter();
    let is_several = captured.filter(|intent| intent.captured > 0).count() > 1;
    if !order.terms().hold_paid_twice || !is_several || !order.is_more_to_ship() {
        return vec![];
    }
    start_hold(order, HoldKind::PossibleDuplicate, HANDLE)
}

/// The end of the hold: a person has decided, or there is no surplus any more.
pub(super) fn release(order: &Order) -> Vec<Event> {
    let mut holds = order.state.holds.iter();
    if holds.any(|hold| hold.handle == HANDLE) {
        end_hold(order, HANDLE)
    } else {
        vec![]
    }
}

/// What a person decides about a surplus who closes the exception about it.
pub(super) fn decided(
    order: &Order,
    id: u32,
    outcome: &ExceptionOutcome,
    note: Option<&str>,
) -> Result<Vec<Event>, Rejection> {
    let is_refunded = *outcome == ExceptionOutcome::SurplusRefunded;
    let is_about_surplus = is_refunded || *outcome == ExceptionOutcome::SurplusKept;
    let open = find(order, id)?;
    if open.kind != ExceptionKind::Overpaid {
        if is_about_surplus {
            let message = "only what was paid too much can be refunded or kept as a surplus";
            let code = RejectionCode::OutcomeNotAllowed;
            return Err(Rejection::new(code, open.kind.as_str(), message));
        }
        return Ok(vec![]);
    }
    let mut events = if is_refunded {
        surplus(order, note)?
    } else {
        vec![]
    };
    events.extend(release(order));
    Ok(events)
}

/// Whether an authorized payment is needed for nothing: what is due was captured, and is kept.
pub(super) fn is_unneeded(order: &Order, intent: &Intent) -> bool {
    let payment = &order.state.payment;
    let kept = payment.captured().saturating_sub(payment.given_back());
    let is_covered = kept >= order.amount_due() && payment.disputes.is_empty();
    let is_only_authorized = intent.captured == 0 && intent.capturable() > 0;
    is_covered && is_only_authorized && order.state.status != Status::Cancelled
}

/// The ends of authorized payments that are needed for nothing, so that none keeps the customer's money until it lapses.
pub(super) fn voids(order: &Order) -> Vec<EffectAction> {
    let intents = order.state.payment.intents.iter();
    intents
        .filter(|intent| is_unneeded(order, intent) && !order.is_commanded(intent))
        .map(|intent| EffectAction::CancelIntent {
            intent: intent.id.clone(),
        })
        .collect()
}
