//! Fulfillment orders: units of an order that are assigned to one location.

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::CancelReason;
use crate::{
    ids::{FulfillmentOrderId, LineId, LocationId},
    serde_default::is_default,
};

/// The winner of a cancellation that the location refused, in `CancellationRefused`.
pub(crate) const LOCATION_REFUSED: &str = "location_refused";

/// How often the request of a fulfillment order is taken back, at most: a location whose connections fail in a way that
/// only a request shows would cost two commits each time that it is tried.
pub const TAKEN_BACK_MAX: u32 = 10;
/// How long a request can be taken back after it was recorded, in seconds: an attempt to send it has ended by then.
pub const TAKE_BACK_WITHIN_S: i64 = 30;
/// How long others record that they send a request after it was recorded, in seconds. Longer than a request can be taken
/// back, by more than a transaction takes with all its attempts and by what clocks differ. Later attempts cost no write.
pub const REPEATS_NOTED_S: i64 = 120;

/// How long nobody is shown the silence of a location again after a person has closed the exception about it, in seconds; twice
/// as long each further time.
pub const SILENCE_PAUSE_S: i64 = 86_400;
/// How often that pause is doubled, at most: to 8 days.
const SILENCE_PAUSE_DOUBLED: u32 = 3;

/// Units of one order assigned to one location or supplier; carries its own reservation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FulfillmentOrder {
    /// Our id, which the location echoes in its webhooks.
    pub id: FulfillmentOrderId,
    /// The location or supplier.
    pub location: LocationId,
    /// Whether stock is not counted here: what this location carries is assigned without limit, and it rejects what it
    /// does not have.
    #[serde(default, skip_serializing_if = "is_default")]
    pub untracked: bool,
    /// How far it is.
    pub status: FulfillmentStatus,
    /// When it got there, UTC.
    pub since: Timestamp,
    /// What is assigned.
    pub lines: Vec<FulfillmentLine>,
    /// Why the location was asked to cancel units; `None`: it was not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancel_reason: Option<CancelReason>,
    /// Whether the location has refused to stop. Then it is not asked again by itself; people may.
    #[serde(default, skip_serializing_if = "is_default")]
    pub stop_refused: bool,
    /// How many more requests to give units back than one the location has not answered. While there are any, an answer may
    /// be about an earlier one.
    #[serde(default, skip_serializing_if = "is_default")]
    pub asked_again: u32,
    /// Whether its request was soon sent, or is being sent, by someone else than who recorded it. Then it may have arrived,
    /// and is not taken back.
    #[serde(default, skip_serializing_if = "is_default")]
    pub repeated: bool,
    /// How often its request was taken back because it had certainly not left.
    #[serde(default, skip_serializing_if = "is_default")]
    pub taken_back: u32,
    /// What the request says that the carrier collects, minor units; `None`: it says nothing, or was not sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collect: Option<i64>,
    /// The location has said that nothing more will come; `None`: it has not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closing: Option<Closing>,
    /// Whether a person was shown that it is overdue, and the location has made no progress since.
    #[serde(default, skip_serializing_if = "is_default")]
    pub overdue_shown: bool,
    /// A person has closed the exception that its location is silent, or refuses what it is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub silence_closed: Option<SilenceClosed>,
}

/// When and how often a person has closed the exception that a location is silent, or refuses what it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SilenceClosed {
    /// The last time, UTC.
    pub at: Timestamp,
    /// How often, counted from 1.
    pub times: u32,
}

impl SilenceClosed {
    /// It was closed then, after it had been closed like this before.
    pub(crate) fn again(before: Option<Self>, at: Timestamp) -> Self {
        let times = before.map_or(0, |before| before.times);
        Self {
            at,
            times: times.saturating_add(1),
        }
    }

    /// Until when nobody is shown the silence again, UTC.
    fn ends(self) -> Timestamp {
        let doubled = self.times.saturating_sub(1).min(SILENCE_PAUSE_DOUBLED);
        let pause = SILENCE_PAUSE_S.saturating_mul(1_i64 << doubled);
        let pause = SignedDuration::from_secs(pause);
        self.at.checked_add(pause).unwrap_or(Timestamp::MAX)
    }
}

/// A location has said that nothing more will come for a fulfillment order that still has open units. Messages overtake
/// each other, so shipments that left may not be known yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Closing {
    /// Until when shipments may be missing, UTC; `None`: that time has passed, and a person was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Whether the location has said how many units it shipped in all: the open units then have left. Otherwise units
    /// that are open when the time has passed are short.
    #[serde(default, skip_serializing_if = "is_default")]
    pub totals_known: bool,
    /// When the location said so, UTC; `None`: a build that did not note it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
}

