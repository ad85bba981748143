//! The catalogue of published events: one row per event, with the type of its data. The names are the bus's
//! `detail-type`.
//!
//! Compatibility: a published event only ever gains optional fields. Anything else is a new version of it.

use domain::stock::StockChange;
use schemars::{JsonSchema, Schema, generate::SchemaSettings};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::{
    envelope::{ORDER_SOURCE, OrderDetail, STOCK_SOURCE, StockDetail},
    payloads::*,
};

/// A published event in the catalogue.
#[derive(Debug, Clone, Copy)]
pub struct CatalogueEntry {
    /// Its name, the `detail-type`.
    pub name: &'static str,
    /// Version of its schema.
    pub version: u16,
    /// Its source on the bus.
    pub source: &'static str,
    /// The JSON Schema of its detail.
    pub schema: fn() -> Schema,
    /// Reads a detail into its type and writes it again.
    pub reread: fn(&Value) -> serde_json::Result<Value>,
}

/// A schema of what is written: a field that is always present is required.
fn schema<T: JsonSchema>(name: &str) -> Schema {
    let generator = SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator();
    let mut schema = generator.into_root_schema_for::<T>();
    schema.insert("title".to_owned(), name.into());
    schema
}

fn reread<T: Serialize + DeserializeOwned>(detail: &Value) -> serde_json::Result<Value> {
    serde_json::to_value(T::deserialize(detail)?)
}

