//! One order in full.

use domain::{
    ids::{LineId, OrderId, OrderNumber, ShopId, Sku},
    order::{
        Address, Contact, Destination, FulfillmentOrder, FulfillmentProgress, Hold, Line,
        LineMoney, LineState, Order, OrderTax, PaymentStatus, ReturnStatus, Shipment, Status,
        Terms, UnreadableCommit,
    },
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    actions::Action,
    disputes::DisputeView,
    effects::EffectView,
    exceptions::ExceptionView,
    legal_actions::legal_actions,
    money::Money,
    movements::{Movement, movements},
    redaction::redact,
    routing_decisions::{RoutingDecision, routing_decisions},
    timeline::{TimelineEntry, timeline},
};
use crate::{access::Principal, ports::OrderHistory};

/// One order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OrderDetail {
    /// The order's id.
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
    /// The order's status.
    pub status: Status,
    /// The name that other systems use for the status.
    pub status_alias: &'static str,
    /// The payment status.
    pub payment_status: PaymentStatus,
    /// The fulfillment status.
    pub fulfillment_status: FulfillmentProgress,
    /// The return status.
    pub return_status: ReturnStatus,
    /// Country, region and postal code, as far as routing needs them.
    pub destination: Destination,
    /// Terms of fulfillment.
    pub terms: Terms,
    /// Where its tax is recorded; left out when no tax service is told anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax: Option<OrderTax>,
    /// Holds on the order.
    pub holds: Vec<HoldView>,
    /// The lines, and the state of their units.
    pub lines: Vec<LineView>,
    /// Fulfillment orders: units assigned to locations.
    pub fulfillment_orders: Vec<FulfillmentOrderView>,
    /// Shipments.
    pub shipments: Vec<Shipment>,
    /// Amounts, minor units.
    pub money: Money,
    /// Every movement of money, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub movements: Vec<Movement>,
    /// What the payment gateway, the tax service, people and locations are asked to do and have not been heard to have done.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub effects: Vec<EffectView>,
    /// Disputes of the payment, those that have ended included.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub disputes: Vec<DisputeView>,
    /// Exceptions that are not closed; the timeline has all.
    pub exceptions: Vec<ExceptionView>,
    /// The customer; none when erased.
    pub customer: Option<Customer>,
    /// Its routing decisions, oldest first.
    pub routing: Vec<RoutingDecision>,
    /// Its events, oldest first.
    pub timeline: Vec<TimelineEntry>,
    /// Its commits that this build cannot read: the timeline has gaps there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unreadable: Vec<UnreadableEntry>,
    /// What the caller may do with the order now.
    pub actions: Vec<Action>,
}

/// A commit that cannot be read: edited, or written by a newer build.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct UnreadableEntry {
    /// Its number in the order's history.
    pub seq: u64,
    /// Why it cannot be read.
    pub reason: String,
}

/// A hold and its effect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct HoldView {
    /// The hold.
    #[serde(flatten)]
    pub hold: Hold,
    /// Whether all work on the order has stopped.
    pub effect: HoldEffect,
}

/// The effect of a hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HoldEffect {
    /// All work on the order has stopped.
    Effective,
    /// A location that received its request before the hold may continue; it has not acknowledged the hold.
    Requested,
}

/// A line and the state of its units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LineView {
    /// Unique within the order.
    pub id: LineId,
    /// The SKU.
    pub sku: Sku,
    /// Shown to people.
    pub title: String,
    /// Units ordered: the sum of unrouted, backordered, assigned, shipped and cancelled.
    pub quantity: u32,
    /// The state of the units.
    pub units: Units,
    /// What was charged for the line, minor units.
    pub amounts: LineAmounts,
}

