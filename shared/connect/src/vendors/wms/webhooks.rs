//! Reading the webhooks of our own scheme. The wire format is described in `events/README.md`.

use domain::{
    ids::LocationId,
    inbound::{Fact, Inbound},
};
use jiff::Timestamp;
use serde::{Deserialize, de::DeserializeOwned};

use super::{
    facts,
    kind::Kind,
    message::{VERSION, WireMessage},
    stock,
};
use crate::{
    parse::{ParseError, parse},
    signature::VerifiedMessage,
    webhook::{IgnoredReason, ParsedWebhook},
};

/// The vendor's name.
pub const NAME: &str = "wms";

/// Reads a message of the location that signed it.
///
/// # Errors
/// [`ParseError`] with the path of the field that is wrong.
pub(super) fn read(
    message: VerifiedMessage<'_>,
    location: &LocationId,
    received_at: Timestamp,
) -> Result<ParsedWebhook, ParseError> {
    #[derive(Deserialize)]
    struct Head {
        #[serde(rename = "type")]
        kind: String,
    }
    #[derive(Deserialize)]
    struct Versioned {
        version: Option<u32>,
    }
    let body = message.body().bytes();
    let head: Head = parse(body)?;
    let Some(kind) = Kind::from_name(&head.kind) else {
        return Ok(ParsedWebhook::ignored(
            &head.kind,
            IgnoredReason::UnusedType,
        ));
    };
    // Before the other fields: another version may give the same names another meaning.
    if let Some(version) = parse::<Versioned>(body)?
        .version
        .filter(|version| *version != VERSION)
    {
        return Err(ParseError::Version(version));
    }
    let (occurred_at, fact) = fact(kind, body)?;
    Ok(ParsedWebhook::Fact(Box::new(Inbound {
        source: NAME.to_owned(),
        id: message.id().to_owned(),
        location: Some(location.clone()),
        occurred_at: whole_milliseconds(occurred_at),
        received_at,
        fact,
    })))
}

/// Drops what is finer than a millisecond: nobody needs it, and every byte of an order's state is paid for.
fn whole_milliseconds(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at)
}

fn fact(kind: Kind, body: &[u8]) -> Result<(Timestamp, Fact), ParseError> {
    match kind {
        Kind::Accepted => to_fact(body, facts::accepted),
        Kind::Picking => to_fact(body, facts::picking),
        Kind::Packed => to_fact(body, facts::packed),
        Kind::Rejected => to_fact(body, facts::rejected),
        Kind::CancelRefused => to_fact(body, facts::cancel_refused),
        Kind::Cancelled => to_fact(body, facts::cancelled),
        Kind::Closed => to_fact(body, facts::closed),
        Kind::Shipped => to_fact(body, facts::shipped),
        Kind::InTransit => to_fact(body, facts::in_transit),
        Kind::OutForDelivery => to_fact(body, facts::out_for_delivery),
        Kind::Delivered => to_fact(body, facts::delivered),
        Kind::ReturnedToSender => to_fact(body, facts::returned_to_sender),
        Kind::Exception => to_fact(body, facts::exception),
        Kind::StockReceived => to_fact(body, stock::received),
        Kind::StockCounted => to_fact(body, stock::counted),
    }
}

fn to_fact<T: DeserializeOwned>(
    body: &[u8],
    fact: fn(T) -> Result<Fact, ParseError>,
) -> Result<(Timestamp, Fact), ParseError> {
    let message: WireMessage<T> = parse(body)?;
    Ok((message.timestamp, fact(message.data)?))
}
