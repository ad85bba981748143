//! A blocking HTTP client. Any status is a response; only a failed connection is an error.

use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::Value;
use ureq::Agent;

use crate::outcome::{Outcome, StoryError};

/// Longest wait for a response.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(60);

#[derive(Debug, Clone)]
pub struct Http(Agent);

#[derive(Debug, Clone)]
pub struct Response {
    pub status: u16,
    /// Names are in lower case.
    pub headers: Vec<(String, String)>,
    pub body: String,
}

pub type Headers<'a> = [(&'a str, &'a str)];

impl Default for Http {
    fn default() -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(RESPONSE_TIMEOUT))
            .build();
        Self(config.into())
    }
}

impl Http {
    /// Sends a request.
    ///
    /// # Errors
    /// When there is no response.
    pub fn send(
        &self,
        method: &str,
        url: &str,
        headers: &Headers<'_>,
        body: Option<&[u8]>,
    ) -> Outcome<Response> {
        let broken = |why: String| StoryError::Failed(format!("{method} {url}: {why}"));
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
        let mut response = sent.map_err(|e| broken(e.to_string()))?;
        let status = response.status().as_u16();
        let text = |value: &ureq::http::HeaderValue| {
            String::from_utf8_lossy(value.as_bytes()).into_owned()
        };
        let headers = response
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), text(value)))
            .collect();
        let body = response
            .body_mut()
            .read_to_string()
            .map_err(|e| broken(e.to_string()))?;
        Ok(Response {
            status,
            headers,
            body,
        })
    }
}

impl Response {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// The body as JSON; null when it is not JSON.
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

    /// The body of a success.
    ///
    /// # Errors
    /// When the status is not 2xx, or the body has another shape.
    pub fn success<T: DeserializeOwned>(&self, what: &str) -> Outcome<T> {
        if !(200..300).contains(&self.status) {
            let expected = "a status of 2xx".to_owned();
            return Err(StoryError::Mismatch {
                what: what.to_owned(),
                expected,
                found: self.summary(),
            });
        }
        serde_json::from_str(&self.body).map_err(|error| {
            let found = format!("{error} in {}", self.body);
            StoryError::Mismatch {
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
