//! Why a signature is not accepted.

use crate::headers::HeaderError;

/// How far a signature's time may be from ours, in seconds, either way: an older one may be a replay, and one from
/// the future could be replayed until then.
pub const TOLERANCE_S: i64 = 300;

/// Why a request is not authenticated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    #[error("the header `{0}` is missing")]
    Missing(&'static str),
    /// A header cannot be read.
    #[error("the signature cannot be read: {0}")]
    Malformed(&'static str),
    /// No signature was made with one of the live secrets over these bytes.
    #[error("no signature matches")]
    Wrong,
    /// The signature is correct, and too old or from the future.
    #[error("the signature's time is more than {TOLERANCE_S} seconds from now")]
    OutOfWindow,
    #[error("no secret is set up for this source")]
    NoSecret,
    /// A live secret cannot be used, and no other matches.
    #[error("a secret of this source cannot be used: {0}")]
    UnusableSecret(&'static str),
}

impl SignatureError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing(_) => "missing_signature",
            Self::Malformed(_) => "malformed_signature",
            Self::Wrong => "wrong_signature",
            Self::OutOfWindow => "timestamp_out_of_window",
            Self::NoSecret => "no_secret",
            Self::UnusableSecret(_) => "unusable_secret",
        }
    }

    /// Whether other secrets could change the result: the ones at hand may be older than a rotation.
    pub fn may_be_stale_secret(&self) -> bool {
        match self {
            Self::Wrong | Self::NoSecret | Self::UnusableSecret(_) => true,
            Self::Missing(_) | Self::Malformed(_) | Self::OutOfWindow => false,
        }
    }
}

impl From<HeaderError> for SignatureError {
    fn from(error: HeaderError) -> Self {
        match error {
            HeaderError::Missing(name) => Self::Missing(name),
            HeaderError::TooLong => Self::Malformed("a header is too long"),
            HeaderError::Repeated => Self::Malformed("a header occurs more than once"),
        }
    }
}
