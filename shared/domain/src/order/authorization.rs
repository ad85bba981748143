//! When authorizations end, and when an order must have its money by another way.
//!
//! What was authorized can be captured for some days only, and a unit that waits for stock may ship later. A payment gateway
//! does not renew an authorization: the customer must pay again. So before an authorization ends on which the order rests,
//! nothing more is released, and people are shown why. Where everything is with locations already, nothing can be held back:
//! then people are shown what ends.

use jiff::{SignedDuration, Timestamp};

use super::{EffectAction, FulfillmentStatus, Intent, Order, ended_hold};

/// How long an authorization can be captured when the provider has not said it, in seconds: what card networks allow for
/// most online payments.
pub const AUTHORIZED_FOR_S: i64 = 604_800;
/// How long before the end of an authorization nothing more is released that rests on it, and a person is shown one of which
/// nothing can be held back, in hours, unless the order's terms say otherwise.
pub const AUTHORIZATION_MARGIN_H: u8 = 24;

/// How the handles of holds for ending authorizations begin.
const HANDLE: &str = "authorization-";

/// An authorization on which an order rests.
#[derive(Debug, Clone, Copy)]
pub struct EndingAuthorization<'a> {
    pub intent: &'a Intent,
    /// Its place among the order's intents.
    index: usize,
    /// Until when it can be captured, UTC.
    pub ends: Timestamp,
    /// From when on its end is near, UTC.
    pub begins: Timestamp,
    /// How much of it is needed, minor units.
    pub needed: i64,
}

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
        let ending = self.needed_authorizations().into_iter().next()?;
        let handle = format!("{HANDLE}{}-{}", ending.ends.as_second(), ending.index);
        let is_placed = self.state.holds.iter().any(|hold| hold.handle == handle);
        let is_news = !is_placed && !self.state.causes.contains(&ended_hold(&handle));
        is_news.then_some((ending.intent, handle, ending.begins))
    }

    /// The authorization of which a person is to be shown that it ends: the order rests on it, all its goods are with
    /// locations or have left, so that nothing can be held back, and no capture of it is under way. Each is shown once for
    /// each end.
    pub fn authorization_to_show(&self) -> Option<EndingAuthorization<'_>> {
        if !self.is_paid() || self.is_more_to_request() {
            return None;
        }
        let mut needed = self.needed_authorizations().into_iter();
        needed.find(|ending| {
            let intent = ending.intent;
            intent.shown_ending != Some(ending.ends) && !self.is_being_captured(intent)
        })
    }

    /// Whether a person who was shown that the authorization of this intent ends can still do something about it: it is needed,
    /// and no other end is known.
    pub(crate) fn is_still_ending(&self, intent: &str) -> bool {
        let mut needed = self.needed_authorizations().into_iter();
        needed.any(|ending| {
            ending.intent.id == intent && ending.intent.shown_ending == Some(ending.ends)
        })
    }

    /// The authorizations on which the order rests, those that end first before others: without each and those before it, less
    /// is secured than is due.
    fn needed_authorizations(&self) -> Vec<EndingAuthorization<'_>> {
        let intents = self.state.payment.intents.iter().enumerate();
        let ending = intents.filter_map(|(index, intent)| {
            let (ends, begins) = (
                self.authorization_ends(intent)?,
                self.margin_begins(intent)?,
            );
            Some((begins, index, ends, intent))
        });
        let mut ending: Vec<(Timestamp, usize, Timestamp, &Intent)> = ending.collect();
        ending.sort_by_key(|(begins, index, ..)| (*begins, *index));
        let mut secured = self.state.payment.secured();
        let due = self.amount_due();
        let mut needed = Vec::new();
        for (begins, index, ends, intent) in ending {
            secured = secured.saturating_sub(intent.capturable());
            let missing = due.saturating_sub(secured);
            if missing > 0 {
                needed.push(EndingAuthorization {
                    intent,
                    index,
                    ends,
                    begins,
                    needed: missing.min(intent.capturable()),
                });
            }
        }
        needed
    }

    fn is_being_captured(&self, intent: &Intent) -> bool {
        let mut open = self.state.effects.iter().filter(|effect| effect.is_open());
        open.any(|effect| match &effect.action {
            EffectAction::Capture { intent: id, .. } => *id == intent.id,
            EffectAction::Refund { .. }
            | EffectAction::ReleaseRest { .. }
            | EffectAction::CancelIntent { .. }
            | EffectAction::ReverseTax(_) => false,
        })
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
