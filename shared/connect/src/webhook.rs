//! A webhook as it arrives, and what it can turn out to be.

use domain::inbound::Inbound;

use crate::{headers::Headers, parse::ParseError, signature::SignatureError};

/// Largest body that is accepted, in bytes. What is made of it must fit a queue message of 256 KiB with room for its
/// envelope.
pub const BODY_MAX: usize = 248 * 1024;

/// A signed request, as it came.
#[derive(Debug, Clone, Copy)]
pub struct SignedRequest<'a> {
    pub headers: &'a Headers<'a>,
    /// The raw body: base64-decoded if the gateway encoded it, otherwise untouched.
    pub body: &'a [u8],
}

/// What an authenticated webhook says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParsedWebhook {
    /// A fact to apply.
    Fact(Box<Inbound>),
    /// A valid webhook that nothing is done with. Answer 2xx and count it: otherwise the sender retries for days and
    /// then disables the endpoint.
    Ignored {
        /// The sender's name of the event type, cut to 80 printable ASCII characters.
        kind: String,
        reason: IgnoredReason,
    },
}

/// Why a webhook is ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IgnoredReason {
    /// Events of this type are not used.
    UnusedType,
    /// A thin event: it names an object and does not show it.
    ThinEvent,
    /// Nothing in it can lead to an order.
    NoOrder,
}

impl IgnoredReason {
    /// The stable code, for the log and for the answer.
    pub fn code(self) -> &'static str {
        match self {
            Self::UnusedType => "unused_type",
            Self::ThinEvent => "thin_event",
            Self::NoOrder => "no_order",
        }
    }
}

impl ParsedWebhook {
    pub(crate) fn ignored(kind: &str, reason: IgnoredReason) -> Self {
        let printable = |c: char| if c.is_ascii_graphic() { c } else { '?' };
        Self::Ignored {
            kind: kind.chars().take(80).map(printable).collect(),
            reason,
        }
    }
}

/// Why a webhook is rejected. Sending the same again does not help.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WebhookRejection {
    #[error("the body has more than {BODY_MAX} bytes")]
    TooLarge,
    /// Not proven to come from its sender.
    #[error(transparent)]
    Unauthenticated(#[from] SignatureError),
    /// Authenticated, and not readable.
    #[error(transparent)]
    Unreadable(#[from] ParseError),
}

impl WebhookRejection {
    /// The stable code that the sender is answered with.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge => "body_too_large",
            Self::Unauthenticated(error) => error.code(),
            Self::Unreadable(error) => error.code(),
        }
    }

    /// The HTTP status to answer with.
    pub fn status(&self) -> u16 {
        match self {
            Self::TooLarge => 413,
            Self::Unauthenticated(_) => 401,
            Self::Unreadable(_) => 400,
        }
    }

    /// The rejection as its sender may see it: a source that has no secret, or one that cannot be used, looks like a wrong
    /// signature, so that a stranger cannot find out which locations exist.
    #[must_use]
    pub fn for_the_sender(self) -> Self {
        match self {
            Self::Unauthenticated(SignatureError::NoSecret | SignatureError::UnusableSecret(_)) => {
                Self::Unauthenticated(SignatureError::Wrong)
            }
            seen @ (Self::TooLarge | Self::Unauthenticated(_) | Self::Unreadable(_)) => seen,
        }
    }

    /// Whether the request may be accepted with newer secrets: read them again and check once more.
    pub fn may_be_stale_secret(&self) -> bool {
        match self {
            Self::Unauthenticated(error) => error.may_be_stale_secret(),
            Self::TooLarge | Self::Unreadable(_) => false,
        }
    }
}
