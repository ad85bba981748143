//! Why an answer says nothing about a command.

/// Why an answer has no outcome. The texts show neither keys nor values that Stripe sent, except its error code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoOutcome {
    /// Stripe refuses this attempt. An earlier one may have happened, and be the reason.
    #[error("refused: {code}")]
    Refused {
        /// Stripe's code, or the error's type when it has none.
        code: String,
    },
    /// The stored answer to an earlier request with the same key is a server error. What that request did is unknown.
    #[error("a server error is replayed")]
    ReplayedError,
    /// The request was taken, and what it asks for has not happened yet.
    #[error("it has not happened yet")]
    Pending,
    /// Not now: too many requests, another request with the key or about the object is in progress, or Stripe does not work and
    /// says when to come again. What a request that met this has done is unknown.
    #[error("busy (status {status})")]
    Busy {
        status: u16,
        retry_after_s: Option<u32>,
    },
    /// The secret key is not valid, or may not do this. Nothing has happened.
    #[error("the secret key is not accepted (status {status})")]
    NotAuthorized { status: u16 },
    /// The key of the attempt was used before for another request: our record of the effect was changed.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// The money is in another currency than the order.
    #[error("the currency is not that of the order")]
    OtherCurrency,
    /// A server error, or an answer of another form than Stripe documents: what has happened is unknown.
    #[error("status {status}: {problem}")]
    Unknown { status: u16, problem: String },
}
