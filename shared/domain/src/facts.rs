//! Facts from outside, in our own words: what a webhook of any vendor is translated into before it is queued.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    ids::{FulfillmentOrderId, LineId, LocationId, OrderId, Sku},
    money::Currency,
    order::RefundStatus,
};

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
    /// Something about a parcel on its way.
    Parcel {
        /// The order, echoed by the location.
        order: OrderId,
        /// The location's name for the parcel.
        reference: String,
        /// What.
        fact: ParcelFact,
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

/// Payment facts. Amounts are minor units of `currency`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentFact {
    /// The checkout named the intent; nothing else is new.
    Linked,
    /// The provider is working on it.
    Processing,
    /// Authorised; `amount` can be captured.
    Authorized {
        /// Capturable in all.
        amount: i64,
        /// Its currency.
        currency: Currency,
    },
    /// Captured; `amount` in all.
    Captured {
        /// Captured in all.
        amount: i64,
        /// Its currency.
        currency: Currency,
    },
    /// An attempt failed.
    Failed {
        /// The provider's code.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<String>,
    },
    /// Cancelled for good.
    Cancelled,
    /// A refund was made or moved on.
    Refund {
        /// The provider's id.
        id: String,
        /// Minor units.
        amount: i64,
        /// Its currency.
        currency: Currency,
        /// How far.
        status: RefundStatus,
    },
    /// The customer disputes it.
    DisputeOpened {
        /// The provider's id.
        id: String,
    },
    /// The dispute ended.
    DisputeClosed {
        /// The provider's id.
        id: String,
        /// Whether we keep the money.
        won: bool,
    },
    /// A fraud review began.
    ReviewOpened {
        /// The provider's id.
        id: String,
    },
    /// A fraud review ended.
    ReviewClosed {
        /// The provider's id.
        id: String,
        /// Whether the payment was approved.
        approved: bool,
        /// The provider's word for how it ended.
        reason: String,
    },
}

/// What a location tells about a fulfillment order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FulfillmentFact {
    /// It will do it.
    Accepted,
    /// It will not; what is open goes elsewhere.
    Rejected {
        /// Its reason, a code such as `out_of_stock` or `cannot_ship`.
        reason: String,
    },
    /// It takes units off the shelf.
    Picking,
    /// The units are in the box.
    Packed,
    /// It has cancelled units; no lines: all that is open.
    Cancelled {
        /// Which units.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        lines: Vec<FactLine>,
    },
    /// It will not cancel what we asked it to.
    CancelRefused {
        /// Its reason, a code.
        reason: String,
    },
    /// A parcel left.
    Shipped {
        /// The location's name for the parcel.
        reference: String,
        /// Carrier.
        carrier: Option<String>,
        /// Tracking number.
        tracking: Option<String>,
        /// What is in it.
        lines: Vec<FactLine>,
        /// Whether nothing more will come for this fulfillment order, so that what is still open is short.
        last: bool,
    },
}

/// A number of units of one line, as a location reports it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FactLine {
    /// The order's line, as we sent it.
    pub line: LineId,
    /// Units.
    pub quantity: u32,
}

/// What happens to a parcel on its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParcelFact {
    /// The carrier has it.
    InTransit,
    /// It is on the last van.
    OutForDelivery,
    /// It arrived.
    Delivered,
    /// Something is wrong.
    Exception {
        /// The carrier's code.
        reason: Option<String>,
    },
    /// It goes back.
    ReturnedToSender,
}

/// What happens to stock at a location.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockFact {
    /// Which SKU.
    pub sku: Sku,
    /// What.
    pub movement: StockMovement,
}

/// A movement of stock that no order caused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum StockMovement {
    /// Units came in.
    Received {
        /// How many.
        quantity: u32,
    },
    /// Units were counted: so many are on the shelf, reserved ones included.
    Counted {
        /// How many.
        on_hand: u32,
    },
    /// A person or a system corrects the figure.
    Adjusted {
        /// Units more or less.
        delta: i64,
    },
    /// So many units are kept back from sale.
    SafetyStock {
        /// How many.
        units: u32,
    },
}
