//! Standard Webhooks 1.0: headers `webhook-id`, `webhook-timestamp` (Unix seconds) and `webhook-signature` (one
//! or more `v1,<base64>`, separated by spaces), HMAC-SHA256 over `<id>.<timestamp>.<body>`.
//!
//! A secret is `whsec_` and the base64 of 24 to 64 random bytes; the bytes are the key. Used in both directions: for
//! webhooks from locations and for our requests to them.

use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use jiff::Timestamp;

use super::{
    error::SignatureError,
    mac,
    secrets::Secrets,
    time::{check_window, parse_seconds},
    verified::VerifiedMessage,
};
use crate::headers::Headers;

/// The header with the message's id, the same at every attempt to deliver it.
pub const ID: &str = "webhook-id";
/// The header with the time of the attempt.
pub const TIMESTAMP: &str = "webhook-timestamp";
/// The header with the signatures.
pub const SIGNATURE: &str = "webhook-signature";
/// Longest message id.
pub const ID_MAX: usize = 255;
/// Fewest bytes of key in a secret.
pub const KEY_MIN: usize = 24;
/// Most bytes of key in a secret.
pub const KEY_MAX: usize = 64;

/// Some senders leave the padding out; it carries nothing.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Checks that a message was signed with one of the live secrets, within the window around `now`.
///
/// # Errors
/// [`SignatureError`], by what is wrong.
pub fn verify<'a>(
    headers: &Headers<'a>,
    body: &'a [u8],
    secrets: &Secrets,
    now: Timestamp,
) -> Result<VerifiedMessage<'a>, SignatureError> {
    let (id, time, signatures) = (
        headers.one(ID)?,
        headers.one(TIMESTAMP)?,
        headers.one(SIGNATURE)?,
    );
    check_id(id)?;
    let signed_at = parse_seconds(time)?;
    let content = [id.as_bytes(), b".", time.as_bytes(), b".", body];
    mac::verify_any(secrets, key, &content, &offered(signatures)?)?;
    check_window(signed_at, now)?;
    Ok(VerifiedMessage::new(id, body))
}

/// Signs a message with every live secret, so that the receiver may have either. Returns the three headers to send.
///
/// # Errors
/// When there is no secret, one cannot be used, or the id cannot be signed.
pub fn sign(
    secrets: &Secrets,
    id: &str,
    at: Timestamp,
    body: &[u8],
) -> Result<[(&'static str, String); 3], SignatureError> {
    if secrets.is_empty() {
        return Err(SignatureError::NoSecret);
    }
    check_id(id)?;
    let time = at.as_second().to_string();
    let mut signatures = Vec::new();
    for secret in secrets.live() {
        let content = [id.as_bytes(), b".", time.as_bytes(), b".", body];
        let signature = mac::sign(&key(secret)?, &content)?;
        signatures.push(format!("v1,{}", BASE64.encode(signature)));
    }
    Ok([
        (ID, id.to_owned()),
        (TIMESTAMP, time),
        (SIGNATURE, signatures.join(" ")),
    ])
}

/// A dot in the id would let one signed content be read as another id and another time.
fn check_id(id: &str) -> Result<(), SignatureError> {
    let valid =
        (1..=ID_MAX).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic() && b != b'.');
    if valid {
        Ok(())
    } else {
        Err(SignatureError::Malformed(
            "`webhook-id` is 1 to 255 visible characters, no dot",
        ))
    }
}

fn key(secret: &str) -> Result<Vec<u8>, SignatureError> {
    let text = secret.strip_prefix("whsec_").unwrap_or(secret);
    let key = BASE64
        .decode(text)
        .map_err(|_| SignatureError::UnusableSecret("it is not base64"))?;
    if (KEY_MIN..=KEY_MAX).contains(&key.len()) {
        Ok(key)
    } else {
        Err(SignatureError::UnusableSecret("it has not 24 to 64 bytes"))
    }
}

/// The `v1` signatures that can be read. Other versions, such as the asymmetric `v1a`, may be sent along.
fn offered(header: &str) -> Result<Vec<Vec<u8>>, SignatureError> {
    let v1 = header
        .split_ascii_whitespace()
        .filter_map(|part| part.strip_prefix("v1,"));
    let read: Vec<_> = v1.filter_map(|text| BASE64.decode(text).ok()).collect();
    if read.is_empty() {
        Err(SignatureError::Malformed("no readable `v1` signature"))
    } else {
        Ok(read)
    }
}
