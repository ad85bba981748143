//! When authorizations end, and when an order must have its money by another way.
//!
//! What was authorized can be captured for some days only, and a unit that waits for stock may ship later. A payment gateway
//! does not renew an authorization: the customer must pay again. So before an authorization ends on which the order rests,
//! nothing more is released, and people are shown why.

use jiff::{SignedDuration, Timestamp};

use super::{FulfillmentStatus, Intent, Order, ended_hold};

/// How long an authorization can be captured when the provider has not said it, in seconds: what card networks allow for
/// most online payments.
pub const AUTHORIZED_FOR_S: i64 = 604_800;
/// How long before the end of an authorization nothing more is released that rests on it, in hours, unless the order's
/// terms say otherwise.
pub const AUTHORIZATION_MARGIN_H: u8 = 24;

/// How the handles of holds for ending authorizations begin.
const HANDLE: &str = "authorization-";

impl Order {
    /// Until when an intent can be captured, UTC; `None`: nothing can be captured of it, or nobody knows.
    pub fn authorization_ends(&self, intent: &Intent) -> Option<Timestamp> {
        if intent.capturable() == 0 {
            return None;
        }
        let usual = |at: Timestamp| {
            let valid = SignedDuration::from_secs(AUTHORIZED_FOR_S);
            at.checked_add(valid).ok()
        };
        intent
            .capture_before
            .or_else(|| intent.authorized_at.and_then(usual))
    }

    /// The authorization whose end makes a hold due, with the hold's handle and the time from which on it is due, UTC:
    /// without it and those that end before it, less is secured than is due for units that no location was asked for.
    pub fn authorization_to_replace(&self) -> Option<(&Intent, String, Timestamp)> {
        if !self.is_paid() || !self.is_more_to_request() {
            return None;
        }
        let mut ending: Vec<(Timestamp, usize, &Intent)> = self
            .state
            .payment
            .intents
            .iter()
            .enumerate()
            .filter_map(|(index, intent)| Some((self.margin_begins(intent)?, index, intent)))
            .collect();
        ending.sort_by_key(|(begins, index, _)| (*begins, *index));
        let mut secured = self.state.payment.secured();
        let due = self.amount_due();
        for (begins, index, intent) in ending {
            secured = secured.saturating_sub(intent.capturable());
            if secured < due {
                let end = self.authorization_ends(intent)?.as_second();
                let handle = format!("{HANDLE}{end}-{index}");
                let is_placed = self.state.holds.iter().any(|hold| hold.handle == handle);
                let is_news = !is_placed && !self.state.causes.contains(&ended_hold(&handle));
                return is_news.then_some((intent, handle, begins));
            }
        }
        None
    }

    /// The holds for ending authorizations that are in force although the order does not rest on any at `now`.
    pub fn holds_of_replaced_authorizations(&self, now: Timestamp) -> Vec<&str> {
        let intents = self.state.payment.intents.iter();
        let is_ending = |i: &&Intent| self.margin_begins(i).is_some_and(|begins| begins <= now);
        let ending = intents.filter(is_ending).map(Intent::capturable);
        let ending = ending.fold(0, i64::saturating_add);
        let lasting = self.state.payment.secured().saturating_sub(ending);
        if lasting < self.amount_due() {
            return vec![];
        }
        let handles = self.state.holds.iter().map(|hold| hold.handle.as_str());
        handles.filter(|h| h.starts_with(HANDLE)).collect()
    }

    fn margin_begins(&self, intent: &Intent) -> Option<Timestamp> {
        let hours = self.terms().authorization_margin_h;
        let margin = SignedDuration::from_hours(hours.unwrap_or(AUTHORIZATION_MARGIN_H).into());
        let ends = self.authorization_ends(intent)?;
        ends.checked_sub(margin).ok()
    }

    /// Whether there are units that no location was asked for.
    fn is_more_to_request(&self) -> bool {
        let planned = self.state.fulfillment_orders.iter();
        let mut planned = planned.filter(|f| f.status == FulfillmentStatus::Planned);
        self.sum(|line| line.unrouted.saturating_add(line.backordered)) > 0
            || planned.any(|f| f.lines.iter().any(|line| line.open > 0))
    }
}
