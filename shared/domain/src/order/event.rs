//! What can happen to an order. Events are facts in the past tense; they are stored in commits for ever and
//! published on the bus, so fields are only ever added, with a default.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    CancelReason, ExceptionKind, HoldKind, RefundStatus, Shipment, fulfillment::FulfillmentOrder,
};
use crate::{
    ids::{FulfillmentOrderId, LineId, LocationId, ShipmentId, Sku},
    route::Decision,
};

/// A number of units of one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LineUnits {
    /// The line.
    pub line: LineId,
    /// Its SKU.
    pub sku: Sku,
    /// How many units.
    pub units: u32,
}

/// Units of one line and where they were.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UnitsAt {
    /// The line.
    pub line: LineId,
    /// Its SKU.
    pub sku: Sku,
    /// How many units.
    pub units: u32,
    /// The fulfillment order that held them; none: they were not assigned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fulfillment_order: Option<FulfillmentOrderId>,
    /// Of the units not assigned, how many waited for stock.
    #[serde(default, skip_serializing_if = "none")]
    pub backordered: u32,
}

fn none(units: &u32) -> bool {
    *units == 0
}

/// Units of one line that are owed back, with their value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RefundLine {
    /// The line.
    pub line: LineId,
    /// How many units.
    pub units: u32,
    /// What was charged for them, minor units.
    pub amount: i64,
}