/// Units of one line within a fulfillment order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FulfillmentLine {
    /// The order's line.
    pub line: LineId,
    /// Units assigned and not yet shipped; each holds a reserved unit of stock.
    pub open: u32,
    /// Units shipped.
    #[serde(default, skip_serializing_if = "is_default")]
    pub shipped: u32,
    /// Of the open units, how many the location is asked to cancel.
    #[serde(default, skip_serializing_if = "is_default")]
    pub cancel_requested: u32,
    /// Of the other open units, how many the location has refused to cancel. Its answers may overtake each other: units
    /// that it says later it has cancelled are cancelled, and not routed again.
    #[serde(default, skip_serializing_if = "is_default")]
    pub cancel_refused: u32,
    /// Of the other open units, how many the location is asked to give back because they are not paid any more. They
    /// are not cancelled: they are routed again once they are paid.
    #[serde(default, skip_serializing_if = "is_default")]
    pub recalled: u32,
    /// Of the other open units, how many the location has refused to give back, as with `cancel_refused`: units that it says
    /// later it has cancelled are given back, and it has not declined them.
    #[serde(default, skip_serializing_if = "is_default")]
    pub recall_refused: u32,
    /// Of the open units, how many the order needs no more, because a late shipment from elsewhere has them.
    #[serde(default, skip_serializing_if = "is_default")]
    pub surplus: u32,
    /// Units that the location said it would not ship, and that were routed again. A shipment that turns up later takes
    /// them back.
    #[serde(default, skip_serializing_if = "is_default")]
    pub released: u32,
    /// Of the released units, how many are written off the location's stock. A shipment that contains them, or a message
    /// that they were cancelled, reverses that.
    #[serde(default, skip_serializing_if = "is_default")]
    pub written_off: u32,
}

impl FulfillmentLine {
    /// Units of a line that are assigned.
    pub fn assigned(line: LineId, units: u32) -> Self {
        Self {
            line,
            open: units,
            shipped: 0,
            cancel_requested: 0,
            cancel_refused: 0,
            recalled: 0,
            recall_refused: 0,
            surplus: 0,
            released: 0,
            written_off: 0,
        }
    }

    /// Open units that the location is asked not to ship, for either reason.
    pub fn asked_back(&self) -> u32 {
        self.cancel_requested.saturating_add(self.recalled)
    }

    /// Open units that the location is to ship.
    pub fn to_ship(&self) -> u32 {
        self.open.saturating_sub(self.asked_back())
    }

    /// Asks for no more units back than are open.
    pub(crate) fn clamp_asked_back(&mut self) {
        self.cancel_requested = self.cancel_requested.min(self.open);
        let rest = self.open.saturating_sub(self.cancel_requested);
        self.cancel_refused = self.cancel_refused.min(rest);
        self.recalled = self
            .recalled
            .min(self.open.saturating_sub(self.cancel_requested));
        let rest = rest.saturating_sub(self.cancel_refused.saturating_add(self.recalled));
        self.recall_refused = self.recall_refused.min(rest);
    }
}

/// How far a fulfillment order is; ordered as it happens.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum FulfillmentStatus {
    /// Decided and reserved; no request was sent.
    Planned,
    /// A request was sent, or is being sent.
    Requested,
    /// The location accepted.
    Accepted,
    /// The location is picking.
    Picking,
    /// The location has packed.
    Packed,
    /// Nothing is open any more, and something has left.
    Shipped,
    /// The location declined; its units were routed again.
    Rejected,
    /// Called off before anything left: its units were cancelled, or taken back because they were not paid.
    Cancelled,
}

impl FulfillmentStatus {
    /// Whether the location may still work on it.
    pub fn is_open(self) -> bool {
        match self {
            Self::Planned | Self::Requested | Self::Accepted | Self::Picking | Self::Packed => true,
            Self::Shipped | Self::Rejected | Self::Cancelled => false,
        }
    }

    /// The name in snake case.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Requested => "requested",
            Self::Accepted => "accepted",
            Self::Picking => "picking",
            Self::Packed => "packed",
            Self::Shipped => "shipped",
            Self::Rejected => "rejected",
            Self::Cancelled => "cancelled",
        }
    }
}

impl FulfillmentOrder {
    /// Units assigned and not yet shipped.
    pub fn open_units(&self) -> u32 {
        self.lines
            .iter()
            .map(|l| l.open)
            .fold(0, u32::saturating_add)
    }

