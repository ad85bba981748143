//! What follows from an answer of the payment gateway that tells nothing new of a payment.

use jiff::Timestamp;

use super::effects::requested;
use crate::order::{ASK_AFTER_S, EffectAction, Event, Intent, NOT_FOUND_TIMES, Order};

/// Notes the answer if something rests on it. When the time to pay is over, a payment that the gateway knows is cancelled
/// there: the order is cancelled after it, so that no money can come for it.
pub(super) fn note(order: &Order, id: &str, found: bool, now: Timestamp) -> Vec<Event> {
    let known = order.state.payment.intent(id);
    let Some(intent) = known.filter(|intent| intent.is_unresolved()) else {
        return vec![];
    };
    let is_over = order.pay_until() <= now;
    let is_last = is_over && !order.was_asked_in_the_end(intent);
    let not_found = if found {
        0
    } else {
        times_not_found(intent, now)
    };
    let mut events = Vec::new();
    if is_last || not_found != intent.not_found {
        events.push(Event::PaymentAsked {
            intent: id.to_owned(),
            not_found,
        });
    }
    if found && is_last && order.waits_for_nothing_but_time() && !order.is_commanded(intent) {
        let intent = id.to_owned();
        events.extend(requested(
            order,
            vec![EffectAction::CancelIntent { intent }],
        ));
    }
    events
}

/// A second answer counts only some time after the first.
fn times_not_found(intent: &Intent, now: Timestamp) -> u32 {
    let is_later = intent
        .asked_at
        .is_none_or(|at| now.duration_since(at).as_secs() >= ASK_AFTER_S);
    if intent.not_found == 0 || is_later {
        intent.not_found.saturating_add(1).min(NOT_FOUND_TIMES)
    } else {
        intent.not_found
    }
}
