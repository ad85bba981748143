//! What a caller may do: a link to follow, and what it needs.

use domain::{
    ids::{FulfillmentOrderId, LineId},
    order::ExceptionOutcome,
};
use schemars::JsonSchema;
use serde::Serialize;

/// Something that the caller may do now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Action {
    /// The kind of action.
    pub action: ActionKind,
    /// The request's method.
    pub method: &'static str,
    /// The request's path.
    pub href: String,
    /// For `release`: the hold's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handle: Option<String>,
    /// For a report about a fulfillment order: which one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fulfillment_order: Option<FulfillmentOrderId>,
    /// For a report about a shipment on its way: its reference.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shipment: Option<String>,
    /// For `take_exception` and `close_exception`: the exception's number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exception: Option<u32>,
    /// For `retry_effect` and `record_refund`: the effect's number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effect: Option<u32>,
    /// For `refund`: the most that can be refunded; for `record_payment`: what is missing; minor units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<i64>,
    /// For `close_exception`: how it may end.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub outcomes: Vec<ExceptionOutcome>,
    /// For `cancel`: the units that can be cancelled.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<Cancellable>,
}

/// A kind of action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ActionKind {
    /// Cancel units or the whole order.
    Cancel,
    /// Place a hold.
    Hold,
    /// Release a hold.
    Release,
    /// Work on an exception.
    TakeException,
    /// End an exception.
    CloseException,
    /// Give money back.
    Refund,
    /// Have what the payment gateway has refused tried again.
    RetryEffect,
    /// Record money that has come.
    RecordPayment,
    /// Record a refund that a person has made.
    RecordRefund,
    /// Report that the location accepts a fulfillment order.
    Accept,
    /// Report that it is picking.
    Pick,
    /// Report that it has packed.
    Pack,
    /// Report that a shipment left.
    Ship,
    /// Report that the carrier has a shipment.
    InTransit,
    /// Report that a shipment is out for delivery.
    OutForDelivery,
    /// Report that a shipment was delivered.
    Deliver,
    /// Report that the carrier has a problem with a shipment.
    Exception,
    /// Report that a shipment goes back to its sender.
    ReturnedToSender,
    /// Report that the open units are missing.
    Short,
    /// Report that it will not ship the open units.
    Reject,
    /// Report that it has cancelled what it was asked to cancel.
    CancelConsent,
    /// Report that it will not cancel what it was asked to cancel.
    CancelRefuse,
}

/// Units of a line that can be cancelled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Cancellable {
    /// The line.
    pub line: LineId,
    /// Units that can be cancelled at once.
    pub now: u32,
    /// Units whose cancellation would be requested from a location, which decides.
    pub to_request: u32,
}