macro_rules! catalogue {
    ($($(#[$doc:meta])* $name:ident $version:literal $source:ident $detail:ident<$data:ty>;)*) => {
        /// One published event.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum PublishedEvent {
            $($(#[$doc])* $name($data),)*
        }

        /// Every event that is published. Raise a version when a field's meaning changes or a field goes away; a
        /// new optional field keeps it.
        pub const CATALOGUE: &[CatalogueEntry] = &[$(CatalogueEntry {
            name: stringify!($name),
            version: $version,
            source: $source,
            schema: || schema::<$detail<$data>>(stringify!($name)),
            reread: reread::<$detail<$data>>,
        },)*];

        impl PublishedEvent {
            /// The event's name.
            pub fn name(&self) -> &'static str {
                match self { $(Self::$name(_) => stringify!($name),)* }
            }

            /// The detail that `envelope` makes of version and data, as JSON.
            pub(super) fn detail<D: Serialize>(
                &self,
                envelope: impl FnOnce(u16, Value) -> D,
            ) -> serde_json::Result<String> {
                let (version, data) = match self {
                    $(Self::$name(data) => ($version, serde_json::to_value(data)?),)*
                };
                serde_json::to_string(&envelope(version, data))
            }
        }
    };
}

catalogue! {
    /// An order was placed.
    OrderPlaced 1 ORDER_SOURCE OrderDetail<Placed>;
    /// The payment provider is processing the payment.
    PaymentProcessing 1 ORDER_SOURCE OrderDetail<Intent>;
    /// An amount was authorised.
    PaymentAuthorized 1 ORDER_SOURCE OrderDetail<IntentAmount>;
    /// An amount was captured.
    PaymentCaptured 1 ORDER_SOURCE OrderDetail<IntentAmount>;
    /// An attempt to pay failed.
    PaymentFailed 1 ORDER_SOURCE OrderDetail<IntentFailure>;
    /// The payment was cancelled.
    PaymentCancelled 1 ORDER_SOURCE OrderDetail<Intent>;
    /// Money is there that did not come through the payment gateway.
    PaymentRecorded 1 ORDER_SOURCE OrderDetail<RecordedPayment>;
    /// A refund was created or changed its status at the provider.
    RefundUpdated 1 ORDER_SOURCE OrderDetail<RefundState>;
    /// The customer disputes the payment.
    DisputeOpened 1 ORDER_SOURCE OrderDetail<Dispute>;
    /// More is known of a dispute, or it has moved on.
    DisputeUpdated 1 ORDER_SOURCE OrderDetail<DisputeState>;
    /// The gateway has taken the money of a dispute; it is no refund, and is not owed again.
    DisputeFundsWithdrawn 1 ORDER_SOURCE OrderDetail<DisputeAmount>;
    /// The gateway has given the money of a dispute back to the shop.
    DisputeFundsReinstated 1 ORDER_SOURCE OrderDetail<DisputeAmount>;
    /// The dispute has ended.
    DisputeClosed 1 ORDER_SOURCE OrderDetail<DisputeEnd>;
    /// A hold was placed.
    HoldPlaced 1 ORDER_SOURCE OrderDetail<HoldStart>;
    /// A hold was released.
    HoldReleased 1 ORDER_SOURCE OrderDetail<HoldEnd>;
    /// The order is paid and has no hold, and units are to be routed.
    OrderReleased 1 ORDER_SOURCE OrderDetail<NoFields>;
    /// What is due is secured again and no hold is in force, and units that were routed before may move on.
    OrderResumed 1 ORDER_SOURCE OrderDetail<Resumed>;
    /// Units were assigned to locations.
    OrderRouted 1 ORDER_SOURCE OrderDetail<Routed>;
    /// Units are out of stock and were backordered.
    UnitsBackordered 1 ORDER_SOURCE OrderDetail<Lines>;
    /// Backordered units were assigned to locations.
    BackorderReleased 1 ORDER_SOURCE OrderDetail<Routed>;
    /// Requests are being sent to the locations.
    FulfillmentRequested 1 ORDER_SOURCE OrderDetail<FulfillmentOrderIds>;
    /// The location accepted the fulfillment order.
    FulfillmentAccepted 1 ORDER_SOURCE OrderDetail<FulfillmentOrderRef>;
    /// The location started picking.
    PickingStarted 1 ORDER_SOURCE OrderDetail<FulfillmentOrderRef>;
    /// The units are packed.
    FulfillmentPacked 1 ORDER_SOURCE OrderDetail<FulfillmentOrderRef>;
    /// The location rejected the fulfillment order; its units are routed again without that location.
    FulfillmentRejected 1 ORDER_SOURCE OrderDetail<RejectedFulfillment>;
    /// The location shipped less than requested; the rest is routed again without that location.
    UnitsShortShipped 1 ORDER_SOURCE OrderDetail<ShortShipped>;
    /// A person allowed a line to be routed to a location again that had declined it.
    LocationAllowed 1 ORDER_SOURCE OrderDetail<AllowedLocation>;
    /// The location will ship nothing more; shipments that left may still be told of.
    FulfillmentClosing 1 ORDER_SOURCE OrderDetail<ClosingFulfillment>;
    /// A late shipment took units back that had been routed again.
    UnitsReclaimed 1 ORDER_SOURCE OrderDetail<Reclaimed>;
    /// Units that were written off as missing are on the location's shelf: it had cancelled them.
    WriteOffReversed 1 ORDER_SOURCE OrderDetail<ReversedWriteOff>;
    /// Units that a late shipment from elsewhere has are no longer assigned to the location.
    SurplusReleased 1 ORDER_SOURCE OrderDetail<ReleasedSurplus>;
    /// A shipment left the location.
    ShipmentShipped 1 ORDER_SOURCE OrderDetail<ShippedShipment>;
    /// The carrier has the shipment.
    ShipmentInTransit 1 ORDER_SOURCE OrderDetail<ShipmentRef>;
    /// The shipment is out for delivery.
    ShipmentOutForDelivery 1 ORDER_SOURCE OrderDetail<ShipmentRef>;
    /// The shipment was delivered.
    ShipmentDelivered 1 ORDER_SOURCE OrderDetail<ShipmentRef>;
    /// The carrier reported an exception for the shipment.
    ShipmentException 1 ORDER_SOURCE OrderDetail<ShipmentProblem>;
    /// The shipment is returned to the sender.
    ShipmentReturned 1 ORDER_SOURCE OrderDetail<ShipmentRef>;
    /// The cancellation of units was requested from a location.
    CancellationRequested 1 ORDER_SOURCE OrderDetail<RequestedCancellation>;
    /// Units could not be cancelled.
    CancellationRefused 1 ORDER_SOURCE OrderDetail<RefusedCancellation>;
    /// A location was asked to give units back that are not paid any more.
    RecallRequested 1 ORDER_SOURCE OrderDetail<RequestedRecall>;
    /// Units that are not paid any more came back before they left; they are routed again once they are paid.
    UnitsRecalled 1 ORDER_SOURCE OrderDetail<Recalled>;
    /// Units were cancelled.
    UnitsCancelled 1 ORDER_SOURCE OrderDetail<Cancelled>;
    /// The time to pay was over and the order was not paid; what can be cancelled of it is cancelled.
    OrderExpired 1 ORDER_SOURCE OrderDetail<Expired>;
    /// A refund is owed to the customer.
    RefundOwed 1 ORDER_SOURCE OrderDetail<OwedRefund>;
    /// A person refunds units that are neither cancelled nor returned, or shipping.
    RefundGranted 1 ORDER_SOURCE OrderDetail<GrantedRefund>;
    /// A part of a refund is kept as a restocking fee.
    RestockingFeeKept 1 ORDER_SOURCE OrderDetail<KeptFee>;
    /// Money is given back beyond what is owed, or a person has accepted a refund that nobody had asked for: so much less is
    /// due.
    CreditGranted 1 ORDER_SOURCE OrderDetail<Credit>;
    /// The shop has the money of a lost dispute back that a person had accepted as a credit: so much more is due again.
    CreditWithdrawn 1 ORDER_SOURCE OrderDetail<WithdrawnCredit>;
    /// The payment gateway is asked to give money back; or a person is, when the payment was recorded.
    RefundRequested 1 ORDER_SOURCE OrderDetail<RequestedAmount>;
    /// The payment gateway is asked to capture money.
    CaptureRequested 1 ORDER_SOURCE OrderDetail<RequestedAmount>;
    /// The payment gateway is asked to cancel a payment, so that nothing more can be captured.
    VoidRequested 1 ORDER_SOURCE OrderDetail<RequestedIntent>;
    /// The tax service is asked to reverse the tax of what was credited; the refunds of the same change wait for it.
    TaxReversalRequested 1 ORDER_SOURCE OrderDetail<RequestedTaxReversal>;
    /// The tax service has reversed the tax of what was credited.
    TaxReversed 1 ORDER_SOURCE OrderDetail<ReversedTax>;
    /// The payment gateway, or the tax service, refuses for good what was asked of it.
    EffectRefused 1 ORDER_SOURCE OrderDetail<RefusedEffect>;
    /// An exception was opened for a person.
    ExceptionOpened 1 ORDER_SOURCE OrderDetail<OpenedException>;
    /// An exception was closed: by a person, or because what had caused it is no longer so.
    ExceptionClosed 1 ORDER_SOURCE OrderDetail<ClosedException>;
    /// Units were received.
    StockReceived 1 STOCK_SOURCE StockDetail<StockChange>;
    /// Units were counted.
    StockCounted 1 STOCK_SOURCE StockDetail<StockChange>;
    /// The level was corrected.
    StockAdjusted 1 STOCK_SOURCE StockDetail<StockChange>;
    /// The safety stock changed.
    SafetyStockChanged 1 STOCK_SOURCE StockDetail<StockChange>;
    /// An exception about a stock level was opened for a person.
    StockExceptionOpened 1 STOCK_SOURCE StockDetail<OpenedStockException>;
    /// An exception about a stock level was closed.
    StockExceptionClosed 1 STOCK_SOURCE StockDetail<ClosedStockException>;
}
