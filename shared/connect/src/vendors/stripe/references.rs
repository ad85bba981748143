//! Which order, and which effect of it, a Stripe object belongs to.

use domain::{ids::OrderId, inbound::OrderReference};

use super::payloads::{Link, Metadata};
use crate::{fields::name, parse::ParseError};

/// Longest id of Stripe's that is kept; theirs have some thirty characters, and are documented to have up to 255.
pub(super) const ID_MAX: usize = 255;

/// Where to look for the order; none when nothing can lead to one. A payment that another system made in the same
/// account may carry that system's order id, so what cannot be one of ours is left out.
pub(super) fn reference(
    named: [Option<&str>; 2],
    intent: Option<&str>,
    path: &str,
) -> Result<Option<OrderReference>, ParseError> {
    let valid = |text: &str| text.parse::<domain::ids::OrderNumber>().is_ok();
    let order = named
        .into_iter()
        .flatten()
        .map(str::trim)
        .find(|text| valid(text))
        .map(str::to_owned);
    let intent = match intent {
        // A `#` would split the key that the intent is stored under.
        Some(intent) if intent.contains('#') => {
            return Err(ParseError::field(path, "expected an id without `#`"));
        }
        Some(intent) => Some(name(path, intent, ID_MAX)?),
        None => None,
    };
    if order.is_none() && intent.is_none() {
        Ok(None)
    } else {
        Ok(Some(OrderReference { order, intent }))
    }
}

/// The reference of an object that belongs to a payment intent: its own metadata first, then that of an intent which
/// Stripe has expanded.
pub(super) fn of_related_object(
    metadata: Option<&Metadata>,
    intent: Option<&Link>,
) -> Result<Option<OrderReference>, ParseError> {
    let named = [
        order_id(metadata),
        intent.and_then(|i| i.order_id.as_deref()),
    ];
    reference(
        named,
        intent.map(|i| i.id.as_str()),
        "data.object.payment_intent",
    )
}

pub(super) fn order_id(metadata: Option<&Metadata>) -> Option<&str> {
    metadata.and_then(|m| m.order_id.as_deref())
}

/// How the metadata of a refund names the effect that it was made for: the same for every attempt.
pub(super) fn effect_name(order: OrderId, effect: u32) -> String {
    format!("{order}:{effect}")
}

/// The effect that [`effect_name`] has named, and its order.
pub(super) fn effect_of(metadata: Option<&Metadata>) -> Option<(OrderId, u32)> {
    let (order, effect) = metadata?.oms_effect.as_deref()?.split_once(':')?;
    Some((order.parse().ok()?, effect.parse().ok()?))
}

/// The effect that a refund was made for, when it is one of the order that the metadata names.
pub(super) fn own_effect(metadata: Option<&Metadata>) -> Option<u32> {
    let (order, effect) = effect_of(metadata)?;
    let is_own = order_id(metadata)? == order.to_string();
    is_own.then_some(effect)
}
