//! Memory of the causes that an order has applied.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Bytes stored of a cause's SHA-256. 64 bits: with a thousand causes in one order, the chance that a new one
/// looks like an old one is about 5 in 10^17.
const HASH_BYTES: usize = 8;

/// The causes an order has applied, hashed, so that a duplicate is known for the order's whole life without an
/// item of its own. Written as one base64 text: 11 bytes a cause.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Causes(Vec<[u8; HASH_BYTES]>);

impl Causes {
    /// Whether this cause has been applied.
    pub fn contains(&self, cause: &str) -> bool {
        self.0.contains(&short_hash(cause))
    }

    /// Remembers a cause; once is enough.
    pub fn remember(&mut self, cause: &str) {
        let hash = short_hash(cause);
        if !self.0.contains(&hash) {
            self.0.push(hash);
        }
    }

    /// How many are remembered.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn short_hash(cause: &str) -> [u8; HASH_BYTES] {
    let digest = Sha256::digest(cause.as_bytes());
    let mut short = [0; HASH_BYTES];
    short.copy_from_slice(&digest[..HASH_BYTES]);
    short
}

impl Serialize for Causes {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&URL_SAFE_NO_PAD.encode(self.0.concat()))
    }
}

impl<'de> Deserialize<'de> for Causes {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = URL_SAFE_NO_PAD
            .decode(text)
            .map_err(serde::de::Error::custom)?;
        let (chunks, rest) = bytes.as_chunks::<HASH_BYTES>();
        if !rest.is_empty() {
            return Err(serde::de::Error::custom("causes are not whole hashes"));
        }
        Ok(Self(chunks.to_vec()))
    }
}
