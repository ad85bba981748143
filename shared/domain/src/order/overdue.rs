//! Fulfillment orders that a location works on, and that make no progress.

use jiff::{SignedDuration, Timestamp};

use super::{FulfillmentOrder, FulfillmentStatus, Order};

/// How long a location may make no progress with a fulfillment order that it has accepted before a person is shown it,
/// in seconds, unless the setting says otherwise.
pub const FULFILLMENT_OVERDUE_S: u32 = 5 * 24 * 3600;

/// When the sweep looks at such a fulfillment order for the first time, in seconds after its last progress: so long at
/// least, and less than twice as long. What does not know the setting writes when an order is due, so it is due before
/// the shortest time that is of use, and the sweep, which knows it, postpones it.
pub const OVERDUE_LOOK_S: i64 = 24 * 3600;

impl FulfillmentOrder {
    /// Whether its location works on it: it has accepted, and has not said that nothing more will come.
    pub fn is_worked_on(&self) -> bool {
        match self.status {
            FulfillmentStatus::Accepted
            | FulfillmentStatus::Picking
            | FulfillmentStatus::Packed => self.closing.is_none(),
            FulfillmentStatus::Planned
            | FulfillmentStatus::Requested
            | FulfillmentStatus::Shipped
            | FulfillmentStatus::Rejected
            | FulfillmentStatus::Cancelled => false,
        }
    }
}

impl Order {
    /// The fulfillment orders with which their location has made no progress for `after_s` seconds, normally
    /// [`FULFILLMENT_OVERDUE_S`], and which nobody has been shown since. A hold does not stop a location that has the
    /// request.
    pub fn overdue_fulfillment_orders(
        &self,
        after_s: u32,
        now: Timestamp,
    ) -> impl Iterator<Item = &FulfillmentOrder> {
        let watched = self.watched();
        let overdue = watched.filter(move |(_, progress)| overdue_at(*progress, after_s) <= now);
        overdue.map(|(found, _)| found)
    }

    /// When the location last made progress with a fulfillment order, UTC: its last step, or the last shipment of it that
    /// we heard of.
    pub fn last_progress(&self, found: &FulfillmentOrder) -> Timestamp {
        let shipments = self.state.shipments.iter();
        let shipments = shipments.filter(|shipment| shipment.fulfillment_order == found.id);
        // The id of a shipment is minted when we hear of it.
        let heard = shipments.map(|shipment| shipment.id.minted_at());
        heard.fold(found.since, Timestamp::max)
    }

    /// When the first of the fulfillment orders that locations work on is looked at, UTC.
    pub(super) fn overdue_look_at(&self) -> Option<Timestamp> {
        let watched = self.watched();
        watched
            .map(|(found, progress)| look_at(found.id.minted_at(), progress))
            .min()
    }

    /// When the first of the fulfillment orders that are not overdue yet will be, UTC.
    pub(super) fn next_overdue_at(&self, after_s: u32, now: Timestamp) -> Option<Timestamp> {
        let watched = self.watched();
        let overdue_at = watched.map(|(_, progress)| overdue_at(progress, after_s));
        overdue_at.filter(|overdue_at| *overdue_at > now).min()
    }

    /// The fulfillment orders that locations work on and that nobody has been shown, each with its last progress.
    fn watched(&self) -> impl Iterator<Item = (&FulfillmentOrder, Timestamp)> {
        let found = self.state.fulfillment_orders.iter();
        let watched = found.filter(|found| found.is_worked_on() && !found.overdue_shown);
        watched.map(|found| (found, self.last_progress(found)))
    }
}

fn overdue_at(progress: Timestamp, after_s: u32) -> Timestamp {
    let after = SignedDuration::from_secs(after_s.into());
    progress.checked_add(after).unwrap_or(Timestamp::MAX)
}

/// On a grid, because the time is an index key, which costs two write units each time that it moves: a location that
/// takes less than a day for all its steps moves it once. The grid begins when the fulfillment order was made, so that
/// not all orders are due at the same hour.
fn look_at(made_at: Timestamp, progress: Timestamp) -> Timestamp {
    let begin = made_at.as_second();
    let intervals = progress
        .as_second()
        .saturating_sub(begin)
        .div_euclid(OVERDUE_LOOK_S)
        .saturating_add(2);
    let look_at = begin.saturating_add(intervals.saturating_mul(OVERDUE_LOOK_S));
    Timestamp::from_second(look_at).unwrap_or(Timestamp::MAX)
}
