//! What an order owes next, and when the sweep looks at it again.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::{
    ExceptionKind, FULFILLMENT_OVERDUE_S, FulfillmentOrder, FulfillmentStatus, Order, PaymentStep,
    Performer,
};

/// How long an order may owe progress before the sweep drives it again, in seconds: so long at least, and less
/// than twice as long.
pub const REDRIVE_AFTER_S: i64 = 300;

/// The longest pause between two times that the sweep drives an order, in seconds.
pub const REDRIVE_PAUSE_MAX_S: i64 = 6 * 3600;
/// How long a location may leave a request unanswered before a person is shown it, in seconds, unless the setting says
/// otherwise. The sweep finds it out, so it cannot take less than [`REDRIVE_AFTER_S`].
pub const SILENCE_S: u32 = 4 * 3600;

/// After what time a person is shown that a location does nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShownAfter {
    /// How long it may leave a request unanswered, in seconds.
    pub silent_s: u32,
    /// How long it may make no progress with a fulfillment order that it has accepted, in seconds.
    pub overdue_s: u32,
}

impl Default for ShownAfter {
    fn default() -> Self {
        Self {
            silent_s: SILENCE_S,
            overdue_s: FULFILLMENT_OVERDUE_S,
        }
    }
}

/// A kind of progress that an order owes. Each is the work of one function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Owed {
    /// What the payment makes due: see [`PaymentStep`].
    Cancellation,
    /// The payment gateway or the tax service must be commanded, or the gateway asked.
    Payments,
    /// Locations must be sent a request, or asked to cancel.
    Dispatch,
    /// Units must be routed, or the wait for missing shipments is over.
    Routing,
}

impl Order {
    /// The progress that the order owes, each kind with the time when it is overdue, UTC. Empty: nothing is owed.
    pub fn owes(&self) -> BTreeMap<Owed, Timestamp> {
        let overdue = overdue_after(self.state.changed_at);
        let owed = [
            (Owed::Payments, self.owes_payments()),
            (Owed::Dispatch, self.owes_dispatch()),
            (Owed::Routing, self.owes_routing()),
        ];
        let owed = owed.into_iter().filter(|(_, is_owed)| *is_owed);
        let mut owes: BTreeMap<Owed, Timestamp> = owed.map(|(owed, _)| (owed, overdue)).collect();
        if let Some(asked_at) = self.asks_at().min() {
            let due = owes.entry(Owed::Payments).or_insert(asked_at);
            *due = asked_at.min(*due);
        }
        if let Some((step, due)) = self.payment_step() {
            // A step that is due at once is done because of the event that made it so. No event tells that the end of an
            // authorization is near, or that an invoice is overdue.
            let is_told = match step {
                PaymentStep::HoldForPayment
                | PaymentStep::ShowEnding(_)
                | PaymentStep::ShowOverdue => false,
                PaymentStep::Cancel(_)
                | PaymentStep::ReleaseReservations
                | PaymentStep::ShowAwaitingGateway
                | PaymentStep::ShowUnresolved(_)
                | PaymentStep::ShowOutstanding => true,
            };
            let is_at_once = is_told && due <= self.state.changed_at;
            owes.insert(Owed::Cancellation, if is_at_once { overdue } else { due });
        }
        if let Some(until) = self.closing_ends() {
            let due = owes.entry(Owed::Routing).or_insert(until);
            *due = until.min(*due);
        }
        owes
    }

    /// When the first wait for missing shipments is over, UTC.
    pub fn closing_ends(&self) -> Option<Timestamp> {
        let open = self.state.fulfillment_orders.iter();
        open.filter(|f| f.status.is_open())
            .filter_map(|f| f.closing?.until)
            .min()
    }

