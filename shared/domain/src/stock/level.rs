//! Stock levels: how many units of a SKU a location has, has reserved and may sell.
//!
//! What is on hand is the last count and all movements after it. *Last* and *after* are about when something was true,
//! not about when we heard of it: the same counts and movements give the same figure in every order of arrival.
//! Therefore a level keeps its last movements with their times, to carry them over a count that we hear of late.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::StockDelta;
use crate::{
    ids::{LocationId, Sku},
    order::ExceptionKind,
    serde_default::is_default,
};

/// Movements of a level that are kept at least. A count that was taken before older ones is refused.
pub const MOVES_KEPT: usize = 50;
/// Movements of a level that are kept at most. Until then one is added without reading the level; the next one drops the
/// oldest, down to [`MOVES_KEPT`]. 60 fit an item of 1 KB, which is what a write is paid by.
pub const MOVES_MAX: usize = 60;

/// Units that came to a level or left it, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LevelMove {
    /// When they did, UTC, whole milliseconds.
    pub at: Timestamp,
    /// Units more or less on hand.
    pub units: i64,
}

impl LevelMove {
    /// A movement at a time.
    pub fn new(at: Timestamp, units: i64) -> Self {
        Self {
            at: whole_milliseconds(at),
            units,
        }
    }
}

/// Drops what is finer than a millisecond: times of counts and movements are compared and stored in milliseconds.
pub fn whole_milliseconds(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at)
}

/// Units of one SKU at one location.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StockLevel {
    pub sku: Sku,
    pub location: LocationId,
    /// Units at the location, reserved ones included. Negative only when shipments left that we had no stock for.
    pub on_hand: i64,
    /// Assigned to orders and not yet shipped.
    pub reserved: i64,
    /// Withheld from sale.
    pub safety_stock: i64,
    /// When the last count was taken, UTC, whole milliseconds; `None`: the units were never counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted_at: Option<Timestamp>,
    /// The last movements after the last count, in the order in which we heard of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub moves: Vec<LevelMove>,
    /// The time of the latest movement after the last count that is no longer kept; `None`: all are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moves_dropped_until: Option<Timestamp>,
    /// The open exception that asks for a count; `None`: none was ever opened, or it has been closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count_needed: Option<CountNeeded>,
    /// How many exceptions about the level were ever opened: the number of the last one.
    #[serde(default, skip_serializing_if = "is_default")]
    pub exceptions_opened: u32,
}

/// An open exception about a level, which asks for a count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CountNeeded {
    /// A count that was taken then or later closes it, UTC, whole milliseconds.
    pub at: Timestamp,
    /// What kind of exception it is.
    pub kind: ExceptionKind,
}

/// What a count makes of a level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CountOutcome {
    /// The level with the count, and the movements after it.
    Counted(StockLevel),
    /// A later count is known: this one changes nothing.
    Outdated,
    /// Movements after the count are no longer kept, so what is on hand now does not follow from it.
    TooOld,
}

impl StockLevel {
    /// A level with nothing there.
    pub fn empty(sku: Sku, location: LocationId) -> Self {
        Self {
            sku,
            location,
            on_hand: 0,
            reserved: 0,
            safety_stock: 0,
            counted_at: None,
            moves: Vec::new(),
            moves_dropped_until: None,
            count_needed: None,
            exceptions_opened: 0,
        }
    }

    /// When units were last received or counted here, UTC, as far as it is known; a correction upwards is a receipt too.
    pub fn restocked_at(&self) -> Option<Timestamp> {
        let received = self.moves.iter().filter(|moved| moved.units > 0);
        let received = received.map(|moved| moved.at).max();
        received.max(self.counted_at)
    }

    fn balance(&self) -> i64 {
        self.on_hand
            .saturating_sub(self.reserved)
            .saturating_sub(self.safety_stock)
    }

    /// Units that may be reserved: `on_hand - reserved - safety_stock`, never below zero.
    pub fn available(&self) -> i64 {
        self.balance().max(0)
    }

    /// Units that are missing for what is reserved and withheld: a count or a shipment has shown that there is less
    /// than we had recorded. Zero whenever something is available.
    pub fn shortfall(&self) -> i64 {
        self.balance().saturating_neg().max(0)
    }

    /// The level after what an order's change does to it. Movements from before the last count are in its figure
    /// already.
    ///
    /// So are units that are reported missing where fewer are on hand than are reserved: a count or a correction has
    /// shown that some of the reserved units do not exist, and the location now finds the same for the order that they
    /// were reserved for. They are written off only as far as the shortfall does not cover them.
    #[must_use]
    pub fn after(&self, delta: &StockDelta) -> Self {
        let mut after = self.clone();
        after.reserved = after.reserved.saturating_add(delta.reserved);
        let missing = self.reserved.saturating_sub(self.on_hand).max(0);
        for moved in delta.moves_with(self.counted_at, missing) {
            after.add(moved);
        }
        if after.moves.len() > MOVES_MAX {
            after.drop_oldest_moves();
        }
        after
    }

    /// The level after a movement that no order caused, and without the oldest movements that need not be kept.
    #[must_use]
    pub fn moved(&self, moved: LevelMove) -> Self {
        let mut after = self.clone();
        if moved.units != 0 && is_after_count(moved.at, self.counted_at) {
            after.add(moved);
        }
        after.drop_oldest_moves();
        after
    }

    /// What a count makes of the level that was taken at `at` and found so many units. Of two counts at the same
    /// moment the lower one holds, whichever we hear of first.
    pub fn counted(&self, on_hand: u32, at: Timestamp) -> CountOutcome {
        let (at, found) = (whole_milliseconds(at), i64::from(on_hand));
        if self.counted_at.is_some_and(|last| at < last) {
            return CountOutcome::Outdated;
        }
        let same_time = self.counted_at == Some(at);
        if self.moves_dropped_until.is_some_and(|dropped| at < dropped) {
            return match same_time {
                true => CountOutcome::Outdated,
                false => CountOutcome::TooOld,
            };
        }
        let moves: Vec<LevelMove> = self.moves.iter().copied().filter(|m| m.at > at).collect();
        let carried = moves.iter().map(|m| m.units);
        let on_hand = carried.fold(found, i64::saturating_add);
        if same_time && on_hand >= self.on_hand {
            return CountOutcome::Outdated;
        }
        let mut after = Self {
            on_hand,
            counted_at: Some(at),
            moves,
            moves_dropped_until: None,
            count_needed: self.count_needed.clone().filter(|needed| at < needed.at),
            ..self.clone()
        };
        after.drop_oldest_moves();
        CountOutcome::Counted(after)
    }

    fn add(&mut self, moved: LevelMove) {
        self.on_hand = self.on_hand.saturating_add(moved.units);
        self.moves.push(moved);
    }

    /// Drops the movements that are the longest ago, down to [`MOVES_KEPT`].
    fn drop_oldest_moves(&mut self) {
        let excess = self.moves.len().saturating_sub(MOVES_KEPT);
        let mut times: Vec<Timestamp> = self.moves.iter().map(|moved| moved.at).collect();
        times.sort_unstable();
        for dropped in times.into_iter().take(excess) {
            if let Some(index) = self.moves.iter().position(|moved| moved.at == dropped) {
                self.moves.remove(index);
            }
            self.moves_dropped_until = self.moves_dropped_until.max(Some(dropped));
        }
    }
}

/// Whether something that happened at `at` is not in the figure of the last count.
pub(super) fn is_after_count(at: Timestamp, counted_at: Option<Timestamp>) -> bool {
    counted_at.is_none_or(|counted| at > counted)
}
