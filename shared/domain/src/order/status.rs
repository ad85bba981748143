//! The status of an order: derived from facts, never set by hand.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The status of an order. Derived from quantities and payment; see [`TRANSITIONS`].
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Placed; no payment reported.
    Pending,
    /// The payment provider is working on it.
    PaymentProcessing,
    /// Authorised or captured in full; nothing routed yet.
    Paid,
    /// Routed or backordered; nothing is shipped.
    AwaitingFulfillment,
    /// Some units are shipped, some are not.
    PartiallyFulfilled,
    /// Everything that will be shipped is shipped.
    Fulfilled,
    /// Everything that was shipped is delivered.
    Delivered,
    /// Every unit is cancelled and none has left.
    Cancelled,
    /// All that was captured went back after everything had left.
    Refunded,
}

/// The one table of status changes. A commit may take several steps at once, each of them a row here.
pub const TRANSITIONS: &[(Status, &[Status])] = &[
    (
        Status::Pending,
        &[Status::PaymentProcessing, Status::Paid, Status::Cancelled],
    ),
    (
        Status::PaymentProcessing,
        &[Status::Paid, Status::Cancelled],
    ),
    (
        Status::Paid,
        &[Status::AwaitingFulfillment, Status::Cancelled],
    ),
    (
        Status::AwaitingFulfillment,
        &[
            Status::PartiallyFulfilled,
            Status::Fulfilled,
            Status::Cancelled,
        ],
    ),
    (Status::PartiallyFulfilled, &[Status::Fulfilled]),
    (Status::Fulfilled, &[Status::Delivered, Status::Refunded]),
    (Status::Delivered, &[Status::Refunded]),
    (Status::Cancelled, &[]),
    (Status::Refunded, &[]),
];

/// Whether anything is left to do for an order. The listing of orders is kept by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// Something is left to do.
    Open,
    /// Delivered, cancelled or refunded.
    Done,
}

impl Phase {
    /// Both phases, the open one first.
    pub const ALL: [Self; 2] = [Self::Open, Self::Done];

    /// The name in snake case, as it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Done => "done",
        }
    }
}

impl Status {
    /// Whether anything is left to do in this status.
    pub fn phase(self) -> Phase {
        match self {
            Self::Pending
            | Self::PaymentProcessing
            | Self::Paid
            | Self::AwaitingFulfillment
            | Self::PartiallyFulfilled
            | Self::Fulfilled => Phase::Open,
            Self::Delivered | Self::Cancelled | Self::Refunded => Phase::Done,
        }
    }

    /// Every status, in the order of an order's life.
    pub const ALL: [Self; 9] = [
        Self::Pending,
        Self::PaymentProcessing,
        Self::Paid,
        Self::AwaitingFulfillment,
        Self::PartiallyFulfilled,
        Self::Fulfilled,
        Self::Delivered,
        Self::Cancelled,
        Self::Refunded,
    ];

    /// The statuses one step on.
    pub fn next(self) -> &'static [Self] {
        TRANSITIONS
            .iter()
            .find(|(from, _)| *from == self)
            .map_or(&[], |(_, to)| to)
    }

    /// Whether `to` is this status or can be reached from it, in one step or more.
    pub fn reaches(self, to: Self) -> bool {
        // The table has no circle, so this ends.
        self == to || self.next().iter().any(|step| step.reaches(to))
    }

    /// The name in snake case, as it is stored and published.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::PaymentProcessing => "payment_processing",
            Self::Paid => "paid",
            Self::AwaitingFulfillment => "awaiting_fulfillment",
            Self::PartiallyFulfilled => "partially_fulfilled",
            Self::Fulfilled => "fulfilled",
            Self::Delivered => "delivered",
            Self::Cancelled => "cancelled",
            Self::Refunded => "refunded",
        }
    }

    /// The name that other systems use for it. `ready`: whether a paid order has no hold.
    pub fn alias(self, ready: bool) -> &'static str {
        match self {
            Self::Pending | Self::PaymentProcessing => "PENDING_PAYMENT",
            Self::Paid if ready => "READY_FOR_FULFILLMENT",
            Self::Paid | Self::AwaitingFulfillment => "PROCESSING",
            Self::PartiallyFulfilled => "PARTIALLY_SHIPPED",
            Self::Fulfilled => "SHIPPED",
            Self::Delivered => "DELIVERED",
            Self::Cancelled => "CANCELED",
            Self::Refunded => "REFUNDED",
        }
    }

    /// The statuses that a name stands for: our own, or an alias.
    pub fn named(name: &str) -> Vec<Self> {
        let wanted = |status: &Self| {
            status.as_str() == name
                || [true, false]
                    .iter()
                    .any(|ready| status.alias(*ready) == name.to_ascii_uppercase())
        };
        Self::ALL.into_iter().filter(wanted).collect()
    }
}

/// The fulfillment axis: what has become of the units, whatever the payment does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FulfillmentProgress {
    /// Nothing is assigned or shipped.
    Unfulfilled,
    /// Something waits for stock, nothing is shipped.
    Backordered,
    /// Assigned to locations, nothing is shipped.
    InProgress,
    /// Some units are shipped.
    Partial,
    /// All that will be shipped is shipped.
    Fulfilled,
    /// Everything was cancelled.
    Cancelled,
}

/// The return axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReturnStatus {
    /// Nothing came back.
    None,
    /// Some units came back.
    Partial,
    /// All that was shipped came back.
    Full,
}
