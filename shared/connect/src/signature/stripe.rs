//! Stripe's scheme: `Stripe-Signature: t=<unix seconds>,v1=<hex>[,v1=<hex>]`, HMAC-SHA256 over `<t>.<body>`.
//!
//! The key is the secret as it is written, `whsec_` and all; it is not base64 here. While a secret is rolled
//! Stripe sends one `v1` for each live one. `v0` is a test scheme and is not accepted.

use jiff::Timestamp;

use super::{
    error::SignatureError,
    mac,
    secrets::Secrets,
    time::{check_window, parse_seconds},
    verified::Verified,
};
use crate::headers::Headers;

/// The header that carries time and signatures.
pub const SIGNATURE: &str = "stripe-signature";

/// Checks that a body was signed by Stripe with one of the live secrets, within the window around `now`.
///
/// # Errors
/// [`SignatureError`], by what is wrong.
pub fn verify<'a>(
    headers: &Headers<'a>,
    body: &'a [u8],
    secrets: &Secrets,
    now: Timestamp,
) -> Result<Verified<'a>, SignatureError> {
    let (time, offered) = parse(headers.one(SIGNATURE)?)?;
    let signed_at = parse_seconds(time)?;
    mac::verify_any(secrets, key, &[time.as_bytes(), b".", body], &offered)?;
    check_window(signed_at, now)?;
    Ok(Verified::new(body))
}

/// Signs a body as Stripe would, once with each secret. Returns the header's value. For tests and local use.
///
/// # Errors
/// When there is no secret, or one cannot be used.
pub fn sign(secrets: &Secrets, at: Timestamp, body: &[u8]) -> Result<String, SignatureError> {
    if secrets.is_empty() {
        return Err(SignatureError::NoSecret);
    }
    let time = at.as_second().to_string();
    let mut header = format!("t={time}");
    for secret in secrets.live() {
        let signature = mac::sign(&key(secret)?, &[time.as_bytes(), b".", body])?;
        header.push_str(",v1=");
        header.push_str(&hex::encode(signature));
    }
    Ok(header)
}

fn key(secret: &str) -> Result<Vec<u8>, SignatureError> {
    if secret.strip_prefix("whsec_").unwrap_or(secret).is_empty() {
        return Err(SignatureError::UnusableSecret("it is empty"));
    }
    Ok(secret.as_bytes().to_vec())
}

/// Time and `v1` signatures of a header. A gateway joins two headers with a comma, which shows as a second `t`.
fn parse(header: &str) -> Result<(&str, Vec<Vec<u8>>), SignatureError> {
    let mut time = None;
    let mut offered = Vec::new();
    for part in header.split(',') {
        let (scheme, value) = part
            .trim()
            .split_once('=')
            .ok_or(SignatureError::Malformed("a part without `=`"))?;
        match scheme {
            "t" if time.is_some() => {
                return Err(SignatureError::Malformed("`t` occurs more than once"));
            }
            "t" => time = Some(value),
            "v1" => offered.extend(hex::decode(value).ok()),
            _ => {}
        }
    }
    let time = time.ok_or(SignatureError::Malformed("no `t`"))?;
    if offered.is_empty() {
        return Err(SignatureError::Malformed("no readable `v1`"));
    }
    Ok((time, offered))
}
