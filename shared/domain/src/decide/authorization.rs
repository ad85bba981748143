//! Holds for authorizations that end before everything was requested, and exceptions for those that end after.

use super::{exception::open, hold::end_hold};
use crate::{
    money::Money,
    order::{Event, ExceptionKind, HoldKind, Order},
};
use jiff::Timestamp;

/// The hold that is due by now.
pub(super) fn hold(order: &Order) -> Vec<Event> {
    let Some((intent, handle, _)) = order.authorization_to_replace() else {
        return vec![];
    };
    let rest = Money {
        minor: intent.capturable(),
        currency: order.placed.currency,
    };
    let end = order.authorization_ends(intent);
    let end = end.map_or_else(String::new, |end| format!(" at {end}"));
    let reason = format!(
        "the authorization of {rest} of {} ends{end}, before everything has shipped: nothing more is released; the payment \
         gateway cannot renew an authorization, so let the customer pay again with a new payment for this order, or capture \
         the rest, or cancel what has not left",
        intent.id
    );
    vec![Event::HoldPlaced {
        kind: HoldKind::Payment,
        handle,
        until: None,
        reason: Some(reason),
    }]
}

/// The exception that is due by now.
pub(super) fn shown(order: &Order) -> Vec<Event> {
    let Some(ending) = order.authorization_to_show() else {
        return vec![];
    };
    let needed = Money {
        minor: ending.needed,
        currency: order.placed.currency,
    };
    let detail = format!(
        "the authorization of {} ends at {}, and {needed} of it is needed for goods that are with their locations or have left: \
         capture it at the payment gateway before, or let the customer pay again with a new payment for this order, or cancel \
         what has not left",
        ending.intent.id, ending.ends
    );
    let kind = ExceptionKind::AuthorizationEnding;
    vec![open(kind, ending.intent.id.clone(), detail)]
}

/// The ends of holds: other money secures the order, what rested on the authorization is captured or cancelled, or the
/// authorization was extended.
pub(super) fn replaced(order: &Order, now: Timestamp) -> Vec<Event> {
    let handles = order.holds_of_replaced_authorizations(now).into_iter();
    handles.flat_map(|handle| end_hold(order, handle)).collect()
}
