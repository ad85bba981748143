//! The sources of webhooks: one place that knows who signs how, and how each is read.

use domain::ids::LocationId;
use jiff::Timestamp;

use crate::{
    headers::Headers,
    read::{ReadError, Reading},
    signature::{self, Secrets, SignatureError},
    stripe, wms,
};

/// Largest body that is taken in, in bytes. What is made of it must fit a queue message of 256 KiB with room for
/// its envelope.
pub const BODY_MAX: usize = 248 * 1024;

/// Who sends a webhook, as the path that it is sent to names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Stripe: `/webhooks/stripe`.
    Stripe,
    /// A warehouse, 3PL or supplier: `/webhooks/wms/<location id>`, each with secrets of its own.
    Wms(LocationId),
}

/// One request, as it came.
#[derive(Debug, Clone, Copy)]
pub struct Delivery<'a> {
    /// Its headers.
    pub headers: &'a Headers<'a>,
    /// Its raw body: decoded, should the gateway have base64-encoded it, and otherwise untouched.
    pub body: &'a [u8],
}

/// Why a webhook is turned away.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is too large.
    #[error("the body has more than {BODY_MAX} bytes")]
    TooLarge,
    /// It is not proven to come from its source.
    #[error(transparent)]
    Unproven(#[from] SignatureError),
    /// It is proven, and cannot be read.
    #[error(transparent)]
    Unreadable(#[from] ReadError),
}

impl Refusal {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge => "body_too_large",
            Self::Unproven(error) => error.code(),
            Self::Unreadable(error) => error.code(),
        }
    }

    /// The HTTP status to answer with.
    pub fn status(&self) -> u16 {
        match self {
            Self::TooLarge => 413,
            Self::Unproven(_) => 401,
            Self::Unreadable(_) => 400,
        }
    }
}

impl Source {
    /// The source that a path names: its name and, where there are several of a kind, the location. None when there
    /// is no such source.
    pub fn at(name: &str, location: Option<&str>) -> Option<Self> {
        match (name, location) {
            (stripe::NAME, None) => Some(Self::Stripe),
            (wms::NAME, Some(location)) => location.parse().ok().map(Self::Wms),
            _ => None,
        }
    }

    /// The name: `stripe`, `wms`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Stripe => stripe::NAME,
            Self::Wms(_) => wms::NAME,
        }
    }

    /// The path of its secrets below the prefix of all secrets: `webhooks/stripe`, `webhooks/wms/<location id>`.
    pub fn secrets_path(&self) -> String {
        match self {
            Self::Stripe => format!("webhooks/{}", stripe::NAME),
            Self::Wms(location) => format!("webhooks/{}/{location}", wms::NAME),
        }
    }

    /// Checks size and signature, then reads: everything between the request and the queue.
    ///
    /// # Errors
    /// [`Refusal`], with the stable code and the status to answer with.
    pub fn receive(
        &self,
        delivery: Delivery<'_>,
        secrets: &Secrets,
        now: Timestamp,
    ) -> Result<Reading, Refusal> {
        let Delivery { headers, body } = delivery;
        if body.len() > BODY_MAX {
            return Err(Refusal::TooLarge);
        }
        Ok(match self {
            Self::Stripe => {
                stripe::read(signature::stripe::verify(headers, body, secrets, now)?, now)?
            }
            Self::Wms(location) => wms::read(
                signature::standard::verify(headers, body, secrets, now)?,
                location,
                now,
            )?,
        })
    }
}
