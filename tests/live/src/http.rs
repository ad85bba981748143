//! Plain HTTP with the stack: any status is an answer, only a broken connection is trouble.

use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::Value;
use ureq::Agent;

use crate::outcome::{Told, Trouble};

/// Longest wait for one answer.
const ANSWER: Duration = Duration::from_secs(60);

/// A client.
#[derive(Debug, Clone)]
pub struct Http(Agent);

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: String,
}

/// Headers to send along.
pub type Headers<'a> = [(&'a str, &'a str)];

impl Default for Http {
    fn default() -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(ANSWER))
            .build();
        Self(config.into())
    }
}

impl Http {
    /// Sends a request and gives back whatever is answered.
    ///
    /// # Errors
    /// When there is no answer.
    pub fn send(
        &self,
        method: &str,
        url: &str,
        headers: &Headers<'_>,
        body: Option<&[u8]>,
    ) -> Told<Answer> {
        let broken = |why: String| Trouble::Broken(format!("{method} {url}: {why}"));
        let mut request = ureq::http::Request::builder().method(method).uri(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let sent = match body {
            Some(body) => self
                .0
                .run(request.body(body).map_err(|e| broken(e.to_string()))?),
            None => self
                .0
                .run(request.body(()).map_err(|e| broken(e.to_string()))?),
        };
        let mut answer = sent.map_err(|e| broken(e.to_string()))?;
        let status = answer.status().as_u16();
        let text = |value: &ureq::http::HeaderValue| {
            String::from_utf8_lossy(value.as_bytes()).into_owned()
        };
        let headers = answer
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), text(value)))
            .collect();
        let body = answer
            .body_mut()
            .read_to_string()
            .map_err(|e| broken(e.to_string()))?;
        Ok(Answer {
            status,
            headers,
            body,
        })
    }
}

impl Answer {
    /// The header of that name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// The body as JSON; null when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or(Value::Null)
    }

    /// The text at a path such as `/code` of the body; empty when there is none.
    pub fn text(&self, pointer: &str) -> String {
        self.json()
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    }

    /// The body read as what a success carries.
    ///
    /// # Errors
    /// When the status is no success, or the body is something else.
    pub fn success<T: DeserializeOwned>(&self, what: &str) -> Told<T> {
        if !(200..300).contains(&self.status) {
            let expected = "a status of 2xx".to_owned();
            return Err(Trouble::NotSo {
                what: what.to_owned(),
                expected,
                found: self.summary(),
            });
        }
        serde_json::from_str(&self.body).map_err(|error| {
            let found = format!("{error} in {}", self.body);
            Trouble::NotSo {
                what: what.to_owned(),
                expected: "the JSON expected".to_owned(),
                found,
            }
        })
    }

    /// Status and body in one line.
    pub fn summary(&self) -> String {
        format!("{} {}", self.status, self.body)
    }
}