/// The state of a line's units: each is counted in one of the first five fields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Units {
    /// Paid or not, and not routed yet.
    pub unrouted: u32,
    /// Out of stock; queued until stock arrives.
    pub backordered: u32,
    /// Assigned to a location, not shipped.
    pub assigned: u32,
    /// Shipped.
    pub shipped: u32,
    /// Cancelled.
    pub cancelled: u32,
    /// Of the shipped units: delivered.
    pub delivered: u32,
    /// Of the delivered units: returned.
    pub returned: u32,
    /// Units that the customer does not pay, whatever bucket they are in: cancelled, returned or refunded.
    pub credited: u32,
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
    /// Of the total, for units that are cancelled, returned or refunded.
    pub credited: i64,
    /// Of that, the refund that is owed.
    pub refund_owed: i64,
    /// Its share of what was captured for the order, by what the lines cost.
    pub captured: i64,
    /// Its share of what was refunded, by what is owed back for each line, for shipping and as credits.
    pub refunded: i64,
    /// What its units that are not credited are worth, at most what can be refunded of the order.
    pub refundable: i64,
}

/// A fulfillment order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FulfillmentOrderView {
    /// The fulfillment order.
    #[serde(flatten)]
    pub fulfillment_order: FulfillmentOrder,
    /// Whether a cancellation was requested from the location and it has not answered.
    pub cancel_requested: bool,
}

/// The customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Customer {
    /// Whether the personal data is redacted, because the caller has not asked for it with a reason.
    pub masked: bool,
    /// Full name; redacted: initials.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// Telephone number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Delivery address; redacted: city and country.
    pub address: Address,
}

impl OrderDetail {
    /// The order as the caller may see it. Commits newer than the order's state are left out. `clear`: with personal data
    /// and notes, because the access is in the [log](crate::usecases::reveal).
    pub fn of(
        order: &Order,
        history: &OrderHistory,
        contact: Option<&Contact>,
        clear: bool,
        principal: &Principal,
        now: Timestamp,
    ) -> Self {
        let (placed, state) = (&order.placed, &order.state);
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
            destination: order.destination().clone(),
            terms: order.terms().clone(),
            tax: order.placed.tax.clone(),
            holds: state
                .holds
                .iter()
                .map(|hold| HoldView {
                    hold: hold.clone(),
                    effect,
                })
                .collect(),
            lines: order
                .lines()
                .zip(order.line_money())
                .map(|((l, s), money)| line(order, l, s, money))
                .collect(),
            fulfillment_orders: state
                .fulfillment_orders
                .iter()
                .map(fulfillment_order)
                .collect(),
            shipments: state.shipments.clone(),
            money: Money::of(order),
            movements: movements(order, history, clear),
            effects: EffectView::all(order, &history.commits).collect(),
            disputes: DisputeView::all(order).collect(),
            exceptions: ExceptionView::all(order).collect(),
            customer: contact.map(|contact| customer(contact, clear)),
            routing: routing_decisions(order, history),
            timeline: timeline(order, history, clear),
            unreadable: history.unreadable.iter().map(unreadable).collect(),
            actions: legal_actions(order, principal, now),
        }
    }
}

fn unreadable(commit: &UnreadableCommit) -> UnreadableEntry {
    UnreadableEntry {
        seq: commit.seq,
        reason: commit.error.to_string(),
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

fn line(order: &Order, line: &Line, state: &LineState, money: LineMoney) -> LineView {
    let taxes_included = order.terms().taxes_included;
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
            credited: state.credited(),
        },
        amounts: LineAmounts {
            unit_price: line.unit_price,
            price: line.unit_price.saturating_mul(i64::from(line.quantity)),
            discount: line.discount,
            tax: line.tax,
            shipping: line.shipping,
            total: line.value(0, line.quantity, taxes_included),
            cancelled: order.last_value(line, state.cancelled),
            credited: order.last_value(line, state.credited()),
            refund_owed: state.refund_owed_amount,
            captured: money.captured,
            refunded: money.refunded,
            refundable: money.refundable,
        },
    }
}

fn fulfillment_order(found: &FulfillmentOrder) -> FulfillmentOrderView {
    FulfillmentOrderView {
        fulfillment_order: found.clone(),
        cancel_requested: found.awaits_cancellation(),
    }
}

fn customer(contact: &Contact, clear: bool) -> Customer {
    let shown = if clear {
        contact.clone()
    } else {
        redact(contact)
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
