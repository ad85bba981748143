//! Disputes. What has not shipped is held until the bank has decided; for what has shipped a person is shown until when
//! evidence can be sent. What a lost dispute took is not given back a second time.

use jiff::Timestamp;

use super::{
    exception::{open, resolve},
    hold::{end_hold, start_hold},
    surplus,
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
        reinstated: None,
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
    events.extend(lost(order, known, &after));
    events.extend(credit_withdrawn(order, &after));
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
            amount: after
                .reinstated_of(amount)
                .saturating_sub(known.map_or(0, |known| known.reinstated_of(amount))),
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

/// A loss is shown when it is known, and again when another amount is lost, unless a person has decided about it.
fn lost(order: &Order, known: Option<&Dispute>, after: &Dispute) -> Vec<Event> {
    let payment = &order.state.payment;
    let id = &after.id;
    let kind = ExceptionKind::DisputeLost;
    let taken = payment.lost_to(after);
    let mut events = Vec::new();
    if known.is_some_and(Dispute::is_lost) {
        let known = known.map_or(0, |known| payment.lost_to(known));
        if after.is_lost() && known != taken {
            events = resolve(order, &kind, id);
        }
        if events.is_empty() {
            return events;
        }
    } else if !after.is_lost() {
        return events;
    }
    let amount = money(order, taken);
    let mut detail = format!(
        "dispute {id} was lost, and the customer has {amount} back from the bank: do not refund it again; cancel what has \
         not left, or close this with `accepted_as_credit` when the customer is to get the goods all the same"
    );
    let twice = taken_twice(order, after, taken);
    if twice > 0 {
        let twice = money(order, twice);
        detail.push_str(&format!(
            "; {twice} of it had been refunded before: send the proof of that to the payment provider"
        ));
    }
    events.push(open(kind, id.as_str(), detail));
    events
}

/// What the bank has taken of what was refunded before.
fn taken_twice(order: &Order, dispute: &Dispute, taken: i64) -> i64 {
    let payment = &order.state.payment;
    let intent = payment.disputed_intent(dispute);
    let left = intent.map_or(0, |i| i.captured.saturating_sub(payment.refunded_of(&i.id)));
    taken.saturating_sub(left.max(0)).max(0)
}

/// The customer has not got any more what a person had let them keep, so it is due again. What becomes of the promise is a
/// person's to decide.
fn credit_withdrawn(order: &Order, dispute: &Dispute) -> Vec<Event> {
    let lost = order.state.payment.lost_to(dispute);
    let amount = dispute.credited.saturating_sub(lost);
    if amount <= 0 {
        return vec![];
    }
    let id = &dispute.id;
    let (credit, credited) = (money(order, amount), money(order, dispute.credited));
    let detail = format!(
        "dispute {id} was lost and {credited} of it accepted as a credit, and now the shop has money of it back: {credit} of \
         the credit has ended, and the customer has paid that. Nothing has to be done, or refund {credit} when the customer is \
         to have it all the same"
    );
    let kind = ExceptionKind::CreditWithdrawn;
    let mut events = resolve(order, &kind, id);
    let dispute = id.clone();
    events.push(Event::CreditWithdrawn { dispute, amount });
    events.push(open(kind, id.as_str(), detail));
    events
}

/// What follows from disputes and shipments, whichever came first: exceptions about goods that have left are opened, and
/// end with the dispute; refunds that nothing is left for are given up.
pub(super) fn consequences(before: &Order, after: &Order) -> Vec<Event> {
    let mut follow = over(after);
    follow.extend(after_shipping(before, after));
    let given_up = given_up(before, after);
    // What of them was a surplus is a person's to decide about once more.
    if !given_up.is_empty() && after.overpaid() > 0 {
        follow.push(surplus::shown(after));
    }
    follow.extend(given_up);
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
        } else if open.kind == ExceptionKind::CreditWithdrawn {
            // It was lost again, and a person is shown that.
            let dispute = payment.dispute(&open.subject);
            dispute.is_some_and(|dispute| dispute.is_lost() && !dispute.are_funds_reinstated())
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

/// Refunds that were asked for and that nothing is left for, the newest first: the lost dispute has taken the money of their
/// payment, or has given the customer what was to go back of any. What is still owed of them is asked for anew. One that the
/// gateway has made all the same is told of, and recorded; one that a person makes may have been made.
fn given_up(before: &Order, after: &Order) -> Vec<Event> {
    let payment = &after.state.payment;
    let mut given_up: Vec<(u32, i64)> = Vec::new();
    for intent in &payment.intents {
        let mut missing = after.left_of(intent).saturating_neg();
        if payment.lost_of(&intent.id) == 0 {
            continue;
        }
        for effect in after.state.effects.iter().rev() {
            let Some(amount) = refund_of(effect, &intent.id).filter(|_| missing > 0) else {
                continue;
            };
            missing = missing.saturating_sub(amount);
            given_up.push((effect.id, amount));
        }
    }
    if payment.lost() > before.state.payment.lost() || has_come_all_the_same(before, after) {
        let gone = given_up.iter().map(|(_, amount)| *amount);
        let mut beyond = after
            .refunds_asked_for()
            .saturating_sub(gone.fold(0, i64::saturating_add))
            .saturating_sub(after.still_owed())
            .saturating_sub(after.overpaid());
        let effects = after.state.effects.iter().rev();
        for effect in effects.filter(|effect| !after.is_by_hand(effect)) {
            let is_gone = given_up.iter().any(|(id, _)| *id == effect.id);
            if let EffectAction::Refund { amount, .. } = &effect.action
                && beyond > 0
                && !is_gone
            {
                beyond = beyond.saturating_sub(*amount);
                given_up.push((effect.id, *amount));
            }
        }
    }
    let ends = given_up.into_iter().flat_map(|(effect, _)| {
        let kind = ExceptionKind::PaymentCommandRefused;
        let mut events = resolve(after, &kind, &effect.to_string());
        events.push(Event::EffectEnded {
            effect,
            dismissed: true,
            lost: true,
        });
        events
    });
    ends.collect()
}

/// Whether the gateway has made a refund that had been given up.
fn has_come_all_the_same(before: &Order, after: &Order) -> bool {
    let known = |id: &str| before.state.payment.refunds.iter().any(|r| r.id == id);
    let mut new = after.state.payment.refunds.iter().filter(|r| !known(&r.id));
    new.any(|refund| {
        let asked = refund.effect.map(|effect| before.effect(effect));
        refund.is_live() && asked == Some(None)
    })
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