    /// When the sweep looks at the order again after it has looked at it at `now`, UTC: the first of
    ///
    /// * the next time that it drives it, while it owes progress: the pause is as long as the order, or its oldest
    ///   unanswered request, has been waiting, or its time to pay has been over, so it doubles each time, up to
    ///   [`REDRIVE_PAUSE_MAX_S`];
    /// * the times after which a person is shown that a location does nothing;
    /// * the times that are set for what comes later.
    pub fn due_again(&self, shown_after: ShownAfter, now: Timestamp) -> Timestamp {
        let step_at = self.payment_step().map(|(_, due)| due);
        let asks: Vec<Timestamp> = self.asks_at().collect();
        let steps = step_at.into_iter().chain(self.closing_ends()).chain(asks);
        let owes = self.owes_payments() || self.owes_dispatch() || self.owes_routing();
        let is_driven = owes || steps.clone().any(|due| due <= now);
        let hold_ends = self.state.holds.iter().filter_map(|hold| hold.until);
        let shown = [
            self.next_silent_at(shown_after.silent_s, now),
            self.next_overdue_at(shown_after.overdue_s, now),
        ];
        let set = steps.chain(hold_ends).filter(|time| *time > now);
        match set.chain(shown.into_iter().flatten()).min() {
            Some(later) if !is_driven => later,
            later => {
                let next = self.next_drive(now);
                later.map_or(next, |later| later.min(next))
            }
        }
    }

    fn next_drive(&self, now: Timestamp) -> Timestamp {
        let requested = self.state.fulfillment_orders.iter();
        let requested = requested.filter(|f| f.status == FulfillmentStatus::Requested);
        let requested = requested.map(|f| f.since);
        let since = requested.min().unwrap_or(self.state.changed_at);
        // At the end of its time to pay an order begins to wait anew: for the gateway to say that it was not paid.
        let end = Some(self.pay_until()).filter(|end| *end <= now && self.awaits_gateway());
        let since = end.map_or(since, |end| since.max(end));
        let waited = now.duration_since(since).as_secs();
        let pause = waited.clamp(REDRIVE_AFTER_S, REDRIVE_PAUSE_MAX_S);
        let next = now.checked_add(SignedDuration::from_secs(pause));
        next.unwrap_or(Timestamp::MAX)
    }

    /// When the first of the locations that have not answered will have been silent for so long, UTC.
    fn next_silent_at(&self, after_s: u32, now: Timestamp) -> Option<Timestamp> {
        let unanswered = self.state.fulfillment_orders.iter();
        let unanswered = unanswered.filter(|f| f.awaits_answer());
        let silent_at = unanswered.map(|f| f.silence_shown_at(after_s));
        silent_at.filter(|silent_at| *silent_at > now).min()
    }

    /// When the sweep must look at this order again, UTC: when the first of what it owes is overdue, a hold ends by
    /// itself, or a location may be overdue. `None` when none of them will be.
    pub fn due_at(&self) -> Option<Timestamp> {
        let hold_ends = self.state.holds.iter().filter_map(|hold| hold.until);
        let owed = self.owes().into_values().chain(hold_ends);
        owed.chain(self.overdue_look_at()).min()
    }

    /// The fulfillment orders whose location has not answered its request, or could not be sent it, for `after_s`
    /// seconds although the order may move on; without those of which a person is shown that it refuses the request.
    pub fn silent(&self, after_s: u32, now: Timestamp) -> impl Iterator<Item = &FulfillmentOrder> {
        let is_ready = self.is_ready();
        let silent = self.state.fulfillment_orders.iter();
        silent.filter(move |found| {
            let is_sent = found.status != FulfillmentStatus::Planned;
            found.is_silent(after_s, now) && (is_sent || is_ready) && !self.is_shown_refusal(found)
        })
    }

    /// Whether a person is shown that the location refuses what it is asked.
    fn is_shown_refusal(&self, found: &FulfillmentOrder) -> bool {
        let mut open = self.state.exceptions.iter();
        let subject = found.id.to_string();
        open.any(|open| open.kind == ExceptionKind::RequestRefused && open.subject == subject)
    }

    fn owes_payments(&self) -> bool {
        let performers = [Performer::PaymentGateway, Performer::TaxService];
        let mut due = performers.into_iter().flat_map(|by| self.due_effects(by));
        due.next().is_some()
    }

    fn owes_routing(&self) -> bool {
        self.is_ready() && self.unrouted() > 0
    }

    fn owes_dispatch(&self) -> bool {
        let mut found = self.state.fulfillment_orders.iter();
        found.any(|found| self.owes_request(found))
    }
}

/// When an order that changed then is overdue. On a grid, because the time is an index key, which costs two write
/// units each time that it moves: most orders go through all their steps within one interval of the grid.
fn overdue_after(changed_at: Timestamp) -> Timestamp {
    let intervals = changed_at
        .as_second()
        .div_euclid(REDRIVE_AFTER_S)
        .saturating_add(2);
    Timestamp::from_second(intervals.saturating_mul(REDRIVE_AFTER_S)).unwrap_or(Timestamp::MAX)
}
