//! What can happen to an order. Events are facts in the past tense; they are stored in commits for ever and
//! published on the bus, so fields are only ever added, with a default.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Destination, Dispute, EffectAction, ExceptionKind, ExceptionOutcome, FulfillmentOrder,
    HoldKind, RefundReason, RefundRequest, RefundStatus, Shipment, ShipmentStatus, TenderKind,
};
use crate::{
    ids::{FulfillmentOrderId, LineId, LocationId, OrderNumber, ShipmentId, ShopId, Sku},
    money::Currency,
    open_set::open_set,
    routing::Decision,
    serde_default::is_default,
};

open_set! {
    /// Why units are cancelled.
    pub enum CancelReason {
        /// The customer changed their mind.
        CustomerRequested = "CUSTOMER_REQUESTED",
        /// It is not available.
        OutOfStock = "OUT_OF_STOCK",
        /// Suspected fraud.
        Fraud = "FRAUD",
        /// Placed by mistake or twice.
        PlacedByMistake = "PLACED_BY_MISTAKE",
        /// The payment failed.
        PaymentFailed = "PAYMENT_FAILED",
        /// The payment was cancelled.
        PaymentCancelled = "PAYMENT_CANCELLED",
        /// Another location had shipped the units already.
        AlreadyShipped = "ALREADY_SHIPPED",
        /// It was not paid in time.
        NotPaid = "NOT_PAID",
        /// Anything else; the note says what.
        Other = "OTHER",
    }
}

/// A number of units of one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LineUnits {
    /// The line.
    pub line: LineId,
    /// Its SKU.
    pub sku: Sku,
    /// How many units.
    pub units: u32,
}

/// Units of one line and where they were.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UnitsAt {
    /// The line.
    pub line: LineId,
    /// Its SKU.
    pub sku: Sku,
    /// How many units.
    pub units: u32,
    /// The fulfillment order that held them; none: they were not assigned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fulfillment_order: Option<FulfillmentOrderId>,
    /// Of the units not assigned, how many waited for stock.
    #[serde(default, skip_serializing_if = "is_default")]
    pub backordered: u32,
}

/// Units of one line that a late shipment takes back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReclaimedUnits {
    /// The line.
    pub line: LineId,
    /// Its SKU.
    pub sku: Sku,
    /// Units taken back from the unrouted ones.
    #[serde(default, skip_serializing_if = "is_default")]
    pub unrouted: u32,
    /// Units taken back from the backordered ones.
    #[serde(default, skip_serializing_if = "is_default")]
    pub backordered: u32,
    /// Units taken back from fulfillment orders whose request was not sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub planned: Vec<(FulfillmentOrderId, u32)>,
    /// Units that other locations have been asked for; they are surplus until those answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub surplus: Vec<(FulfillmentOrderId, u32)>,
    /// Units that the location had said it would not ship, and has shipped; some of them may be found nowhere any more.
    #[serde(default, skip_serializing_if = "is_default")]
    pub released: u32,
    /// Of those, the units whose stock had been written off: the write-off is reversed.
    #[serde(default, skip_serializing_if = "is_default")]
    pub written_off: u32,
}

impl ReclaimedUnits {
    /// Units that belong to the fulfillment order again.
    pub fn total(&self) -> u32 {
        let planned = self.planned.iter().map(|(_, units)| *units);
        let surplus = self.surplus.iter().map(|(_, units)| *units);
        planned
            .chain(surplus)
            .chain([self.unrouted, self.backordered])
            .fold(0, u32::saturating_add)
    }
}

/// What is owed back for units of one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RefundLine {
    /// The line.
    pub line: LineId,
    /// How many units all of what they cost is owed for now.
    pub units: u32,
    /// Minor units. A part of it may be for a further unit: when a part of what it cost was given back before, or was not
    /// captured.
    pub amount: i64,
}

