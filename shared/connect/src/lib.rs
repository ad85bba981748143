//! The outside world's wire formats: signatures, webhooks in, requests out; one file per vendor.
//!
//! A webhook goes one way: [`Source::at`] finds the source that its path names, [`Source::receive`] checks the
//! signature over the raw bytes and, only then, reads them into a fact in the domain's own words. What we ask of
//! locations is written in [`outgoing`] and signed with [`signature::standard::sign`].
//!
//! Nothing here does I/O, reads a clock or knows what an order may do.

pub mod headers;
pub mod message;
pub mod outgoing;
pub mod read;
pub mod signature;
pub mod source;
pub mod stripe;
pub mod wms;

pub use headers::Headers;
pub use message::Message;
pub use read::{ReadError, Reading, Unused};
pub use signature::{Secrets, SignatureError, Verified, VerifiedMessage};
pub use source::{BODY_MAX, Delivery, Refusal, Source};
