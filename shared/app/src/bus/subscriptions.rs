//! Which event starts which consumer. The one table: the template's rules and the queues of the sweep follow it.

use domain::order::Owed;

/// A function that reads messages from a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Consumer {
    /// Applies facts from outside. Its queue is filled by `intake`, not by the bus.
    Lifecycle,
    Routing,
    Dispatch,
    /// Commands the payment gateway and the tax service.
    Payments,
    /// Cancels orders whose payment is gone.
    Cancellation,
    /// Releases backorders, and runs the sweep.
    Replenishment,
}

impl Consumer {
    pub const ALL: [Self; 6] = [
        Self::Lifecycle,
        Self::Routing,
        Self::Dispatch,
        Self::Payments,
        Self::Cancellation,
        Self::Replenishment,
    ];

    /// The function's name, as in `functions/`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Lifecycle => "lifecycle",
            Self::Routing => "routing",
            Self::Dispatch => "dispatch",
            Self::Payments => "payments",
            Self::Cancellation => "cancellation",
            Self::Replenishment => "replenishment",
        }
    }

    /// The name of its queue, after that of the stack.
    pub fn queue(self) -> &'static str {
        match self {
            Self::Lifecycle => "inbound",
            Self::Routing
            | Self::Dispatch
            | Self::Payments
            | Self::Cancellation
            | Self::Replenishment => self.name(),
        }
    }

    /// The consumer of the queue of that name.
    pub fn of_queue(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.queue() == name)
    }

    /// The consumer that does what an order owes.
    pub fn of_owed(owed: Owed) -> Self {
        match owed {
            Owed::Routing => Self::Routing,
            Owed::Dispatch => Self::Dispatch,
            Owed::Payments => Self::Payments,
            Owed::Cancellation => Self::Cancellation,
        }
    }
}

/// The events (`detail-type`) that each consumer is started by.
pub const SUBSCRIPTIONS: &[(Consumer, &[&str])] = &[
    (
        Consumer::Routing,
        &[
            "OrderReleased",
            "FulfillmentRejected",
            "UnitsShortShipped",
            "UnitsRecalled",
            "WriteOffReversed",
            "FulfillmentClosing",
        ],
    ),
    (
        Consumer::Dispatch,
        &[
            "OrderRouted",
            "BackorderReleased",
            "CancellationRequested",
            "RecallRequested",
            "HoldReleased",
            "OrderResumed",
        ],
    ),
    (
        Consumer::Payments,
        &[
            "RefundRequested",
            "CaptureRequested",
            "VoidRequested",
            "TaxReversalRequested",
            "DisputeClosed",
        ],
    ),
    (
        Consumer::Cancellation,
        &["PaymentFailed", "PaymentCancelled"],
    ),
    (
        Consumer::Replenishment,
        &[
            "StockReceived",
            "StockCounted",
            "StockAdjusted",
            "SafetyStockChanged",
            "UnitsCancelled",
            "UnitsRecalled",
            "UnitsBackordered",
            "FulfillmentRejected",
            "UnitsShortShipped",
            "UnitsReclaimed",
            "WriteOffReversed",
            "SurplusReleased",
            "LocationAllowed",
            "HoldReleased",
            "OrderResumed",
        ],
    ),
];

/// The consumers that an event starts.
pub fn consumers_of(event: &str) -> impl Iterator<Item = Consumer> {
    SUBSCRIPTIONS
        .iter()
        .filter(move |(_, events)| events.contains(&event))
        .map(|(consumer, _)| *consumer)
}
