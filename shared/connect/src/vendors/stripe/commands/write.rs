//! Writing commands and look-ups.

use domain::{
    ids::OrderId,
    money::Currency,
    order::{Effect, EffectAction},
};

use super::{
    api::{API_VERSION, ApiRequest, Method},
    refunds::PAGE_REFUNDS,
};
use crate::vendors::stripe::{amount, references::effect_name};

/// Why a command cannot be written. Nothing has been sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// The intent was made elsewhere, or its id was mistyped at placement.
    #[error("the intent's id is not one of Stripe's")]
    Intent,
    #[error("the transaction's id is not one of Stripe's")]
    Transaction,
    #[error("the amount cannot be written in Stripe's units of the currency")]
    Amount,
}

impl CommandError {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Intent => "not_an_intent",
            Self::Transaction => "not_a_tax_transaction",
            Self::Amount => "unrepresentable_amount",
        }
    }
}

/// The request that performs an attempt of an effect: the same to the byte for the same attempt.
///
/// # Errors
/// [`CommandError`].
pub fn command(
    order: OrderId,
    currency: Currency,
    effect: &Effect,
) -> Result<ApiRequest, CommandError> {
    let units = |amount| amount::stripe_units(amount, currency).ok_or(CommandError::Amount);
    let intent = intent_id(effect)?;
    let (path, fields) = match &effect.action {
        EffectAction::Refund { amount, .. } => (
            "/v1/refunds".to_owned(),
            vec![
                ("payment_intent", intent.to_owned()),
                ("amount", units(*amount)?.to_string()),
                ("metadata[order_id]", order.to_string()),
                ("metadata[oms_effect]", effect_name(order, effect.id)),
            ],
        ),
        EffectAction::Capture {
            amount, keeps_rest, ..
        } => {
            let mut fields = vec![("amount_to_capture", units(*amount)?.to_string())];
            // Where several captures are not allowed, Stripe refuses the field.
            if *keeps_rest {
                fields.push(("final_capture", "false".to_owned()));
            }
            (format!("/v1/payment_intents/{intent}/capture"), fields)
        }
        EffectAction::ReleaseRest { .. } => (
            format!("/v1/payment_intents/{intent}/capture"),
            vec![
                ("amount_to_capture", "0".to_owned()),
                ("final_capture", "true".to_owned()),
            ],
        ),
        EffectAction::CancelIntent { .. } => {
            (format!("/v1/payment_intents/{intent}/cancel"), vec![])
        }
        // It names no intent.
        EffectAction::ReverseTax(_) => return Err(CommandError::Intent),
    };
    Ok(ApiRequest {
        method: Method::Post,
        path,
        headers: command_headers(order, effect),
        body: form(&fields),
    })
}

/// The headers of a command.
pub(super) fn command_headers(order: OrderId, effect: &Effect) -> Vec<(&'static str, String)> {
    vec![
        ("stripe-version", API_VERSION.to_owned()),
        ("idempotency-key", effect.key(order)),
        ("content-type", "application/x-www-form-urlencoded".into()),
    ]
}

/// The request for a page of the refunds of the effect's intent, newest first; `after`: the last refund of the page
/// before.
///
/// # Errors
/// [`CommandError::Intent`].
pub fn find_refunds(effect: &Effect, after: Option<&str>) -> Result<ApiRequest, CommandError> {
    let mut query = vec![
        ("payment_intent", intent_id(effect)?.to_owned()),
        ("limit", PAGE_REFUNDS.to_string()),
    ];
    query.extend(after.map(|id| ("starting_after", id.to_owned())));
    Ok(get(format!("/v1/refunds?{}", form(&query))))
}

/// The request for the effect's intent.
///
/// # Errors
/// [`CommandError::Intent`].
pub fn find_intent(effect: &Effect) -> Result<ApiRequest, CommandError> {
    let intent = intent_id(effect)?;
    Ok(get(format!("/v1/payment_intents/{intent}")))
}

pub(super) fn get(path: String) -> ApiRequest {
    ApiRequest {
        method: Method::Get,
        path,
        headers: vec![("stripe-version", API_VERSION.to_owned())],
        body: String::new(),
    }
}

/// The id as a segment of a path. A shop may have named anything as the intent, and it must not lead elsewhere.
fn intent_id(effect: &Effect) -> Result<&str, CommandError> {
    intent_segment(effect.action.intent().unwrap_or_default())
}

/// See [`intent_id`].
pub(super) fn intent_segment(id: &str) -> Result<&str, CommandError> {
    id_segment(id).ok_or(CommandError::Intent)
}

/// An id as a segment of a path; none when it may lead elsewhere.
pub(super) fn id_segment(id: &str) -> Option<&str> {
    let is_safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    (!id.is_empty() && id.chars().all(is_safe)).then_some(id)
}

pub(super) fn form(fields: &[(&str, String)]) -> String {
    let pairs = fields
        .iter()
        .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
    pairs.collect::<Vec<_>>().join("&")
}

fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.') {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push_str(&hex::encode_upper([byte]));
        }
    }
    out
}
