//! The data of the published events.

use domain::{
    ids::{FulfillmentOrderId, LocationId, OrderNumber, ShipmentId, Sku},
    money::Currency,
    order::{
        CancelReason, ExceptionKind, FulfillmentOrder, HoldKind, LineUnits, RefundLine,
        RefundStatus, Shipment, UnitsAt,
    },
    route::Unplaced,
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Declares the types of the catalogue's data, all alike.
macro_rules! data {
    ($($(#[$doc:meta])* $name:ident { $($(#[$meta:meta])* $field:ident: $type:ty,)* })*) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
            pub struct $name {
                $($(#[$meta])* pub $field: $type,)*
            }
        )*
    };
}

data! {
    /// An order as it was placed; its lines are read from the API.
    Placed {
        /// The shop's number.
        number: OrderNumber,
        /// Total in minor units.
        total: i64,
        /// Currency of all amounts of the order.
        currency: Currency,
        /// Payment intent named at placement.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        intent: Option<String>,
    }
    /// A payment intent.
    Intent {
        /// The provider's id.
        intent: String,
    }
    /// A payment intent and its amount.
    IntentAmount {
        /// The provider's id.
        intent: String,
        /// Amount in all, minor units of the order's currency.
        amount: i64,
    }
    /// A payment intent and why it failed.
    IntentFailure {
        /// The provider's id.
        intent: String,
        /// The provider's code.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<String>,
    }
    /// A refund and how far it is.
    RefundState {
        /// The provider's id.
        refund: String,
        /// Minor units of the order's currency.
        amount: i64,
        /// How far it is.
        status: RefundStatus,
    }
    /// A dispute.
    Dispute {
        /// The provider's id.
        dispute: String,
    }
    /// A dispute that has ended.
    DisputeEnd {
        /// The provider's id.
        dispute: String,
        /// Whether we keep the money.
        won: bool,
    }
    /// A hold that began.
    HoldStart {
        /// Why.
        kind: HoldKind,
        /// Which one.
        handle: String,
        /// Until when it stands at most, UTC.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Timestamp>,
    }
    /// A hold that ended.
    HoldEnd {
        /// Which one.
        handle: String,
        /// SKUs of the order's units that wait for stock, and may now have it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        waiting: Vec<Sku>,
    }
    /// No more than that it happened.
    Nothing {}
    /// A routing decision that was carried out; its inputs stay in the order's history.
    Routed {
        /// The new fulfillment orders.
        fulfillment_orders: Vec<FulfillmentOrder>,
        /// What found no place.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        unplaced: Vec<Unplaced>,
        /// The decision in sentences.
        explanation: String,
        /// The attempt that was carried out; above 1 when others took the stock first.
        attempt: u32,
        /// Whether the search stopped at its limit.
        truncated: bool,
    }
    /// Units of lines.
    Lines {
        /// Which.
        lines: Vec<LineUnits>,
    }
    /// Fulfillment orders.
    FulfillmentOrderIds {
        /// Which.
        fulfillment_orders: Vec<FulfillmentOrderId>,
    }
    /// A fulfillment order.
    FulfillmentOrderRef {
        /// Which.
        fulfillment_order: FulfillmentOrderId,
    }
    /// A fulfillment order that its location declined.
    FulfillmentDeclined {
        /// Which.
        fulfillment_order: FulfillmentOrderId,
        /// The location.
        location: LocationId,
        /// Its reason, a code.
        reason: String,
        /// The units.
        lines: Vec<LineUnits>,
        /// Whether the units do not exist there, so that the stock was written down.
        missing: bool,
    }
    /// Units that did not come.
    ShortShipped {
        /// Which fulfillment order.
        fulfillment_order: FulfillmentOrderId,
        /// The location.
        location: LocationId,
        /// The units.
        lines: Vec<LineUnits>,
    }
    /// A parcel and where it left from.
    Parcel {
        /// The parcel.
        shipment: Shipment,
        /// From where.
        location: LocationId,
    }
    /// A parcel.
    ShipmentRef {
        /// Which.
        shipment: ShipmentId,
    }
    /// A parcel in trouble.
    ShipmentTrouble {
        /// Which.
        shipment: ShipmentId,
        /// The carrier's word for it, a code.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    }
    /// A question to a location.
    CancellationAsked {
        /// Which fulfillment order.
        fulfillment_order: FulfillmentOrderId,
        /// The units.
        lines: Vec<LineUnits>,
        /// Why.
        reason: CancelReason,
    }
    /// Units that were too late to cancel.
    CancellationLost {
        /// Which fulfillment order holds them.
        fulfillment_order: FulfillmentOrderId,
        /// The units.
        lines: Vec<LineUnits>,
        /// What won.
        winner: String,
        /// Who that was.
        by: String,
        /// When that was, UTC.
        at: Timestamp,
        /// Whether the location had been asked for these units; else it was too late to ask.
        asked: bool,
    }
    /// Units that were cancelled.
    Cancelled {
        /// The units and where they were.
        units: Vec<UnitsAt>,
        /// Why.
        reason: CancelReason,
    }
    /// A refund that is owed.
    Owed {
        /// For which units.
        lines: Vec<RefundLine>,
        /// Minor units of the order's currency.
        amount: i64,
    }
    /// Something to look at; the order tells more.
    Trouble {
        /// What.
        kind: ExceptionKind,
    }
}
