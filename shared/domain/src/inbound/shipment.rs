//! Facts about a shipment on its way.

use serde::{Deserialize, Serialize};

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
