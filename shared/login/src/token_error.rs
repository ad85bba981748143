//! Why tokens are not accepted.

use app::failure::Failure;

/// Why a token is not accepted.
#[derive(Debug)]
pub(crate) enum TokenError {
    /// It was valid. A refresh token gives another one.
    Expired,
    /// It never was, or is not any more; with a stable code for the log.
    Invalid(&'static str),
    /// It cannot be said: the pool's keys are not to be had.
    Unavailable(Failure),
}
