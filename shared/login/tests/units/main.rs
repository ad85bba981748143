//! Logging in to the console, with a double of Cognito that signs real tokens.

#![expect(clippy::arithmetic_side_effects, clippy::unwrap_used, reason = "tests")]

mod access_tokens;
mod browser;
mod changes;
mod cognito_double;
mod idle;
mod logging_in;
mod logging_out;
mod outage;
mod refreshing;
mod signed;
