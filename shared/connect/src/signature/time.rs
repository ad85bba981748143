//! The time of a signature.

use jiff::Timestamp;

use super::error::{SignatureError, TOLERANCE_S};

/// Reads Unix seconds: digits and nothing else.
pub(super) fn parse_seconds(text: &str) -> Result<i64, SignatureError> {
    let digits = (1..=12).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    let seconds = if digits { text.parse().ok() } else { None };
    seconds.ok_or(SignatureError::Malformed(
        "its time is not a number of seconds",
    ))
}

/// Checks that a time is at most [`TOLERANCE_S`] seconds from `now`.
pub(super) fn check_window(signed_at: i64, now: Timestamp) -> Result<(), SignatureError> {
    let off = now.as_second().saturating_sub(signed_at).saturating_abs();
    if off <= TOLERANCE_S {
        Ok(())
    } else {
        Err(SignatureError::OutOfWindow)
    }
}
