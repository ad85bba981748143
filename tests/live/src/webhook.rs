//! Webhooks as their senders sign and send them.

use connect::{Secrets, signature};

use crate::{
    http::Answer,
    outcome::{Told, Trouble},
    watch,
    world::World,
};

/// A webhook that can be sent, once or as often as its sender likes: the event stays the same, and every attempt
/// is signed anew.
#[derive(Debug, Clone)]
pub struct Webhook {
    /// Where it goes, below `/webhooks`.
    pub path: String,
    /// The id of the event.
    pub id: String,
    /// Its body.
    pub body: String,
}

/// Headers of one attempt.
pub type Signed = Vec<(&'static str, String)>;

impl Webhook {
    /// Signs it as its sender does, as of `at`.
    ///
    /// # Errors
    /// When the secret cannot be used.
    pub fn signed(&self, secret: &str, at: jiff::Timestamp) -> Told<Signed> {
        let secrets = Secrets::new([secret]);
        let unsigned = |error| Trouble::broken("signing a webhook", error);
        if self.path == connect::vendors::stripe::NAME {
            let value =
                signature::stripe::sign(&secrets, at, self.body.as_bytes()).map_err(unsigned)?;
            return Ok(vec![(signature::stripe::SIGNATURE, value)]);
        }
        let headers = signature::standard::sign(&secrets, &self.id, at, self.body.as_bytes())
            .map_err(unsigned)?;
        Ok(headers.into())
    }

    /// Sends it, properly signed, and gives what is answered.
    ///
    /// # Errors
    /// When there is no answer.
    pub fn attempt(&self, world: &World) -> Told<Answer> {
        let secret = world.secret_of(&self.path)?;
        self.post(world, &self.signed(&secret, watch::now())?)
    }

    /// Sends it with these headers.
    ///
    /// # Errors
    /// When there is no answer.
    pub fn post(&self, world: &World, signed: &Signed) -> Told<Answer> {
        let mut headers = vec![("content-type", "application/json")];
        headers.extend(signed.iter().map(|(name, value)| (*name, value.as_str())));
        world.post(
            &format!("/webhooks/{}", self.path),
            &headers,
            self.body.as_bytes(),
        )
    }

    /// Sends it as a sender does who repeats until it is taken.
    ///
    /// # Errors
    /// When it is turned away, or never taken.
    pub fn send(&self, world: &World) -> Told {
        let mut answer = self.attempt(world)?;
        for _ in 0..5 {
            if answer.status < 500 {
                break;
            }
            answer = self.attempt(world)?;
        }
        if (200..300).contains(&answer.status) {
            return Ok(());
        }
        let (what, expected) = (
            format!("sending webhook {} to {}", self.id, self.path),
            "2xx".to_owned(),
        );
        Err(Trouble::NotSo {
            what,
            expected,
            found: answer.summary(),
        })
    }
}
