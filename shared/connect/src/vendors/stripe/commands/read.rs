//! Reading answers about one object: what a command has done, and what an intent looks like now.

use domain::{
    ids::OrderId,
    money::Currency,
    order::{Effect, EffectAction, EffectOutcome, RefundStatus},
};
use serde::de::DeserializeOwned;

use super::{api::ApiAnswer, outcome::NoOutcome, payloads::ErrorBody};
use crate::{
    fields::{self, code},
    parse::parse,
    vendors::stripe::{
        amount,
        facts::refund_status,
        payloads::{Intent, Refund},
        references::{ID_MAX, effect_of},
    },
};

/// What the answer to a command says.
///
/// # Errors
/// [`NoOutcome`].
pub fn performed(
    order: OrderId,
    currency: Currency,
    effect: &Effect,
    answer: ApiAnswer<'_>,
) -> Result<EffectOutcome, NoOutcome> {
    if let EffectAction::Refund { .. } = &effect.action {
        let made: Refund = body(answer)?;
        if effect_of(made.metadata.as_ref()) != Some((order, effect.id)) {
            return Err(unknown(answer, "the refund is not the one that was made"));
        }
        return refund(&made, currency, answer);
    }
    outcome(&body(answer)?, effect, currency, answer)?.ok_or(NoOutcome::Pending)
}