    /// As of when units that the location reports missing are written off its stock: when they were reserved, UTC.
    ///
    /// The location says when it looked for them, but nobody knows since when they are gone. When they were reserved,
    /// what is on hand was taken for true; so a count that was taken before does not know that they are missing, and they
    /// are written off. A count that was taken since has looked at the shelf itself and holds, whether we hear of it
    /// before the report or after it: it found fewer units then, and a write-off on top would take them twice. When units
    /// disappear between such a count and the report, the level has too many until the next report or count.
    ///
    /// All write-offs of a fulfillment order have this one time, so each can be reversed exactly.
    pub fn written_off_as_of(&self) -> Timestamp {
        self.id.minted_at()
    }

    /// Whether the location has not got its request, or not answered it, for `after_s` seconds, normally
    /// [`SILENCE_S`](super::SILENCE_S).
    pub(super) fn is_silent(&self, after_s: u32, now: Timestamp) -> bool {
        self.awaits_answer() && self.silence_shown_at(after_s) <= now
    }

    /// When a person is shown the silence of the location if it lasts, UTC: after `after_s` seconds; after a person has closed
    /// the exception, again when [`SILENCE_PAUSE_S`] is over, and twice as long each further time.
    pub(super) fn silence_shown_at(&self, after_s: u32) -> Timestamp {
        let after = SignedDuration::from_secs(after_s.into());
        let first = self.since.checked_add(after).unwrap_or(Timestamp::MAX);
        // A request that was recorded later has a silence of its own.
        let closed = self.silence_closed.filter(|closed| closed.at >= self.since);
        closed.map_or(first, |closed| first.max(closed.ends()))
    }

    /// Whether a person may be shown that the location does not take what it is asked: no pause lasts that began when one
    /// closed the exception about that.
    pub(crate) fn is_shown_now(&self, now: Timestamp) -> bool {
        let closed = self.silence_closed.filter(|closed| closed.at >= self.since);
        closed.is_none_or(|closed| closed.ends() <= now)
    }

    /// Whether the location has not said anything about it.
    pub fn awaits_answer(&self) -> bool {
        match self.status {
            FulfillmentStatus::Planned | FulfillmentStatus::Requested => true,
            FulfillmentStatus::Accepted
            | FulfillmentStatus::Picking
            | FulfillmentStatus::Packed
            | FulfillmentStatus::Shipped
            | FulfillmentStatus::Rejected
            | FulfillmentStatus::Cancelled => false,
        }
    }

    /// Whether its request can be taken back by whoever recorded it, when their attempt to send it has certainly failed:
    /// nobody else has tried.
    pub fn can_be_taken_back(&self, now: Timestamp) -> bool {
        let since = now.duration_since(self.since).as_secs();
        self.status == FulfillmentStatus::Requested
            && !self.repeated
            && self.taken_back < TAKEN_BACK_MAX
            && since < TAKE_BACK_WITHIN_S
    }

    /// Whether others than who recorded its request must record an attempt to send it before they make one, because the
    /// request may still be taken back.
    pub fn notes_repeats(&self, now: Timestamp) -> bool {
        let since = now.duration_since(self.since).as_secs();
        self.status == FulfillmentStatus::Requested && !self.repeated && since < REPEATS_NOTED_S
    }

    /// Whether we await the location's answer to a request not to ship units.
    pub fn awaits_cancellation(&self) -> bool {
        self.lines.iter().any(|l| l.asked_back() > 0)
    }

    /// Whether a location has the request and has not begun: it can still be asked to stop.
    pub fn can_be_stopped(&self) -> bool {
        match self.status {
            FulfillmentStatus::Requested | FulfillmentStatus::Accepted => {
                !self.stop_refused && self.closing.is_none()
            }
            FulfillmentStatus::Planned
            | FulfillmentStatus::Picking
            | FulfillmentStatus::Packed
            | FulfillmentStatus::Shipped
            | FulfillmentStatus::Rejected
            | FulfillmentStatus::Cancelled => false,
        }
    }

    /// Whether units are with a location: it has the request, and something of it has not left.
    pub fn is_at_location(&self) -> bool {
        self.status.is_open() && self.status != FulfillmentStatus::Planned
    }

    /// Notes that the location is asked to give units back; before the units are noted.
    pub(crate) fn note_asked(&mut self) {
        self.asked_again = match self.awaits_cancellation() {
            true => self.asked_again.saturating_add(1),
            false => 0,
        };
    }

    /// Notes that the location has given units back.
    pub(crate) fn note_given_back(&mut self) {
        self.asked_again = match self.awaits_cancellation() {
            true => self.asked_again.saturating_sub(1),
            false => 0,
        };
    }

    /// The part of a line that is assigned here.
    pub fn line(&self, id: &LineId) -> Option<&FulfillmentLine> {
        self.lines.iter().find(|l| l.line == *id)
    }
}
