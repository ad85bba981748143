//! What can go wrong in a use case, and what that means for who asked.

use domain::{change::Reference, rejection::Rejection};

use crate::cancellation::CancelAnswer;

/// Why a use case did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The rules say no; asking again the same way gives the same answer, unless the code is one of "too early".
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// It cannot be read: the message or request breaks its format. The text names no personal data.
    #[error("malformed: {0}")]
    Malformed(String),
    /// What it is about is not here, and may still come.
    #[error("not found: {0}")]
    NotFound(String),
    /// The same idempotency key with other content.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// A name that belongs to one order only leads to another order already.
    #[error("{} belongs to another order", named(.0))]
    Taken(Reference),
    /// Nothing of what was to be cancelled can be; the answer says why, line by line.
    #[error("nothing of it can be cancelled")]
    NothingToCancel(Box<CancelAnswer>),
    /// Others kept winning the race; the state is sound, asking again may succeed.
    #[error("lost the race {0} times in a row")]
    Contended(u32),
    /// Something we depend on did not answer or answered with an error.
    #[error("{what} is unavailable")]
    Unavailable {
        /// Which dependency.
        what: &'static str,
        /// Its error, for the log.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Something stored cannot be read, or a rule was found broken: a person must look.
    #[error("inconsistent: {0}")]
    Inconsistent(String),
}

/// What becomes of a message. Every answer is one of these four.
#[derive(Debug)]
pub enum Answer {
    /// Done, now or before.
    Done,
    /// The rules say no; retrying cannot help, so it is logged and done.
    Refused(Rejection),
    /// What should have come before is not here yet: try again later.
    TooEarly(Failure),
    /// It failed: try again, and in the end put it aside with the reason.
    Failed(Failure),
}

impl Answer {
    /// The answer to a message whose use case ended like this. Every failure is named, so that a new one cannot
    /// slip past this question.
    pub fn of(outcome: Result<(), Failure>) -> Self {
        match outcome {
            Ok(()) => Self::Done,
            Err(Failure::Rejected(rejection)) if rejection.code.is_too_early() => {
                Self::TooEarly(Failure::Rejected(rejection))
            }
            Err(Failure::Rejected(rejection)) => Self::Refused(rejection),
            Err(failure @ Failure::NotFound(_)) => Self::TooEarly(failure),
            Err(
                failure @ (Failure::Malformed(_)
                | Failure::KeyReused
                | Failure::Taken(_)
                | Failure::NothingToCancel(_)
                | Failure::Contended(_)
                | Failure::Unavailable { .. }
                | Failure::Inconsistent(_)),
            ) => Self::Failed(failure),
        }
    }
}

impl Failure {
    /// A dependency's error.
    pub fn unavailable(
        what: &'static str,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::Unavailable {
            what,
            source: source.into(),
        }
    }

    /// The stable code, for logs, dead letters and API errors.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Rejected(rejection) => rejection.code.as_str(),
            Self::Malformed(_) => "malformed",
            Self::NotFound(_) => "not_found",
            Self::KeyReused => "idempotency_key_reused",
            Self::Taken(Reference::Number(_)) => "number_taken",
            Self::Taken(Reference::Intent(_)) => "payment_intent_taken",
            Self::Taken(Reference::IdempotencyKey(_) | Reference::Tracking(_)) => "name_taken",
            Self::NothingToCancel(_) => "nothing_to_cancel",
            Self::Contended(_) => "contended",
            Self::Unavailable { .. } => "unavailable",
            Self::Inconsistent(_) => "inconsistent",
        }
    }

    /// Whether trying again can never help, so that a message is put aside at once.
    pub fn is_hopeless(&self) -> bool {
        match self {
            Self::Malformed(_) | Self::KeyReused => true,
            Self::Rejected(_)
            | Self::NotFound(_)
            | Self::Taken(_)
            | Self::NothingToCancel(_)
            | Self::Contended(_)
            | Self::Unavailable { .. }
            | Self::Inconsistent(_) => false,
        }
    }

    /// The failure and its causes in one line.
    pub fn chain(&self) -> String {
        let mut text = self.to_string();
        let mut source = std::error::Error::source(self);
        while let Some(cause) = source {
            text.push_str(": ");
            text.push_str(&cause.to_string());
            source = cause.source();
        }
        text
    }
}

fn named(reference: &Reference) -> String {
    match reference {
        Reference::Intent(intent) => format!("payment intent `{intent}`"),
        Reference::Number(number) => format!("order number `{number}`"),
        Reference::IdempotencyKey(_) => "the idempotency key".to_owned(),
        Reference::Tracking(number) => format!("tracking number `{number}`"),
    }
}