/// One thing that happened to an order. The variant's name is the `detail-type` on the bus.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type")]
pub enum Event {
    /// The order was placed. The rest of it is the immutable item that `digest` is the SHA-256 of.
    OrderPlaced {
        /// The shop's number.
        number: crate::ids::OrderNumber,
        /// Total in minor units.
        total: i64,
        /// Currency of all amounts of the order.
        currency: crate::money::Currency,
        /// SHA-256 of the order as placed, hexadecimal.
        digest: String,
        /// Payment intent named at placement.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        intent: Option<String>,
    },
    /// A payment intent was found to belong to the order.
    PaymentLinked {
        /// The provider's id.
        intent: String,
    },
    /// The payment provider is working on it.
    PaymentProcessing {
        /// The provider's id.
        intent: String,
    },
    /// Money was authorised.
    PaymentAuthorized {
        /// The provider's id.
        intent: String,
        /// Capturable amount in all, minor units.
        amount: i64,
    },
    /// Money was captured.
    PaymentCaptured {
        /// The provider's id.
        intent: String,
        /// Captured amount in all, minor units.
        amount: i64,
    },
    /// An attempt to pay failed.
    PaymentFailed {
        /// The provider's id.
        intent: String,
        /// The provider's code for why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<String>,
    },
    /// The payment was cancelled.
    PaymentCancelled {
        /// The provider's id.
        intent: String,
    },
    /// A refund was made or has moved on at the provider.
    RefundUpdated {
        /// The provider's id.
        refund: String,
        /// Minor units.
        amount: i64,
        /// How far it is.
        status: RefundStatus,
    },
    /// The customer disputes the payment at their bank.
    DisputeOpened {
        /// The provider's id.
        dispute: String,
    },
    /// The dispute has ended.
    DisputeClosed {
        /// The provider's id.
        dispute: String,
        /// Whether we keep the money.
        won: bool,
    },
    /// The order must not move on.
    HoldPlaced {
        /// Why.
        kind: HoldKind,
        /// Which one; a second hold of the same handle is the same hold.
        handle: String,
        /// Until when it stands at most, UTC.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Timestamp>,
    },
    /// A hold ended.
    HoldReleased {
        /// Which one.
        handle: String,
        /// SKUs of the order's units that wait for stock, and may now have it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        waiting: Vec<Sku>,
    },
    /// Paid, no hold stands, something is to be routed.
    OrderReleased {},
    /// Units were assigned to locations, and what found no stock was backordered.
    OrderRouted {
        /// The new fulfillment orders.
        fulfillment_orders: Vec<FulfillmentOrder>,
        /// How it was decided, with all that the decision was made from.
        decision: Box<Decision>,
    },
    /// Units wait for stock.
    UnitsBackordered {
        /// Which.
        lines: Vec<LineUnits>,
    },
    /// Waiting units got stock.
    BackorderReleased {
        /// The new fulfillment orders.
        fulfillment_orders: Vec<FulfillmentOrder>,
        /// How it was decided.
        decision: Box<Decision>,
    },
    /// The locations are being told.
    FulfillmentRequested {
        /// Which fulfillment orders.
        fulfillment_orders: Vec<FulfillmentOrderId>,
    },
    /// The location will do it.
    FulfillmentAccepted {
        /// Which.
        fulfillment_order: FulfillmentOrderId,
    },
    /// The location takes units off the shelf.
    PickingStarted {
        /// Which.
        fulfillment_order: FulfillmentOrderId,
    },
    /// The units are in the box.
    FulfillmentPacked {
        /// Which.
        fulfillment_order: FulfillmentOrderId,
    },
    /// The location declined the units that were still open; they are routed again without it.
    FulfillmentRejected {
        /// Which.
        fulfillment_order: FulfillmentOrderId,
        /// The location.
        location: LocationId,
        /// Its reason, a code.
        reason: String,
        /// The units.
        lines: Vec<LineUnits>,
        /// Whether the location has found that the units do not exist, so that its stock is written down.
        #[serde(default, skip_serializing_if = "super::is_false")]
        missing: bool,
    },
    /// The location shipped less than it was asked and will ship no more: the rest is routed again without it,
    /// and its stock is written down, for it is not where we thought.
    UnitsShortShipped {
        /// Which.
        fulfillment_order: FulfillmentOrderId,
        /// The location.
        location: LocationId,
        /// The units that did not come.
        lines: Vec<LineUnits>,
    },
    /// A parcel left.
    ShipmentShipped {
        /// The parcel.
        shipment: Shipment,
        /// From where.
        location: LocationId,
        /// Whether stock levels are not kept there.
        #[serde(default, skip_serializing_if = "super::is_false")]
        untracked: bool,
    },
    /// The carrier has it.
    ShipmentInTransit {
        /// Which.
        shipment: ShipmentId,
    },
    /// It is on the last van.
    ShipmentOutForDelivery {
        /// Which.
        shipment: ShipmentId,
    },
    /// It arrived.
    ShipmentDelivered {
        /// Which.
        shipment: ShipmentId,
    },
    /// Something is wrong with it.
    ShipmentException {
        /// Which.
        shipment: ShipmentId,
        /// The carrier's word for it, a code.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// It goes back to the sender.
    ShipmentReturned {
        /// Which.
        shipment: ShipmentId,
    },
    /// A location was asked to cancel units.
    CancellationRequested {
        /// Which fulfillment order.
        fulfillment_order: FulfillmentOrderId,
        /// The units.
        lines: Vec<LineUnits>,
        /// Why.
        reason: CancelReason,
    },
    /// Units could not be cancelled.
    CancellationRefused {
        /// Which fulfillment order holds them.
        fulfillment_order: FulfillmentOrderId,
        /// The units.
        lines: Vec<LineUnits>,
        /// What won: `picking`, `packed`, `shipped`, `location_refused`.
        winner: String,
        /// Who that was.
        by: String,
        /// When that was, UTC.
        at: Timestamp,
        /// Whether the location had been asked for these units; else it was too late to ask.
        #[serde(default, skip_serializing_if = "super::is_false")]
        asked: bool,
    },
    /// Units were cancelled.
    UnitsCancelled {
        /// The units and where they were.
        units: Vec<UnitsAt>,
        /// Why.
        reason: CancelReason,
        /// A person's words; stays in the audit trail, never published.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// Money is owed back to the customer for cancelled units; once per unit.
    RefundOwed {
        /// Which units.
        lines: Vec<RefundLine>,
        /// Minor units.
        amount: i64,
    },
    /// Something happened that a person should look at.
    ExceptionOpened {
        /// What.
        kind: ExceptionKind,
        /// A sentence for a person; no personal data.
        detail: String,
    },
}

impl Event {
    /// The event's name: the `detail-type` on the bus.
    pub fn name(&self) -> &'static str {
        match self {
            Self::OrderPlaced { .. } => "OrderPlaced",
            Self::PaymentLinked { .. } => "PaymentLinked",
            Self::PaymentProcessing { .. } => "PaymentProcessing",
            Self::PaymentAuthorized { .. } => "PaymentAuthorized",
            Self::PaymentCaptured { .. } => "PaymentCaptured",
            Self::PaymentFailed { .. } => "PaymentFailed",
            Self::PaymentCancelled { .. } => "PaymentCancelled",
            Self::RefundUpdated { .. } => "RefundUpdated",
            Self::DisputeOpened { .. } => "DisputeOpened",
            Self::DisputeClosed { .. } => "DisputeClosed",
            Self::HoldPlaced { .. } => "HoldPlaced",
            Self::HoldReleased { .. } => "HoldReleased",
            Self::OrderReleased {} => "OrderReleased",
            Self::OrderRouted { .. } => "OrderRouted",
            Self::UnitsBackordered { .. } => "UnitsBackordered",
            Self::BackorderReleased { .. } => "BackorderReleased",
            Self::FulfillmentRequested { .. } => "FulfillmentRequested",
            Self::FulfillmentAccepted { .. } => "FulfillmentAccepted",
            Self::PickingStarted { .. } => "PickingStarted",
            Self::FulfillmentPacked { .. } => "FulfillmentPacked",
            Self::FulfillmentRejected { .. } => "FulfillmentRejected",
            Self::UnitsShortShipped { .. } => "UnitsShortShipped",
            Self::ShipmentShipped { .. } => "ShipmentShipped",
            Self::ShipmentInTransit { .. } => "ShipmentInTransit",
            Self::ShipmentOutForDelivery { .. } => "ShipmentOutForDelivery",
            Self::ShipmentDelivered { .. } => "ShipmentDelivered",
            Self::ShipmentException { .. } => "ShipmentException",
            Self::ShipmentReturned { .. } => "ShipmentReturned",
            Self::CancellationRequested { .. } => "CancellationRequested",
            Self::CancellationRefused { .. } => "CancellationRefused",
            Self::UnitsCancelled { .. } => "UnitsCancelled",
            Self::RefundOwed { .. } => "RefundOwed",
            Self::ExceptionOpened { .. } => "ExceptionOpened",
        }
    }
}
