//! What was paid too much.

use super::{commanded::commands, exception::open};
use crate::{
    money::Money,
    order::{EffectAction, Event, ExceptionKind, Order},
};

/// The refunds, so much of which was paid too much; minor units.
pub(super) fn of_surplus(mut events: Vec<Event>, mut left: i64) -> Vec<Event> {
    for event in &mut events {
        if let Event::EffectRequested {
            action: EffectAction::Refund { amount, .. },
            surplus,
            ..
        } = event
        {
            *surplus = left.min(*amount);
            left = left.saturating_sub(*surplus);
        }
    }
    events
}

/// A person is shown a surplus.
pub(super) fn shown(order: &Order) -> Event {
    let payment = &order.state.payment;
    let what = match commands(order) {
        Ok(_) => {
            "close this with `surplus_refunded` to give it back, the last payment first, or with `surplus_kept` to \
             decide that later"
        }
        Err(_) => "refund it at the payment provider",
    };
    let show = |minor| Money {
        minor,
        currency: order.placed.currency,
    };
    let kept = payment.captured().saturating_sub(payment.given_back());
    let detail = format!(
        "{} was captured and is kept, and {} is due, so {} is too much: {what}",
        show(kept),
        show(order.amount_due()),
        show(order.overpaid())
    );
    open(ExceptionKind::Overpaid, "", detail)
}
