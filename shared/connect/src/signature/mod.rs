//! Signature schemes, in both directions.
//!
//! [`Verified`] is made by a scheme's `verify` alone, and readers take nothing else: an unsigned body cannot become a
//! fact by mistake.

mod error;
mod mac;
mod secrets;
pub mod standard;
pub mod stripe;
mod time;
mod verified;

pub use error::{SignatureError, TOLERANCE_S};
pub use secrets::{InvalidSecrets, Secrets};
pub use verified::{Verified, VerifiedMessage};
