//! The data of the published events. A field is added only as optional; anything else is a new version of the event.

#![warn(missing_docs)]

use domain::{
    ids::{FulfillmentOrderId, LineId, LocationId, OrderNumber, ShipmentId, ShopId, Sku},
    money::Currency,
    order::{
        CancelReason, Destination, DisputeStatus, ExceptionKind, ExceptionOutcome,
        FulfillmentOrder, HoldKind, LineUnits, ReclaimedUnits, RefundLine, RefundReason,
        RefundStatus, Shipment, TenderKind, UnitsAt,
    },
    routing::Unplaced,
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

fn is_nothing(amount: &i64) -> bool {
    *amount == 0
}

fn is_false(flag: &bool) -> bool {
    !flag
}

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
    /// An order as it was placed; its lines can be read from the API.
    Placed {
        /// The shop's number.
        number: OrderNumber,
        /// The shop.
        shop: ShopId,
        /// Country and region that it goes to.
        destination: Destination,
        /// Version of the contact that it goes to; the contact is read from the API.
        contact_version: u32,
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
        /// The total amount so far, minor units of the order's currency.
        amount: i64,
        /// Of a capture: what can still be captured; left out when that is nothing.
        #[serde(default, skip_serializing_if = "is_nothing")]
        capturable: i64,
    }
    /// A payment intent and the code of its failure.
    IntentFailure {
        /// The provider's id.
        intent: String,
        /// The provider's code.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<String>,
    }
    /// A payment that was recorded.
    RecordedPayment {
        /// Its id within the order.
        payment: String,
        /// How it came.
        kind: TenderKind,
        /// Minor units of the order's currency.
        amount: i64,
    }
    /// A refund and its status.
    RefundState {
        /// The provider's id.
        refund: String,
        /// Minor units of the order's currency.
        amount: i64,
        /// The refund's status at the provider.
        status: RefundStatus,
        /// The payment intent that it gives back from, if the provider names it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        intent: Option<String>,
        /// The number of the effect that asked for it; left out when nobody here did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        effect: Option<u32>,
    }
    /// An amount that the payment gateway is asked to refund or to capture.
    RequestedAmount {
        /// The number of the effect within the order.
        effect: u32,
        /// The payment intent.
        intent: String,
        /// Minor units of the order's currency.
        amount: i64,
    }
    /// A payment intent that the payment gateway is asked to cancel.
    RequestedIntent {
        /// The number of the effect within the order.
        effect: u32,
        /// The payment intent.
        intent: String,
    }
    /// A reversal that the tax service is asked for.
    RequestedTaxReversal {
        /// The number of the effect within the order.
        effect: u32,
        /// The tax service.
        service: String,
        /// Its id of the transaction in which the sale is recorded.
        transaction: String,
        /// What is reversed, tax included, minor units of the order's currency.
        amount: i64,
        /// How much of it is tax, minor units.
        tax: i64,
    }
    /// A reversal that the tax service has made.
    ReversedTax {
        /// The number of the effect that asked for it.
        effect: u32,
        /// The service's id of the transaction in which the sale is recorded.
        transaction: String,
        /// Its id of the reversal; left out when it has not said it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reversal: Option<String>,
        /// What was reversed, tax included, minor units of the order's currency.
        amount: i64,
        /// How much of it is tax, minor units.
        tax: i64,
    }
    /// An effect that was refused for good.
    RefusedEffect {
        /// The number of the effect within the order.
        effect: u32,
        /// Why, a code.
        code: String,
    }
    /// A dispute.
    Dispute {
        /// The provider's id.
        dispute: String,
    }
    /// A dispute, as far as it is known.
    DisputeState {
        /// The provider's id.
        dispute: String,
        /// The payment intent, if the provider names it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        intent: Option<String>,
        /// How far it is.
        status: DisputeStatus,
        /// What is disputed, minor units of the order's currency; none: the provider has not told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        amount: Option<i64>,
        /// The bank's reason, a code.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// Until when evidence can be sent, UTC.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        evidence_due: Option<Timestamp>,
        /// Whether the gateway has taken the money and not given it back to the shop.
        #[serde(default, skip_serializing_if = "is_false")]
        funds_withdrawn: bool,
        /// What of the amount the gateway has given back to the shop, minor units of the order's currency.
        #[serde(default, skip_serializing_if = "is_nothing")]
        reinstated: i64,
    }
    /// The money of a dispute.
    DisputeAmount {
        /// The provider's id.
        dispute: String,
        /// Minor units of the order's currency.
        amount: i64,
    }
    /// A dispute that has ended.
    DisputeEnd {
        /// The provider's id.
        dispute: String,
        /// Whether the merchant keeps the money.
        won: bool,
    }
    /// A hold that was placed.
    HoldStart {
        /// The kind of hold.
        kind: HoldKind,
        /// The hold's name, unique within the order.
        handle: String,
        /// When it expires, UTC; none: never.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Timestamp>,
    }
    /// A hold that was released.
    HoldEnd {
        /// The hold's name, unique within the order.
        handle: String,
        /// SKUs of the order's backordered units, which may now get stock.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        backordered_skus: Vec<Sku>,
    }
    /// An order that moves on.
    Resumed {
        /// SKUs of the order's backordered units, which may now get stock.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        backordered_skus: Vec<Sku>,
    }
    /// No data.
    NoFields {}
    /// A routing decision that was carried out; its inputs stay in the order's history.
    Routed {
        /// The new fulfillment orders.
        fulfillment_orders: Vec<FulfillmentOrder>,
        /// Units that no location can ship, with the reasons.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        unplaced: Vec<Unplaced>,
        /// The decision, explained in English.
        explanation: String,
        /// The attempt that was carried out; above 1 when other orders took the stock first.
        attempt: u32,
        /// Whether the search for a split stopped at its limit.
        truncated: bool,
    }
    /// Units of lines.
    Lines {
        /// The lines and their units.
        lines: Vec<LineUnits>,
    }
    /// Fulfillment orders.
    FulfillmentOrderIds {
        /// Their ids.
        fulfillment_orders: Vec<FulfillmentOrderId>,
    }
    /// A fulfillment order.
    FulfillmentOrderRef {
        /// Its id.
        fulfillment_order: FulfillmentOrderId,
    }
    /// A fulfillment order that its location rejected.
    RejectedFulfillment {
        /// Its id.
        fulfillment_order: FulfillmentOrderId,
        /// The location.
        location: LocationId,
        /// The location's reason, a code.
        reason: String,
        /// The units.
        lines: Vec<LineUnits>,
        /// Whether the location does not have the units, so that its stock was written off.
        missing: bool,
        /// When the location said so, UTC; left out by builds that did not publish it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<Timestamp>,
    }
    /// Units that the location did not ship.
    ShortShipped {
        /// The fulfillment order's id.
        fulfillment_order: FulfillmentOrderId,
        /// The location.
        location: LocationId,
        /// The units.
        lines: Vec<LineUnits>,
        /// When the location said so, UTC; left out by builds that did not publish it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<Timestamp>,
    }
    /// A shipment that left.
    ShippedShipment {
        /// The shipment.
        shipment: Shipment,
        /// The location that it left.
        location: LocationId,
    }
    /// A shipment.
    ShipmentRef {
        /// Its id.
        shipment: ShipmentId,
        /// When, as the sender says it, UTC; absent: not known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<Timestamp>,
    }
    /// A shipment with an exception.
    ShipmentProblem {
        /// Its id.
        shipment: ShipmentId,
        /// The carrier's reason, a code.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// When, as the sender says it, UTC; absent: not known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<Timestamp>,
    }
    /// A cancellation that was requested from a location.
    RequestedCancellation {
        /// The fulfillment order's id.
        fulfillment_order: FulfillmentOrderId,
        /// The units.
        lines: Vec<LineUnits>,
        /// The reason for the cancellation.
        reason: CancelReason,
    }
    /// Units that were too late to cancel.
    RefusedCancellation {
        /// The id of the fulfillment order that holds them.
        fulfillment_order: FulfillmentOrderId,
        /// The units.
        lines: Vec<LineUnits>,
        /// What came first: `picking`, `packed`, `shipped`.
        winner: String,
        /// Who did that.
        by: String,
        /// When that was, UTC.
        at: Timestamp,
        /// Whether the location had a request to cancel these units; else it was too late for a request.
        requested: bool,
    }
    /// Units that a location was asked to give back because they are not paid any more.
    RequestedRecall {
        /// The fulfillment order's id.
        fulfillment_order: FulfillmentOrderId,
        /// The units.
        lines: Vec<LineUnits>,
    }
    /// Units that came back before they left because they are not paid any more.
    Recalled {
        /// The fulfillment order's id.
        fulfillment_order: FulfillmentOrderId,
        /// The location.
        location: LocationId,
        /// The units.
        lines: Vec<LineUnits>,
    }
    /// A refund that a person has accepted as a credit.
    Credit {
        /// The refund, by the provider's id.
        refund: String,
        /// So much less is due, minor units of the order's currency.
        amount: i64,
        /// Why, when a person gives money back of their own accord.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<RefundReason>,
    }
    /// The end of a credit for a lost dispute, because the shop has the money back.
    WithdrawnCredit {
        /// The dispute, by the provider's id.
        dispute: String,
        /// So much more is due again, minor units of the order's currency.
        amount: i64,
    }
    /// Units and shipping that a person refunds.
    GrantedRefund {
        /// The units.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        lines: Vec<LineUnits>,
        /// Of the price of shipping, minor units of the order's currency.
        #[serde(default, skip_serializing_if = "is_nothing")]
        shipping: i64,
        /// Why.
        reason: RefundReason,
    }
    /// What is kept of a refund.
    KeptFee {
        /// Minor units of the order's currency.
        amount: i64,
    }
    /// Units that were cancelled.
    Cancelled {
        /// The units and where they were when they were cancelled.
        units: Vec<UnitsAt>,
        /// The reason for the cancellation.
        reason: CancelReason,
    }
    /// An order that was not paid in time.
    Expired {
        /// `NOT_PAID`, or `PAYMENT_FAILED` when an attempt to pay had failed.
        reason: CancelReason,
    }
    /// A refund that is owed.
    OwedRefund {
        /// The lines and units that it is for.
        lines: Vec<RefundLine>,
        /// Minor units of the order's currency.
        amount: i64,
        /// Of the amount: shipping that is owed beside the lines. Negative: shares of the lines that a person had given back
        /// before.
        #[serde(default, skip_serializing_if = "is_nothing")]
        shipping: i64,
    }
    /// A location that a line may be routed to again.
    AllowedLocation {
        /// The line.
        line: LineId,
        /// Its SKU.
        sku: Sku,
        /// The location.
        location: LocationId,
    }
    /// A fulfillment order for which the location will ship nothing more.
    ClosingFulfillment {
        /// The fulfillment order.
        fulfillment_order: FulfillmentOrderId,
        /// Until when shipments that left may still be told of, UTC.
        until: Timestamp,
        /// Whether the location has said how many units it shipped in all: the open units have left.
        totals_known: bool,
    }
    /// Units that a late shipment took back.
    Reclaimed {
        /// The fulfillment order that had them first, and has them again.
        fulfillment_order: FulfillmentOrderId,
        /// The location that shipped them.
        location: LocationId,
        /// The units, and where they were.
        units: Vec<ReclaimedUnits>,
    }
    /// Units that are on the shelf after they were written off as missing.
    ReversedWriteOff {
        /// The fulfillment order that had them.
        fulfillment_order: FulfillmentOrderId,
        /// The location that has them.
        location: LocationId,
        /// The units.
        lines: Vec<LineUnits>,
    }
    /// Units that the order needs no more.
    ReleasedSurplus {
        /// The fulfillment order that had them.
        fulfillment_order: FulfillmentOrderId,
        /// The location.
        location: LocationId,
        /// The units.
        lines: Vec<LineUnits>,
        /// Whether the location found that the units do not exist.
        missing: bool,
        /// When the location said so, UTC; left out by builds that did not publish it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<Timestamp>,
    }
    /// An exception for a person; its detail can be read from the API.
    OpenedException {
        /// Its number within the order; left out by builds that did not number exceptions.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<u32>,
        /// The kind of exception.
        kind: ExceptionKind,
    }
    /// An exception that has ended.
    ClosedException {
        /// Its number within the order.
        id: u32,
        /// The kind of exception.
        kind: ExceptionKind,
        /// How it ended.
        outcome: ExceptionOutcome,
    }
    /// An exception about a stock level. A level has at most one of a kind.
    OpenedStockException {
        /// Its number among those of the level; left out by builds that did not number them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<u32>,
        /// The kind of exception.
        kind: ExceptionKind,
        /// The SKU of the level.
        sku: Sku,
        /// The location of the level.
        location: LocationId,
    }
    /// An exception about a stock level that has ended.
    ClosedStockException {
        /// Its number among those of the level; left out by builds that did not number them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<u32>,
        /// The kind of exception.
        kind: ExceptionKind,
        /// The SKU of the level.
        sku: Sku,
        /// The location of the level.
        location: LocationId,
        /// How it ended.
        outcome: ExceptionOutcome,
    }
}
