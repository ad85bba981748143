//! Fulfillment orders (units assigned to one location) and shipments (parcels).

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CancelReason, is_false};
use crate::ids::{FulfillmentOrderId, LineId, LocationId, ShipmentId};

/// Units of one order assigned to one location or supplier; carries its own reservation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FulfillmentOrder {
    /// Our id, which the location echoes in its webhooks.
    pub id: FulfillmentOrderId,
    /// The location or supplier.
    pub location: LocationId,
    /// Whether our stock levels are kept for this location (a supplier's shelves may be unknown to us).
    #[serde(default, skip_serializing_if = "is_false")]
    pub untracked: bool,
    /// How far it is.
    pub status: FulfillmentStatus,
    /// When it got there, UTC.
    pub since: Timestamp,
    /// What is assigned.
    pub lines: Vec<FulfillmentLine>,
    /// Why we asked the location to cancel units, once we have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancel_reason: Option<CancelReason>,
}

/// Units of one line within a fulfillment order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FulfillmentLine {
    /// The order's line.
    pub line: LineId,
    /// Units assigned and not yet shipped; each holds a reserved unit of stock.
    pub open: u32,
    /// Units shipped.
    #[serde(default, skip_serializing_if = "none")]
    pub shipped: u32,
    /// Of the open units, how many we have asked the location to cancel.
    #[serde(default, skip_serializing_if = "none")]
    pub cancel_requested: u32,
}

fn none(units: &u32) -> bool {
    *units == 0
}

/// How far a fulfillment order is; ordered as it happens.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum FulfillmentStatus {
    /// Decided and reserved; the location has not been told.
    Planned,
    /// The location has been told, or is being told.
    Requested,
    /// The location will do it.
    Accepted,
    /// Units are being taken off the shelf.
    Picking,
    /// Units are in the box.
    Packed,
    /// Nothing is open any more, and something has left.
    Shipped,
    /// The location declined; its units were routed again.
    Rejected,
    /// Every unit was cancelled before it left.
    Cancelled,
}

impl FulfillmentStatus {
    /// Whether the location may still work on it.
    pub fn is_open(self) -> bool {
        match self {
            Self::Planned | Self::Requested | Self::Accepted | Self::Picking | Self::Packed => true,
            Self::Shipped | Self::Rejected | Self::Cancelled => false,
        }
    }

    /// The name in snake case.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Requested => "requested",
            Self::Accepted => "accepted",
            Self::Picking => "picking",
            Self::Packed => "packed",
            Self::Shipped => "shipped",
            Self::Rejected => "rejected",
            Self::Cancelled => "cancelled",
        }
    }
}

impl FulfillmentOrder {
    /// Units assigned and not yet shipped.
    pub fn open_units(&self) -> u32 {
        self.lines
            .iter()
            .map(|l| l.open)
            .fold(0, u32::saturating_add)
    }

    /// Whether we await the location's answer to a cancellation.
    pub fn awaits_cancellation(&self) -> bool {
        self.lines.iter().any(|l| l.cancel_requested > 0)
    }

    /// The part of a line that is assigned here.
    pub fn line(&self, id: &LineId) -> Option<&FulfillmentLine> {
        self.lines.iter().find(|l| l.line == *id)
    }
}

/// One parcel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Shipment {
    /// Our id.
    pub id: ShipmentId,
    /// The location's own name for the parcel; unique within the order.
    pub reference: String,
    /// The fulfillment order that it belongs to.
    pub fulfillment_order: FulfillmentOrderId,
    /// Carrier as the location names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier: Option<String>,
    /// Tracking number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tracking: Option<String>,
    /// When it left, as the location tells, UTC.
    pub shipped_at: Timestamp,
    /// How far it is.
    pub status: ShipmentStatus,
    /// When it got there, UTC.
    pub since: Timestamp,
    /// What is in it.
    pub lines: Vec<ShipmentLine>,
}

/// Units of one line in a parcel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ShipmentLine {
    /// The order's line.
    pub line: LineId,
    /// Units that left by our leave and count as shipped.
    pub units: u32,
    /// Units that left although they were cancelled or never assigned: recorded, not counted, an exception.
    #[serde(default, skip_serializing_if = "none")]
    pub unasked: u32,
}

/// How far a parcel is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ShipmentStatus {
    /// Handed to the carrier.
    Shipped,
    /// Moving.
    InTransit,
    /// On the last van.
    OutForDelivery,
    /// Something is wrong; a person should look.
    Exception,
    /// Arrived.
    Delivered,
    /// On its way back, or back.
    ReturnedToSender,
}

impl ShipmentStatus {
    /// The name in snake case.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Shipped => "shipped",
            Self::InTransit => "in_transit",
            Self::OutForDelivery => "out_for_delivery",
            Self::Exception => "exception",
            Self::Delivered => "delivered",
            Self::ReturnedToSender => "returned_to_sender",
        }
    }
}
