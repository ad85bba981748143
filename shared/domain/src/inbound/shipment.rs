//! Facts about a shipment on its way.

use serde::{Deserialize, Serialize};

use crate::order::ShipmentStatus;

/// What happens to a shipment on its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShipmentFact {
    /// The carrier has it.
    InTransit,
    /// It is out for delivery.
    OutForDelivery,
    /// It arrived.
    Delivered,
    /// Something is wrong.
    Exception {
        /// The carrier's code.
        reason: Option<String>,
    },
    /// It goes back.
    ReturnedToSender,
}

impl ShipmentFact {
    /// The step of the shipment.
    pub fn step(&self) -> ShipmentStatus {
        match self {
            Self::InTransit => ShipmentStatus::InTransit,
            Self::OutForDelivery => ShipmentStatus::OutForDelivery,
            Self::Delivered => ShipmentStatus::Delivered,
            Self::Exception { .. } => ShipmentStatus::Exception,
            Self::ReturnedToSender => ShipmentStatus::ReturnedToSender,
        }
    }

    /// The name in snake case.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::InTransit => "in_transit",
            Self::OutForDelivery => "out_for_delivery",
            Self::Delivered => "delivered",
            Self::Exception { .. } => "exception",
            Self::ReturnedToSender => "returned_to_sender",
        }
    }
}
