//! The types of message that a location sends.

use super::{Cancelled, Counted, Declined, Parcel, Progress, Received, Shipped, Trouble};
use crate::message::schema;

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $data:ty;)+) => {
        /// A type of message.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Kind {
            $($(#[$doc])* $variant,)+
        }

        impl Kind {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

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
    /// The location will do it.
    Accepted = "fulfillment_order.accepted", Progress;
    /// The location will not do it; what is open goes elsewhere.
    Rejected = "fulfillment_order.rejected", Declined;
    /// Units are being taken off the shelf: too late to cancel.
    Picking = "fulfillment_order.picking", Progress;
    /// The units are in the box.
    Packed = "fulfillment_order.packed", Progress;
    /// Units were cancelled.
    Cancelled = "fulfillment_order.cancelled", Cancelled;
    /// Units that we asked to be cancelled will be shipped all the same.
    CancelRefused = "fulfillment_order.cancel_refused", Declined;
    /// A parcel left.
    Shipped = "shipment.shipped", Shipped;
    /// The carrier has it.
    InTransit = "shipment.in_transit", Parcel;
    /// It is on the last van.
    OutForDelivery = "shipment.out_for_delivery", Parcel;
    /// It arrived.
    Delivered = "shipment.delivered", Parcel;
    /// Something is wrong with it.
    Exception = "shipment.exception", Trouble;
    /// It is on its way back, or back.
    ReturnedToSender = "shipment.returned_to_sender", Parcel;
    /// Units came in.
    StockReceived = "stock.received", Received;
    /// Units were counted.
    StockCounted = "stock.counted", Counted;
}

impl Kind {
    /// The type of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == name)
    }
}
