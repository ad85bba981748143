//! Shipments: parcels that have left a location.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    ids::{FulfillmentOrderId, LineId, ShipmentId},
    serde_default::is_default,
};

/// One shipment (a parcel), known by the location's reference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Shipment {
    /// Our id.
    pub id: ShipmentId,
    /// The location's own name for the shipment; unique within the order.
    pub reference: String,
    /// The fulfillment order that it belongs to.
    pub fulfillment_order: FulfillmentOrderId,
    /// Carrier as the location names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier: Option<String>,
    /// Tracking number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tracking: Option<String>,
    /// When it left, as reported by the location, UTC.
    pub shipped_at: Timestamp,
    /// How far it is.
    pub status: ShipmentStatus,
    /// When it got there, UTC.
    pub since: Timestamp,
    /// What is in it.
    pub lines: Vec<ShipmentLine>,
}

/// Units of one line in a shipment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ShipmentLine {
    /// The order's line.
    pub line: LineId,
    /// Units that were requested and count as shipped.
    pub units: u32,
    /// Units that left although they were cancelled or never assigned: recorded, not counted, an exception opens.
    #[serde(default, skip_serializing_if = "is_default")]
    pub unexpected: u32,
}

/// How far a shipment is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ShipmentStatus {
    /// Handed to the carrier.
    Shipped,
    /// On its way.
    InTransit,
    /// Out for delivery.
    OutForDelivery,
    /// The carrier reports a problem.
    Exception,
    /// Delivered.
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
