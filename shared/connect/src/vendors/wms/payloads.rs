//! The `data` of a location's messages, type by type.

use domain::{
    ids::{FulfillmentOrderId, OrderId, Sku},
    inbound::FactLine,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::schema::null_is_default;

/// `fulfillment_order.accepted`, `.picking`, `.packed`: the ids, as we sent them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Progress {
    /// The order, as we sent it.
    pub order_id: OrderId,
    /// The fulfillment order, as we sent it.
    pub fulfillment_order_id: FulfillmentOrderId,
}

/// `fulfillment_order.rejected`, `.cancel_refused`: refused, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Declined {
    /// The order, as we sent it.
    pub order_id: OrderId,
    /// The fulfillment order, as we sent it.
    pub fulfillment_order_id: FulfillmentOrderId,
    /// Why, a code: `out_of_stock`, `cannot_ship`, `already_packed` ... Other text is made into a code. Use no
    /// personal data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// `fulfillment_order.cancelled`: units that will not be shipped, because it was requested or because they cannot be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Cancelled {
    /// The order, as we sent it.
    pub order_id: OrderId,
    /// The fulfillment order, as we sent it.
    pub fulfillment_order_id: FulfillmentOrderId,
    /// Left out: all open units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<Vec<FactLine>>,
}

/// `shipment.shipped`: a shipment (one parcel) has left. One message for each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Shipped {
    /// The order, as we sent it.
    pub order_id: OrderId,
    /// The fulfillment order, as we sent it.
    pub fulfillment_order_id: FulfillmentOrderId,
    /// Your name of the shipment, unique within the fulfillment order; later messages refer to it by this name.
    pub shipment_reference: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier: Option<String>,
    /// The carrier's number of the shipment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tracking_number: Option<String>,
    /// The units in it.
    pub lines: Vec<FactLine>,
    /// Whether nothing more will be shipped for this fulfillment order: units that are still open are then short and
    /// are routed again. Left out: more may be shipped.
    #[serde(
        default,
        deserialize_with = "null_is_default",
        skip_serializing_if = "is_false"
    )]
    pub last: bool,
    /// With `last`: how many units of each line left in all shipments of this fulfillment order, this one included. A line
    /// that is not named has none. What is short is then known at once, and shipments that we have not heard of are
    /// waited for. Left out: what is still open is short when nothing more has been heard for some minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipped_totals: Option<Vec<FactLine>>,
}

/// `fulfillment_order.closed`: nothing more will be shipped for this fulfillment order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Closed {
    /// The order, as we sent it.
    pub order_id: OrderId,
    /// The fulfillment order, as we sent it.
    pub fulfillment_order_id: FulfillmentOrderId,
    /// How many units of each line left in all of its shipments; a line that is not named has none.
    pub totals: Vec<FactLine>,
}

fn is_false(flag: &bool) -> bool {
    !flag
}

/// `shipment.in_transit`, `.out_for_delivery`, `.delivered`, `.returned_to_sender`: where a shipment is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ShipmentProgress {
    /// The order, as we sent it.
    pub order_id: OrderId,
    /// The shipment, by the name that you gave it when it left.
    pub shipment_reference: String,
    /// The fulfillment order, as we sent it. Needed when several of your fulfillment orders of one order have a shipment
    /// of the same name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fulfillment_order_id: Option<FulfillmentOrderId>,
}

/// `shipment.exception`: something is wrong with a shipment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ShipmentProblem {
    /// The order, as we sent it.
    pub order_id: OrderId,
    /// The shipment, by the name that you gave it when it left.
    pub shipment_reference: String,
    /// The fulfillment order, as we sent it. Needed when several of your fulfillment orders of one order have a shipment
    /// of the same name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fulfillment_order_id: Option<FulfillmentOrderId>,
    /// Why, a code: `damaged`, `address_unknown` ... Other text is made into a code. Use no personal data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// `stock.received`: units came in, in addition to what was there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Received {
    /// One entry a SKU, at most 50 different ones.
    pub items: Vec<ReceivedItem>,
}

/// Units of a SKU that came in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReceivedItem {
    pub sku: Sku,
    pub quantity: u32,
}

/// `stock.counted`: the units in stock at the time of the message; older counts are ignored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Counted {
    /// One entry a SKU, at most 50; SKUs not named stay as they are.
    pub items: Vec<CountedItem>,
}

/// Units of a SKU in stock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CountedItem {
    pub sku: Sku,
    /// Units, those reserved for orders included; 0 is a count too.
    pub on_hand: u32,
}
