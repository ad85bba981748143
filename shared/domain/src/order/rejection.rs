//! Refusals by the rules. A rejection is data: a stable code, what was found, a sentence for a person.

use serde::{Deserialize, Serialize};

/// Why the rules refuse something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{}: {message}", code.as_str())]
pub struct Rejection {
    /// Stable code.
    pub code: RejectionCode,
    /// What was found: a status, a bucket, a winner.
    pub found: String,
    /// A sentence that an agent can read out.
    pub message: String,
}

impl Rejection {
    /// A rejection.
    pub fn new(code: RejectionCode, found: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            code,
            found: found.into(),
            message: message.into(),
        }
    }
}

/// Codes of refusals; never reused for another meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RejectionCode {
    /// Every requested unit is picked, packed, shipped or cancelled.
    NothingToCancel,
    /// No such line in the order.
    UnknownLine,
    /// More units than the line has, or none at all.
    BadQuantity,
    /// No such fulfillment order in the order.
    UnknownFulfillmentOrder,
    /// The fulfillment order belongs to another location than the one that signed.
    WrongLocation,
    /// No exception of that number.
    UnknownException,
    /// The exception is closed.
    ExceptionClosed,
    /// An exception of this kind cannot end like this.
    OutcomeNotAllowed,
    /// No hold of that handle.
    UnknownHold,
    /// The order is not in a state for it.
    WrongStatus,
    /// The order is on hold.
    OnHold,
    /// The payment is in another currency than the order.
    CurrencyMismatch,
    /// The plan was made for other units than are there now: decide again.
    StalePlan,
    /// The order as placed breaks a rule (no lines, too many, an amount that does not fit).
    InvalidOrder,
    /// The shipment is not known yet: its `shipped` has not arrived.
    ShipmentNotYetKnown,
    /// No such effect in the order, or it is confirmed.
    UnknownEffect,
    /// More than can be refunded, or nothing.
    RefundAmount,
    /// Nobody approves a refund that they have asked for themselves.
    OwnRefund,
    /// The payment is disputed: the bank decides who gets the money.
    Disputed,
    /// Nothing is commanded at the gateway for this order.
    NotCommanded,
    /// A refund before its capture: the capture has not arrived.
    NotYetCaptured,
    /// More movements of the stock level happened after the count than are kept.
    CountTooOld,
    /// The unmatched payment is closed.
    PaymentClosed,
    /// The amount of a payment is nothing, or too large.
    PaymentAmount,
    /// A reference that is empty, too long or not visible ASCII.
    BadReference,
    /// The payment is recorded already.
    AlreadyRecorded,
    /// The payment's reference is recorded on another order.
    PaymentReferenceTaken,
    /// The limit of the account leaves too little for the order.
    CreditLimitExceeded,
    /// There is no such account.
    UnknownAccount,
    /// The limits of an account are too many, or one is no amount.
    InvalidLimits,
}

impl RejectionCode {
    /// The code in snake case.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NothingToCancel => "nothing_to_cancel",
            Self::UnknownLine => "unknown_line",
            Self::BadQuantity => "bad_quantity",
            Self::UnknownFulfillmentOrder => "unknown_fulfillment_order",
            Self::WrongLocation => "wrong_location",
            Self::UnknownException => "unknown_exception",
            Self::ExceptionClosed => "exception_closed",
            Self::OutcomeNotAllowed => "outcome_not_allowed",
            Self::UnknownHold => "unknown_hold",
            Self::WrongStatus => "wrong_status",
            Self::OnHold => "on_hold",
            Self::CurrencyMismatch => "currency_mismatch",
            Self::StalePlan => "stale_plan",
            Self::InvalidOrder => "invalid_order",
            Self::ShipmentNotYetKnown => "shipment_not_yet_known",
            Self::UnknownEffect => "unknown_effect",
            Self::RefundAmount => "refund_amount",
            Self::OwnRefund => "own_refund",
            Self::Disputed => "disputed",
            Self::NotCommanded => "not_commanded",
            Self::NotYetCaptured => "not_yet_captured",
            Self::CountTooOld => "count_too_old",
            Self::PaymentClosed => "payment_closed",
            Self::PaymentAmount => "payment_amount",
            Self::BadReference => "bad_reference",
            Self::AlreadyRecorded => "already_recorded",
            Self::PaymentReferenceTaken => "payment_reference_taken",
            Self::CreditLimitExceeded => "credit_limit_exceeded",
            Self::UnknownAccount => "unknown_account",
            Self::InvalidLimits => "invalid_limits",
        }
    }

    /// Whether a retry may succeed later, because the predecessor has not arrived yet. Every
    /// code is named, so that a new one cannot slip past this question.
    pub fn is_too_early(self) -> bool {
        match self {
            Self::ShipmentNotYetKnown | Self::NotYetCaptured => true,
            Self::NothingToCancel
            | Self::UnknownLine
            | Self::BadQuantity
            | Self::UnknownFulfillmentOrder
            | Self::WrongLocation
            | Self::UnknownException
            | Self::ExceptionClosed
            | Self::OutcomeNotAllowed
            | Self::UnknownHold
            | Self::WrongStatus
            | Self::OnHold
            | Self::CurrencyMismatch
            | Self::StalePlan
            | Self::InvalidOrder
            | Self::UnknownEffect
            | Self::RefundAmount
            | Self::OwnRefund
            | Self::Disputed
            | Self::NotCommanded
            | Self::CountTooOld
            | Self::PaymentClosed
            | Self::PaymentAmount
            | Self::BadReference
            | Self::AlreadyRecorded
            | Self::PaymentReferenceTaken
            | Self::CreditLimitExceeded
            | Self::UnknownAccount
            | Self::InvalidLimits => false,
        }
    }
}
