//! Movements of stock that no order caused: receipts, counts, corrections, safety stock.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    CountOutcome, LevelMove, StockException, StockExceptionClosed, StockLevel, whole_milliseconds,
};
use crate::{
    ids::{LocationId, Sku},
    order::{Actor, Cause},
    schema,
};

/// A movement of stock that no order caused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum StockMovement {
    /// Units came in.
    Received {
        /// Units.
        quantity: u32,
    },
    /// Units were counted; reserved ones are included. A count from before the last known one changes nothing, and what
    /// came or left after it is carried over it.
    Counted {
        /// Units at the location.
        on_hand: u32,
        /// When the count was taken, UTC; left out: now.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        counted_at: Option<Timestamp>,
    },
    /// A person or a system corrects the figure.
    Adjusted {
        /// Units more or less.
        delta: i64,
    },
    /// So many units are withheld from sale.
    SafetyStock {
        /// Units.
        units: u32,
    },
}

/// What a movement makes of a level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MovementOutcome {
    /// The level afterwards, and the event.
    Moved(StockLevel, StockEvent),
    /// A later count is known: this one changes nothing. The level as it is.
    Outdated(StockChange),
    /// The count, of so many units, is older than the movements that the level keeps.
    TooOld { counted: u32 },
}

impl StockMovement {
    /// A count of which nothing else says when it was taken.
    pub fn counted(on_hand: u32) -> Self {
        Self::Counted {
            on_hand,
            counted_at: None,
        }
    }

    /// When it was true, for one that somebody told of at `told_at`: a count may have been taken before. Never later than
    /// `now`, since clocks of senders may be ahead.
    pub fn as_of(&self, told_at: Timestamp, now: Timestamp) -> Timestamp {
        let at = match self {
            Self::Counted { counted_at, .. } => counted_at.unwrap_or(told_at),
            Self::Received { .. } | Self::Adjusted { .. } | Self::SafetyStock { .. } => told_at,
        };
        whole_milliseconds(at.min(now))
    }

    /// What the movement, true at `as_of`, makes of a level.
    pub fn apply_to(&self, level: &StockLevel, as_of: Timestamp) -> MovementOutcome {
        let change = |after: &StockLevel| StockChange::new(level, after, as_of);
        let moved = |units: i64| level.moved(LevelMove::new(as_of, units));
        let (after, event): (StockLevel, fn(StockChange) -> StockEvent) = match self {
            Self::Received { quantity } => (moved(i64::from(*quantity)), StockEvent::StockReceived),
            Self::Adjusted { delta } => (moved(*delta), StockEvent::StockAdjusted),
            Self::SafetyStock { units } => {
                let safety_stock = i64::from(*units);
                let after = StockLevel {
                    safety_stock,
                    ..moved(0)
                };
                (after, StockEvent::SafetyStockChanged)
            }
            Self::Counted { on_hand, .. } => match level.counted(*on_hand, as_of) {
                CountOutcome::Counted(after) => {
                    let change = StockChange {
                        counted: Some(*on_hand),
                        ..change(&after)
                    };
                    return MovementOutcome::Moved(after, StockEvent::StockCounted(change));
                }
                CountOutcome::Outdated => return MovementOutcome::Outdated(change(level)),
                CountOutcome::TooOld => return MovementOutcome::TooOld { counted: *on_hand },
            },
        };
        let event = event(change(&after));
        MovementOutcome::Moved(after, event)
    }
}

/// What happened to stock without an order; the `detail-type` on the bus is the variant's name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type")]
pub enum StockEvent {
    /// Units came in.
    StockReceived(StockChange),
    /// Units were counted.
    StockCounted(StockChange),
    /// The figure was corrected.
    StockAdjusted(StockChange),
    /// The units withheld from sale changed.
    SafetyStockChanged(StockChange),
}

/// One stock level before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StockChange {
    pub sku: Sku,
    pub location: LocationId,
    /// On hand afterwards.
    pub on_hand: i64,
    /// Withheld from sale afterwards.
    pub safety_stock: i64,
    /// Available to reserve afterwards.
    pub available: i64,
    /// By how much on hand changed. Not at all, when the last count was taken after it and so has it in its figure.
    pub on_hand_delta: i64,
    /// When it was true, UTC; left out: when it was recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Timestamp>,
    /// Of a count: the units that were counted. On hand afterwards are these and all that came or left after the count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted: Option<u32>,
}

impl StockChange {
    fn new(before: &StockLevel, after: &StockLevel, as_of: Timestamp) -> Self {
        Self {
            sku: after.sku.clone(),
            location: after.location.clone(),
            on_hand: after.on_hand,
            safety_stock: after.safety_stock,
            available: after.available(),
            on_hand_delta: after.on_hand.saturating_sub(before.on_hand),
            as_of: Some(as_of),
            counted: None,
        }
    }
}

impl StockEvent {
    /// The event's name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::StockReceived(_) => "StockReceived",
            Self::StockCounted(_) => "StockCounted",
            Self::StockAdjusted(_) => "StockAdjusted",
            Self::SafetyStockChanged(_) => "SafetyStockChanged",
        }
    }

    /// What it changed.
    pub fn change(&self) -> &StockChange {
        match self {
            Self::StockReceived(c)
            | Self::StockCounted(c)
            | Self::StockAdjusted(c)
            | Self::SafetyStockChanged(c) => c,
        }
    }
}

/// One movement of stock, or one step of the work on an exception about stock, as it is written: the new levels,
/// conditioned on the old ones, and the marker that makes it happen once. The marker is also the audit record and the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockCommit {
    /// Levels as read and as they become; at most one entry a (SKU, location).
    pub levels: Vec<(StockLevel, StockLevel)>,
    /// The record.
    pub record: StockRecord,
}

/// The record of a movement of stock, or of the work on an exception about stock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockRecord {
    /// Version of the document, see [`schema::VERSION`].
    #[serde(default = "schema::first")]
    pub schema: u16,
    /// When it was recorded, UTC.
    pub at: Timestamp,
    pub actor: Actor,
    /// Its key names the marker.
    pub cause: Cause,
    pub events: Vec<StockEvent>,
    /// Levels that a count did not change because a later one is known; kept to answer a repeated request.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unchanged: Vec<StockChange>,
    /// Exceptions that it opened.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exceptions_opened: Vec<StockException>,
    /// Exceptions that a person took, as they are since.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exceptions_taken: Vec<StockException>,
    /// Exceptions that it closed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exceptions_closed: Vec<StockExceptionClosed>,
}

impl StockRecord {
    /// A record of nothing.
    pub fn new(at: Timestamp, actor: Actor, cause: Cause) -> Self {
        Self {
            schema: schema::VERSION,
            at,
            actor,
            cause,
            events: Vec::new(),
            unchanged: Vec::new(),
            exceptions_opened: Vec::new(),
            exceptions_taken: Vec::new(),
            exceptions_closed: Vec::new(),
        }
    }

    /// Whether no level and no exception changes with it.
    pub fn changes_nothing(&self) -> bool {
        self.events.is_empty()
            && self.exceptions_opened.is_empty()
            && self.exceptions_taken.is_empty()
            && self.exceptions_closed.is_empty()
    }

    /// Each level as the record left it, one entry for each movement.
    pub fn changes(&self) -> impl Iterator<Item = &StockChange> {
        let events = self.events.iter().map(StockEvent::change);
        events.chain(&self.unchanged)
    }
}
