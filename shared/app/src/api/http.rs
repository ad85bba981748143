//! Requests and responses as plain values, so that every rule of the API is tested without a gateway.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

/// A request as the gateway hands it over.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Request {
    /// `GET`, `POST`, `PUT`.
    pub method: String,
    /// The path; may be percent-encoded.
    pub path: String,
    /// The query string as sent, without the question mark.
    pub query: String,
    /// Headers; names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The body's bytes as sent.
    pub body: Vec<u8>,
    /// The claims of the token that the gateway verified.
    pub claims: Option<Map<String, Value>>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// Headers; names in lower case.
    pub headers: Vec<(&'static str, String)>,
    /// JSON.
    pub body: String,
}

impl Response {
    /// An answer with a JSON body. Orders hold personal data, so nothing on the way may keep a copy.
    pub fn json(status: u16, body: &impl Serialize) -> Result<Self, serde_json::Error> {
        Ok(Self::of(
            status,
            "application/json",
            serde_json::to_string(body)?,
        ))
    }

    /// An answer of a media type.
    pub(super) fn of(status: u16, media_type: &str, body: String) -> Self {
        let headers = vec![
            ("content-type", media_type.to_owned()),
            ("cache-control", "no-store".to_owned()),
            ("x-content-type-options", "nosniff".to_owned()),
        ];
        Self {
            status,
            headers,
            body,
        }
    }

    /// The answer with one more header.
    #[must_use]
    pub fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value.as_str())
    }
}

impl Request {
    /// The value of a header; the name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// The query's parameters, decoded, in order; none when it is not readable.
    pub fn parameters(&self) -> Option<Vec<(String, String)>> {
        let pairs = self.query.split('&').filter(|pair| !pair.is_empty());
        pairs
            .map(|pair| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                Some((
                    decode(&name.replace('+', " "))?,
                    decode(&value.replace('+', " "))?,
                ))
            })
            .collect()
    }
}

/// Undoes percent-encoding; none when it is broken or not UTF-8.
pub(super) fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digit = |b: u8| char::from(b).to_digit(16);
            let (high, low) = (digit(rest.next()?)?, digit(rest.next()?)?);
            bytes.push(u8::try_from(high.checked_mul(16)?.checked_add(low)?).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_encoding_is_undone() {
        assert_eq!(decode("TEE%2FRED%2fM").as_deref(), Some("TEE/RED/M"));
        assert_eq!(decode("plain").as_deref(), Some("plain"));
        assert_eq!(decode("%C3%A9").as_deref(), Some("é"));
        for broken in ["%", "%2", "%zz", "%ff", "a%C3"] {
            assert_eq!(decode(broken), None, "{broken}");
        }
    }

    #[test]
    fn parameters_are_decoded_in_order() {
        let request = Request {
            query: "customer_email=a%2Bb%40c.de&limit=5&flag&x=a+b".into(),
            ..Request::default()
        };
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let expected = vec![
            pair("customer_email", "a+b@c.de"),
            pair("limit", "5"),
            pair("flag", ""),
            pair("x", "a b"),
        ];
        assert_eq!(request.parameters(), Some(expected));
        assert_eq!(
            Request {
                query: "a=%".into(),
                ..Request::default()
            }
            .parameters(),
            None
        );
    }
}
