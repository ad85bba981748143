//! What an intent looks like now, as webhooks would tell of it.

use domain::inbound::{Fact, Inbound};
use jiff::Timestamp;

use super::{
    api::{ApiAnswer, ApiRequest},
    outcome::NoOutcome,
    read,
    write::{self, CommandError},
};
use crate::{
    parse::ParseError,
    vendors::stripe::{
        NAME,
        facts::{self, OrderPayment},
        payloads::Intent,
    },
};

/// The request for an intent with its charge.
///
/// # Errors
/// [`CommandError::Intent`].
pub fn find_payment(intent: &str) -> Result<ApiRequest, CommandError> {
    let intent = write::intent_segment(intent)?;
    let with_charge = write::form(&[("expand[]", "latest_charge".to_owned())]);
    Ok(write::get(format!(
        "/v1/payment_intents/{intent}?{with_charge}"
    )))
}

/// Reads an intent: the facts that its state is made of, none while it waits for the customer. `None`: Stripe has no such
/// intent. The facts are as of `asked_at`, which also tells them from those of other answers.
///
/// # Errors
/// [`NoOutcome`].
pub fn payment(
    intent: &str,
    answer: ApiAnswer<'_>,
    asked_at: Timestamp,
) -> Result<Option<Vec<Inbound>>, NoOutcome> {
    let found: Intent = match read::body(answer) {
        Ok(found) => found,
        Err(error) if read::is_missing(&error) => return Ok(None),
        Err(error) => return Err(error),
    };
    if found.id != intent {
        return Err(read::unknown(answer, "it is about another intent"));
    }
    let told = told_by(&found).map_err(|error| read::unknown(answer, &error.to_string()))?;
    Ok(Some(as_of(asked_at, intent, told)))
}

/// The facts that the state of an intent is made of.
pub(super) fn told_by(found: &Intent) -> Result<Vec<OrderPayment>, ParseError> {
    let has_received = found.amount_received.unwrap_or(0) > 0;
    let told = match found.status.as_deref() {
        Some("processing") => vec![facts::processing(found)],
        Some("requires_capture") => {
            vec![
                facts::capturable_updated(found),
                facts::latest_charge(found),
            ]
        }
        Some("succeeded") => vec![facts::captured(found)],
        Some("canceled") if has_received => vec![facts::captured(found), facts::cancelled(found)],
        Some("canceled") => vec![facts::cancelled(found)],
        Some("requires_payment_method") if found.last_payment_error.is_some() => {
            vec![facts::failed(found)]
        }
        Some("requires_payment_method" | "requires_confirmation" | "requires_action") => vec![],
        Some(_) | None => return Err(ParseError::field("status", "not a status of an intent")),
    };
    let told = told.into_iter().filter_map(Result::transpose);
    told.collect()
}

/// What is told of an object, as of `asked_at`, which also tells it from what other answers tell.
pub(super) fn as_of(asked_at: Timestamp, id: &str, told: Vec<OrderPayment>) -> Vec<Inbound> {
    let told = told.into_iter().enumerate();
    let inbound = told.map(|(number, (order, fact))| Inbound {
        source: NAME.to_owned(),
        id: format!("{id}@{}.{number}", asked_at.as_millisecond()),
        location: None,
        occurred_at: asked_at,
        received_at: asked_at,
        fact: Fact::Payment { order, fact },
    });
    inbound.collect()
}