/// Whether an intent shows that a capture, a release or a cancellation has happened; none when it does not, or there is no such
/// intent.
///
/// # Errors
/// [`NoOutcome`].
pub fn intent(
    currency: Currency,
    effect: &Effect,
    answer: ApiAnswer<'_>,
) -> Result<Option<EffectOutcome>, NoOutcome> {
    match body(answer) {
        Ok(intent) => outcome(&intent, effect, currency, answer),
        Err(error) if is_missing(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

fn outcome(
    intent: &Intent,
    effect: &Effect,
    currency: Currency,
    answer: ApiAnswer<'_>,
) -> Result<Option<EffectOutcome>, NoOutcome> {
    if Some(intent.id.as_str()) != effect.action.intent() {
        return Err(unknown(answer, "it is about another intent"));
    }
    match &effect.action {
        EffectAction::Capture {
            captured_before, ..
        } => {
            let (amount, capturable) = taken(intent, currency, answer)?;
            let captured = EffectOutcome::Captured { amount, capturable };
            Ok((amount > *captured_before).then_some(captured))
        }
        EffectAction::ReleaseRest { .. } => {
            let (amount, capturable) = taken(intent, currency, answer)?;
            let released = EffectOutcome::Captured { amount, capturable };
            Ok((capturable == 0).then_some(released))
        }
        EffectAction::CancelIntent { .. } => {
            let status = field("status", intent.status.as_deref(), answer)?;
            Ok((status == "canceled").then_some(EffectOutcome::Cancelled))
        }
        // A refund is no property of its intent, and a reversal has none.
        EffectAction::Refund { .. } | EffectAction::ReverseTax(_) => Ok(None),
    }
}

/// What an intent has taken, and can still take.
fn taken(
    intent: &Intent,
    currency: Currency,
    answer: ApiAnswer<'_>,
) -> Result<(i64, i64), NoOutcome> {
    let amount = |field, value| money(field, value, intent.currency, currency, answer);
    let received = amount("amount_received", intent.amount_received)?;
    let capturable = amount("amount_capturable", intent.amount_capturable)?;
    Ok((received, capturable))
}

/// The outcome that a refund stands for.
pub(super) fn refund(
    refund: &Refund,
    currency: Currency,
    answer: ApiAnswer<'_>,
) -> Result<EffectOutcome, NoOutcome> {
    let status = refund_status("status", refund.status.as_deref(), RefundStatus::Pending);
    Ok(EffectOutcome::Refunded {
        refund: id(refund.id.as_deref(), answer)?,
        amount: money("amount", refund.amount, refund.currency, currency, answer)?,
        status: status.map_err(|error| unknown(answer, &error.to_string()))?,
    })
}

/// The object of a 2xx answer.
pub(super) fn body<T: DeserializeOwned>(answer: ApiAnswer<'_>) -> Result<T, NoOutcome> {
    if (200..300).contains(&answer.status) {
        parse(answer.body).map_err(|error| unknown(answer, &error.to_string()))
    } else {
        Err(refusal(answer))
    }
}

/// Whether Stripe has no such object.
pub(super) fn is_missing(error: &NoOutcome) -> bool {
    matches!(error, NoOutcome::Refused { code } if code == "resource_missing")
}

/// What an answer other than 2xx says. Only an error that Stripe describes, of a kind that a repetition does not change,
/// is a refusal.
fn refusal(answer: ApiAnswer<'_>) -> NoOutcome {
    let status = answer.status;
    let error = parse::<ErrorBody>(answer.body).ok().map(|body| body.error);
    let kind = error.as_ref().and_then(|e| e.kind.as_deref());
    let named = error.as_ref().and_then(|e| e.code.as_deref());
    let busy = NoOutcome::Busy {
        status,
        retry_after_s: answer.retry_after_s(),
    };
    match (status, kind, named) {
        (401 | 403, _, _) => NoOutcome::NotAuthorized { status },
        (500.., _, _) if answer.is_replayed() => NoOutcome::ReplayedError,
        (500.., _, _) if answer.retry_after_s().is_some() => busy,
        (500.., _, _) => unknown(answer, "a server error"),
        (_, _, Some("idempotency_key_in_use" | "lock_timeout" | "rate_limit")) => busy,
        (_, Some("idempotency_error"), _) => NoOutcome::KeyReused,
        (409 | 429, _, _) => busy,
        _ if answer.should_be_retried() => busy,
        (400 | 402 | 404, Some(kind @ ("invalid_request_error" | "card_error")), named) => {
            let code = named.and_then(code).unwrap_or_else(|| kind.to_owned());
            NoOutcome::Refused { code }
        }
        _ => unknown(answer, "not an error that Stripe documents"),
    }
}

fn money(
    name: &str,
    amount: Option<i64>,
    currency: Option<Currency>,
    expected: Currency,
    answer: ApiAnswer<'_>,
) -> Result<i64, NoOutcome> {
    in_currency(currency, expected, answer)?;
    minor_units(name, amount, expected, answer)
}

/// Whether an object is in the currency that it was asked about in.
pub(super) fn in_currency(
    currency: Option<Currency>,
    expected: Currency,
    answer: ApiAnswer<'_>,
) -> Result<(), NoOutcome> {
    if field("currency", currency, answer)? == expected {
        Ok(())
    } else {
        Err(NoOutcome::OtherCurrency)
    }
}

/// An amount of Stripe's, in our minor units.
pub(super) fn minor_units(
    name: &str,
    amount: Option<i64>,
    currency: Currency,
    answer: ApiAnswer<'_>,
) -> Result<i64, NoOutcome> {
    amount::minor_units(name, field(name, amount, answer)?, currency)
        .map_err(|error| unknown(answer, &error.to_string()))
}

/// The id of an object.
pub(super) fn id(id: Option<&str>, answer: ApiAnswer<'_>) -> Result<String, NoOutcome> {
    fields::name("id", field("id", id, answer)?, ID_MAX)
        .map_err(|error| unknown(answer, &error.to_string()))
}

pub(super) fn field<T>(
    name: &str,
    value: Option<T>,
    answer: ApiAnswer<'_>,
) -> Result<T, NoOutcome> {
    fields::require(name, value).map_err(|error| unknown(answer, &error.to_string()))
}

pub(super) fn unknown(answer: ApiAnswer<'_>, problem: &str) -> NoOutcome {
    NoOutcome::Unknown {
        status: answer.status,
        problem: problem.to_owned(),
    }
}
