//! Who is logged in to the console. People log in at Cognito's hosted UI (authorization code with PKCE, a public client);
//! their tokens are in cookies that no script can read, and are verified here with each request as strictly as by the
//! authorizer of the HTTP API.
//!
//! [`LogIn::guard`] stands before every page: it answers the routes of the log-in, finds out who is logged in, refreshes
//! tokens that have expired, and refuses changes that did not come from a page of ours. [`LogIn::secured`] gives every
//! response of the console its security headers. Requests and responses are values of the `http` crate.

#![warn(missing_docs)]

mod cognito;
mod cookies;
mod csrf;
mod headers;
mod keys;
mod log_in;
mod message;
mod query;
mod random;
mod response;
mod return_path;
mod ring_verifier;
mod routes;
mod session;
mod settings;
mod token_error;
mod tokens;

pub use keys::KEYS_AGAIN_S;
pub use log_in::{Access, LogIn};
pub use response::{Request, Response};
pub use routes::LOG_IN_S;
pub use session::Session;
pub use settings::{BadUrl, Settings};
pub use tokens::LEEWAY_S;
