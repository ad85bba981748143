//! What follows when what is secured falls below what is due, exceeds it, or reaches it again: exceptions are opened
//! and closed, and locations that have not begun are asked to stop.
//!
//! A stop is the location's usual request to cancel, with another effect here: units that it gives back are unrouted
//! and wait for the money, because the customer has cancelled nothing. Units are cancelled only when no money is left
//! and none can come (`order::payment_deadline`).

use super::{
    exception::{open, resolve},
    paid_twice, surplus,
    units::{backordered_skus, units_of},
};
use crate::{
    money::Money,
    order::{Event, ExceptionKind, FulfillmentStatus, Intent, Order, Refund},
};

/// How the money of an order stands. Amounts in minor units.
struct Standing {
    /// What is missing although nothing was given back.
    not_pledged: i64,
    /// What is missing because money was given back.
    given_back: i64,
    /// What was captured beyond what is due and owed back.
    excess: i64,
}

impl Standing {
    fn of(order: &Order) -> Self {
        let payment = &order.state.payment;
        let due = order.amount_due();
        // What may come after the goods is not missing.
        let missing = if order.goods_go_before_money() {
            0
        } else {
            order.missing()
        };
        // What was promised to go back of what was paid is not pledged for what is due.
        let not_pledged = due
            .saturating_add(payment.credits_of_money())
            .saturating_sub(payment.pledged())
            .clamp(0, missing);
        Self {
            not_pledged,
            given_back: missing.saturating_sub(not_pledged),
            excess: order.overpaid(),
        }
    }

    /// The kind of exception that says why too little is pledged. None when nothing was ever pledged but what the order was
    /// placed with, and when the order is about to be cancelled because its payment is gone.
    fn shortage(&self, order: &Order) -> Option<ExceptionKind> {
        let payment = &order.state.payment;
        if self.not_pledged == 0 {
            return None;
        }
        let lost = payment.intents.iter().any(Intent::lost_authorization);
        if lost && has_left_our_hands(order) {
            Some(ExceptionKind::AuthorizationLost)
        } else {
            payment
                .has_come_since_placement()
                .then_some(ExceptionKind::Underpaid)
        }
    }
}

/// Whether goods are with a location that has its request, or have left.
fn has_left_our_hands(order: &Order) -> bool {
    let mut fulfillment_orders = order.state.fulfillment_orders.iter();
    let shipped = order.state.lines.iter().any(|line| line.shipped > 0);
    shipped || fulfillment_orders.any(|f| f.is_at_location())
}

/// The events that follow from `events`, which led from the order `before` to `after`.
pub(super) fn consequences(before: &Order, after: &Order, events: &[Event]) -> Vec<Event> {
    let (was, is) = (Standing::of(before), Standing::of(after));
    let mut follow = ended(after, &is);
    follow.extend(opened(before, after, &was, &is));
    if is.excess > was.excess {
        follow.extend(paid_twice::hold(after));
    } else if is.excess == 0 {
        follow.extend(paid_twice::release(after));
    }
    // An exception of its own tells of what a lost dispute took.
    let lost = |order: &Order| order.state.payment.lost();
    let taken = lost(after).saturating_sub(lost(before)).max(0);
    if is.given_back > was.given_back.saturating_add(taken) {
        follow.extend(refund_not_requested(after, events));
    }
    if !after.is_paid() {
        follow.extend(events.iter().filter_map(|event| refusal(after, event)));
        follow.extend(recalls(after));
    }
    follow
}

/// The ends of the exceptions whose cause has gone.
fn ended(order: &Order, is: &Standing) -> Vec<Event> {
    let shortage = is.shortage(order);
    let mut ended = Vec::new();
    for open in &order.state.exceptions {
        #[expect(
            clippy::wildcard_enum_match_arm,
            reason = "the other kinds are not about money"
        )]
        let is_over = match &open.kind {
            ExceptionKind::Underpaid | ExceptionKind::AuthorizationLost => {
                shortage.as_ref() != Some(&open.kind)
            }
            ExceptionKind::AuthorizationEnding => !order.is_still_ending(&open.subject),
            ExceptionKind::Overpaid => is.excess == 0,
            ExceptionKind::RefundNotRequested => is.given_back == 0,
            ExceptionKind::StopRefused => order.is_paid(),
            ExceptionKind::PaymentOutstanding => order.is_secured(),
            ExceptionKind::PaymentOverdue => order.open_on_account() == 0,
            ExceptionKind::PaymentUnresolved => {
                let intent = order.state.payment.intent(&open.subject);
                order.is_paid() || !intent.is_some_and(Intent::is_processing)
            }
            ExceptionKind::ExpiryAwaitsGateway => !order.awaits_gateway(),
            ExceptionKind::CapturedAfterCancel => {
                order.state.payment.secured() <= order.amount_due()
            }
            _ => false,
        };
        if is_over {
            ended.extend(resolve(order, &open.kind, &open.subject));
        }
    }
    ended
}

