//! Why a use case failed, and what that means for the message or request that it handled.

use domain::{ids::LocationId, order::Reference, order::Rejection};
use jiff::Timestamp;

/// Why a use case did not do what was requested.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The rules reject it. The same request is rejected again, unless the code is one of "too early".
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// The message or request breaks its format. The text contains no personal data.
    #[error("malformed: {0}")]
    Malformed(String),
    /// Its subject is not stored, and may still arrive.
    #[error("not found: {0}")]
    NotFound(String),
    /// What the message asks for is not due before a time.
    #[error("not due before {0}")]
    NotDue(Timestamp),
    /// The same idempotency key with different content.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// A reference that leads to one order only already leads to another one.
    #[error("{} belongs to another order", describe(.0))]
    Taken(Reference),
    /// The shop's number already belongs to another order.
    #[error("the number belongs to another order")]
    NumberTaken,
    /// A stored document was written by a newer build. This build must not write it back, because that would drop
    /// fields that it does not know. Its message is received again after growing waits, so that a newer build can handle
    /// it; after its last receive it becomes a dead letter.
    #[error("{0} was written by a newer build")]
    NewerSchema(String),
    /// Other writers won the race each time. Nothing was written; a retry may succeed.
    #[error("lost the race {0} times in a row")]
    Contended(u32),
    /// A dependency did not answer or answered with an error.
    #[error("{what} is unavailable")]
    Unavailable {
        /// The dependency.
        what: &'static str,
        /// Its error, for the log.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A location does not work: it did not answer, or answered that it cannot work now.
    #[error("the location did not take the request ({code})")]
    Location {
        /// The stable code that its health shows, such as `timeout` or `http_503`.
        code: String,
        /// Whether nothing of the request can have left, because there was no connection.
        unsent: bool,
        /// What happened, for the log.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A location failed repeatedly, and nothing is sent to it until a pause is over. What it should get is not lost:
    /// the order owes it, and the sweep drives the order.
    #[error("location {location} is down ({code}) and is tried again at {until}")]
    LocationDown {
        /// The location.
        location: LocationId,
        /// Its last failure.
        code: String,
        /// When it is tried again, UTC.
        until: Timestamp,
    },
    /// A location has one request and refuses it, which says nothing about others. A person is shown it.
    #[error("the location refuses the request ({code})")]
    RequestRefused {
        /// The stable code, such as `http_422`.
        code: String,
    },
    /// The payment gateway does not work: it did not answer, or answered that it cannot work now. What it should do is
    /// not lost: the order owes it, and the sweep drives the order.
    #[error("the payment gateway is unavailable")]
    Gateway {
        /// When it says to come again, UTC.
        until: Option<Timestamp>,
        /// What happened, for the log.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The tax service does not work: it did not answer, or answered that it cannot work now. Refunds wait for it. What it
    /// should do is not lost: the order owes it, and the sweep drives the order.
    #[error("the tax service is unavailable")]
    TaxService {
        /// When it says to come again, UTC.
        until: Option<Timestamp>,
        /// What happened, for the log.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The function's time was over before the work was done.
    #[error("the function's time was over before this was done")]
    OutOfTime,
    /// The function ended each time while it handled the message, and never said how it went.
    #[error("received {0} times, and the function ended each time without an outcome")]
    NoOutcome(u32),
    /// Stored data cannot be read or breaks an invariant: a person must look.
    #[error("inconsistent: {0}")]
    Inconsistent(String),
}

/// What happens to a message after its use case ran.
#[derive(Debug)]
pub enum MessageOutcome {
    /// Done, now or earlier.
    Done,
    /// The rules reject it. A retry cannot help, so it is logged and removed from the queue.
    Refused(Rejection),
    /// Its predecessor has not arrived: retry later.
    TooEarly(Failure),
    /// It is not due: receive it again at that time.
    Later(Timestamp),
    /// It failed: retry, and at last move it to the dead-letter queue with the reason.
    Failed(Failure),
    /// A location, the payment gateway or the tax service does not work, and the sweep will ask for it again: retry, not before the time if there is one, and at
    /// last leave it to the sweep. Never a dead letter.
    Postponed(Failure, Option<Timestamp>),
}

impl MessageOutcome {
    /// Classifies the result of a use case. Every failure is listed, so that a new variant has to be classified here.
    pub fn of(result: Result<(), Failure>) -> Self {
        match result {
            Ok(()) => Self::Done,
            Err(Failure::Rejected(rejection)) if rejection.code.is_too_early() => {
                Self::TooEarly(Failure::Rejected(rejection))
            }
            Err(Failure::Rejected(rejection)) => Self::Refused(rejection),
            Err(failure @ Failure::NotFound(_)) => Self::TooEarly(failure),
            Err(Failure::NotDue(until)) => Self::Later(until),
            Err(failure @ Failure::LocationDown { until, .. }) => {
                Self::Postponed(failure, Some(until))
            }
            Err(failure @ Failure::Location { .. }) => Self::Postponed(failure, None),
            Err(failure @ (Failure::Gateway { until, .. } | Failure::TaxService { until, .. })) => {
                Self::Postponed(failure, until)
            }
            Err(
                failure @ (Failure::Malformed(_)
                | Failure::KeyReused
                | Failure::Taken(_)
                | Failure::NumberTaken
                | Failure::NewerSchema(_)
                | Failure::Contended(_)
                | Failure::Unavailable { .. }
                | Failure::RequestRefused { .. }
                | Failure::OutOfTime
                | Failure::NoOutcome(_)
                | Failure::Inconsistent(_)),
            ) => Self::Failed(failure),
        }
    }
}

impl Failure {
    /// The error of a dependency.
    pub fn unavailable(
        what: &'static str,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::Unavailable {
            what,
            source: source.into(),
        }
    }

    /// The failure of a location.
    pub fn location(
        code: impl Into<String>,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::Location {
            code: code.into(),
            unsent: false,
            source: source.into(),
        }
    }

    /// The failure of the payment gateway.
    pub fn gateway(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Gateway {
            until: None,
            source: source.into(),
        }
    }

    /// The failure of a location to which nothing of the request can have left.
    pub fn location_unsent(
        code: impl Into<String>,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::Location {
            code: code.into(),
            unsent: true,
            source: source.into(),
        }
    }

    /// The stable code, for logs, dead letters and API errors.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Rejected(rejection) => rejection.code.as_str(),
            Self::Malformed(_) => "malformed",
            Self::NotFound(_) => "not_found",
            Self::NotDue(_) => "not_due",
            Self::KeyReused => "idempotency_key_reused",
            Self::NumberTaken => "number_taken",
            Self::NewerSchema(_) => "newer_schema",
            Self::Taken(Reference::Intent(_)) => "payment_intent_taken",
            Self::Taken(
                Reference::IdempotencyKey(_) | Reference::Tracking(_) | Reference::Transfer(_),
            ) => "name_taken",
            Self::Contended(_) => "contended",
            Self::Unavailable { .. } => "unavailable",
            Self::Location { .. } => "location_failed",
            Self::LocationDown { .. } => "location_down",
            Self::RequestRefused { .. } => "request_refused",
            Self::Gateway { .. } => "gateway_unavailable",
            Self::TaxService { .. } => "tax_service_unavailable",
            Self::OutOfTime => "out_of_time",
            Self::NoOutcome(_) => "no_outcome",
            Self::Inconsistent(_) => "inconsistent",
        }
    }

    /// Whether no retry can help, so that the message goes to the dead-letter queue at once.
    pub fn is_permanent(&self) -> bool {
        match self {
            Self::Malformed(_) | Self::KeyReused | Self::NoOutcome(_) => true,
            Self::Rejected(_)
            | Self::NotFound(_)
            | Self::NotDue(_)
            | Self::Taken(_)
            | Self::NumberTaken
            | Self::NewerSchema(_)
            | Self::Contended(_)
            | Self::Unavailable { .. }
            | Self::Location { .. }
            | Self::LocationDown { .. }
            | Self::RequestRefused { .. }
            | Self::Gateway { .. }
            | Self::TaxService { .. }
            | Self::OutOfTime
            | Self::Inconsistent(_) => false,
        }
    }

    /// Whether it is about one stored item, so that others may still be handled.
    pub fn is_of_one_item(&self) -> bool {
        match self {
            Self::Unavailable { .. }
            | Self::Location { .. }
            | Self::LocationDown { .. }
            | Self::RequestRefused { .. }
            | Self::Gateway { .. }
            | Self::TaxService { .. }
            | Self::OutOfTime => false,
            Self::Malformed(_)
            | Self::NoOutcome(_)
            | Self::KeyReused
            | Self::Rejected(_)
            | Self::NotFound(_)
            | Self::NotDue(_)
            | Self::Taken(_)
            | Self::NumberTaken
            | Self::NewerSchema(_)
            | Self::Contended(_)
            | Self::Inconsistent(_) => true,
        }
    }

    /// The failure and its causes in one line, for the log.
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

fn describe(reference: &Reference) -> String {
    match reference {
        Reference::Intent(intent) => format!("payment intent `{intent}`"),
        Reference::IdempotencyKey(_) => "the idempotency key".to_owned(),
        Reference::Tracking(number) => format!("tracking number `{number}`"),
        Reference::Transfer(name) => format!("transfer `{name}`"),
    }
}
