//! A fulfillment order for those who pack it: what a request to the location tells, and what may be reported now.

use domain::{
    ids::{FulfillmentOrderId, LineId, LocationId, OrderId, OrderNumber, ShopId, Sku},
    money::Currency,
    order::{
        Address, Contact, FulfillmentLine, FulfillmentOrder, FulfillmentStatus, Order, Shipment,
    },
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::{actions::Action, legal_actions::fulfillment_actions, redaction::redact};
use crate::access::Principal;

/// A fulfillment order for those who pack it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FulfillmentWork {
    /// The fulfillment order.
    pub id: FulfillmentOrderId,
    /// The location.
    pub location: LocationId,
    /// How far it is.
    pub status: FulfillmentStatus,
    /// When it got there, UTC.
    pub since: Timestamp,
    /// The order's id.
    pub order: OrderId,
    /// The shop's number of the order.
    pub number: OrderNumber,
    /// The shop.
    pub shop: ShopId,
    /// When the customer placed the order, UTC.
    pub placed_at: Timestamp,
    /// Ship all lines together or none.
    pub ship_complete: bool,
    /// A lower number is more urgent; 5 is usual.
    pub priority: u8,
    /// Whether a hold stands on the order: nothing should leave until it is released.
    pub on_hold: bool,
    /// Whether the location is asked to cancel units, and has not answered.
    pub cancel_requested: bool,
    /// The units.
    pub lines: Vec<WorkLine>,
    /// What has left.
    pub shipments: Vec<Shipment>,
    /// What the carrier is to collect from the customer for the whole fulfillment order; left out when it is nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collect_on_delivery: Option<CollectOnDelivery>,
    /// Where it goes. Left out in a list, when the fulfillment order has ended, and when the address was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ship_to: Option<ShipTo>,
    /// What the caller may report now.
    pub actions: Vec<Action>,
}

/// Money that a carrier is to collect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CollectOnDelivery {
    /// Minor units, at least 1.
    pub amount: i64,
    /// ISO 4217 code.
    pub currency: Currency,
}

/// Units of one line to ship.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct WorkLine {
    /// The order's line; reports about its units name it.
    pub line: LineId,
    /// The SKU.
    pub sku: Sku,
    /// Shown to people.
    pub title: String,
    /// Units to ship, those whose cancellation is requested included.
    pub open: u32,
    /// Units shipped.
    pub shipped: u32,
    /// Of the open units, how many the location is asked to cancel.
    pub cancel_requested: u32,
}

/// What a label needs of the customer's data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ShipTo {
    /// Whether it is redacted, because the caller neither works at the location nor has asked for it with a reason.
    pub masked: bool,
    /// Full name; redacted: initials.
    pub name: String,
    /// Telephone number, for the carrier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Delivery address; redacted: city and country.
    pub address: Address,
}

/// One page of fulfillment orders.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FulfillmentWorkPage {
    /// The fulfillment orders that are requested and not ended, newest order first. A page ends with an order, so it
    /// may have more entries than its limit.
    pub fulfillment_orders: Vec<FulfillmentWork>,
    /// The cursor of the next page; none: this is the last one. A page may be empty and still have one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

impl FulfillmentWork {
    /// A fulfillment order of an order, without the address.
    pub fn of(
        order: &Order,
        found: &FulfillmentOrder,
        principal: &Principal,
        now: Timestamp,
    ) -> Self {
        let (placed, terms) = (&order.placed, order.terms());
        let shipments = order.state.shipments.iter();
        Self {
            id: found.id,
            location: found.location.clone(),
            status: found.status,
            since: found.since,
            order: placed.id,
            number: placed.number.clone(),
            shop: placed.shop.clone(),
            placed_at: placed.placed_at,
            ship_complete: terms.ship_complete,
            priority: terms.priority,
            on_hold: !order.state.holds.is_empty(),
            cancel_requested: found.awaits_cancellation(),
            lines: found.lines.iter().filter_map(|l| line(order, l)).collect(),
            shipments: shipments
                .filter(|shipment| shipment.fulfillment_order == found.id)
                .cloned()
                .collect(),
            collect_on_delivery: found.collect.filter(|amount| *amount > 0).map(|amount| {
                CollectOnDelivery {
                    amount,
                    currency: placed.currency,
                }
            }),
            ship_to: None,
            actions: fulfillment_actions(order, found, principal, now),
        }
    }

    /// Adds where it goes; `clear`: not redacted, because the access is in the [log](crate::usecases::reveal).
    #[must_use]
    pub fn with_contact(self, contact: &Contact, clear: bool) -> Self {
        let shown = if clear {
            contact.clone()
        } else {
            redact(contact)
        };
        Self {
            ship_to: Some(ShipTo {
                masked: !clear,
                name: shown.name,
                phone: shown.phone,
                address: shown.address,
            }),
            ..self
        }
    }
}

/// Whether a fulfillment order is to be packed: it was requested, and has not ended.
pub fn is_at_work(found: &FulfillmentOrder) -> bool {
    found.status.is_open() && found.status != FulfillmentStatus::Planned
}

fn line(order: &Order, line: &FulfillmentLine) -> Option<WorkLine> {
    let (definition, _) = order.line(&line.line)?;
    Some(WorkLine {
        line: line.line.clone(),
        sku: definition.sku.clone(),
        title: definition.title.clone(),
        open: line.open,
        shipped: line.shipped,
        cancel_requested: line.cancel_requested,
    })
}
