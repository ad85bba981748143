//! What can be asked of an order, and what it can be told.

use jiff::Timestamp;

use crate::{
    facts::{FulfillmentFact, ParcelFact, PaymentFact},
    ids::{FulfillmentOrderId, LineId, LocationId, ShipmentId},
    order::{Actor, CancelReason, Cause, HoldKind},
    route::Decision,
};

/// Who asks, why, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// Now, UTC.
    pub now: Timestamp,
    /// Who.
    pub actor: Actor,
    /// Why; a cause that the order has applied already causes nothing again.
    pub cause: Cause,
}

/// A wish or a fact put to an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// A fact about a payment intent.
    RecordPayment {
        /// The intent; facts about refunds, disputes and reviews name the intent that they belong to.
        intent: String,
        /// What happened.
        fact: PaymentFact,
    },
    /// A fact about a fulfillment order, signed by a location.
    RecordFulfillment {
        /// Which.
        fulfillment_order: FulfillmentOrderId,
        /// Who says so.
        location: LocationId,
        /// What happened.
        fact: FulfillmentFact,
        /// Our id for the parcel, should the fact be that one left.
        shipment: ShipmentId,
        /// When the location says it happened, UTC.
        occurred_at: Timestamp,
    },
    /// A fact about a parcel.
    RecordParcel {
        /// The location's name for the parcel.
        reference: String,
        /// Who says so.
        location: LocationId,
        /// What happened.
        fact: ParcelFact,
    },
    /// Stop the order from moving on.
    PlaceHold {
        /// Why.
        kind: HoldKind,
        /// Which one.
        handle: String,
        /// Until when at most, UTC.
        until: Option<Timestamp>,
    },
    /// End a hold.
    ReleaseHold {
        /// Which one.
        handle: String,
    },
    /// Carry out a routing decision on unrouted units.
    Route {
        /// The decision.
        decision: Box<Decision>,
        /// Ids for the new fulfillment orders, one an assignment.
        ids: Vec<FulfillmentOrderId>,
    },
    /// Carry out a routing decision on backordered units.
    ReleaseBackorder {
        /// The decision.
        decision: Box<Decision>,
        /// Ids for the new fulfillment orders, one an assignment.
        ids: Vec<FulfillmentOrderId>,
    },
    /// Mark the planned fulfillment orders as being told to their locations.
    RequestFulfillment,
    /// Cancel units, or everything.
    Cancel {
        /// Which units; empty: all.
        lines: Vec<CancelLine>,
        /// Why.
        reason: CancelReason,
        /// A person's words.
        note: Option<String>,
    },
}

/// Units of a line to cancel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CancelLine {
    /// Which line.
    pub line: LineId,
    /// How many units; none: all of the line.
    pub units: Option<u32>,
}
