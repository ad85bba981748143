//! Exceptions: what a person must look at.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::open_set::open_set;

/// Something a person must look at. An order's state has those that are not closed; the commits have all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Exception {
    /// Its number within the order, counted from 1.
    pub id: u32,
    /// What kind.
    pub kind: ExceptionKind,
    /// What it is about: a shipment, an intent, a line. While one of a kind is open about a subject, no second is opened.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub subject: String,
    /// When it was opened, UTC.
    pub at: Timestamp,
    /// A sentence for a person; no personal data.
    pub detail: String,
    /// The subject of the person who works on it; `None`: nobody has taken it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
}

/// Whom an exception concerns, and so who works on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExceptionConcern {
    /// The customer of the order: money, cancellations, deliveries.
    Customer,
    /// A location or its stock.
    Location,
}

impl ExceptionKind {
    /// Whom it concerns. A kind of a later build concerns the customer.
    pub fn concern(&self) -> ExceptionConcern {
        match self {
            Self::UnexpectedShipment
            | Self::ShipmentMissing
            | Self::ShipmentContradicted
            | Self::ShipmentAmbiguous
            | Self::CountTooOld
            | Self::UnitsMissing
            | Self::LocationSilent
            | Self::RequestRefused
            | Self::FulfillmentOverdue => ExceptionConcern::Location,
            Self::ShippedAfterCancel
            | Self::CapturedAfterCancel
            | Self::Underpaid
            | Self::CurrencyMismatch
            | Self::RefundFailed
            | Self::DisputeLost
            | Self::CreditWithdrawn
            | Self::DisputedAfterShipping
            | Self::ReviewDeclined
            | Self::DeliveryProblem
            | Self::ReturnedToSender
            | Self::DeclinedEverywhere
            | Self::Overpaid
            | Self::AuthorizationLost
            | Self::AuthorizationEnding
            | Self::RefundNotRequested
            | Self::StopRefused
            | Self::PaymentUnresolved
            | Self::ExpiryAwaitsGateway
            | Self::PaymentCommandRefused
            | Self::RefundAwaitsApproval
            | Self::RefundByHand
            | Self::PaymentOutstanding
            | Self::PaymentOverdue
            | Self::TaxReversalRefused
            | Self::TaxDisagrees
            | Self::Unknown(_) => ExceptionConcern::Customer,
        }
    }
}

open_set! {
    /// How an exception ended.
    pub enum ExceptionOutcome {
        /// A person has put it right.
        Resolved = "resolved",
        /// A person has looked at it, and nothing has to be done.
        NoAction = "no_action",
        /// What had caused it is no longer so.
        NoLongerTrue = "no_longer_true",
        /// Of a refund that nobody had asked for, or a dispute that was lost: the customer keeps the money, and so much less is
        /// due.
        AcceptedAsCredit = "accepted_as_credit",
        /// Of a refund that waits for approval: a second person approves it.
        Approved = "approved",
        /// Of what was paid too much: it is given back, the last payment first.
        SurplusRefunded = "surplus_refunded",
        /// Of what was paid too much: it stays for now, and can be given back later.
        SurplusKept = "surplus_kept",
    }
}

open_set! {
    /// Kinds of exception.
    pub enum ExceptionKind {
        /// A shipment left after its units were cancelled: intercept it, review the refund.
        ShippedAfterCancel = "shipped_after_cancel",
        /// A shipment contains units that were not requested from this location.
        UnexpectedShipment = "unexpected_shipment",
        /// A location says that it shipped units in a shipment that it has not told of.
        ShipmentMissing = "shipment_missing",
        /// A location told of a shipment twice, with different contents.
        ShipmentContradicted = "shipment_contradicted",
        /// Every location that could ship a line has declined it.
        DeclinedEverywhere = "declined_everywhere",
        /// A location has not answered a request for hours.
        LocationSilent = "location_silent",
        /// A location refuses to take a request. It is sent again with growing pauses.
        RequestRefused = "request_refused",
        /// A location has accepted a fulfillment order and makes no progress with it: what is open does not leave.
        FulfillmentOverdue = "fulfillment_overdue",
        /// A message about a shipment fits more than one.
        ShipmentAmbiguous = "shipment_ambiguous",
        /// Money was captured for a cancelled order.
        CapturedAfterCancel = "captured_after_cancel",
        /// Less is secured than is due: what has not left is stopped.
        Underpaid = "underpaid",
        /// More was captured than is due.
        Overpaid = "overpaid",
        /// An authorization has lapsed or was cancelled while goods were with a location or had left.
        AuthorizationLost = "authorization_lost",
        /// An authorization ends soon on which an order rests that is wholly with its locations.
        AuthorizationEnding = "authorization_ending",
        /// Money went back that nobody here had asked for: what has not left is stopped.
        RefundNotRequested = "refund_not_requested",
        /// A location was asked to stop goods that are not paid, and refuses.
        StopRefused = "stop_refused",
        /// The provider has been processing a payment for very long.
        PaymentUnresolved = "payment_unresolved",
        /// The time to pay is over, and the payment gateway has not said for hours whether the order was paid: it neither expires nor
        /// is it paid before that.
        ExpiryAwaitsGateway = "expiry_awaits_gateway",
        /// The payment gateway refuses for good what was commanded.
        PaymentCommandRefused = "payment_command_refused",
        /// The tax service refuses for good to reverse the tax of what was credited: refunds wait for it.
        TaxReversalRefused = "tax_reversal_refused",
        /// The tax service has another tax than the order was charged: refunds wait for a person.
        TaxDisagrees = "tax_disagrees",
        /// A refund is asked for that needs the approval of a second person.
        RefundAwaitsApproval = "refund_awaits_approval",
        /// The customer has the goods, and the money that was to be paid on delivery has not been recorded.
        PaymentOutstanding = "payment_outstanding",
        /// An order on account was to be paid by now, and the money has not been recorded.
        PaymentOverdue = "payment_overdue",
        /// Money is to be given back where it came from, which is not the payment gateway.
        RefundByHand = "refund_by_hand",
        /// The payment is in another currency than the order.
        CurrencyMismatch = "currency_mismatch",
        /// A refund that had been made failed.
        RefundFailed = "refund_failed",
        /// A dispute was lost.
        DisputeLost = "dispute_lost",
        /// What a lost dispute had taken was accepted as a credit, and the shop has the money back: the credit has ended.
        CreditWithdrawn = "credit_withdrawn",
        /// The payment is disputed, and goods have left: evidence of the shipment is to be sent to the bank.
        DisputedAfterShipping = "disputed_after_shipping",
        /// A fraud review ended against the customer.
        ReviewDeclined = "review_declined",
        /// A carrier reports a delivery problem.
        DeliveryProblem = "delivery_problem",
        /// A shipment is coming back.
        ReturnedToSender = "returned_to_sender",
        /// A count of stock was refused: too many movements happened after it was taken.
        CountTooOld = "count_too_old",
        /// A location reports that units are missing, and they were written off: the shelf is to be counted.
        UnitsMissing = "units_missing",
    }
}
