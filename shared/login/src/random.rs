//! Values that nobody can guess.

use app::ports::IdGenerator;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

/// Length of [`random`] in characters.
const LENGTH: usize = 54;

/// 320 random bits as text that may stand in a URL, a cookie and a form. As a PKCE verifier it has a length that RFC 7636
/// allows, 43 to 128.
pub(crate) fn random(ids: &impl IdGenerator) -> String {
    let bytes: Vec<u8> = (0..4).flat_map(|_| ids.entropy()).collect();
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// Whether a text has the form of [`random`].
pub(crate) fn is_random(text: &str) -> bool {
    text.len() == LENGTH
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// What is sent ahead of a verifier (PKCE, method S256).
pub(crate) fn challenge(verifier: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
}
