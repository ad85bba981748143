//! Exceptions about stock: what a person must look at that belongs to no order.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{StockLevel, level::MOVES_KEPT};
use crate::{
    ids::{LocationId, Sku},
    order::{ExceptionKind, ExceptionOutcome},
};

/// Something about one stock level that a person must look at. A level has at most one of a kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockException {
    pub kind: ExceptionKind,
    pub sku: Sku,
    pub location: LocationId,
    /// When it was opened, UTC.
    pub at: Timestamp,
    /// A sentence for a person; no personal data.
    pub detail: String,
    /// The subject of the person who works on it; `None`: nobody has taken it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
}

/// The end of an exception about stock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockExceptionClosed {
    pub kind: ExceptionKind,
    pub sku: Sku,
    pub location: LocationId,
    /// When it was closed, UTC.
    pub at: Timestamp,
    pub outcome: ExceptionOutcome,
}

impl StockException {
    /// A count was refused: too much has come and left since it was taken.
    pub fn count_too_old(
        level: &StockLevel,
        on_hand: u32,
        counted_at: Timestamp,
        now: Timestamp,
    ) -> Self {
        let StockLevel { sku, location, .. } = level;
        let detail = format!(
            "a count of {sku} at {location} that found {on_hand} units at {counted_at} was not recorded: \
             only the last {MOVES_KEPT} movements are kept, and more came or left after it; count again"
        );
        Self {
            kind: ExceptionKind::CountTooOld,
            sku: sku.clone(),
            location: location.clone(),
            at: now,
            detail,
            owner: None,
        }
    }
}

impl StockExceptionClosed {
    /// A count was recorded after one had been refused.
    pub fn counted_again(level: &StockLevel, now: Timestamp) -> Self {
        Self {
            kind: ExceptionKind::CountTooOld,
            sku: level.sku.clone(),
            location: level.location.clone(),
            at: now,
            outcome: ExceptionOutcome::NoLongerTrue,
        }
    }
}
