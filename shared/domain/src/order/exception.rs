//! Exceptions: what a person must look at.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::open_set::open_set;

/// Something a person must look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Exception {
    /// What kind.
    pub kind: ExceptionKind,
    /// When it was opened, UTC.
    pub at: Timestamp,
    /// A sentence for a person; no personal data.
    pub detail: String,
}

open_set! {
    /// Kinds of exception.
    pub enum ExceptionKind {
        /// A shipment left after its units were cancelled: intercept it, review the refund.
        ShippedAfterCancel = "shipped_after_cancel",
        /// A shipment contains units that were not requested from this location.
        UnexpectedShipment = "unexpected_shipment",
        /// Money was captured for a cancelled order.
        CapturedAfterCancel = "captured_after_cancel",
        /// Less money came than the order costs.
        Underpaid = "underpaid",
        /// The payment is in another currency than the order.
        CurrencyMismatch = "currency_mismatch",
        /// A refund that had been made failed.
        RefundFailed = "refund_failed",
        /// A dispute was lost.
        DisputeLost = "dispute_lost",
        /// A fraud review ended against the customer.
        ReviewDeclined = "review_declined",
        /// A carrier reports a delivery problem.
        DeliveryProblem = "delivery_problem",
        /// A shipment is coming back.
        ReturnedToSender = "returned_to_sender",
    }
}