/// An exception is opened when its cause arises or grows, so that one that a person has closed stays closed.
fn opened(before: &Order, after: &Order, was: &Standing, is: &Standing) -> Vec<Event> {
    let mut opened = Vec::new();
    if let Some(kind) = is.shortage(after)
        && (was.shortage(before).as_ref() != Some(&kind) || is.not_pledged > was.not_pledged)
    {
        let detail = shortage_detail(after, &kind);
        opened.push(open(kind, "", detail));
    }
    // A person may have decided about what was there while a bank had a part of it.
    let is_back = after.state.payment.lost() < before.state.payment.lost()
        && after.surplus_not_asked() > before.surplus_not_asked();
    if is.excess > was.excess || is_back {
        opened.push(surplus::shown(after));
    }
    opened
}

fn shortage_detail(order: &Order, kind: &ExceptionKind) -> String {
    let paid = format!(
        "{} of {} is secured",
        money(order, order.state.payment.secured()),
        money(order, order.amount_due())
    );
    if *kind == ExceptionKind::AuthorizationLost {
        format!(
            "an authorization has lapsed or was cancelled, and {paid}: locations that have not begun were asked to \
             stop, the others cannot be; take a new payment for this order, or intercept its shipments"
        )
    } else {
        format!(
            "{paid}: what has not left is stopped; take another payment for the rest, or cancel units or the whole \
             order"
        )
    }
}

/// About the refund that has come now; when none has, what had covered it has gone, and it is about the last one.
fn refund_not_requested(order: &Order, events: &[Event]) -> Option<Event> {
    let refunds = &order.state.payment.refunds;
    let may_be = |r: &&Refund| r.is_live() && r.effect.is_none();
    let is_new = |r: &&Refund| {
        let about =
            |event: &Event| matches!(event, Event::RefundUpdated { refund, .. } if *refund == r.id);
        events.iter().any(about)
    };
    let mut live = refunds.iter().filter(may_be);
    let found = live.clone().find(is_new).or_else(|| live.next_back())?;
    let detail = format!(
        "refund {} of {} was not asked for here, and {} of {} is secured: what has not left is stopped; close this \
         with `accepted_as_credit` when the customer is to keep the money and the goods, or cancel units, or take \
         another payment",
        found.id,
        money(order, found.amount),
        money(order, order.state.payment.secured()),
        money(order, order.amount_due())
    );
    let kind = ExceptionKind::RefundNotRequested;
    Some(open(kind, found.id.clone(), detail))
}

/// A location refuses to give unpaid units back. It is asked once; then it is a person's matter.
fn refusal(order: &Order, event: &Event) -> Option<Event> {
    let Event::CancellationRefused {
        fulfillment_order,
        requested: true,
        ..
    } = event
    else {
        return None;
    };
    let found = order.fulfillment_order(*fulfillment_order)?;
    if !found.stop_refused || !found.is_at_location() {
        return None;
    }
    let detail = format!(
        "{} was asked to stop fulfillment order {}, which is not paid, and refuses: it is not asked again; take a new \
         payment for this order, or call the location",
        found.location, found.id
    );
    let subject = found.id.to_string();
    Some(open(ExceptionKind::StopRefused, subject, detail))
}

/// Asks locations that have not begun to give unpaid units back. When the payment is gone for good, the cancellation
/// of the order asks them.
fn recalls(order: &Order) -> Vec<Event> {
    if order.state.payment.is_gone() {
        return vec![];
    }
    let mut recalls = Vec::new();
    let found = order.state.fulfillment_orders.iter();
    for found in found.filter(|f| f.can_be_stopped()) {
        let lines = units_of(order, found, |line| line.to_ship());
        if !lines.is_empty() {
            recalls.push(Event::RecallRequested {
                fulfillment_order: found.id,
                lines,
            });
        }
    }
    recalls
}

/// The order has become ready: what of it may move on. A released hold says itself what it sets free.
pub(super) fn moves_on(order: &Order, events: &[Event]) -> Vec<Event> {
    let mut follow = Vec::new();
    if order.unrouted() > 0 {
        follow.push(Event::OrderReleased {});
    }
    let released = |event: &Event| matches!(event, Event::HoldReleased { .. });
    let mut fulfillment_orders = order.state.fulfillment_orders.iter();
    let planned = fulfillment_orders.any(|f| {
        matches!(
            f.status,
            FulfillmentStatus::Planned | FulfillmentStatus::Requested
        )
    });
    let backordered_skus = backordered_skus(order);
    if !events.iter().any(released) && (planned || !backordered_skus.is_empty()) {
        follow.push(Event::OrderResumed { backordered_skus });
    }
    follow
}

fn money(order: &Order, minor: i64) -> Money {
    Money {
        minor,
        currency: order.placed.currency,
    }
}
