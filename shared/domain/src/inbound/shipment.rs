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
