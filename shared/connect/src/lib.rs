//! The wire formats of the outside world: signatures, webhooks in, requests out. No I/O, no clock, no orders.
//!
//! A webhook goes one way: [`registry::find`] gives the [`Endpoint`] of its path; [`Endpoint::receive`] checks the
//! signature over the raw bytes and, only then, parses them into a fact of the domain. A request to a location is
//! written and signed by the [`RequestWriter`] that [`registry::requests_to`] gives.
//!
//! A new vendor is one folder in [`vendors`] and one line in [`registry`].

pub mod endpoint;
mod fields;
pub mod headers;
pub mod parse;
pub mod registry;
pub mod signature;
pub mod vendor;
pub mod vendors;
pub mod webhook;

pub use endpoint::Endpoint;
pub use headers::Headers;
pub use parse::ParseError;
pub use signature::{Secrets, SignatureError, Verified, VerifiedMessage};
pub use vendor::{RequestWriter, Vendor};
pub use webhook::{BODY_MAX, IgnoredReason, ParsedWebhook, SignedRequest, WebhookRejection};
