//! One order with all that is known of it.

use domain::{
    ids::{LineId, OrderId, OrderNumber, ShopId, Sku},
    money::Currency,
    order::{
        Address, Commit, Contact, Destination, Exception, FulfillmentOrder, FulfillmentProgress,
        Hold, Line, LineState, Order, PaymentStatus, ReturnStatus, Shipment, Status, Terms,
    },
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    actions::{self, Action},
    timeline::{self, Moment, RoutingDecision},
};
use crate::api::{
    access::{Permission, Principal},
    mask,
};

/// One order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OrderDetail {
    /// Our id.
    pub id: OrderId,
    /// The shop's number.
    pub number: OrderNumber,
    /// The shop.
    pub shop: ShopId,
    /// When the customer placed it, UTC.
    pub placed_at: Timestamp,
    /// When it last changed, UTC.
    pub changed_at: Timestamp,
    /// How many commits it has.
    pub version: u64,
    /// Where it stands.
    pub status: Status,
    /// The name that other systems use for the status.
    pub status_alias: &'static str,
    /// The payment axis.
    pub payment_status: PaymentStatus,
    /// The fulfillment axis.
    pub fulfillment_status: FulfillmentProgress,
    /// The return axis.
    pub return_status: ReturnStatus,
    /// Where it goes, as coarse as routing needs it.
    pub destination: Destination,
    /// Terms of fulfillment.
    pub terms: Terms,
    /// What keeps it from moving on.
    pub holds: Vec<HoldView>,
    /// What was bought, and where each unit is.
    pub lines: Vec<LineView>,
    /// Units assigned to locations.
    pub fulfillment_orders: Vec<FulfillmentOrderView>,
    /// Parcels.
    pub shipments: Vec<Shipment>,
    /// Amounts, minor units.
    pub money: Money,
    /// Things that a person should look at.
    pub exceptions: Vec<Exception>,
    /// The customer; none when erased.
    pub customer: Option<Customer>,
    /// How its routing was decided.
    pub routing: Vec<RoutingDecision>,
    /// What happened, oldest first.
    pub timeline: Vec<Moment>,
    /// What the caller may do with it now.
    pub actions: Vec<Action>,
}

/// A hold and whether it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct HoldView {
    /// The hold.
    #[serde(flatten)]
    pub hold: Hold,
    /// Whether everything stands still, or a location is at work that we have told before.
    pub effect: HoldEffect,
}

/// Whether a hold holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HoldEffect {
    /// Nothing of the order moves on.
    Effective,
    /// A location that was told before the hold may go on; it has not acknowledged to stop.
    Requested,
}

/// A line and where its units are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LineView {
    /// Unique within the order.
    pub id: LineId,
    /// What was bought.
    pub sku: Sku,
    /// Shown to people.
    pub title: String,
    /// Units ordered: the sum of unrouted, backordered, assigned, shipped and cancelled.
    pub quantity: u32,
    /// Where the units are.
    pub units: Units,
    /// What was charged for the line, minor units.
    pub amounts: LineAmounts,
}

/// Where the units of a line are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Units {
    /// Not decided yet.
    pub unrouted: u32,
    /// Waiting for stock.
    pub backordered: u32,
    /// With a location, not shipped.
    pub assigned: u32,
    /// Left.
    pub shipped: u32,
    /// Cancelled.
    pub cancelled: u32,
    /// Of the shipped, arrived.
    pub delivered: u32,
    /// Of the delivered, came back.
    pub returned: u32,
}

/// What was charged for a line: sums of its units' shares, fixed when the order was placed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LineAmounts {
    /// Price of one unit.
    pub unit_price: i64,
    /// Price of all units.
    pub price: i64,
    /// Discounts, as a positive number.
    pub discount: i64,
    /// Tax.
    pub tax: i64,
    /// Share of the shipping price.
    pub shipping: i64,
    /// What the customer owes for the line.
    pub total: i64,
    /// Of the total, for cancelled units.
    pub cancelled: i64,
    /// Of that, recorded as owed back.
    pub refund_owed: i64,
}

/// A fulfillment order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FulfillmentOrderView {
    /// The fulfillment order.
    #[serde(flatten)]
    pub fulfillment_order: FulfillmentOrder,
    /// Whether the location has been asked to cancel units and has not answered.
    pub cancel_requested: bool,
}

/// The order's amounts in minor units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Money {
    /// ISO 4217 code.
    pub currency: Currency,
    /// Decimals of the currency's major unit.
    pub decimals: u32,
    /// What the customer owes for the order as placed.
    pub total: i64,
    /// Of the total, for cancelled units.
    pub cancelled: i64,
    /// Captured, or authorised and not cancelled.
    pub authorized: i64,
    /// Captured.
    pub captured: i64,
    /// Sent back, or on its way back.
    pub refunded: i64,
    /// Recorded as owed back for cancelled units.
    pub refund_owed: i64,
}

