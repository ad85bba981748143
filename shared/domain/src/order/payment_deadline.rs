//! What an order's payment makes due, and when: nothing waits for money for ever.

use jiff::{SignedDuration, Timestamp};

use super::{
    CancelReason, ExceptionKind, FulfillmentOrder, FulfillmentStatus, Order, PaymentTerm, Status,
};

/// How long after it was placed an order may be paid when its terms say nothing else, in seconds. A declined card is no
/// end of an order: the customer may try again until then.
pub const PAY_WITHIN_S: i64 = 86_400;
/// How long an order that is paid by bank transfer may be paid when neither its terms nor the deployment say anything, in
/// days.
pub const PAY_TRANSFER_WITHIN_DAYS: u32 = 14;
/// How long stock stays reserved for units that were routed and are not paid any more, in seconds: long enough for the
/// customer to pay again, and for the provider to replace one payment by another.
pub const UNPAID_RESERVATION_S: i64 = 3_600;
/// After how long a payment that the provider is still processing is shown to a person, in seconds: bank debits take up
/// to two weeks.
pub const PROCESSING_SHOWN_AFTER_S: i64 = 1_209_600;

/// How long after its time to pay an order may wait for the payment gateway before a person is shown it, in seconds; and how long
/// after a person has closed that before one is shown it again. The gateway is asked at once at the end of the time to pay, and
/// about what it does not know once more, so without an outage it takes less than half an hour.
pub const AWAITING_GATEWAY_SHOWN_AFTER_S: i64 = 14_400;

/// How long after the last delivery money that the customer was to pay then may be missing before a person is shown it, in
/// seconds: carriers pass on what they have collected.
pub const OUTSTANDING_SHOWN_AFTER_S: i64 = 604_800;

/// What the state of an order's payment makes due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PaymentStep {
    /// Nothing is or will be paid: cancel what can be cancelled.
    Cancel(CancelReason),
    /// Give back the stock that is reserved for units that are not paid.
    ReleaseReservations,
    /// Release nothing more, because an authorization ends: see
    /// [`Order::authorization_to_replace`].
    HoldForPayment,
    /// Show a person that the order waits for nothing but the payment gateway: see [`Order::awaits_gateway`].
    ShowAwaitingGateway,
    /// Show a person that the authorization of this intent ends, on which goods rest that are with their locations: see
    /// [`Order::authorization_to_show`].
    ShowEnding(String),
    /// Show a person that this intent has been processing for very long.
    ShowUnresolved(String),
    /// Show a person that the customer has the goods and the money has not come.
    ShowOutstanding,
    /// Show a person that an order on account was to be paid.
    ShowOverdue,
}

impl Order {
    /// Until when the order may be paid, UTC.
    pub fn pay_until(&self) -> Timestamp {
        let from_placement = || after(self.placed.placed_at, PAY_WITHIN_S);
        self.terms().pay_until.unwrap_or_else(from_placement)
    }

    /// What the payment makes due next, and from when on, UTC; `None`: nothing.
    pub fn payment_step(&self) -> Option<(PaymentStep, Timestamp)> {
        let steps = [
            self.cancellation_step(),
            self.awaiting_gateway_step(),
            self.reservation_step(),
            self.unresolved_step(),
            self.outstanding_step(),
            self.payment_overdue_step(),
            self.authorization_to_replace()
                .map(|(_, _, due)| (PaymentStep::HoldForPayment, due)),
            self.authorization_to_show().map(|ending| {
                (
                    PaymentStep::ShowEnding(ending.intent.id.clone()),
                    ending.begins,
                )
            }),
        ];
        steps.into_iter().flatten().min_by_key(|(_, due)| *due)
    }

    /// An order is cancelled at once when all of its intents were cancelled, and otherwise when the time to pay is over;
    /// never while an intent is processing, authorized or captured. Where the gateway is commanded, it is asked first, and the
    /// intents that can still be paid are cancelled there.
    fn cancellation_step(&self) -> Option<(PaymentStep, Timestamp)> {
        if self.waits_for_nothing_but_time() {
            let until = self.pay_until();
            let is_gone = self.state.payment.is_gone();
            // From then on intents are cancelled because the time is over.
            if is_gone && self.state.changed_at < until {
                let step = PaymentStep::Cancel(CancelReason::PaymentCancelled);
                return Some((step, self.state.changed_at));
            }
            let is_free = is_gone || self.is_free_to_expire();
            return is_free.then(|| (PaymentStep::Cancel(self.why_not_paid()), until));
        }
        None
    }

