//! Requests that may arrive twice: the sender's key, and a digest of the request.

use domain::order::{Cause, Commit};
use sha2::{Digest, Sha256};

use crate::failure::Failure;

/// The `Idempotency-Key` of a request, and a digest of the request. Two callers may use the same key: a key belongs to
/// its subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    caller: String,
    key: String,
    digest: String,
}

impl IdempotencyKey {
    /// The longest key, in characters.
    pub const LENGTH_MAX: usize = 255;

    /// The caller's subject, the key, and the request that it came with: method, path and body, as they were sent.
    ///
    /// # Errors
    /// [`Failure::Malformed`] when the key is empty, too long, or not visible ASCII.
    pub fn new(subject: &str, key: &str, request: &[u8]) -> Result<Self, Failure> {
        let visible = key.bytes().all(|b| b.is_ascii_graphic());
        if key.is_empty() || key.len() > Self::LENGTH_MAX || !visible {
            return Err(Failure::Malformed(
                "Idempotency-Key: 1 to 255 visible ASCII characters".to_owned(),
            ));
        }
        Ok(Self {
            caller: digest(subject.as_bytes()),
            key: key.to_owned(),
            digest: digest(request),
        })
    }

    /// The key as the cause of a commit. Causes are published, so the caller stands in it as a digest of the subject:
    /// enough to distinguish callers; who it was is the commit's actor.
    pub fn cause(&self) -> Cause {
        Cause {
            digest: Some(self.digest.clone()),
            ..Cause::new("api", format!("{}/{}", self.caller, self.key))
        }
    }

    /// The cause of the `part`th commit of a request that takes several, counted from 1. The first has the key itself. A
    /// key has no space, so no other key gives the same cause.
    pub(crate) fn cause_of_part(&self, part: usize) -> Cause {
        let mut cause = self.cause();
        if part > 1 {
            cause.id = format!("{} part {part}", cause.id);
        }
        cause
    }
}

/// The first 16 hexadecimal digits of the SHA-256.
fn digest(bytes: &[u8]) -> String {
    hex::encode(&Sha256::digest(bytes)[..8])
}

/// The result of a request that takes effect once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Idempotent<T> {
    pub value: T,
    /// Whether the same request was applied before; the value is then the result of that earlier request.
    pub replayed: bool,
}

/// Checks that a repeated key came with the same request.
///
/// # Errors
/// [`Failure::KeyReused`] when it did not.
pub(crate) fn check_same_request(before: &Cause, now: &Cause) -> Result<(), Failure> {
    if before.digest == now.digest {
        Ok(())
    } else {
        Err(Failure::KeyReused)
    }
}

/// The commit that a cause led to.
pub(crate) fn commit_of<'a>(commits: &'a [Commit], cause: &Cause) -> Option<&'a Commit> {
    commits
        .iter()
        .find(|commit| commit.body.cause.key() == cause.key())
}
