//! The state of an order: the result of folding its commits over the placed order.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    Causes, Declined, Destination, Effect, Exception, FulfillmentOrder, FulfillmentProgress, Hold,
    Line, LineState, Payment, PlacedOrder, ProposedRefund, ReturnStatus, Shipment, Status, Terms,
};
use crate::{
    ids::{FulfillmentOrderId, LineId, OrderId},
    serde_default::is_default,
};

/// An order: the first fact about it and its state. Lines, terms and destination are read through the methods,
/// which apply what events have changed since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// As placed; never changes.
    pub placed: PlacedOrder,
    /// As it is now.
    pub state: OrderState,
}

/// The small, versioned part of an order.
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
    /// The lines, each with its units.
    pub lines: Vec<LineState>,
    /// Terms, when an event has changed them; `None`: as placed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<Terms>,
    /// Destination, when an event has changed it; `None`: as placed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destination: Option<Destination>,
    /// Version of the contact that shipments go to; the contact itself is stored apart.
    pub contact_version: u32,
    /// Assignments.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fulfillment_orders: Vec<FulfillmentOrder>,
    /// Shipments.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shipments: Vec<Shipment>,
    /// Holds in force.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holds: Vec<Hold>,
    /// Payment facts.
    #[serde(default)]
    pub payment: Payment,
    /// Whether it was not paid in time, and is being cancelled for that or was.
    #[serde(default, skip_serializing_if = "is_default")]
    pub expired: bool,
    /// Since when stock is reserved for units that are not paid any more and were not requested yet, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unpaid_since: Option<Timestamp>,
    /// What a person must look at; closed exceptions are left to the commits.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exceptions: Vec<Exception>,
    /// How many exceptions were ever opened.
    #[serde(default, skip_serializing_if = "is_default")]
    pub exceptions_opened: u32,
    /// Locations that did not ship a line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub declined: Vec<Declined>,
    /// What must happen outside about money and tax, and is not confirmed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub effects: Vec<Effect>,
    /// How many of these effects were ever requested.
    #[serde(default, skip_serializing_if = "is_default")]
    pub effects_requested: u32,
    /// Refunds that wait for the approval of a second person.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub proposed_refunds: Vec<ProposedRefund>,
    /// How many refunds were ever proposed.
    #[serde(default, skip_serializing_if = "is_default")]
    pub refunds_proposed: u32,
    /// Of the price of shipping, how much a tax service was asked to reverse, minor units.
    #[serde(default, skip_serializing_if = "is_default")]
    pub shipping_tax_reversed: i64,
    /// Causes that have been applied.
    #[serde(default)]
    pub causes: Causes,
}

impl Order {
    /// The order before its first commit: version 0, every unit unrouted.
    pub fn unplaced(placed: PlacedOrder) -> Self {
        let state = OrderState {
            version: 0,
            head: String::new(),
            changed_at: placed.placed_at,
            status: Status::Pending,
            lines: placed.lines.iter().map(LineState::placed).collect(),
            terms: None,
            destination: None,
            contact_version: 0,
            fulfillment_orders: Vec::new(),
            shipments: Vec::new(),
            holds: Vec::new(),
            payment: Payment::default(),
            expired: false,
            unpaid_since: None,
            exceptions: Vec::new(),
            exceptions_opened: 0,
            declined: Vec::new(),
            effects: Vec::new(),
            effects_requested: 0,
            proposed_refunds: Vec::new(),
            refunds_proposed: 0,
            shipping_tax_reversed: 0,
            causes: Causes::default(),
        };
        Self { placed, state }
    }

    /// The order's id.
    pub fn id(&self) -> OrderId {
        self.placed.id
    }

    /// The lines as they are now, each with its units.
    pub fn lines(&self) -> impl Iterator<Item = (&Line, &LineState)> {
        self.state
            .lines
            .iter()
            .filter_map(|state| Some((self.definition(state)?, state)))
    }

    /// The line of that id as it is now, with its units.
    pub fn line(&self, id: &LineId) -> Option<(&Line, &LineState)> {
        let state = self.state.lines.iter().find(|state| state.id == *id)?;
        Some((self.definition(state)?, state))
    }

    fn definition<'a>(&'a self, state: &'a LineState) -> Option<&'a Line> {
        state
            .definition
            .as_deref()
            .or_else(|| self.placed.line(&state.id))
    }

    /// The terms as they are now.
    pub fn terms(&self) -> &Terms {
        self.state.terms.as_ref().unwrap_or(&self.placed.terms)
    }

    /// The destination as it is now.
    pub fn destination(&self) -> &Destination {
        self.state
            .destination
            .as_ref()
            .unwrap_or(&self.placed.destination)
    }

    /// Whether goods may go: what is due is secured, or the payment term lets them go before it is. It gates every step that
    /// gives goods away.
    pub fn is_paid(&self) -> bool {
        self.goods_go_before_money() || self.is_secured()
    }

    /// Whether what is due is secured.
    pub fn is_secured(&self) -> bool {
        self.missing() == 0
    }

    /// What is due and not secured, minor units. Where a bank has taken what was refunded before, that is missing too, as long
    /// as something is due.
    pub fn missing(&self) -> i64 {
        match self.amount_due() {
            ..=0 => 0,
            due => due.saturating_sub(self.state.payment.secured()).max(0),
        }
    }

    /// Paid, and no hold is in force.
    pub fn is_ready(&self) -> bool {
        self.is_paid() && self.state.holds.is_empty()
    }

    /// Units that are still to be routed.
    pub fn unrouted(&self) -> u32 {
        self.sum(|l| l.unrouted)
    }

    pub(super) fn sum(&self, units: impl Fn(&LineState) -> u32) -> u32 {
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
        } else if payment.is_processing() {
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

    /// The fulfillment order of that id.
    pub fn fulfillment_order(&self, id: FulfillmentOrderId) -> Option<&FulfillmentOrder> {
        self.state.fulfillment_orders.iter().find(|f| f.id == id)
    }
}
