//! The events that the double has to send, and whether it does.

use connect::{Secrets, signature::stripe};
use serde_json::Value;

use crate::{
    http::Http,
    outcome::{Outcome, StoryError},
    wait,
};

/// When events are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// Before the command is answered.
    AtOnce,
    /// The same, twice.
    Twice,
    /// When the test says so: [`send_late`](super::Stripe::send_late).
    Late,
    Never,
}

/// Where events go.
#[derive(Debug, Clone)]
pub(super) struct Endpoint {
    pub(super) url: String,
    pub(super) secret: String,
    pub(super) delivery: Delivery,
}

#[derive(Debug, Default)]
pub(super) struct Webhooks {
    pub(super) endpoint: Option<Endpoint>,
    /// Events that are still to be sent: late ones, and those that were not taken.
    pub(super) waiting: Vec<String>,
}

impl Webhooks {
    /// An event is waiting until it is sent.
    pub(super) fn emit(&mut self, event: &Value) {
        let is_sent = |endpoint: &Endpoint| endpoint.delivery != Delivery::Never;
        if self.endpoint.as_ref().is_some_and(is_sent) {
            self.waiting.push(event.to_string());
        }
    }

    /// Takes the events that are to be sent before the answer to a command, and where to.
    pub(super) fn due(&mut self) -> Option<(Endpoint, Vec<String>)> {
        let endpoint = self.endpoint.clone()?;
        match endpoint.delivery {
            Delivery::AtOnce | Delivery::Twice => {
                let events = std::mem::take(&mut self.waiting);
                Some((endpoint, events))
            }
            Delivery::Late | Delivery::Never => None,
        }
    }
}

impl Endpoint {
    /// Sends events, signed as Stripe signs them; gives those that were not taken.
    pub(super) fn send(&self, http: &Http, events: Vec<String>) -> Vec<String> {
        let times = if self.delivery == Delivery::Twice {
            2
        } else {
            1
        };
        let taken = |event: &String| (0..times).all(|_| self.post(http, event).is_ok());
        events.into_iter().filter(|event| !taken(event)).collect()
    }

    fn post(&self, http: &Http, event: &str) -> Outcome {
        let signed = stripe::sign(&Secrets::new([&self.secret]), wait::now(), event.as_bytes());
        let signature = signed.map_err(|error| StoryError::failed("signing a webhook", error))?;
        let headers = [
            ("content-type", "application/json"),
            (stripe::SIGNATURE, signature.as_str()),
        ];
        let response = http.send("POST", &self.url, &headers, Some(event.as_bytes()))?;
        if (200..300).contains(&response.status) {
            Ok(())
        } else {
            Err(StoryError::Failed(response.summary()))
        }
    }
}
