//! Guarded HTTPS to the outside. [`HttpsProvider`] implements the port of `app` that sends requests to locations.

mod breaker;
mod client;
mod destination;
mod provider;

pub use client::{CONNECT_TIMEOUT, RESPONSE_TIMEOUT};
pub use provider::HttpsProvider;
