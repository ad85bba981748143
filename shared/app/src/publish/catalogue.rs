//! The catalogue: one row an event, with the type of its data. The names are the bus's `detail-type`.

use domain::stock::StockChange;
use schemars::{JsonSchema, Schema, generate::SchemaSettings};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::{ORDERS, OrderDetail, STOCK, StockDetail, data::*};

/// A published event's place in the catalogue.
#[derive(Debug, Clone, Copy)]
pub struct Listed {
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

/// A schema of what we write: a field that is always there is required.
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
        pub enum Fact {
            $($(#[$doc])* $name($data),)*
        }

        /// Every event that is published. Raise a version when a field's meaning changes or a field goes away; a
        /// new optional field keeps it.
        pub const CATALOGUE: &[Listed] = &[$(Listed {
            name: stringify!($name),
            version: $version,
            source: $source,
            schema: || schema::<$detail<$data>>(stringify!($name)),
            reread: reread::<$detail<$data>>,
        },)*];

        impl Fact {
            /// The event's name.
            pub fn name(&self) -> &'static str {
                match self { $(Self::$name(_) => stringify!($name),)* }
            }

            /// The detail that `around` puts around version and data, as JSON.
            pub(super) fn detail<D: Serialize>(
                &self,
                around: impl FnOnce(u16, Value) -> D,
            ) -> serde_json::Result<String> {
                let (version, data) = match self {
                    $(Self::$name(data) => ($version, serde_json::to_value(data)?),)*
                };
                serde_json::to_string(&around(version, data))
            }
        }
    };
}

catalogue! {
    /// An order was placed.
    OrderPlaced 1 ORDERS OrderDetail<Placed>;
    /// The payment provider is working on it.
    PaymentProcessing 1 ORDERS OrderDetail<Intent>;
    /// Money was authorised.
    PaymentAuthorized 1 ORDERS OrderDetail<IntentAmount>;
    /// Money was captured.
    PaymentCaptured 1 ORDERS OrderDetail<IntentAmount>;
    /// An attempt to pay failed.
    PaymentFailed 1 ORDERS OrderDetail<IntentFailure>;
    /// The payment was cancelled.
    PaymentCancelled 1 ORDERS OrderDetail<Intent>;
    /// A refund was made or has moved on at the provider.
    RefundUpdated 1 ORDERS OrderDetail<RefundState>;
    /// The customer disputes the payment.
    DisputeOpened 1 ORDERS OrderDetail<Dispute>;
    /// The dispute has ended.
    DisputeClosed 1 ORDERS OrderDetail<DisputeEnd>;
    /// The order must not move on.
    HoldPlaced 1 ORDERS OrderDetail<HoldStart>;
    /// A hold ended.
    HoldReleased 1 ORDERS OrderDetail<HoldEnd>;
    /// Paid, no hold stands, something is to be routed.
    OrderReleased 1 ORDERS OrderDetail<Nothing>;
    /// Units were assigned to locations.
    OrderRouted 1 ORDERS OrderDetail<Routed>;
    /// Units wait for stock.
    UnitsBackordered 1 ORDERS OrderDetail<Lines>;
    /// Waiting units got stock.
    BackorderReleased 1 ORDERS OrderDetail<Routed>;
    /// The locations are being told.
    FulfillmentRequested 1 ORDERS OrderDetail<FulfillmentOrderIds>;
    /// The location will do it.
    FulfillmentAccepted 1 ORDERS OrderDetail<FulfillmentOrderRef>;
    /// The location takes units off the shelf.
    PickingStarted 1 ORDERS OrderDetail<FulfillmentOrderRef>;
    /// The units are in the box.
    FulfillmentPacked 1 ORDERS OrderDetail<FulfillmentOrderRef>;
    /// The location declined; the units are routed again without it.
    FulfillmentRejected 1 ORDERS OrderDetail<FulfillmentDeclined>;
    /// The location shipped less than it was asked; the rest is routed again without it.
    UnitsShortShipped 1 ORDERS OrderDetail<ShortShipped>;
    /// A parcel left.
    ShipmentShipped 1 ORDERS OrderDetail<Parcel>;
    /// The carrier has it.
    ShipmentInTransit 1 ORDERS OrderDetail<ShipmentRef>;
    /// It is on the last van.
    ShipmentOutForDelivery 1 ORDERS OrderDetail<ShipmentRef>;
    /// It arrived.
    ShipmentDelivered 1 ORDERS OrderDetail<ShipmentRef>;
    /// Something is wrong with it.
    ShipmentException 1 ORDERS OrderDetail<ShipmentTrouble>;
    /// It goes back to the sender.
    ShipmentReturned 1 ORDERS OrderDetail<ShipmentRef>;
    /// A location was asked to cancel units.
    CancellationRequested 1 ORDERS OrderDetail<CancellationAsked>;
    /// Units could not be cancelled.
    CancellationRefused 1 ORDERS OrderDetail<CancellationLost>;
    /// Units were cancelled.
    UnitsCancelled 1 ORDERS OrderDetail<Cancelled>;
    /// Money is owed back to the customer.
    RefundOwed 1 ORDERS OrderDetail<Owed>;
    /// Something happened that a person should look at.
    ExceptionOpened 1 ORDERS OrderDetail<Trouble>;
    /// Units came in.
    StockReceived 1 STOCK StockDetail<StockChange>;
    /// Units were counted.
    StockCounted 1 STOCK StockDetail<StockChange>;
    /// The figure was corrected.
    StockAdjusted 1 STOCK StockDetail<StockChange>;
    /// The units kept back from sale changed.
    SafetyStockChanged 1 STOCK StockDetail<StockChange>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_in_the_catalogue_once() {
        let mut names: Vec<&str> = CATALOGUE.iter().map(|listed| listed.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), CATALOGUE.len());
    }
}
