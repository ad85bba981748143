//! The message that a verified webhook becomes.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{FulfillmentFact, PaymentFact, ShipmentFact, StockFact};
use crate::ids::{FulfillmentOrderId, LocationId, OrderId};

/// One verified webhook, normalised. This is the body of a message on the inbound queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inbound {
    /// Who sent it: `stripe`, `wms`.
    pub source: String,
    /// The sender's id of the event; the same for every delivery of it. For `wms` it is unique per location.
    pub id: String,
    /// The location whose secret signed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<LocationId>,
    /// When the sender says it happened, UTC.
    pub occurred_at: Timestamp,
    /// When we took it in, UTC.
    pub received_at: Timestamp,
    /// What happened.
    pub fact: Fact,
}

impl Inbound {
    /// When it happened: as the sender says, but not later than we took it in. Clocks of senders may be ahead.
    pub fn happened_at(&self) -> Timestamp {
        self.occurred_at.min(self.received_at)
    }

    /// The id by which the event is remembered: sender's ids of two locations never collide.
    pub fn cause_id(&self) -> String {
        match &self.location {
            Some(location) => format!("{location}:{}", self.id),
            None => self.id.clone(),
        }
    }
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fact {
    /// Something about a payment.
    Payment {
        /// How the order is found.
        order: OrderReference,
        /// What.
        fact: PaymentFact,
    },
    /// Something about a fulfillment order.
    Fulfillment {
        /// The order, echoed by the location.
        order: OrderId,
        /// The fulfillment order, echoed by the location.
        fulfillment_order: FulfillmentOrderId,
        /// What.
        fact: FulfillmentFact,
    },
    /// Something about a shipment on its way.
    Shipment {
        /// The order, echoed by the location.
        order: OrderId,
        /// The location's reference for the shipment.
        reference: String,
        /// The fulfillment order that it belongs to, if the location names it: references are unique within it only.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fulfillment_order: Option<FulfillmentOrderId>,
        /// What.
        fact: ShipmentFact,
    },
    /// Something about stock at the location.
    Stock(Vec<StockFact>),
}

/// The ways in which a payment event finds its order; the first that leads somewhere is taken.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderReference {
    /// Our order id, or the shop's order number, as the shop wrote it into the payment's metadata or the
    /// session's `client_reference_id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<String>,
    /// The payment intent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intent: Option<String>,
}
