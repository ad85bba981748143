//! Proof of signature as a type: [`Verified`] is made by verification alone, and reading takes nothing else, so
//! an unsigned webhook cannot reach the domain by mistake.

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::Sha256;

mod secrets;
pub mod standard;
pub mod stripe;

pub use secrets::{BadSecrets, Secrets};

/// How far a signature's time may be from ours, in seconds, either way: older ones may be replays, and one from
/// the far future could be replayed until then.
pub const TOLERANCE_S: i64 = 300;

/// The raw bytes of a body whose signature has been checked.
#[derive(Clone, Copy)]
pub struct Verified<'a>(&'a [u8]);

impl<'a> Verified<'a> {
    /// The bytes as they came.
    pub fn bytes(self) -> &'a [u8] {
        self.0
    }
}

/// A checked body and the message id that was signed along with it.
#[derive(Debug, Clone, Copy)]
pub struct VerifiedMessage<'a> {
    id: &'a str,
    body: Verified<'a>,
}

impl<'a> VerifiedMessage<'a> {
    /// The sender's id of the message: the same for every delivery of it.
    pub fn id(&self) -> &'a str {
        self.id
    }

    /// The body.
    pub fn body(&self) -> Verified<'a> {
        self.body
    }
}

// Bodies hold personal data, and debug output ends up in logs.
impl std::fmt::Debug for Verified<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Verified({} bytes)", self.0.len())
    }
}

/// Why a body is not proven to come from whom it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// A header that the scheme needs is not there.
    #[error("the header `{0}` is missing")]
    Missing(&'static str),
    /// A header cannot be read.
    #[error("the signature cannot be read: {0}")]
    Malformed(&'static str),
    /// No signature is by one of the live secrets over these bytes.
    #[error("no signature fits")]
    Wrong,
    /// The signature is sound, and too old or from the future.
    #[error("the signature's time is more than {TOLERANCE_S} seconds from now")]
    OutOfWindow,
    /// There is nothing to check against.
    #[error("no secret is set up for this source")]
    NoSecret,
    /// A live secret cannot be used, and no other fits.
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
}

/// How a scheme makes the key of a secret.
type KeyOf = fn(&str) -> Result<Vec<u8>, SignatureError>;

/// Whether any of the `offered` signatures is by any live secret over `content`. `hmac` compares in constant
/// time.
fn prove(
    secrets: &Secrets,
    key: KeyOf,
    content: &[&[u8]],
    offered: &[Vec<u8>],
) -> Result<(), SignatureError> {
    let mut failure = if secrets.is_empty() {
        SignatureError::NoSecret
    } else {
        SignatureError::Wrong
    };
    for secret in secrets.live() {
        match key(secret).and_then(|key| mac(&key, content)) {
            Ok(mac)
                if offered
                    .iter()
                    .any(|signature| mac.clone().verify_slice(signature).is_ok()) =>
            {
                return Ok(());
            }
            Ok(_) => {}
            Err(unusable) => failure = unusable,
        }
    }
    Err(failure)
}

fn mac(key: &[u8], content: &[&[u8]]) -> Result<Hmac<Sha256>, SignatureError> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key)
        .map_err(|_| SignatureError::UnusableSecret("its length"))?;
    for part in content {
        mac.update(part);
    }
    Ok(mac)
}

fn digest(mac: Hmac<Sha256>) -> Vec<u8> {
    mac.finalize().into_bytes().to_vec()
}

/// Reads Unix seconds: digits and nothing else.
fn seconds(text: &str) -> Result<i64, SignatureError> {
    let digits = (1..=12).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    let seconds = if digits { text.parse().ok() } else { None };
    seconds.ok_or(SignatureError::Malformed(
        "its time is not a number of seconds",
    ))
}

fn in_window(signed_at: i64, now: Timestamp) -> Result<(), SignatureError> {
    let off = now.as_second().saturating_sub(signed_at).saturating_abs();
    if off <= TOLERANCE_S {
        Ok(())
    } else {
        Err(SignatureError::OutOfWindow)
    }
}
