//! Exceptions about stock: what a person must look at that belongs to no order.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{CountNeeded, MOVES_KEPT, StockLevel, whole_milliseconds};
use crate::{
    ids::{LocationId, Sku},
    order::{Actor, ExceptionKind, ExceptionOutcome, Rejection, RejectionCode},
};

/// Something about one stock level that a person must look at. A level has at most one, whatever has caused it: all end
/// with a count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockException {
    /// Its number among those of the level, counted from 1.
    #[serde(default = "first")]
    pub id: u32,
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
    /// Its number among those of the level.
    #[serde(default = "first")]
    pub id: u32,
    pub kind: ExceptionKind,
    pub sku: Sku,
    pub location: LocationId,
    /// When it was closed, UTC.
    pub at: Timestamp,
    pub outcome: ExceptionOutcome,
    /// Free text of the person who closed it; may contain personal data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Who closed it; `None`: what had caused it is no longer so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Actor>,
}

/// The number of what was stored before exceptions about stock had numbers.
fn first() -> u32 {
    1
}

impl StockException {
    /// A count was refused: too much has come and left since it was taken. The level afterwards, and the exception;
    /// `None`: one is open already.
    pub fn count_too_old(
        level: &StockLevel,
        on_hand: u32,
        counted_at: Timestamp,
        now: Timestamp,
    ) -> Option<(StockLevel, Self)> {
        if level.count_needed.is_some() {
            return None;
        }
        let StockLevel { sku, location, .. } = level;
        let detail = format!(
            "a count of {sku} at {location} that found {on_hand} units at {counted_at} was not recorded: \
             only the last {MOVES_KEPT} movements are kept, and more came or left after it; count again"
        );
        let needed = CountNeeded {
            at: whole_milliseconds(counted_at),
            kind: ExceptionKind::CountTooOld,
        };
        Some(Self::open(level, needed, detail, now))
    }

    /// A location reported at `reported_at` that `units` do not exist, and they are written off. How many there really are
    /// only a count tells: they may have been in a shipment that we have not heard of, and may be lost, which another
    /// count has found already. The level afterwards, and the exception unless one is open; `None`: the shelf was
    /// counted since, or a later count is asked for.
    pub fn units_missing(
        level: &StockLevel,
        units: u32,
        reported_at: Timestamp,
        now: Timestamp,
    ) -> Option<(StockLevel, Option<Self>)> {
        let at = whole_milliseconds(reported_at);
        let asked = level.count_needed.as_ref().map(|needed| needed.at);
        if level.counted_at.max(asked).is_some_and(|known| known >= at) {
            return None;
        }
        if let Some(open) = &level.count_needed {
            let needed = CountNeeded { at, ..open.clone() };
            let after = StockLevel {
                count_needed: Some(needed),
                ..level.clone()
            };
            return Some((after, None));
        }
        let StockLevel { sku, location, .. } = level;
        let detail = format!(
            "{location} reported at {at} that {units} units of {sku} are missing, and they were written off; count what is there"
        );
        let needed = CountNeeded {
            at,
            kind: ExceptionKind::UnitsMissing,
        };
        let (after, opened) = Self::open(level, needed, detail, now);
        Some((after, Some(opened)))
    }

    /// The level with an exception about it, and the exception.
    fn open(
        level: &StockLevel,
        needed: CountNeeded,
        detail: String,
        now: Timestamp,
    ) -> (StockLevel, Self) {
        let id = level.exceptions_opened.saturating_add(1);
        let opened = Self {
            id,
            kind: needed.kind.clone(),
            sku: level.sku.clone(),
            location: level.location.clone(),
            at: now,
            detail,
            owner: None,
        };
        let after = StockLevel {
            count_needed: Some(needed),
            exceptions_opened: id,
            ..level.clone()
        };
        (after, opened)
    }

    /// Whether the exception of that number is open at the level.
    ///
    /// # Errors
    /// When it is closed, or was never opened.
    pub fn check_open(level: &StockLevel, id: u32) -> Result<(), Rejection> {
        let (code, message) = if id == 0 || id > level.exceptions_opened {
            let message = "the stock level has no exception of that number";
            (RejectionCode::UnknownException, message)
        } else if id == level.exceptions_opened && level.count_needed.is_some() {
            return Ok(());
        } else {
            (RejectionCode::ExceptionClosed, "the exception is closed")
        };
        Err(Rejection::new(code, id.to_string(), message))
    }

    /// A person closes it: the level afterwards, and the end. The next cause opens another.
    ///
    /// # Errors
    /// When it cannot end like that.
    pub fn close(
        &self,
        level: &StockLevel,
        outcome: ExceptionOutcome,
        note: Option<String>,
        by: Actor,
        now: Timestamp,
    ) -> Result<(StockLevel, StockExceptionClosed), Rejection> {
        if matches!(
            outcome,
            ExceptionOutcome::AcceptedAsCredit
                | ExceptionOutcome::Approved
                | ExceptionOutcome::SurplusRefunded
                | ExceptionOutcome::SurplusKept
        ) {
            let message = "an exception about stock is no refund to accept or to approve";
            let code = RejectionCode::OutcomeNotAllowed;
            return Err(Rejection::new(code, self.kind.as_str(), message));
        }
        let after = StockLevel {
            count_needed: None,
            ..level.clone()
        };
        let closed = StockExceptionClosed {
            id: self.id,
            kind: self.kind.clone(),
            sku: self.sku.clone(),
            location: self.location.clone(),
            at: now,
            outcome,
            note,
            by: Some(by),
        };
        Ok((after, closed))
    }
}

impl StockExceptionClosed {
    /// The count that was needed was recorded: `None` when `before` needed none, or `after` still does.
    pub fn counted(before: &StockLevel, after: &StockLevel, now: Timestamp) -> Option<Self> {
        let needed = before.count_needed.as_ref();
        let ended = needed.filter(|_| after.count_needed.is_none())?;
        Some(Self {
            id: after.exceptions_opened,
            kind: ended.kind.clone(),
            sku: after.sku.clone(),
            location: after.location.clone(),
            at: now,
            outcome: ExceptionOutcome::NoLongerTrue,
            note: None,
            by: None,
        })
    }
}
