//! The public keys of the user pool, kept in memory.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use jiff::Timestamp;
use jsonwebtoken::{
    DecodingKey,
    jwk::{AlgorithmParameters, Jwk, JwkSet, PublicKeyUse},
};

use crate::{cognito::Cognito, token_error::TokenError};

/// The keys are fetched again for a key that is not known, so many seconds after the last time at the earliest: a token with
/// a made-up key id costs no request.
pub const KEYS_AGAIN_S: i64 = 60;

#[derive(Default)]
pub(crate) struct Keys(Mutex<Known>);

#[derive(Default)]
struct Known {
    by_id: BTreeMap<String, DecodingKey>,
    /// When they were last asked for.
    asked_at: Option<Timestamp>,
}

impl Keys {
    /// The key of this id.
    ///
    /// # Errors
    /// [`TokenError::Unavailable`] when the keys cannot be read, [`TokenError::Invalid`] when the pool has no such key.
    pub(crate) async fn get(
        &self,
        id: &str,
        cognito: &Cognito,
        now: Timestamp,
    ) -> Result<DecodingKey, TokenError> {
        const UNKNOWN: TokenError = TokenError::Invalid("unknown_key");
        {
            let mut known = self.known();
            if let Some(key) = known.by_id.get(id) {
                return Ok(key.clone());
            }
            let again_at = known.asked_at.unwrap_or(Timestamp::MIN).as_second();
            let again_at = again_at.saturating_add(KEYS_AGAIN_S);
            // Without any key there is nothing to decide by.
            if !known.by_id.is_empty() && now.as_second() < again_at {
                return Err(UNKNOWN);
            }
            known.asked_at = Some(now);
        }
        let fetched = cognito.keys().await.map_err(TokenError::Unavailable)?;
        let mut known = self.known();
        known.by_id = of_set(&fetched);
        known.by_id.get(id).cloned().ok_or(UNKNOWN)
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The RSA keys for signatures, by id.
fn of_set(set: &JwkSet) -> BTreeMap<String, DecodingKey> {
    let usable = |key: &&Jwk| {
        matches!(key.algorithm, AlgorithmParameters::RSA(_))
            && matches!(
                key.common.public_key_use,
                None | Some(PublicKeyUse::Signature)
            )
    };
    let named = |key: &Jwk| Some((key.common.key_id.clone()?, DecodingKey::from_jwk(key).ok()?));
    set.keys.iter().filter(usable).filter_map(named).collect()
}
