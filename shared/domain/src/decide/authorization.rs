//! Holds for authorizations that end before everything has shipped.

use super::hold::end_hold;
use crate::{
    money::Money,
    order::{Event, HoldKind, Order},
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

/// The ends of holds: other money secures the order, what rested on the authorization is captured or cancelled, or the
/// authorization was extended.
pub(super) fn replaced(order: &Order, now: Timestamp) -> Vec<Event> {
    let handles = order.holds_of_replaced_authorizations(now).into_iter();
    handles.flat_map(|handle| end_hold(order, handle)).collect()
}
