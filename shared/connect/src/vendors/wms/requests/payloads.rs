//! The `data` of our requests, type by type.

use domain::{
    ids::{FulfillmentOrderId, LineId, LocationId, OrderId, OrderNumber, ShopId, Sku},
    money::Currency,
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The `data` of `fulfillment_order.requested`: ship these units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FulfillmentRequest {
    /// The order; send it in every message about it.
    pub order_id: OrderId,
    /// The number that the customer knows.
    pub order_number: OrderNumber,
    /// The shop that the customer ordered from.
    pub shop: ShopId,
    /// When the customer ordered, UTC.
    pub placed_at: Timestamp,
    /// Send it in every message about it.
    pub fulfillment_order_id: FulfillmentOrderId,
    /// The location that the request is sent to.
    pub location: LocationId,
    pub lines: Vec<RequestLine>,
    pub ship_to: ShipTo,
    pub terms: ShippingTerms,
    /// What the carrier is to collect from the customer for these lines; left out when it is nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collect_on_delivery: Option<CollectOnDelivery>,
}

/// Money that a carrier is to collect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CollectOnDelivery {
    /// Minor units, at least 1.
    pub amount: i64,
    /// ISO 4217.
    pub currency: Currency,
}

/// Units to ship.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RequestLine {
    /// The order's line; name it in messages about its units.
    pub line: LineId,
    pub sku: Sku,
    /// The name of the product; left out when there is none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    pub quantity: u32,
}

/// What shipping needs of the customer's data.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ShipTo {
    pub name: String,
    /// Telephone number, for the carrier; left out when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Street and number, then other lines that the carrier needs.
    pub address_lines: Vec<String>,
    pub city: String,
    /// State or province; left out when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Left out when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country: String,
}

// Debug output ends up in logs, so it shows nothing.
impl std::fmt::Debug for ShipTo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ShipTo(***)")
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ShippingTerms {
    /// Ship all lines together or none.
    pub ship_complete: bool,
    /// A lower number is more urgent; 5 is usual.
    pub priority: u8,
}

/// The `data` of `fulfillment_order.cancel_requested`: do not ship these units, if you still can.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CancellationRequest {
    pub order_id: OrderId,
    /// The number that the customer knows.
    pub order_number: OrderNumber,
    /// The fulfillment order that holds the units.
    pub fulfillment_order_id: FulfillmentOrderId,
    /// The location that the request is sent to.
    pub location: LocationId,
    /// The units to cancel: all that we ask for and have no answer about. A later request names them again, so requests
    /// do not add up.
    pub lines: Vec<CancellationLine>,
}

/// Units of one line that are to be cancelled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CancellationLine {
    /// The order's line, as in the request to ship.
    pub line: LineId,
    /// Units to cancel, when no answer to an earlier request is on its way.
    pub quantity: u32,
    /// Units of the line that are to be shipped in all, those that have left included. It means the same whatever answers
    /// are on their way: cancel what is more. Left out by builds that did not send it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep: Option<u32>,
}
