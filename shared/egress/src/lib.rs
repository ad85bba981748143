//! Guarded HTTPS to the outside. [`HttpsProvider`] implements the port of `app` that sends requests to locations; the
//! breakers before it are [`app::usecases::breaker`].

mod client;
mod destination;
mod provider;

pub use client::{CONNECT_TIMEOUT, RESPONSE_TIMEOUT};
pub use provider::HttpsProvider;
