//! A request to Stripe's API and its answer, as values.

use crate::headers::Headers;

/// The version of the API that commands are written for; answers have its form, whatever the account's own version is.
pub const API_VERSION: &str = "2025-03-31.basil";

/// The path of the account's secret key, below the prefix of all secrets.
pub const SECRETS_PATH: &str = "gateway/stripe";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    Get,
    Post,
}

/// A request, without the secret key that the sender adds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiRequest {
    pub method: Method,
    /// Path and query.
    pub path: String,
    pub headers: Vec<(&'static str, String)>,
    /// Form-encoded; empty for a GET.
    pub body: String,
}

/// An answer. `headers` may have no more than those that are read here: see [`ApiAnswer::HEADERS`].
#[derive(Debug, Clone, Copy)]
pub struct ApiAnswer<'a> {
    pub status: u16,
    pub headers: &'a Headers<'a>,
    pub body: &'a [u8],
}

const REPLAYED: &str = "idempotent-replayed";
const RETRY_AFTER: &str = "retry-after";
const SHOULD_RETRY: &str = "stripe-should-retry";

impl ApiAnswer<'_> {
    /// The headers of an answer that are read.
    pub const HEADERS: [&'static str; 3] = [REPLAYED, RETRY_AFTER, SHOULD_RETRY];

    /// Whether it repeats the answer to an earlier request with the same key.
    pub(super) fn is_replayed(&self) -> bool {
        self.headers.one(REPLAYED) == Ok("true")
    }

    /// Whether Stripe asks to send the request again.
    pub(super) fn should_be_retried(&self) -> bool {
        self.headers.one(SHOULD_RETRY) == Ok("true")
    }

    /// How long to wait before the request is sent again, in seconds, when Stripe says so.
    pub(super) fn retry_after_s(&self) -> Option<u32> {
        self.headers.one(RETRY_AFTER).ok()?.parse().ok()
    }
}
