//! Disputes. What has not shipped is held until the bank has decided; for what has shipped a person is shown until when
//! evidence can be sent. What a lost dispute took is not given back a second time.

use jiff::Timestamp;

use super::{
    exception::{open, resolve},
    hold::{end_hold, start_hold},
};
use crate::{
    money::Money,
    order::{
        Dispute, DisputeReport, DisputeStatus, Effect, EffectAction, Event, ExceptionKind,
        HoldKind, LineState, Order, ended_dispute,
    },
};

/// A report of a provider that tells nothing but the status.
pub(super) fn untold(status: DisputeStatus) -> DisputeReport {
    DisputeReport {
        status,
        details: None,
        funds: None,
    }
}

/// Records what is told of a dispute, as of the time `at`. Nothing, when it says nothing that is not known.
pub(super) fn record(
    order: &Order,
    id: &str,
    intent: &str,
    report: &DisputeReport,
    at: Timestamp,
) -> Vec<Event> {
    let payment = &order.state.payment;
    let known = payment.dispute(id);
    let has_ended = order.state.causes.contains(&ended_dispute(id));
    let after = match known {
        Some(known) => known.clone().with(report, at),
        // It has ended, and was told of without any details.
        None if has_ended => return vec![],
        None => Dispute::told(id, intent, report, at),
    };
    if known == Some(&after) {
        return vec![];
    }
    let mut events = Vec::new();
    let is_new = known.is_none() && !payment.disputes.iter().any(|open| open == id);
    if is_new && !after.status.is_end() {
        events.push(Event::DisputeOpened {
            dispute: id.to_owned(),
        });
    }
    events.push(Event::DisputeUpdated {
        dispute: Box::new(after.clone()),
    });
    events.extend(funds(order, known, &after));
    let has_changed = known.is_none_or(|known| known.status != after.status);
    if after.status.is_end() && has_changed {
        events.extend(ended(order, id, after.status == DisputeStatus::Won));
    } else if is_new {
        events.extend(start_hold(order, HoldKind::PaymentDispute, id));
    }
    if after.is_lost() && !known.is_some_and(Dispute::is_lost) {
        events.push(lost(order, &after));
    }
    events
}

/// The movements of money that are new.
fn funds(order: &Order, known: Option<&Dispute>, after: &Dispute) -> Vec<Event> {
    let amount = order.state.payment.disputed_amount(after);
    let mut events = Vec::new();
    if after.funds_withdrawn_at > known.and_then(|known| known.funds_withdrawn_at) {
        events.push(Event::DisputeFundsWithdrawn {
            dispute: after.id.clone(),
            amount,
        });
    }
    if after.funds_reinstated_at > known.and_then(|known| known.funds_reinstated_at) {
        events.push(Event::DisputeFundsReinstated {
            dispute: after.id.clone(),
            amount,
        });
    }
    events
}

fn ended(order: &Order, id: &str, won: bool) -> Vec<Event> {
    let mut events = Vec::new();
    if !won {
        // The goods stay where they are until a person decides, also when the opening never reached us.
        events.extend(start_hold(order, HoldKind::PaymentDispute, id));
    }
    events.push(Event::DisputeClosed {
        dispute: id.to_owned(),
        won,
    });
    if won && order.state.holds.iter().any(|h| h.handle == id) {
        events.extend(end_hold(order, id));
    }
    events
}

fn lost(order: &Order, dispute: &Dispute) -> Event {
    let id = &dispute.id;
    let amount = money(order, order.state.payment.disputed_amount(dispute));
    let detail = format!(
        "dispute {id} was lost, and the customer has {amount} back from the bank: do not refund it again; cancel what has \
         not left, or close this with `accepted_as_credit` when the customer is to get the goods all the same"
    );
    open(ExceptionKind::DisputeLost, id.as_str(), detail)
}

/// What follows from disputes and shipments, whichever came first: exceptions about goods that have left are opened, and
/// end with the dispute; refunds that nothing is left for are given up.
pub(super) fn consequences(before: &Order, after: &Order) -> Vec<Event> {
    let mut follow = over(after);
    follow.extend(after_shipping(before, after));
    follow.extend(given_up(after));
    follow
}

/// The ends of exceptions about disputes that have ended, or whose money the shop has back.
fn over(order: &Order) -> Vec<Event> {
    let payment = &order.state.payment;
    let open = order.state.exceptions.iter();
    let over = open.filter(|open| {
        if open.kind == ExceptionKind::DisputedAfterShipping {
            !payment.disputes.contains(&open.subject)
        } else if open.kind == ExceptionKind::DisputeLost {
            let dispute = payment.dispute(&open.subject);
            dispute.is_some_and(|dispute| !dispute.is_lost())
        } else {
            false
        }
    });
    over.flat_map(|over| resolve(order, &over.kind, &over.subject))
        .collect()
}

/// Goods have left and the payment is disputed: shown when the second of both is known, and again with another deadline.
fn after_shipping(before: &Order, after: &Order) -> Vec<Event> {
    let has_shipped = |order: &Order| order.state.lines.iter().any(left);
    if !has_shipped(after) {
        return vec![];
    }
    let kind = ExceptionKind::DisputedAfterShipping;
    let mut events = Vec::new();
    for id in &after.state.payment.disputes {
        let due = |order: &Order| {
            order
                .state
                .payment
                .dispute(id)
                .and_then(Dispute::evidence_due)
        };
        let was_shown = before.state.payment.disputes.contains(id) && has_shipped(before);
        if was_shown && due(before) == due(after) {
            continue;
        }
        events.extend(resolve(after, &kind, id));
        let detail = match due(after) {
            Some(due) => format!(
                "the payment is disputed ({id}) and goods have left: send the evidence of the shipment to the payment \
                 provider by {due}"
            ),
            None => format!(
                "the payment is disputed ({id}) and goods have left: look up at the payment provider by when the evidence \
                 of the shipment is to be sent"
            ),
        };
        events.push(open(kind.clone(), id.as_str(), detail));
    }
    events
}

fn left(line: &LineState) -> bool {
    line.shipped > line.returned
}

/// Refunds that were asked for of money that a lost dispute has taken: the newest first, until the rest is covered. What is
/// still owed of them is asked for anew. One that the gateway has made all the same is told of, and recorded.
fn given_up(order: &Order) -> Vec<Event> {
    let payment = &order.state.payment;
    let mut events = Vec::new();
    for intent in &payment.intents {
        let mut missing = order.left_of(intent).saturating_neg();
        if payment.lost_of(&intent.id) == 0 {
            continue;
        }
        for effect in order.state.effects.iter().rev() {
            let Some(amount) = refund_of(effect, &intent.id).filter(|_| missing > 0) else {
                continue;
            };
            missing = missing.saturating_sub(amount);
            let kind = ExceptionKind::PaymentCommandRefused;
            events.extend(resolve(order, &kind, &effect.id.to_string()));
            events.push(Event::EffectEnded {
                effect: effect.id,
                dismissed: true,
                lost: true,
            });
        }
    }
    events
}

fn refund_of(effect: &Effect, of: &str) -> Option<i64> {
    match &effect.action {
        EffectAction::Refund { intent, amount } if intent == of => Some(*amount),
        EffectAction::Refund { .. }
        | EffectAction::Capture { .. }
        | EffectAction::ReleaseRest { .. }
        | EffectAction::CancelIntent { .. }
        | EffectAction::ReverseTax(_) => None,
    }
}

fn money(order: &Order, minor: i64) -> Money {
    Money {
        minor,
        currency: order.placed.currency,
    }
}