    /// Whether the order is cancelled when its time to pay is over.
    pub fn waits_for_nothing_but_time(&self) -> bool {
        let payment = &self.state.payment;
        let may_come = payment.has_come_since_placement() || payment.is_processing();
        !may_come && !self.is_paid() && self.can_be_cancelled()
    }

    /// Whether the order is not cancelled although its time to pay is over, once it is: the gateway must say first that nothing was
    /// paid, and cancel what can still be paid.
    pub fn awaits_gateway(&self) -> bool {
        let is_gone = self.state.payment.is_gone();
        self.waits_for_nothing_but_time() && !is_gone && !self.is_free_to_expire()
    }

    fn awaiting_gateway_step(&self) -> Option<(PaymentStep, Timestamp)> {
        let mut open = self.state.exceptions.iter();
        let is_shown = open.any(|open| open.kind == ExceptionKind::ExpiryAwaitsGateway);
        let closed_at = self.state.payment.awaiting_gateway_closed_at;
        let since = closed_at.map_or(self.pay_until(), |closed| closed.max(self.pay_until()));
        let due = after(since, AWAITING_GATEWAY_SHOWN_AFTER_S);
        (!is_shown && self.awaits_gateway()).then_some((PaymentStep::ShowAwaitingGateway, due))
    }

    fn why_not_paid(&self) -> CancelReason {
        if self
            .state
            .payment
            .intents
            .iter()
            .any(|intent| intent.failed)
        {
            CancelReason::PaymentFailed
        } else {
            CancelReason::NotPaid
        }
    }

    /// Whether a cancellation of the whole order would cancel units, or ask a location that has not been asked and has
    /// not refused.
    pub(super) fn can_be_cancelled(&self) -> bool {
        let unassigned = self.sum(|l| l.unrouted.saturating_add(l.backordered)) > 0;
        let cancellable = |f: &FulfillmentOrder| {
            let not_requested = f.lines.iter().any(|l| l.open > l.cancel_requested);
            not_requested && (f.status == FulfillmentStatus::Planned || f.can_be_stopped())
        };
        unassigned || self.state.fulfillment_orders.iter().any(cancellable)
    }

    fn reservation_step(&self) -> Option<(PaymentStep, Timestamp)> {
        let since = self.state.unpaid_since?;
        let due = after(since, UNPAID_RESERVATION_S);
        Some((PaymentStep::ReleaseReservations, due))
    }

    fn outstanding_step(&self) -> Option<(PaymentStep, Timestamp)> {
        let is_delivered = self.state.status == Status::Delivered;
        let on_delivery = self.terms().payment == Some(PaymentTerm::OnDelivery);
        let is_open = on_delivery && !self.is_secured();
        if !is_delivered || !is_open || self.state.payment.shown_outstanding {
            return None;
        }
        let shipments = self.state.shipments.iter();
        let delivered = shipments.map(|s| s.delivered_at.unwrap_or(s.since)).max()?;
        let due = after(delivered, OUTSTANDING_SHOWN_AFTER_S);
        Some((PaymentStep::ShowOutstanding, due))
    }

    fn payment_overdue_step(&self) -> Option<(PaymentStep, Timestamp)> {
        let is_shown = self.state.payment.shown_outstanding;
        let is_open = self.open_on_account() > 0;
        (is_open && !is_shown).then(|| (PaymentStep::ShowOverdue, self.pay_until()))
    }

    fn unresolved_step(&self) -> Option<(PaymentStep, Timestamp)> {
        if self.is_paid() {
            return None;
        }
        let intents = self.state.payment.intents.iter();
        let long = intents.filter(|i| i.is_processing() && !i.shown_unresolved);
        let due = long.map(|intent| {
            let since = intent.attempt_at.unwrap_or(self.placed.placed_at);
            let step = PaymentStep::ShowUnresolved(intent.id.clone());
            (step, after(since, PROCESSING_SHOWN_AFTER_S))
        });
        due.min_by_key(|(_, due)| *due)
    }
}

fn after(time: Timestamp, seconds: i64) -> Timestamp {
    time.checked_add(SignedDuration::from_secs(seconds))
        .unwrap_or(Timestamp::MAX)
}
