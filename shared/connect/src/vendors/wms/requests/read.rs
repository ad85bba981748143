//! Reading requests, as a location does.

use serde::Deserialize;

use super::{
    kind::{CANCEL_REQUESTED, REQUESTED},
    payloads::{CancellationRequest, FulfillmentRequest},
};
use crate::{
    parse::{ParseError, parse},
    signature::VerifiedMessage,
    vendors::wms::message::WireMessage,
};

/// A request, as the location that receives it reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    Ship(Box<WireMessage<FulfillmentRequest>>),
    Cancel(WireMessage<CancellationRequest>),
    /// A type that this version does not have: answer 2xx and ignore it.
    Unknown {
        kind: String,
    },
}

/// Reads a request as a location does. For the demo's warehouse and tests, and as an example for others.
///
/// # Errors
/// [`ParseError`] with the path of the field that is wrong.
pub fn read(message: VerifiedMessage<'_>) -> Result<Request, ParseError> {
    #[derive(Deserialize)]
    struct Head {
        #[serde(rename = "type")]
        kind: String,
    }
    let body = message.body().bytes();
    let head: Head = parse(body)?;
    match head.kind.as_str() {
        REQUESTED => Ok(Request::Ship(Box::new(parse(body)?))),
        CANCEL_REQUESTED => Ok(Request::Cancel(parse(body)?)),
        _ => Ok(Request::Unknown { kind: head.kind }),
    }
}
