//! Commands: requests to an order, and facts that it must record.

use jiff::Timestamp;

use super::{
    Actor, CancelReason, Cause, ExceptionOutcome, HoldKind, RefundRequest, RefundStatus, TenderKind,
};
use crate::{
    ids::{FulfillmentOrderId, LineId, LocationId, ShipmentId},
    inbound::{FulfillmentFact, PaymentFact, ShipmentFact},
    routing::Decision,
};

/// Who gives a command, why and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// Now, UTC.
    pub now: Timestamp,
    pub actor: Actor,
    /// A cause that the order has applied has no effect again.
    pub cause: Cause,
}

/// A request or a fact, addressed to one order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// A fact about a payment intent.
    RecordPayment {
        /// The intent; facts about refunds, disputes and reviews name the intent that they belong to.
        intent: String,
        fact: PaymentFact,
        /// When the provider says it happened, UTC.
        occurred_at: Timestamp,
    },
    /// A fact about a fulfillment order, signed by a location.
    RecordFulfillment {
        fulfillment_order: FulfillmentOrderId,
        /// The location that signed it.
        location: LocationId,
        fact: FulfillmentFact,
        /// Our id for the shipment, should the fact be that one left.
        shipment: ShipmentId,
        /// When the location says it happened, UTC.
        occurred_at: Timestamp,
        /// How long shipments may be missing after the location has said that nothing more will come, in seconds.
        closing_grace_s: u32,
    },
    /// Allow a line to be routed to a location again that has declined it.
    AllowLocation { line: LineId, location: LocationId },
    /// Show a person the locations that have not answered their requests.
    ReportSilence {
        /// How long a location may leave a request unanswered, in seconds.
        after_s: u32,
    },
    /// Show a person the requests that locations refuse to take.
    ReportRefused { requests: Vec<RefusedRequest> },
    /// Show a person the locations that make no progress with what they have accepted.
    ReportOverdue {
        /// How long a location may make no progress, in seconds.
        after_s: u32,
    },
    /// End what fulfillment orders were waiting for since their location said that nothing more will come.
    EndClosing,
    /// A fact about a shipment on its way.
    RecordShipment {
        /// The location's reference for the shipment.
        reference: String,
        /// The location that signed it.
        location: LocationId,
        /// The fulfillment order, if the location names it.
        fulfillment_order: Option<FulfillmentOrderId>,
        fact: ShipmentFact,
        /// When it happened by the sender's own clock, UTC.
        occurred_at: Timestamp,
    },
    /// Stop the order from moving on.
    PlaceHold {
        kind: HoldKind,
        handle: String,
        /// When it ends by itself, UTC; `None`: never.
        until: Option<Timestamp>,
    },
    /// End a hold.
    ReleaseHold { handle: String },
    /// Execute a routing decision on unrouted units.
    Route {
        /// The decision.
        decision: Box<Decision>,
        /// Ids for the new fulfillment orders, one an assignment.
        ids: Vec<FulfillmentOrderId>,
        /// Lines with unplaced units of which every location that could ship them has declined.
        declined_everywhere: Vec<LineId>,
    },
    /// Show a person the backordered lines of which every location that could ship them has declined.
    ShowDeclined { declined_everywhere: Vec<LineId> },
    /// Execute a routing decision on backordered units.
    ReleaseBackorder {
        /// The decision.
        decision: Box<Decision>,
        /// Ids for the new fulfillment orders, one an assignment.
        ids: Vec<FulfillmentOrderId>,
    },
    /// Mark the planned fulfillment orders as requested from their locations.
    RequestFulfillment {
        /// Locations that nothing is sent to now: fulfillment orders there stay planned.
        not_to: Vec<LocationId>,
    },
    /// Record that requests are sent by someone else than who recorded them: they may arrive, whatever becomes of the
    /// first attempt.
    RepeatRequests {
        fulfillment_orders: Vec<FulfillmentOrderId>,
    },
    /// Make requests planned again that have certainly not left, by whoever recorded them.
    TakeBackRequests {
        requests: Vec<UnsentRequest>,
        /// Why they did not leave, a code.
        reason: String,
    },
    /// Work on an exception.
    TakeException {
        id: u32,
        /// The subject of the person who takes it.
        owner: String,
    },
    /// End an exception.
    CloseException {
        id: u32,
        outcome: ExceptionOutcome,
        /// A person's words.
        note: Option<String>,
    },
    /// Note that the payment gateway was asked about an intent, after what it tells of it was recorded.
    NoteAsked {
        intent: String,
        /// Whether the gateway knows it.
        found: bool,
    },
    /// Record what has become of an effect.
    RecordEffect { effect: u32, outcome: EffectOutcome },
    /// A person has seen that money is there, in a bank account or elsewhere.
    RecordReceived {
        kind: TenderKind,
        reference: String,
        /// Minor units.
        amount: i64,
        /// A person's words.
        note: Option<String>,
    },
    /// A person has made the refund of a payment that was recorded here.
    RecordRefund { effect: u32, reference: String },
    /// A person wants a refused effect to be tried again.
    RetryEffect { effect: u32 },
    /// A person gives money back.
    Refund {
        refund: RefundRequest,
        /// The most credits of this order that the person may give without a second one, minor units; `None`: any.
        credits_max: Option<i64>,
        /// A person's words.
        note: Option<String>,
    },
    /// Do what the order's payment makes due by now: cancel it, take stock back, or show it to a person.
    EnforcePayment,
    /// Cancel units, or everything.
    Cancel {
        /// Which units; empty: all.
        lines: Vec<CancelLine>,
        reason: CancelReason,
        /// What is kept of what goes back at once, minor units.
        restocking_fee: i64,
        /// A person's words.
        note: Option<String>,
    },
}

/// What has become of an effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EffectOutcome {
    /// The refund exists at the gateway.
    Refunded {
        /// The gateway's id.
        refund: String,
        /// Minor units.
        amount: i64,
        status: RefundStatus,
    },
    /// Money was captured.
    Captured {
        /// Captured of the intent in all, minor units.
        amount: i64,
        /// What can still be captured of it, minor units.
        capturable: i64,
    },
    /// The intent is cancelled.
    Cancelled,
    /// The tax service has reversed what it was told to.
    TaxReversed {
        /// Its id of the reversal; `None`: it was made by an earlier attempt, and the service does not say its id.
        reversal: Option<String>,
        /// The tax that it has reversed, minor units; `None`: what it was told to.
        tax: Option<i64>,
    },
    /// The tax service has recorded another tax than the order was charged, and has reversed nothing.
    TaxDisagrees {
        /// The line; `None`: the shipping.
        line: Option<LineId>,
        /// The tax that the order was charged, minor units.
        charged: i64,
        /// The tax that the service has recorded, minor units.
        recorded: i64,
    },
    /// It is refused for good.
    Refused { code: String },
    /// The attempt has done nothing, and cannot be repeated under its key.
    NotPerformed,
}

/// A request that has certainly not left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnsentRequest {
    pub fulfillment_order: FulfillmentOrderId,
    /// How often it had been taken back before: another request of the same fulfillment order is not meant.
    pub taken_back: u32,
}

/// A request that its location has, and refuses to take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedRequest {
    pub fulfillment_order: FulfillmentOrderId,
    /// Why, a code such as `http_422`.
    pub code: String,
}

/// Units of a line to cancel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CancelLine {
    pub line: LineId,
    /// Units; `None`: all of the line.
    pub units: Option<u32>,
}
