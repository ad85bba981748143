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
    /// When it got there, UTC; of a step that was reported again, when it was reported last.
    pub since: Timestamp,
    /// The time of the last step on its way, by the sender's clock, UTC. A step that is not newer changes nothing. `None`:
    /// there was none, none since times are kept, or it is at an end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step_at: Option<Timestamp>,
    /// The first time at which it was reported as delivered, by the sender's clock, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivered_at: Option<Timestamp>,
    /// The first time at which it was reported as coming back, by the sender's clock, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returned_at: Option<Timestamp>,
    /// What is in it.
    pub lines: Vec<ShipmentLine>,
}

impl Shipment {
    /// The shipment after a step that happened `at` a time by the sender's clock. Steps in any order, each as often as it
    /// comes, leave the same shipment: on its way the newest step counts, at the same time the one of the higher rank.
    /// `delivered` and `returned_to_sender` end the way; of both, the one that was reported later for the first time counts.
    #[must_use]
    pub fn after(&self, step: ShipmentStatus, at: Timestamp, now: Timestamp) -> Self {
        let mut next = self.clone();
        match step {
            ShipmentStatus::Shipped => return next,
            ShipmentStatus::InTransit
            | ShipmentStatus::OutForDelivery
            | ShipmentStatus::Exception => {
                if self.status.is_end() || (Some(at), step) <= (self.step_at, self.status) {
                    return next;
                }
                next.step_at = Some(at);
                next.status = step;
            }
            // An end without a time is of an old commit: a delivery is only followed by a return, a return by nothing.
            ShipmentStatus::Delivered => {
                if self.status.is_end() && self.delivered_at.max(self.returned_at).is_none() {
                    return next;
                }
                next.delivered_at = Some(self.delivered_at.map_or(at, |first| first.min(at)));
            }
            ShipmentStatus::ReturnedToSender => {
                if self.status == step && self.returned_at.is_none() {
                    return next;
                }
                if self.status == ShipmentStatus::Delivered && self.delivered_at.is_none() {
                    next.delivered_at = Some(self.since.min(at));
                }
                next.returned_at = Some(self.returned_at.map_or(at, |first| first.min(at)));
            }
        }
        next.end();
        if next.decided_at() != self.decided_at() || next.status != self.status {
            next.since = next.decided_at().map_or(now, |at| at.min(now));
        }
        next
    }

    /// Whether it was ever reported as delivered.
    pub fn was_delivered(&self) -> bool {
        self.delivered_at.is_some() || self.status == ShipmentStatus::Delivered
    }

    /// Sets the status by the ends that are known.
    fn end(&mut self) {
        self.status = match (self.delivered_at, self.returned_at) {
            (None, None) => return,
            (Some(_), None) => ShipmentStatus::Delivered,
            (Some(delivered), Some(returned)) if delivered > returned => ShipmentStatus::Delivered,
            (Some(_) | None, Some(_)) => ShipmentStatus::ReturnedToSender,
        };
        self.step_at = None;
    }

    /// The time of the step that it is at.
    fn decided_at(&self) -> Option<Timestamp> {
        match self.status {
            ShipmentStatus::Shipped
            | ShipmentStatus::InTransit
            | ShipmentStatus::OutForDelivery
            | ShipmentStatus::Exception => self.step_at,
            ShipmentStatus::Delivered => self.delivered_at,
            ShipmentStatus::ReturnedToSender => self.returned_at,
        }
    }
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

/// How far a shipment is, in the order of their rank among steps of the same time.
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
    /// Whether its way has ended: no step on the way changes it any more.
    pub fn is_end(self) -> bool {
        match self {
            Self::Shipped | Self::InTransit | Self::OutForDelivery | Self::Exception => false,
            Self::Delivered | Self::ReturnedToSender => true,
        }
    }

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
