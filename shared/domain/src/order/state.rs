//! The state of an order: what folding its commits over the placed order gives.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Actor, Causes, FulfillmentOrder, FulfillmentProgress, FulfillmentStatus, Payment, PlacedOrder,
    ReturnStatus, Shipment, Status,
};
use crate::ids::{FulfillmentOrderId, LineId, LocationId};

/// How long an order may owe progress before the sweep drives it again, in seconds: so long at least, and less
/// than twice as long.
pub const REDRIVE_AFTER_S: i64 = 300;

/// When an order that changed then is overdue. On a grid, because the time is an index key, which costs two write
/// units each time that it moves: most orders go through all their steps within one field.
fn overdue_after(changed_at: Timestamp) -> Timestamp {
    let fields = changed_at
        .as_second()
        .div_euclid(REDRIVE_AFTER_S)
        .saturating_add(2);
    Timestamp::from_second(fields.saturating_mul(REDRIVE_AFTER_S)).unwrap_or(Timestamp::MAX)
}

/// An order: the immutable part and the state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// As placed.
    pub placed: PlacedOrder,
    /// As it is.
    pub state: OrderState,
}

/// The small, versioned part of an order. `lines` runs parallel to the placed lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderState {
    /// Sequence number of the last commit; every write conditions on it.
    pub version: u64,
    /// Hash of the last commit.
    pub head: String,
    /// Time of the last commit, UTC.
    pub changed_at: Timestamp,
    /// Follows the derived status along the table, and never leaves it.
    pub status: Status,
    /// Buckets of each line.
    pub lines: Vec<LineState>,
    /// Assignments.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fulfillment_orders: Vec<FulfillmentOrder>,
    /// Parcels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shipments: Vec<Shipment>,
    /// Holds that stand.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holds: Vec<Hold>,
    /// Payment facts.
    #[serde(default)]
    pub payment: Payment,
    /// Things for a person to look at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exceptions: Vec<Exception>,
    /// Locations that a line is not offered again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub avoid: Vec<(LineId, LocationId)>,
    /// What has been applied.
    #[serde(default)]
    pub causes: Causes,
}

/// Where the units of one line are. Every unit is in exactly one of the first five buckets.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LineState {
    /// Not decided yet.
    #[serde(default, skip_serializing_if = "none")]
    pub unrouted: u32,
    /// Waiting for stock.
    #[serde(default, skip_serializing_if = "none")]
    pub backordered: u32,
    /// In an open fulfillment order.
    #[serde(default, skip_serializing_if = "none")]
    pub assigned: u32,
    /// Left by our leave.
    #[serde(default, skip_serializing_if = "none")]
    pub shipped: u32,
    /// Cancelled.
    #[serde(default, skip_serializing_if = "none")]
    pub cancelled: u32,
    /// Of the shipped, how many arrived.
    #[serde(default, skip_serializing_if = "none")]
    pub delivered: u32,
    /// Of the delivered, how many came back.
    #[serde(default, skip_serializing_if = "none")]
    pub returned: u32,
    /// Of the cancelled, for how many a refund has been recorded as owed.
    #[serde(default, skip_serializing_if = "none")]
    pub refund_owed: u32,
    /// Sum of the refunds owed for this line, minor units.
    #[serde(default, skip_serializing_if = "no_money")]
    pub refund_owed_amount: i64,
}

fn none(units: &u32) -> bool {
    *units == 0
}

fn no_money(amount: &i64) -> bool {
    *amount == 0
}

impl LineState {
    /// Units in all five buckets; the units ordered, always.
    pub fn total(&self) -> u32 {
        [
            self.unrouted,
            self.backordered,
            self.assigned,
            self.shipped,
            self.cancelled,
        ]
        .into_iter()
        .fold(0, u32::saturating_add)
    }
}

/// Something that keeps an order from moving on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Hold {
    /// Why.
    pub kind: HoldKind,
    /// Which one; unique within the order.
    pub handle: String,
    /// Who placed it.
    pub by: Actor,
    /// When, UTC.
    pub at: Timestamp,
    /// Until when at most, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

/// Kinds of hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HoldKind {
    /// The payment is under review for fraud.
    FraudReview,
    /// A person asked for it.
    Manual,
    /// The address needs a look.
    Address,
    /// The payment is disputed.
    PaymentDispute,
}

/// Why units are cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CancelReason {
    /// The customer changed their mind.
    CustomerRequested,
    /// It cannot be had.
    OutOfStock,
    /// It looks like fraud.
    Fraud,
    /// Placed by mistake or twice.
    PlacedByMistake,
    /// The payment failed.
    PaymentFailed,
    /// The payment was cancelled.
    PaymentCancelled,
    /// Anything else; say it in the note.
    Other,
}

/// Something a person should look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Exception {
    /// What.
    pub kind: ExceptionKind,
    /// When, UTC.
    pub at: Timestamp,
    /// A sentence.
    pub detail: String,
}

/// Kinds of exception.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExceptionKind {
    /// A parcel left after its units were cancelled: intercept it, review the refund.
    ShippedAfterCancel,
    /// A parcel holds units that nobody asked this location for.
    UnexpectedShipment,
    /// Money was captured for an order that was cancelled.
    CapturedAfterCancel,
    /// Less money came than the order costs.
    Underpaid,
    /// The payment is in another currency than the order.
    CurrencyMismatch,
    /// A refund that had been made failed.
    RefundFailed,
    /// A dispute was lost.
    DisputeLost,
    /// A review ended against the customer.
    ReviewDeclined,
    /// A carrier reports trouble.
    DeliveryProblem,
    /// A parcel is coming back.
    ReturnedToSender,
}

