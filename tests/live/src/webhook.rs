//! Webhooks to the stack, signed and sent as Stripe and the locations do.

use connect::{Secrets, signature};

use crate::{
    environment::Environment,
    http::Response,
    outcome::{Outcome, StoryError},
    wait,
};

/// A webhook that can be sent any number of times. Every attempt has the same id and body and its own signature.
#[derive(Debug, Clone)]
pub struct Webhook {
    /// Below `/webhooks`.
    pub path: String,
    pub id: String,
    pub body: String,
}

/// The signature headers of one attempt.
pub type Signed = Vec<(&'static str, String)>;

impl Webhook {
    /// Signs it with the scheme of its sender.
    ///
    /// # Errors
    /// When the secret is malformed.
    pub fn signed(&self, secret: &str, at: jiff::Timestamp) -> Outcome<Signed> {
        let secrets = Secrets::new([secret]);
        let unsigned = |error| StoryError::failed("signing a webhook", error);
        if self.path == connect::vendors::stripe::NAME {
            let value =
                signature::stripe::sign(&secrets, at, self.body.as_bytes()).map_err(unsigned)?;
            return Ok(vec![(signature::stripe::SIGNATURE, value)]);
        }
        let headers = signature::standard::sign(&secrets, &self.id, at, self.body.as_bytes())
            .map_err(unsigned)?;
        Ok(headers.into())
    }

    /// Sends it once, correctly signed.
    ///
    /// # Errors
    /// When there is no response.
    pub fn attempt(&self, env: &Environment) -> Outcome<Response> {
        let secret = env.secret_of(&self.path)?;
        self.post(env, &self.signed(&secret, wait::now())?)
    }

    /// Sends it once with these headers.
    ///
    /// # Errors
    /// When there is no response.
    pub fn post(&self, env: &Environment, signed: &Signed) -> Outcome<Response> {
        let mut headers = vec![("content-type", "application/json")];
        headers.extend(signed.iter().map(|(name, value)| (*name, value.as_str())));
        env.post(
            &format!("/webhooks/{}", self.path),
            &headers,
            self.body.as_bytes(),
        )
    }

    /// Sends it, with up to five retries after a 5xx.
    ///
    /// # Errors
    /// When the last response is not 2xx.
    pub fn send(&self, env: &Environment) -> Outcome {
        let mut response = self.attempt(env)?;
        for _ in 0..5 {
            if response.status < 500 {
                break;
            }
            response = self.attempt(env)?;
        }
        if (200..300).contains(&response.status) {
            return Ok(());
        }
        let (what, expected) = (
            format!("sending webhook {} to {}", self.id, self.path),
            "2xx".to_owned(),
        );
        Err(StoryError::Mismatch {
            what,
            expected,
            found: response.summary(),
        })
    }
}