/// The customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Customer {
    /// Whether what identifies the person is taken out, because the caller may not see it.
    pub masked: bool,
    /// Full name; masked: initials.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// Telephone number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Delivery address; masked: city and country.
    pub address: Address,
}

impl OrderDetail {
    /// The order as the caller may see it. Commits later than the order's state are left for the next reading.
    pub(super) fn of(
        order: &Order,
        commits: &[Commit],
        contact: Option<&Contact>,
        principal: &Principal,
        now: Timestamp,
    ) -> Self {
        let (placed, state) = (&order.placed, &order.state);
        let clear = principal.may(Permission::ReadPersonalData);
        let effect = hold_effect(order);
        Self {
            id: placed.id,
            number: placed.number.clone(),
            shop: placed.shop.clone(),
            placed_at: placed.placed_at,
            changed_at: state.changed_at,
            version: state.version,
            status: state.status,
            status_alias: state.status.alias(order.is_ready()),
            payment_status: state.payment.status(),
            fulfillment_status: order.fulfillment_progress(),
            return_status: order.return_status(),
            destination: placed.destination.clone(),
            terms: placed.terms.clone(),
            holds: state
                .holds
                .iter()
                .map(|hold| HoldView {
                    hold: hold.clone(),
                    effect,
                })
                .collect(),
            lines: placed
                .lines
                .iter()
                .zip(&state.lines)
                .map(|(l, s)| line(l, s, placed.terms.taxes_included))
                .collect(),
            fulfillment_orders: state
                .fulfillment_orders
                .iter()
                .map(fulfillment_order)
                .collect(),
            shipments: state.shipments.clone(),
            money: money(order),
            exceptions: state.exceptions.clone(),
            customer: contact.map(|contact| customer(contact, clear)),
            routing: timeline::decisions(order, commits),
            timeline: timeline::of(order, commits, clear),
            actions: actions::of(order, principal, now),
        }
    }
}

fn hold_effect(order: &Order) -> HoldEffect {
    use domain::order::FulfillmentStatus::{
        Accepted, Cancelled, Packed, Picking, Planned, Rejected, Requested, Shipped,
    };
    let at_work = |found: &FulfillmentOrder| match found.status {
        Requested | Accepted | Picking | Packed => true,
        Planned | Shipped | Rejected | Cancelled => false,
    };
    if order.state.fulfillment_orders.iter().any(at_work) {
        HoldEffect::Requested
    } else {
        HoldEffect::Effective
    }
}

fn line(line: &Line, state: &LineState, taxes_included: bool) -> LineView {
    let kept = line.quantity.saturating_sub(state.cancelled);
    LineView {
        id: line.id.clone(),
        sku: line.sku.clone(),
        title: line.title.clone(),
        quantity: line.quantity,
        units: Units {
            unrouted: state.unrouted,
            backordered: state.backordered,
            assigned: state.assigned,
            shipped: state.shipped,
            cancelled: state.cancelled,
            delivered: state.delivered,
            returned: state.returned,
        },
        amounts: LineAmounts {
            unit_price: line.unit_price,
            price: line.unit_price.saturating_mul(i64::from(line.quantity)),
            discount: line.discount,
            tax: line.tax,
            shipping: line.shipping,
            total: line.value(0, line.quantity, taxes_included),
            cancelled: line.value(kept, line.quantity, taxes_included),
            refund_owed: state.refund_owed_amount,
        },
    }
}

fn fulfillment_order(found: &FulfillmentOrder) -> FulfillmentOrderView {
    FulfillmentOrderView {
        fulfillment_order: found.clone(),
        cancel_requested: found.awaits_cancellation(),
    }
}

fn money(order: &Order) -> Money {
    let payment = &order.state.payment;
    Money {
        currency: order.placed.currency,
        decimals: order.placed.currency.decimals(),
        total: order.placed.total(),
        cancelled: order.cancelled_value(),
        authorized: payment.secured(),
        captured: payment.captured(),
        refunded: payment.refunded(),
        refund_owed: order
            .state
            .lines
            .iter()
            .map(|line| line.refund_owed_amount)
            .fold(0, i64::saturating_add),
    }
}

fn customer(contact: &Contact, clear: bool) -> Customer {
    let shown = if clear {
        contact.clone()
    } else {
        mask::contact(contact)
    };
    let Contact {
        name,
        email,
        phone,
        address,
    } = shown;
    Customer {
        masked: !clear,
        name,
        email,
        phone,
        address,
    }
}
