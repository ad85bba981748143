//! HMAC-SHA256, and which of the live secrets a signature was made with.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::{error::SignatureError, secrets::Secrets};

/// How a scheme makes the key of a secret.
pub(super) type KeyOf = fn(&str) -> Result<Vec<u8>, SignatureError>;

/// Checks that one of the `offered` signatures was made with a live secret over `content`. `hmac` compares in
/// constant time.
pub(super) fn verify_any(
    secrets: &Secrets,
    key_of: KeyOf,
    content: &[&[u8]],
    offered: &[Vec<u8>],
) -> Result<(), SignatureError> {
    let mut failure = if secrets.is_empty() {
        SignatureError::NoSecret
    } else {
        SignatureError::Wrong
    };
    for secret in secrets.live() {
        match key_of(secret).and_then(|key| mac(&key, content)) {
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

/// The signature over `content`.
pub(super) fn sign(key: &[u8], content: &[&[u8]]) -> Result<Vec<u8>, SignatureError> {
    Ok(mac(key, content)?.finalize().into_bytes().to_vec())
}

fn mac(key: &[u8], content: &[&[u8]]) -> Result<Hmac<Sha256>, SignatureError> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key)
        .map_err(|_| SignatureError::UnusableSecret("its length"))?;
    for part in content {
        mac.update(part);
    }
    Ok(mac)
}
