//! What a location tells, type by type: the `data` of its messages.

use domain::{
    facts::FactLine,
    ids::{FulfillmentOrderId, OrderId, Sku},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::message::null_is_default;

/// `fulfillment_order.accepted`, `.picking`, `.packed`: the ids, as we sent them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Progress {
    /// The order, as we sent it.
    pub order_id: OrderId,
    /// The fulfillment order, as we sent it.
    pub fulfillment_order_id: FulfillmentOrderId,
}

/// `fulfillment_order.rejected`, `.cancel_refused`: a no, and why.
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

/// `fulfillment_order.cancelled`: units that will not be shipped, because we asked or because they cannot be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Cancelled {
    /// The order, as we sent it.
    pub order_id: OrderId,
    /// The fulfillment order, as we sent it.
    pub fulfillment_order_id: FulfillmentOrderId,
    /// Which units; left out: all that are open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<Vec<FactLine>>,
}

/// `shipment.shipped`: a parcel left, once a parcel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Shipped {
    /// The order, as we sent it.
    pub order_id: OrderId,
    /// The fulfillment order, as we sent it.
    pub fulfillment_order_id: FulfillmentOrderId,
    /// Your name for the parcel, unique within the order; later messages speak of the parcel by it.
    pub shipment_reference: String,
    /// The carrier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier: Option<String>,
    /// The carrier's number for the parcel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tracking_number: Option<String>,
    /// What is in it.
    pub lines: Vec<FactLine>,
    /// Whether nothing more will come for this fulfillment order: what is still open is then short, and we look for
    /// it elsewhere. Left out: more may come.
    #[serde(
        default,
        deserialize_with = "null_is_default",
        skip_serializing_if = "is_false"
    )]
    pub last: bool,
}

fn is_false(flag: &bool) -> bool {
    !flag
}

/// `shipment.in_transit`, `.out_for_delivery`, `.delivered`, `.returned_to_sender`: where a parcel is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Parcel {
    /// The order, as we sent it.
    pub order_id: OrderId,
    /// The parcel, as you named it when it left.
    pub shipment_reference: String,
}

/// `shipment.exception`: something is wrong with a parcel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Trouble {
    /// The order, as we sent it.
    pub order_id: OrderId,
    /// The parcel, as you named it when it left.
    pub shipment_reference: String,
    /// What, a code: `damaged`, `address_unknown` ... Other text is made into a code. Use no personal data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// `stock.received`: units came in, on top of what was there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Received {
    /// One entry a SKU, at most 50 different ones.
    pub items: Vec<ReceivedItem>,
}

/// Units of a SKU that came in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReceivedItem {
    /// Which SKU.
    pub sku: Sku,
    /// How many.
    pub quantity: u32,
}

/// `stock.counted`: so many units are on the shelf, whatever was thought before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Counted {
    /// One entry a SKU, at most 50; SKUs not named stay as they are.
    pub items: Vec<CountedItem>,
}

/// Units of a SKU on the shelf.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CountedItem {
    /// Which SKU.
    pub sku: Sku,
    /// How many, those reserved for orders included; 0 is a count too.
    pub on_hand: u32,
}
