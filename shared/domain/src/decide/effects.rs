//! Which effects an order wants at its payment gateway: refunds that are owed, captures that are due, and the end of
//! intents that must not be paid any more; and at its tax service. A reversal of tax is asked for before the refunds of the
//! same change, so that they wait for it.
//!
//! Everything that was asked for and is not confirmed is in the order's state. So what is wanted is what is missing
//! beyond it, and two changes of an order never ask for the same money twice: they condition on its version.

use super::{
    by_hand, captures,
    exception::{open, resolve},
    tax,
    unneeded::{is_unneeded, voids},
};
use crate::{
    money::Money,
    order::{Effect, EffectAction, Event, ExceptionKind, Intent, Order, PaymentCommands, Status},
};

/// The effects that facts confirm, or that cannot happen any more: ends of what was asked for, whoever has done it.
pub(super) fn confirmed(order: &Order) -> Vec<Event> {
    let asked = order.state.effects.iter();
    asked
        .filter_map(|effect| Some((effect, end(order, effect)?)))
        .flat_map(|(effect, end)| {
            let subject = effect.id.to_string();
            let refused = ExceptionKind::PaymentCommandRefused;
            let mut events = resolve(order, &refused, &subject);
            events.extend(resolve(order, &ExceptionKind::RefundByHand, &subject));
            events.push(Event::EffectEnded {
                effect: effect.id,
                dismissed: end == End::Impossible,
                lost: false,
            });
            events
        })
        .collect()
}

/// How an effect has ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Confirmed,
    /// Nothing is left to do it with.
    Impossible,
}

fn end(order: &Order, effect: &Effect) -> Option<End> {
    let payment = &order.state.payment;
    let is_confirmed = match &effect.action {
        EffectAction::Refund { .. } => {
            let mut refunds = payment.refunds.iter();
            refunds.any(|refund| refund.effect == Some(effect.id))
        }
        EffectAction::Capture {
            intent,
            captured_before,
            ..
        } => {
            let intent = payment.intent(intent)?;
            if intent.captured <= *captured_before && intent.capturable() == 0 {
                // As long as it counts as asked for, no other payment is captured instead.
                return Some(End::Impossible);
            }
            intent.captured > *captured_before
        }
        EffectAction::ReleaseRest { intent } => {
            let intent = payment.intent(intent);
            intent.is_some_and(|intent| intent.capturable() == 0)
        }
        // An intent that was captured cannot be cancelled any more; what it has taken is refunded. One that the customer has
        // paid after all is not to be cancelled while the order is not, unless nothing needs it.
        EffectAction::CancelIntent { intent } => {
            let is_over = order.state.status == Status::Cancelled;
            let intent = payment.intent(intent);
            intent.is_some_and(|intent| {
                let is_used = intent.capturable() > 0 || intent.is_processing();
                let is_needed = is_used && !is_over && !is_unneeded(order, intent);
                intent.cancelled || intent.captured > 0 || is_needed
            })
        }
        // Only the tax service's answer says so.
        EffectAction::ReverseTax(_) => false,
    };
    is_confirmed.then_some(End::Confirmed)
}

/// The effects that are wanted and were not asked for.
pub(super) fn wanted(order: &Order) -> Vec<Event> {
    // While the customer's bank takes the money back, a refund would give it twice.
    let may_refund = order.state.payment.disputes.is_empty();
    let mut actions: Vec<EffectAction> = tax::wanted(order).into_iter().collect();
    let Some(commands) = order.terms().payment_commands else {
        if may_refund {
            actions.extend(by_hand::refunds(order));
        }
        return requested(order, actions);
    };
    if may_refund {
        actions.extend(refunds(order, unasked_refund(order), &commands));
    }
    actions.extend(captures::wanted(order, commands.capture));
    actions.extend(captures::releases(order, commands.capture));
    actions.extend(cancellations(order));
    actions.extend(voids(order));
    requested(order, actions)
}

/// The events that ask for actions, with their numbers. A person is shown those that are theirs.
pub(super) fn requested(order: &Order, actions: Vec<EffectAction>) -> Vec<Event> {
    let first = order.state.effects_requested.saturating_add(1);
    let mut events = Vec::new();
    for (effect, action) in (first..).zip(actions) {
        let shown = by_hand::shown(order, effect, &action);
        events.push(Event::EffectRequested {
            effect,
            action,
            by_person: false,
            surplus: 0,
            note: None,
        });
        events.extend(shown);
    }
    events
}

/// What is owed back and has neither been given back nor asked for. It is asked for once: a refund that has failed is a
/// person's to ask for again, since the gateway would only refuse it again.
fn unasked_refund(order: &Order) -> i64 {
    let never_asked = order
        .refund_owed()
        .saturating_sub(order.state.payment.refunds_commanded);
    never_asked.min(order.owed_and_not_asked()).max(0)
}

/// Refunds of an amount, from the intents that have it.
pub(super) fn refunds(order: &Order, amount: i64, commands: &PaymentCommands) -> Vec<EffectAction> {
    let intents = &order.state.payment.intents;
    let available: Vec<i64> = intents.iter().map(|i| order.refundable(i)).collect();
    let step = order.placed.currency.step();
    let parts = commands.refund_order.split(amount, &available, step);
    let refunds = intents.iter().zip(parts).filter(|(_, amount)| *amount > 0);
    refunds
        .map(|(intent, amount)| EffectAction::Refund {
            intent: intent.id.clone(),
            amount,
        })
        .collect()
}

/// No money may come for an order that is cancelled.
fn cancellations(order: &Order) -> Vec<EffectAction> {
    if order.state.status != Status::Cancelled {
        return vec![];
    }
    let intents = order.state.payment.intents.iter();
    let alive = |i: &&Intent| !i.cancelled && i.captured == 0 && !i.is_processing();
    intents
        .filter(alive)
        .filter(|intent| !order.is_commanded(intent))
        .map(|intent| EffectAction::CancelIntent {
            intent: intent.id.clone(),
        })
        .collect()
}

/// The gateway, or the tax service, refuses an effect for good.
pub(super) fn refused(order: &Order, effect: &Effect, code: &str) -> Vec<Event> {
    let show = |minor| Money {
        minor,
        currency: order.placed.currency,
    };
    let what = match &effect.action {
        EffectAction::Refund { intent, amount } => {
            format!("to refund {} of {intent}", show(*amount))
        }
        EffectAction::Capture { intent, amount, .. } => {
            format!("to capture {} of {intent}", show(*amount))
        }
        EffectAction::ReleaseRest { intent } => {
            format!("to release what is left of {intent}")
        }
        EffectAction::CancelIntent { intent } => format!("to cancel {intent}"),
        EffectAction::ReverseTax(reversal) => return tax::refused(order, effect, reversal, code),
    };
    let detail = format!(
        "the payment gateway refuses {what} ({code}): look at the payment there, then try again or do it by hand"
    );
    let kind = ExceptionKind::PaymentCommandRefused;
    vec![
        Event::EffectRefused {
            effect: effect.id,
            code: code.to_owned(),
        },
        open(kind, effect.id.to_string(), detail),
    ]
}
