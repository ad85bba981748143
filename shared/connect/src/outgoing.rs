//! Our own scheme, the other way: what we ask of a warehouse, 3PL or supplier. What they tell us is in
//! [`wms`](crate::wms).
//!
//! We post to the location's URL, signed by Standard Webhooks with the location's own outgoing secret. The same
//! `webhook-id` is the same request, however often it arrives; a request is repeated until it is answered.
//!
//! - `fulfillment_order.requested` ([`Requested`]): ship this. Answer with `fulfillment_order.accepted` or
//!   `.rejected`, in a webhook of your own.
//! - `fulfillment_order.cancel_requested` ([`CancelRequested`]): do not ship these units, if you still can. Answer
//!   with `fulfillment_order.cancelled` or `.cancel_refused`; a `shipment.shipped` with the units is a no, too.
//!
//! Status 2xx says that the request has been stored, and nothing more.

use domain::{
    facts::FactLine,
    ids::{FulfillmentOrderId, LineId, LocationId, OrderId, OrderNumber, ShopId, Sku},
    order::{Contact, FulfillmentLine, FulfillmentOrder, Order},
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    message::{Message, schema},
    read::{ReadError, parse},
    signature::VerifiedMessage,
};

/// The type of [`Requested`].
pub const REQUESTED: &str = "fulfillment_order.requested";
/// The type of [`CancelRequested`].
pub const CANCEL_REQUESTED: &str = "fulfillment_order.cancel_requested";

/// Ship this.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Requested {
    /// The order; give it back in every message about it.
    pub order_id: OrderId,
    /// The number that the customer knows.
    pub order_number: OrderNumber,
    /// The shop that the customer ordered from.
    pub shop: ShopId,
    /// When the customer ordered, UTC.
    pub placed_at: Timestamp,
    /// What is asked of this location; give it back in every message about it.
    pub fulfillment_order_id: FulfillmentOrderId,
    /// The location that is asked, by its name with us.
    pub location: LocationId,
    /// What to ship.
    pub lines: Vec<RequestedLine>,
    /// Whom to.
    pub ship_to: ShipTo,
    /// How.
    pub terms: ShippingTerms,
}

/// Units to ship.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RequestedLine {
    /// The order's line; name it in messages about its units.
    pub line: LineId,
    /// What.
    pub sku: Sku,
    /// What it is called.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// How many.
    pub quantity: u32,
}

/// The customer, as far as shipping needs to know.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ShipTo {
    /// Full name.
    pub name: String,
    /// Telephone number, for the carrier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Street and number, then whatever else the carrier needs.
    pub address_lines: Vec<String>,
    /// City.
    pub city: String,
    /// State or province.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Postal code.
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

/// How to ship.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ShippingTerms {
    /// Ship all lines together or none.
    pub ship_complete: bool,
    /// A lower number is more urgent; 5 is usual.
    pub priority: u8,
}

/// Do not ship these units, if you still can.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CancelRequested {
    /// The order.
    pub order_id: OrderId,
    /// The number that the customer knows.
    pub order_number: OrderNumber,
    /// The fulfillment order that holds the units.
    pub fulfillment_order_id: FulfillmentOrderId,
    /// The location that is asked, by its name with us.
    pub location: LocationId,
    /// The units.
    pub lines: Vec<FactLine>,
}

/// The request to ship a fulfillment order: its open units. None when the order has no such fulfillment order or
/// nothing of it is open. Repeated, it is the same message to the byte, as long as nothing has changed.
pub fn requested(
    order: &Order,
    id: FulfillmentOrderId,
    contact: &Contact,
) -> Option<Message<Requested>> {
    let asked = order.fulfillment_order(id)?;
    let placed = &order.placed;
    let lines = units(asked, |line| line.open).filter_map(|(line, quantity)| {
        let (_, bought) = placed.line(&line)?;
        Some(RequestedLine {
            line,
            sku: bought.sku.clone(),
            title: bought.title.clone(),
            quantity,
        })
    });
    let lines: Vec<_> = lines.collect();
    let address = contact.address.clone();
    let request = Requested {
        order_id: placed.id,
        order_number: placed.number.clone(),
        shop: placed.shop.clone(),
        placed_at: placed.placed_at,
        fulfillment_order_id: id,
        location: asked.location.clone(),
        lines,
        ship_to: ShipTo {
            name: contact.name.clone(),
            phone: contact.phone.clone(),
            address_lines: address.lines,
            city: address.city,
            region: address.region,
            postal_code: address.postal_code,
            country: address.country,
        },
        terms: ShippingTerms {
            ship_complete: placed.terms.ship_complete,
            priority: placed.terms.priority,
        },
    };
    (!request.lines.is_empty()).then(|| Message::new(REQUESTED, asked.since, request))
}

/// The request to cancel the units of a fulfillment order whose cancellation stands requested. None when the order
/// has no such fulfillment order or none of its units is to be cancelled.
pub fn cancel_requested(order: &Order, id: FulfillmentOrderId) -> Option<Message<CancelRequested>> {
    let asked = order.fulfillment_order(id)?;
    let lines = units(asked, |line| line.cancel_requested);
    let request = CancelRequested {
        order_id: order.placed.id,
        order_number: order.placed.number.clone(),
        fulfillment_order_id: id,
        location: asked.location.clone(),
        lines: lines
            .map(|(line, quantity)| FactLine { line, quantity })
            .collect(),
    };
    (!request.lines.is_empty())
        .then(|| Message::new(CANCEL_REQUESTED, order.state.changed_at, request))
}

fn units(
    asked: &FulfillmentOrder,
    count: fn(&FulfillmentLine) -> u32,
) -> impl Iterator<Item = (LineId, u32)> {
    asked
        .lines
        .iter()
        .map(move |line| (line.line.clone(), count(line)))
        .filter(|(_, units)| *units > 0)
}

/// A request, read by the location that it was sent to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// Ship this.
    Ship(Box<Message<Requested>>),
    /// Do not ship these units, if you still can.
    Cancel(Message<CancelRequested>),
    /// Something that this version does not know: answer 2xx and leave it.
    Unknown {
        /// Its type.
        kind: String,
    },
}

/// Reads a request as a location would; for the demo's warehouse and tests, and a pattern for others.
///
/// # Errors
/// [`ReadError`] with the path of the field that is wrong.
pub fn read(message: VerifiedMessage<'_>) -> Result<Request, ReadError> {
    #[derive(Deserialize)]
    struct Head {
        #[serde(rename = "type")]
        kind: String,
    }
    let body = message.body().bytes();
    let head: Head = parse(body)?;
    match head.kind.as_str() {
        REQUESTED => Ok(Request::Ship(Box::new(parse(body)?))),
        CANCEL_REQUESTED => Ok(Request::Cancel(parse(body)?)),
        _ => Ok(Request::Unknown { kind: head.kind }),
    }
}

/// Each type of request with the JSON Schema (2020-12) of its messages.
pub fn schemas() -> [(&'static str, serde_json::Value); 2] {
    [
        (REQUESTED, schema::<Requested>(REQUESTED)),
        (
            CANCEL_REQUESTED,
            schema::<CancelRequested>(CANCEL_REQUESTED),
        ),
    ]
}
