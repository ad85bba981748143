//! Verification of tokens, as strict as that of the HTTP API's authorizer.

use app::access::{Claims, Principal};
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, Validation, decode, decode_header};
use serde_json::{Map, Value};

use crate::{cognito::Cognito, keys::Keys, settings::Settings, token_error::TokenError};

/// How far the clocks of Cognito and of the function may be apart, in seconds.
pub const LEEWAY_S: i64 = 30;

/// What verifies tokens.
pub(crate) struct Verifier<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) keys: &'a Keys,
    pub(crate) cognito: &'a Cognito,
    pub(crate) now: Timestamp,
}

impl Verifier<'_> {
    /// The caller that an access token names.
    ///
    /// # Errors
    /// When it is not an access token of this pool for this client that is valid now, or the session has lasted too long.
    pub(crate) async fn caller(&self, token: &str) -> Result<Principal, TokenError> {
        let claims = self.claims(token, "access", "client_id").await?;
        // A refreshed token has the time of the log-in that it goes back to.
        let Some(logged_in_at) = claims.get("auth_time").and_then(Value::as_i64) else {
            return Err(TokenError::Invalid("no_auth_time"));
        };
        let session_ends = logged_in_at.saturating_add(self.settings.session_s);
        if self.now.as_second() >= session_ends {
            return Err(TokenError::Invalid("session_too_long"));
        }
        Principal::from_claims(&Claims(claims)).ok_or(TokenError::Invalid("no_subject"))
    }

    /// The address that an id token names.
    ///
    /// # Errors
    /// When it is not an id token of this pool for this client that is valid now.
    pub(crate) async fn email(&self, token: &str) -> Result<Option<String>, TokenError> {
        let claims = self.claims(token, "id", "aud").await?;
        let email = claims.get("email").and_then(Value::as_str);
        Ok(email.map(str::to_owned))
    }

    /// The claims of a token of this use, whose `client` claim names our client.
    async fn claims(
        &self,
        token: &str,
        token_use: &str,
        client: &str,
    ) -> Result<Map<String, Value>, TokenError> {
        let malformed = |_| TokenError::Invalid("malformed");
        let header = decode_header(token).map_err(malformed)?;
        if header.alg != Algorithm::RS256 {
            return Err(TokenError::Invalid("algorithm"));
        }
        let id = header.kid.ok_or(TokenError::Invalid("no_key"))?;
        let key = self.keys.get(&id, self.cognito, self.now).await?;
        let decoded = decode(token, &key, &self.validation());
        let claims: Map<String, Value> = decoded
            .map_err(|_| TokenError::Invalid("signature_or_issuer"))?
            .claims;
        let says =
            |name: &str, value: &str| claims.get(name).and_then(Value::as_str) == Some(value);
        if !says("token_use", token_use) {
            return Err(TokenError::Invalid("token_use"));
        }
        if !says(client, &self.settings.client_id) {
            return Err(TokenError::Invalid("client"));
        }
        self.check_times(&claims)?;
        Ok(claims)
    }

    /// The times are checked by [`Verifier::check_times`], with the clock that a test can choose.
    fn validation(&self) -> Validation {
        let mut validation = Validation::new(Algorithm::RS256);
        validation.set_issuer(&[&self.settings.issuer]);
        validation.set_required_spec_claims(&["iss", "exp", "sub"]);
        validation.validate_exp = false;
        // The audience is our client, in a claim of another name where it is an access token.
        validation.validate_aud = false;
        validation
    }

    fn check_times(&self, claims: &Map<String, Value>) -> Result<(), TokenError> {
        let now = self.now.as_second();
        let time = |name: &str| match claims.get(name) {
            None => Ok(None),
            Some(time) => time.as_i64().map(Some).ok_or(TokenError::Invalid("time")),
        };
        let begun = now.saturating_add(LEEWAY_S);
        for name in ["iat", "nbf"] {
            if time(name)?.is_some_and(|at| at > begun) {
                return Err(TokenError::Invalid("from_the_future"));
            }
        }
        match time("exp")? {
            Some(end) if now < end.saturating_add(LEEWAY_S) => Ok(()),
            Some(_) => Err(TokenError::Expired),
            None => Err(TokenError::Invalid("time")),
        }
    }
}
