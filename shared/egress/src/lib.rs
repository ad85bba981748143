//! Guarded HTTPS to the outside. [`HttpsProvider`] implements the port of `app` that sends requests to locations; the
//! breakers before it are [`app::usecases::breaker`]. [`HttpsGateway`] implements the port that performs effects at the
//! payment gateway, and the one that reverses tax at the tax service. [`HttpsExchange`] sends what is asked of a server that the
//! settings name.

mod call;
mod client;
mod destination;
mod exchange;
mod gateway;
mod provider;
mod tax;

pub use call::ANSWER_BYTES_MAX;
pub use client::{CONNECT_TIMEOUT, RESPONSE_TIMEOUT};
pub use exchange::{EXCHANGE_BYTES_MAX, HttpsExchange};
pub use gateway::{GATEWAY_WAIT_S_MAX, HttpsGateway, REFUND_PAGES_MAX};
pub use provider::HttpsProvider;