/// One thing that happened to an order. The variant's name is the `detail-type` on the bus.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type")]
pub enum Event {
    /// The order was placed. The rest of it is the immutable item that `digest` is the SHA-256 of.
    OrderPlaced {
        /// The shop's number.
        number: OrderNumber,
        /// The shop.
        shop: ShopId,
        /// Total in minor units.
        total: i64,
        /// Currency of all amounts of the order.
        currency: Currency,
        /// SHA-256 of the order as placed, hexadecimal.
        digest: String,
        /// Payment intent named at placement.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        intent: Option<String>,
        /// Where it goes.
        destination: Destination,
        /// Version of the contact that it goes to.
        contact_version: u32,
    },
    /// A payment intent was found to belong to the order.
    PaymentLinked {
        /// The provider's id.
        intent: String,
    },
    /// The payment provider is working on it.
    PaymentProcessing {
        /// The provider's id.
        intent: String,
        /// When, by the provider's clock, UTC.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<Timestamp>,
    },
    /// Money was authorised.
    PaymentAuthorized {
        /// The provider's id.
        intent: String,
        /// Capturable amount in all, minor units.
        amount: i64,
        /// When, by the provider's clock, UTC.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<Timestamp>,
    },
    /// The payment provider has said what can be done with an authorization.
    AuthorizationTermsReported {
        /// The provider's id.
        intent: String,
        /// Until when it can be captured, UTC; `None`: it has not said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        capture_before: Option<Timestamp>,
        /// Whether it can be captured several times.
        #[serde(default, skip_serializing_if = "is_default")]
        multicapture: bool,
    },
    /// Money was captured.
    PaymentCaptured {
        /// The provider's id.
        intent: String,
        /// Captured amount in all, minor units.
        amount: i64,
        /// What can still be captured of this intent, minor units.
        #[serde(default, skip_serializing_if = "is_default")]
        capturable: i64,
    },
    /// An attempt to pay failed.
    PaymentFailed {
        /// The provider's id.
        intent: String,
        /// The provider's code for why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<String>,
        /// When, by the provider's clock, UTC.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<Timestamp>,
    },
    /// The payment was cancelled.
    PaymentCancelled {
        /// The provider's id.
        intent: String,
    },
    /// Money is there that did not come through the payment gateway.
    PaymentRecorded {
        /// Its id within the order.
        payment: String,
        kind: TenderKind,
        /// Its name where it came from.
        reference: String,
        /// Minor units.
        amount: i64,
        /// A person's words; stays in the audit trail, never published.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// A refund was made or has moved on at the provider.
    RefundUpdated {
        /// The provider's id.
        refund: String,
        /// Minor units.
        amount: i64,
        /// Its status at the provider.
        status: RefundStatus,
        /// The intent that it gives back from; empty: it was not told.
        #[serde(default, skip_serializing_if = "is_default")]
        intent: String,
        /// The effect that asked for it; `None`: nobody here did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        effect: Option<u32>,
    },
    /// The customer disputes the payment at their bank.
    DisputeOpened {
        /// The provider's id.
        dispute: String,
    },
    /// The dispute has ended.
    DisputeClosed {
        /// The provider's id.
        dispute: String,
        /// Whether the merchant keeps the money.
        won: bool,
    },
    /// More is known of a dispute, or it has moved on.
    DisputeUpdated {
        /// All that is known of it now.
        dispute: Box<Dispute>,
    },
    /// The gateway has taken the money of a dispute.
    DisputeFundsWithdrawn {
        /// The provider's id.
        dispute: String,
        /// Minor units.
        amount: i64,
    },
    /// The gateway has given the money of a dispute back to the shop.
    DisputeFundsReinstated {
        /// The provider's id.
        dispute: String,
        /// Minor units.
        amount: i64,
    },
    /// The order must not move on.
    HoldPlaced {
        kind: HoldKind,
        /// Which one; a second hold of the same handle is the same hold.
        handle: String,
        /// When it ends by itself, UTC; `None`: never.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Timestamp>,
        /// What has happened and what to do, in words for people.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// A hold ended.
    HoldReleased {
        handle: String,
        /// SKUs of the order's backordered units, which may now be released.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        backordered_skus: Vec<Sku>,
    },
    /// The order is paid, has no hold and has units to route.
    OrderReleased {},
    /// What is due is secured again and no hold is in force, and units that were routed before may move on.
    OrderResumed {
        /// SKUs of the order's backordered units, which may now be released.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        backordered_skus: Vec<Sku>,
    },
    /// Units were assigned to locations, and what found no stock was backordered.
    OrderRouted {
        /// The new fulfillment orders.
        fulfillment_orders: Vec<FulfillmentOrder>,
        /// The decision, with its inputs.
        decision: Box<Decision>,
    },
    /// Units wait for stock.
    UnitsBackordered { lines: Vec<LineUnits> },
    /// Backordered units were assigned to locations.
    BackorderReleased {
        /// The new fulfillment orders.
        fulfillment_orders: Vec<FulfillmentOrder>,
        /// The decision, with its inputs.
        decision: Box<Decision>,
    },
    /// Requests are being sent to the locations.
    FulfillmentRequested {
        fulfillment_orders: Vec<FulfillmentOrderId>,
    },
    /// Requests are being sent that others may be sending as well, or may have sent: they may arrive.
    RequestsRepeated {
        fulfillment_orders: Vec<FulfillmentOrderId>,
    },
    /// Requests have certainly not left: their fulfillment orders are planned again.
    RequestsTakenBack {
        fulfillment_orders: Vec<FulfillmentOrderId>,
        /// Why they did not leave, a code.
        reason: String,
    },
    /// The location accepted the request.
    FulfillmentAccepted {
        fulfillment_order: FulfillmentOrderId,
    },
    /// The location is picking.
    PickingStarted {
        fulfillment_order: FulfillmentOrderId,
    },
    /// The location has packed the units.
    FulfillmentPacked {
        fulfillment_order: FulfillmentOrderId,
    },
    /// The location rejected the open units; they are routed again without it.
    FulfillmentRejected {
        fulfillment_order: FulfillmentOrderId,
        /// The location.
        location: LocationId,
        /// Its reason, a code.
        reason: String,
        /// The units.
        lines: Vec<LineUnits>,
        /// Whether the location found that the units do not exist, so that its stock is written off.
        #[serde(default, skip_serializing_if = "is_default")]
        missing: bool,
        /// When missing units were found missing, UTC; `None`: when it was recorded.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<Timestamp>,
    },
    /// The location shipped less than requested and will ship no more: the rest is routed again without it, and
    /// its stock is written off.
    UnitsShortShipped {
        fulfillment_order: FulfillmentOrderId,
        /// The location.
        location: LocationId,
        /// The units that were not shipped.
        lines: Vec<LineUnits>,
        /// When the location said so, UTC; `None`: when it was recorded.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<Timestamp>,
    },
    /// A person allows a line to be routed to a location again that had declined it.
    LocationAllowed {
        line: LineId,
        /// The line's SKU.
        sku: Sku,
        location: LocationId,
    },
    /// The location said that nothing more will come. Shipments that it has not told of may turn up until the time given.
    FulfillmentClosing {
        fulfillment_order: FulfillmentOrderId,
        /// Until when they may, UTC.
        until: Timestamp,
        /// Whether the location has said how many units it shipped in all: the open units have left.
        #[serde(default, skip_serializing_if = "is_default")]
        totals_known: bool,
        /// When the location said so, UTC; `None`: when it was recorded.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<Timestamp>,
    },
    /// The time in which shipments might turn up has passed; a person was asked for those that are missing.
    FulfillmentClosingEnded {
        fulfillment_order: FulfillmentOrderId,
    },
    /// A shipment turned up with units that had been routed again. They are taken back from where they are.
    UnitsReclaimed {
        fulfillment_order: FulfillmentOrderId,
        /// The location that shipped them.
        location: LocationId,
        units: Vec<ReclaimedUnits>,
    },
    /// A location had cancelled units by itself, and says so after they were written off its stock as missing: they are
    /// on its shelf. They stay routed as they are.
    WriteOffReversed {
        fulfillment_order: FulfillmentOrderId,
        /// The location.
        location: LocationId,
        lines: Vec<LineUnits>,
    },
    /// Units that the order needs no more, because a late shipment from elsewhere has them, are taken from the location
    /// that had them assigned.
    SurplusReleased {
        fulfillment_order: FulfillmentOrderId,
        /// The location.
        location: LocationId,
        lines: Vec<LineUnits>,
        /// Whether the location found that the units do not exist, so that its stock is written off.
        #[serde(default, skip_serializing_if = "is_default")]
        missing: bool,
        /// When missing units were found missing, UTC; `None`: when it was recorded.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<Timestamp>,
    },
    /// A shipment left.
    ShipmentShipped {
        shipment: Shipment,
        /// From where.
        location: LocationId,
        /// Whether stock is not counted there.
        #[serde(default, skip_serializing_if = "is_default")]
        untracked: bool,
    },
    /// The carrier reports it in transit.
    ShipmentInTransit {
        shipment: ShipmentId,
        /// When, as the sender says it, UTC; `None`: recorded before times were kept.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<Timestamp>,
    },
    /// It is out for delivery.
    ShipmentOutForDelivery {
        shipment: ShipmentId,
        /// When, as the sender says it, UTC; `None`: recorded before times were kept.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<Timestamp>,
    },
    /// It was delivered.
    ShipmentDelivered {
        shipment: ShipmentId,
        /// When, as the sender says it, UTC; `None`: recorded before times were kept.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<Timestamp>,
    },
    /// The carrier reports a problem.
    ShipmentException {
        shipment: ShipmentId,
        /// The carrier's reason, a code.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// When, as the sender says it, UTC; `None`: recorded before times were kept.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<Timestamp>,
    },
    /// It goes back to the sender.
    ShipmentReturned {
        shipment: ShipmentId,
        /// When, as the sender says it, UTC; `None`: recorded before times were kept.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<Timestamp>,
    },
    /// A step that a shipment had taken is reported again, with another time that counts.
    ShipmentStepRepeated {
        shipment: ShipmentId,
        step: ShipmentStatus,
        /// When, as the sender says it, UTC.
        at: Timestamp,
    },
    /// A location was asked to cancel units.
    CancellationRequested {
        fulfillment_order: FulfillmentOrderId,
        /// The units.
        lines: Vec<LineUnits>,
        reason: CancelReason,
    },
    /// Units could not be cancelled.
    CancellationRefused {
        /// Which fulfillment order holds them.
        fulfillment_order: FulfillmentOrderId,
        /// The units.
        lines: Vec<LineUnits>,
        /// What won: `picking`, `packed`, `shipped`, `location_refused`.
        winner: String,
        /// Who that was.
        by: String,
        /// When that was, UTC.
        at: Timestamp,
        /// Whether the location had been asked to cancel these units; otherwise it was too late to ask.
        #[serde(default, skip_serializing_if = "is_default")]
        requested: bool,
    },
    /// A location was asked to give units back that are not paid any more.
    RecallRequested {
        fulfillment_order: FulfillmentOrderId,
        /// The units.
        lines: Vec<LineUnits>,
    },
    /// Units that are not paid any more came back before they left. They are routed again once they are paid.
    UnitsRecalled {
        fulfillment_order: FulfillmentOrderId,
        /// The location.
        location: LocationId,
        /// The units.
        lines: Vec<LineUnits>,
    },
    /// Units were cancelled.
    UnitsCancelled {
        /// The units and where they were.
        units: Vec<UnitsAt>,
        reason: CancelReason,
        /// A person's words; stays in the audit trail, never published.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// Money is owed back to the customer for credited units; once per unit.
    RefundOwed {
        lines: Vec<RefundLine>,
        /// Minor units.
        amount: i64,
        /// Of the amount: shipping that is owed beside the lines. Negative: shares of the lines that a person had given back
        /// before. Minor units.
        #[serde(default, skip_serializing_if = "is_default")]
        shipping: i64,
    },
    /// A person gives back what units cost that are neither cancelled nor returned, or the price of shipping.
    RefundGranted {
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        lines: Vec<LineUnits>,
        /// Of the price of shipping, minor units.
        #[serde(default, skip_serializing_if = "is_default")]
        shipping: i64,
        reason: RefundReason,
        /// A person's words; stays in the audit trail, never published.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// A person keeps a part of a refund.
    RestockingFeeKept {
        /// Minor units.
        amount: i64,
    },
    /// A person asks for a refund that needs the approval of a second one.
    RefundProposed {
        /// Its number within the order, counted from 1.
        number: u32,
        refund: RefundRequest,
        /// What would go back, minor units.
        amount: i64,
        /// Of the amount: what is beyond what is owed, minor units.
        #[serde(default, skip_serializing_if = "is_default")]
        credit: i64,
        /// A person's words; stays in the audit trail, never published.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// A person has accepted a refund that nobody had asked for, or gives money back of their own accord: so much less is
    /// due.
    CreditGranted {
        /// The refund that was accepted, by the provider's id; empty: one is requested.
        #[serde(default, skip_serializing_if = "is_default")]
        refund: String,
        /// Minor units.
        amount: i64,
        /// Of the amount: what lowers what the order owes on its account, and moves no money.
        #[serde(default, skip_serializing_if = "is_default")]
        on_account: i64,
        /// Why, when one is requested.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<RefundReason>,
    },
    /// What a lost dispute had taken was accepted as a credit, and the shop has the money back: so much more is due again.
    CreditWithdrawn {
        /// The dispute, by the provider's id.
        dispute: String,
        /// Minor units.
        amount: i64,
    },
    /// The payment gateway was asked about an intent, and something rests on its answer.
    PaymentAsked {
        intent: String,
        /// How often in a row it did not know the intent; 0: it knows it.
        #[serde(default, skip_serializing_if = "is_default")]
        not_found: u32,
    },
    /// The time to pay was over and the order was not paid; it is cancelled for that.
    OrderExpired { reason: CancelReason },
    /// Something must happen once outside.
    EffectRequested {
        /// Its number within the order, counted from 1.
        effect: u32,
        action: EffectAction,
        /// Whether a person asked for it; otherwise it follows from the order.
        #[serde(default, skip_serializing_if = "is_default")]
        by_person: bool,
        /// Of a refund: what of it was paid too much, minor units.
        #[serde(default, skip_serializing_if = "is_default")]
        surplus: i64,
        /// A person's words; stays in the audit trail, never published.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// An attempt of an effect has done nothing and cannot be repeated under its key: the next one has another.
    EffectRetried {
        effect: u32,
        /// How many attempts were made before.
        attempt: u32,
        action: EffectAction,
    },
    /// An effect is refused for good.
    EffectRefused {
        effect: u32,
        /// The code of who refuses it.
        code: String,
    },
    /// An effect has happened; or it was dismissed: by a person, after it was refused, or because nothing is left for it.
    EffectEnded {
        effect: u32,
        #[serde(default, skip_serializing_if = "is_default")]
        dismissed: bool,
        /// A refund that is given up, because a lost dispute took the money: it does not count as asked for.
        #[serde(default, skip_serializing_if = "is_default")]
        lost: bool,
    },
    /// The tax service has reversed the tax of what was credited.
    TaxReversed {
        /// The number of the effect that asked for it.
        effect: u32,
        /// The service's id of the transaction in which the sale is recorded.
        transaction: String,
        /// The service's id of the reversal; `None`: it has not said it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reversal: Option<String>,
        /// What was reversed, tax included, minor units.
        amount: i64,
        /// How much of it is tax, minor units.
        tax: i64,
    },
    /// A person must look at something.
    ExceptionOpened {
        /// Its number within the order, counted from 1.
        id: u32,
        kind: ExceptionKind,
        /// What it is about: a shipment, an intent, a line.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        subject: String,
        /// A sentence for a person; no personal data.
        detail: String,
    },
    /// A person works on an exception.
    ExceptionTaken {
        id: u32,
        /// The subject of that person.
        owner: String,
    },
    /// An exception has ended.
    ExceptionClosed {
        id: u32,
        kind: ExceptionKind,
        outcome: ExceptionOutcome,
        /// A person's words; stays in the audit trail, never published.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
}

impl Event {
    /// The shipment that took a step after it left, which step, and when as its sender says.
    pub fn shipment_step(&self) -> Option<(ShipmentId, ShipmentStatus, Option<Timestamp>)> {
        #[expect(
            clippy::wildcard_enum_match_arm,
            reason = "the other events are no steps of a shipment"
        )]
        match self {
            Self::ShipmentInTransit { shipment, at } => {
                Some((*shipment, ShipmentStatus::InTransit, *at))
            }
            Self::ShipmentOutForDelivery { shipment, at } => {
                Some((*shipment, ShipmentStatus::OutForDelivery, *at))
            }
            Self::ShipmentDelivered { shipment, at } => {
                Some((*shipment, ShipmentStatus::Delivered, *at))
            }
            Self::ShipmentException { shipment, at, .. } => {
                Some((*shipment, ShipmentStatus::Exception, *at))
            }
            Self::ShipmentReturned { shipment, at } => {
                Some((*shipment, ShipmentStatus::ReturnedToSender, *at))
            }
            Self::ShipmentStepRepeated { shipment, step, at } => {
                Some((*shipment, *step, Some(*at)))
            }
            _ => None,
        }
    }

    /// Whether it changes what an order and the payment gateway must agree about.
    pub fn is_reconciled(&self) -> bool {
        matches!(
            self,
            Self::PaymentAuthorized { .. }
                | Self::PaymentCaptured { .. }
                | Self::RefundUpdated { .. }
                | Self::DisputeUpdated { .. }
        )
    }

    /// The event's name: the `detail-type` on the bus.
    pub fn name(&self) -> &'static str {
        match self {
            Self::OrderPlaced { .. } => "OrderPlaced",
            Self::PaymentLinked { .. } => "PaymentLinked",
            Self::PaymentProcessing { .. } => "PaymentProcessing",
            Self::PaymentAuthorized { .. } => "PaymentAuthorized",
            Self::AuthorizationTermsReported { .. } => "AuthorizationTermsReported",
            Self::PaymentCaptured { .. } => "PaymentCaptured",
            Self::PaymentFailed { .. } => "PaymentFailed",
            Self::PaymentCancelled { .. } => "PaymentCancelled",
            Self::PaymentRecorded { .. } => "PaymentRecorded",
            Self::RefundUpdated { .. } => "RefundUpdated",
            Self::DisputeOpened { .. } => "DisputeOpened",
            Self::DisputeClosed { .. } => "DisputeClosed",
            Self::DisputeUpdated { .. } => "DisputeUpdated",
            Self::DisputeFundsWithdrawn { .. } => "DisputeFundsWithdrawn",
            Self::DisputeFundsReinstated { .. } => "DisputeFundsReinstated",
            Self::HoldPlaced { .. } => "HoldPlaced",
            Self::HoldReleased { .. } => "HoldReleased",
            Self::OrderReleased {} => "OrderReleased",
            Self::OrderResumed { .. } => "OrderResumed",
            Self::OrderRouted { .. } => "OrderRouted",
            Self::UnitsBackordered { .. } => "UnitsBackordered",
            Self::BackorderReleased { .. } => "BackorderReleased",
            Self::FulfillmentRequested { .. } => "FulfillmentRequested",
            Self::RequestsRepeated { .. } => "RequestsRepeated",
            Self::RequestsTakenBack { .. } => "RequestsTakenBack",
            Self::FulfillmentAccepted { .. } => "FulfillmentAccepted",
            Self::PickingStarted { .. } => "PickingStarted",
            Self::FulfillmentPacked { .. } => "FulfillmentPacked",
            Self::FulfillmentRejected { .. } => "FulfillmentRejected",
            Self::UnitsShortShipped { .. } => "UnitsShortShipped",
            Self::LocationAllowed { .. } => "LocationAllowed",
            Self::FulfillmentClosing { .. } => "FulfillmentClosing",
            Self::FulfillmentClosingEnded { .. } => "FulfillmentClosingEnded",
            Self::UnitsReclaimed { .. } => "UnitsReclaimed",
            Self::WriteOffReversed { .. } => "WriteOffReversed",
            Self::SurplusReleased { .. } => "SurplusReleased",
            Self::ShipmentShipped { .. } => "ShipmentShipped",
            Self::ShipmentInTransit { .. } => "ShipmentInTransit",
            Self::ShipmentOutForDelivery { .. } => "ShipmentOutForDelivery",
            Self::ShipmentDelivered { .. } => "ShipmentDelivered",
            Self::ShipmentException { .. } => "ShipmentException",
            Self::ShipmentReturned { .. } => "ShipmentReturned",
            Self::ShipmentStepRepeated { .. } => "ShipmentStepRepeated",
            Self::CancellationRequested { .. } => "CancellationRequested",
            Self::CancellationRefused { .. } => "CancellationRefused",
            Self::RecallRequested { .. } => "RecallRequested",
            Self::UnitsRecalled { .. } => "UnitsRecalled",
            Self::UnitsCancelled { .. } => "UnitsCancelled",
            Self::RefundOwed { .. } => "RefundOwed",
            Self::RefundGranted { .. } => "RefundGranted",
            Self::RestockingFeeKept { .. } => "RestockingFeeKept",
            Self::RefundProposed { .. } => "RefundProposed",
            Self::CreditGranted { .. } => "CreditGranted",
            Self::CreditWithdrawn { .. } => "CreditWithdrawn",
            Self::PaymentAsked { .. } => "PaymentAsked",
            Self::OrderExpired { .. } => "OrderExpired",
            Self::EffectRequested { .. } => "EffectRequested",
            Self::EffectRetried { .. } => "EffectRetried",
            Self::EffectRefused { .. } => "EffectRefused",
            Self::EffectEnded { .. } => "EffectEnded",
            Self::TaxReversed { .. } => "TaxReversed",
            Self::ExceptionOpened { .. } => "ExceptionOpened",
            Self::ExceptionTaken { .. } => "ExceptionTaken",
            Self::ExceptionClosed { .. } => "ExceptionClosed",
        }
    }
}