/// What an order owes next: the sweep drives it again when nothing has happened for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Owed {
    /// Units to route.
    Routing,
    /// Locations to tell, or to ask for a cancellation.
    Dispatch,
    /// A payment that failed or was cancelled, and nothing cancelled yet.
    Cancellation,
}

impl Order {
    /// Whether the money is there: captured, or authorised and not cancelled, for all that is not cancelled.
    pub fn is_paid(&self) -> bool {
        self.state.payment.secured() >= self.live_value()
    }

    /// What the customer owes for the units that are not cancelled.
    pub fn live_value(&self) -> i64 {
        self.placed.total().saturating_sub(self.cancelled_value())
    }

    /// The value of the cancelled units. Cancelled units are counted from the line's last cell down, so that
    /// which unit of a line was cancelled is settled by how many.
    pub fn cancelled_value(&self) -> i64 {
        let lines = self.placed.lines.iter().zip(&self.state.lines);
        lines
            .map(|(line, state)| {
                let from = line.quantity.saturating_sub(state.cancelled);
                line.value(from, line.quantity, self.placed.terms.taxes_included)
            })
            .fold(0, i64::saturating_add)
    }

    /// Paid, and no hold stands.
    pub fn is_ready(&self) -> bool {
        self.is_paid() && self.state.holds.is_empty()
    }

    /// Units that are still to be routed.
    pub fn unrouted(&self) -> u32 {
        self.sum(|l| l.unrouted)
    }

    fn sum(&self, units: impl Fn(&LineState) -> u32) -> u32 {
        self.state
            .lines
            .iter()
            .map(units)
            .fold(0, u32::saturating_add)
    }

    /// The status that the facts add up to.
    pub fn derived_status(&self) -> Status {
        let (shipped, cancelled) = (self.sum(|l| l.shipped), self.sum(|l| l.cancelled));
        let ordered = self.sum(LineState::total);
        let payment = &self.state.payment;
        if shipped > 0 {
            let captured = payment.captured();
            if ordered.saturating_sub(cancelled) > shipped {
                Status::PartiallyFulfilled
            } else if captured > 0 && payment.refunded() >= captured {
                Status::Refunded
            } else if self.sum(|l| l.delivered) >= shipped {
                Status::Delivered
            } else {
                Status::Fulfilled
            }
        } else if cancelled == ordered {
            Status::Cancelled
        } else if !self.state.fulfillment_orders.is_empty() || self.sum(|l| l.backordered) > 0 {
            Status::AwaitingFulfillment
        } else if self.is_paid() {
            Status::Paid
        } else if payment.intents.iter().any(|i| i.processing) {
            Status::PaymentProcessing
        } else {
            Status::Pending
        }
    }

    /// The fulfillment axis.
    pub fn fulfillment_progress(&self) -> FulfillmentProgress {
        let (shipped, cancelled) = (self.sum(|l| l.shipped), self.sum(|l| l.cancelled));
        let open = self
            .sum(LineState::total)
            .saturating_sub(cancelled)
            .saturating_sub(shipped);
        if shipped > 0 && open == 0 {
            FulfillmentProgress::Fulfilled
        } else if shipped > 0 {
            FulfillmentProgress::Partial
        } else if open == 0 {
            FulfillmentProgress::Cancelled
        } else if self.sum(|l| l.assigned) > 0 {
            FulfillmentProgress::InProgress
        } else if self.sum(|l| l.backordered) > 0 {
            FulfillmentProgress::Backordered
        } else {
            FulfillmentProgress::Unfulfilled
        }
    }

    /// The return axis.
    pub fn return_status(&self) -> ReturnStatus {
        let (returned, shipped) = (self.sum(|l| l.returned), self.sum(|l| l.shipped));
        if returned == 0 {
            ReturnStatus::None
        } else if returned < shipped {
            ReturnStatus::Partial
        } else {
            ReturnStatus::Full
        }
    }

    /// What the order owes next, if anything.
    pub fn owes(&self) -> Option<Owed> {
        let payment_gone = self.state.payment.captured() == 0
            && !self.is_paid()
            && !self.state.payment.intents.is_empty()
            && self
                .state
                .payment
                .intents
                .iter()
                .all(|i| i.failed || i.cancelled);
        let cancellable = self.sum(|l| l.unrouted.saturating_add(l.backordered)) > 0
            || self.open(|f| f.status <= FulfillmentStatus::Accepted && !f.awaits_cancellation());
        if payment_gone && cancellable {
            Some(Owed::Cancellation)
        } else if self.open(|f| {
            f.awaits_cancellation()
                || f.status == FulfillmentStatus::Requested
                || (f.status == FulfillmentStatus::Planned && self.state.holds.is_empty())
        }) {
            Some(Owed::Dispatch)
        } else if self.is_ready() && self.unrouted() > 0 {
            Some(Owed::Routing)
        } else {
            None
        }
    }

    fn open(&self, wanted: impl Fn(&FulfillmentOrder) -> bool) -> bool {
        self.state
            .fulfillment_orders
            .iter()
            .any(|f| f.status.is_open() && wanted(f))
    }

    /// When the sweep should look at this order again, UTC: when what it owes is overdue, or a hold ends by
    /// itself. None when it owes nothing and waits for nothing.
    pub fn due_at(&self) -> Option<Timestamp> {
        let overdue = self.owes().map(|_| overdue_after(self.state.changed_at));
        let hold_ends = self.state.holds.iter().filter_map(|hold| hold.until).min();
        overdue.into_iter().chain(hold_ends).min()
    }

    /// The fulfillment order of that id.
    pub fn fulfillment_order(&self, id: FulfillmentOrderId) -> Option<&FulfillmentOrder> {
        self.state.fulfillment_orders.iter().find(|f| f.id == id)
    }
}
