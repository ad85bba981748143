//! The types of message that a location sends.

use super::payloads::{
    Cancelled, Closed, Counted, Declined, Progress, Received, ShipmentProblem, ShipmentProgress,
    Shipped,
};
use super::schema::schema;
use crate::vendor::EventType;

macro_rules! kinds {
    ($($variant:ident = $name:literal, $data:ty, $meaning:literal;)+) => {
        /// A type of message.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Kind {
            $(#[doc = $meaning] $variant,)+
        }

        impl Kind {
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The types with their meanings, for the registry.
            pub(super) const EVENTS: &[EventType] = &[$(EventType { name: $name, meaning: $meaning }),+];

            /// Its name in a message.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// The JSON Schema (2020-12) of its messages.
            pub fn schema(self) -> serde_json::Value {
                match self { $(Self::$variant => schema::<$data>($name)),+ }
            }
        }
    };
}

kinds! {
    Accepted = "fulfillment_order.accepted", Progress,
        "The location accepts the fulfillment order; it is not sent again.";
    Rejected = "fulfillment_order.rejected", Declined,
        "The location rejects the fulfillment order; its open units are routed again, without this location.";
    Picking = "fulfillment_order.picking", Progress,
        "Picking has begun; from here on a cancellation is refused.";
    Packed = "fulfillment_order.packed", Progress,
        "The units are packed.";
    Cancelled = "fulfillment_order.cancelled", Cancelled,
        "Units will not be shipped; their stock is released, and they are cancelled, or wait until they are paid.";
    CancelRefused = "fulfillment_order.cancel_refused", Declined,
        "The location ships units that it was asked to cancel; the agent sees why.";
    Closed = "fulfillment_order.closed", Closed,
        "Nothing more will be shipped for the fulfillment order; what is short of the totals is routed again.";
    Shipped = "shipment.shipped", Shipped,
        "A shipment has left.";
    InTransit = "shipment.in_transit", ShipmentProgress,
        "The carrier has the shipment.";
    OutForDelivery = "shipment.out_for_delivery", ShipmentProgress,
        "The shipment is out for delivery.";
    Delivered = "shipment.delivered", ShipmentProgress,
        "The shipment is delivered.";
    Exception = "shipment.exception", ShipmentProblem,
        "Something is wrong with the shipment; a person is shown it.";
    ReturnedToSender = "shipment.returned_to_sender", ShipmentProgress,
        "The shipment is on its way back, or back; a person is shown it.";
    StockReceived = "stock.received", Received,
        "Units came in and are added to the stock; backorders are released, oldest first.";
    StockCounted = "stock.counted", Counted,
        "Units were counted; the stock is the count and what came or left after it.";
}

impl Kind {
    /// The type of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == name)
    }
}
