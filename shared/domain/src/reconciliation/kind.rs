//! The kinds of difference.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// In what our ledger and the payment gateway differ. A closed set.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum DifferenceKind {
    /// The gateway has a payment with money of which nothing is known here.
    PaymentUnknownHere,
    /// The gateway has a payment with money that no order names. Another shop may use the account.
    PaymentUnmatched,
    /// A payment with money here that the gateway does not know.
    PaymentMissingAtGateway,
    /// Another amount was captured at the gateway.
    CapturedDiffers,
    /// The same was captured, and another amount can still be captured at the gateway.
    CapturableDiffers,
    /// The gateway has a refund of which nothing is known here.
    RefundUnknownHere,
    /// A refund here that the gateway does not know.
    RefundMissingAtGateway,
    /// The refund has another amount at the gateway.
    RefundAmountDiffers,
    /// The refund is further, or less far, at the gateway.
    RefundStatusDiffers,
    /// The gateway has a dispute of which nothing is known here.
    DisputeUnknownHere,
    /// A dispute here that the gateway does not know.
    DisputeMissingAtGateway,
    /// Another amount is disputed at the gateway.
    DisputeAmountDiffers,
    /// The dispute has another status at the gateway.
    DisputeStatusDiffers,
    /// The money of the dispute has moved at the gateway, and not here.
    DisputeFundsDiffer,
    /// The object is in another currency than its order.
    CurrencyDiffers,
}

impl DifferenceKind {
    /// Every kind.
    pub const ALL: [Self; 15] = [
        Self::PaymentUnknownHere,
        Self::PaymentUnmatched,
        Self::PaymentMissingAtGateway,
        Self::CapturedDiffers,
        Self::CapturableDiffers,
        Self::RefundUnknownHere,
        Self::RefundMissingAtGateway,
        Self::RefundAmountDiffers,
        Self::RefundStatusDiffers,
        Self::DisputeUnknownHere,
        Self::DisputeMissingAtGateway,
        Self::DisputeAmountDiffers,
        Self::DisputeStatusDiffers,
        Self::DisputeFundsDiffer,
        Self::CurrencyDiffers,
    ];

    /// As it is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PaymentUnknownHere => "payment_unknown_here",
            Self::PaymentUnmatched => "payment_unmatched",
            Self::PaymentMissingAtGateway => "payment_missing_at_gateway",
            Self::CapturedDiffers => "captured_differs",
            Self::CapturableDiffers => "capturable_differs",
            Self::RefundUnknownHere => "refund_unknown_here",
            Self::RefundMissingAtGateway => "refund_missing_at_gateway",
            Self::RefundAmountDiffers => "refund_amount_differs",
            Self::RefundStatusDiffers => "refund_status_differs",
            Self::DisputeUnknownHere => "dispute_unknown_here",
            Self::DisputeMissingAtGateway => "dispute_missing_at_gateway",
            Self::DisputeAmountDiffers => "dispute_amount_differs",
            Self::DisputeStatusDiffers => "dispute_status_differs",
            Self::DisputeFundsDiffer => "dispute_funds_differ",
            Self::CurrencyDiffers => "currency_differs",
        }
    }

    /// Whether a person has to look while it is open. Payments of other shops with the same account are as they should be.
    pub fn is_fault(self) -> bool {
        self != Self::PaymentUnmatched
    }

    /// What a person does about one that is open.
    pub fn what_to_do(self) -> &'static str {
        match self {
            Self::PaymentUnknownHere => {
                "Look up the payment at the gateway. The order refuses it: its exceptions and the log of payments say why."
            }
            Self::PaymentUnmatched => {
                "If it belongs to one of our orders, place that order with this payment, or refund the payment at the gateway; \
                 if another shop uses the account, close it in the list of unmatched payments."
            }
            Self::PaymentMissingAtGateway => {
                "Check whether the account and the secret key are those that the payment was made with. If the payment never \
                 existed, hold the order: the goods are not paid."
            }
            Self::CapturedDiffers => {
                "Compare the captures of the payment at the gateway with the movements of the order. If less was captured than \
                 the order says, collect the rest from the customer or cancel what has not shipped."
            }
            Self::CapturableDiffers => {
                "Look up at the gateway whether the authorization has ended or was changed there. If it has ended, ask the \
                 customer to pay again before more is shipped."
            }
            Self::RefundUnknownHere => {
                "The order refuses the refund: it may be above what was captured. Find out who made it at the gateway."
            }
            Self::RefundMissingAtGateway => {
                "The customer may not have the money. Look for the refund at the gateway, in the account that the payment was \
                 made with, and refund again there if it was never made."
            }
            Self::RefundAmountDiffers => {
                "The gateway's amount is what the customer gets. Give back the rest, or record the surplus as a credit."
            }
            Self::RefundStatusDiffers => {
                "The gateway's status counts. If the refund failed there, give the money back another way."
            }
            Self::DisputeUnknownHere => {
                "Answer the dispute at the gateway in time, and hold what has not shipped."
            }
            Self::DisputeMissingAtGateway => {
                "Look for the dispute at the gateway. If it does not exist, release the order's hold."
            }
            Self::DisputeAmountDiffers => {
                "The gateway's amount counts. Check it before giving anything back to the customer."
            }
            Self::DisputeStatusDiffers => {
                "The gateway's status counts. Send evidence there if it is asked for, and work on the order's exception."
            }
            Self::DisputeFundsDiffer => {
                "Compare the balance transactions of the dispute at the gateway with the movements of the order."
            }
            Self::CurrencyDiffers => {
                "The payment was made in another currency than the order. Refund it at the gateway and have the customer pay \
                 again, or cancel the order."
            }
        }
    }
}
