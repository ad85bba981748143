//! Exceptions: opened once for each subject, taken and closed by people, or closed when their cause has gone.

use crate::order::{
    EffectAction, Event, Exception, ExceptionKind, ExceptionOutcome, Order, Rejection,
    RejectionCode,
};

/// The opening of an exception about a subject. [`number`] gives it its number, and drops it when it is open already.
pub(super) fn open(kind: ExceptionKind, subject: impl Into<String>, detail: String) -> Event {
    Event::ExceptionOpened {
        id: 0,
        kind,
        subject: subject.into(),
        detail,
    }
}

/// The end of the open exceptions of a kind about a subject, because what caused them is no longer so.
pub(super) fn resolve(order: &Order, kind: &ExceptionKind, subject: &str) -> Vec<Event> {
    let open = order.state.exceptions.iter();
    open.filter(|open| open.kind == *kind && open.subject == subject)
        .map(|open| Event::ExceptionClosed {
            id: open.id,
            kind: open.kind.clone(),
            outcome: ExceptionOutcome::NoLongerTrue,
            note: None,
        })
        .collect()
}

/// Numbers the exceptions that the events open, and drops each that is open already.
pub(super) fn number(order: &Order, events: Vec<Event>) -> Vec<Event> {
    let mut open: Vec<(u32, ExceptionKind, String)> = order
        .state
        .exceptions
        .iter()
        .map(|e| (e.id, e.kind.clone(), e.subject.clone()))
        .collect();
    let mut last = order.state.exceptions_opened;
    let mut numbered = Vec::with_capacity(events.len());
    for mut event in events {
        if let Event::ExceptionOpened {
            id, kind, subject, ..
        } = &mut event
        {
            let is_open = |(_, k, s): &(u32, ExceptionKind, String)| k == kind && s == subject;
            if open.iter().any(is_open) {
                continue;
            }
            last = last.saturating_add(1);
            *id = last;
            open.push((last, kind.clone(), subject.clone()));
        } else if let Event::ExceptionClosed { id, .. } = &event {
            open.retain(|(open, ..)| open != id);
        }
        numbered.push(event);
    }
    numbered
}

pub(super) fn take(order: &Order, id: u32, owner: &str) -> Result<Vec<Event>, Rejection> {
    let open = find(order, id)?;
    if open.owner.as_deref() == Some(owner) {
        return Ok(vec![]);
    }
    Ok(vec![Event::ExceptionTaken {
        id,
        owner: owner.to_owned(),
    }])
}

pub(super) fn close(
    order: &Order,
    id: u32,
    outcome: &ExceptionOutcome,
    note: Option<&str>,
) -> Result<Vec<Event>, Rejection> {
    let open = find(order, id)?;
    let mut events = Vec::new();
    if *outcome == ExceptionOutcome::AcceptedAsCredit {
        events.push(accept_as_credit(order, open)?);
    }
    events.extend(dismissed_refund(order, open));
    events.extend(dismissed_reversal(order, open));
    events.push(Event::ExceptionClosed {
        id,
        kind: open.kind.clone(),
        outcome: outcome.clone(),
        note: note.map(str::to_owned),
    });
    Ok(events)
}

/// Whoever closes the exception about a refused refund has made it by hand, or has decided that it is not to be made: the
/// amount is not asked for any more. So is it with one that a person was to make. A refused capture or cancellation stays, so that it is not asked for again.
fn dismissed_refund(order: &Order, open: &Exception) -> Option<Event> {
    let is_by_hand = open.kind == ExceptionKind::RefundByHand;
    if open.kind != ExceptionKind::PaymentCommandRefused && !is_by_hand {
        return None;
    }
    let effect = order.effect(open.subject.parse().ok()?)?;
    let is_refund = matches!(effect.action, EffectAction::Refund { .. });
    (is_refund && (is_by_hand || !effect.is_open())).then_some(Event::EffectEnded {
        effect: effect.id,
        dismissed: true,
        lost: false,
    })
}

/// Whoever closes the exception about a reversal of tax has made it by hand, or has decided that it is not to be made:
/// refunds wait for it no more.
fn dismissed_reversal(order: &Order, open: &Exception) -> Option<Event> {
    let kinds = [
        ExceptionKind::TaxReversalRefused,
        ExceptionKind::TaxDisagrees,
    ];
    if !kinds.contains(&open.kind) {
        return None;
    }
    let effect = order.effect(open.subject.parse().ok()?)?;
    (!effect.is_open()).then_some(Event::EffectEnded {
        effect: effect.id,
        dismissed: true,
        lost: false,
    })
}

/// The credit for a refund that nobody had asked for, or for a lost dispute: as much of it as is missing when what was asked
/// for has gone back.
fn accept_as_credit(order: &Order, open: &Exception) -> Result<Event, Rejection> {
    let payment = &order.state.payment;
    let given = if open.kind == ExceptionKind::RefundNotRequested {
        let refund = payment.refunds.iter().find(|r| r.id == open.subject);
        refund.map_or(0, |refund| refund.amount)
    } else if open.kind == ExceptionKind::DisputeLost {
        let dispute = payment.dispute(&open.subject);
        dispute.map_or(0, |dispute| payment.lost_to(dispute))
    } else {
        let message =
            "only a refund that was not requested and a lost dispute can be accepted as a credit";
        return Err(Rejection::new(
            RejectionCode::OutcomeNotAllowed,
            open.kind.as_str(),
            message,
        ));
    };
    // What was asked to go back is not there for what is due.
    let asked = order.refunds_asked_for();
    let left = payment.secured().saturating_sub(asked).max(0);
    let missing = order.amount_due().saturating_sub(left).max(0);
    Ok(Event::CreditGranted {
        refund: open.subject.clone(),
        amount: given.min(missing),
        on_account: 0,
        reason: None,
    })
}

/// The open exception of that number. Whoever closes one that another has closed is told so: their outcome and note
/// would be lost otherwise.
pub(super) fn find(order: &Order, id: u32) -> Result<&Exception, Rejection> {
    if id == 0 || id > order.state.exceptions_opened {
        let message = "the order has no exception of that number";
        return Err(Rejection::new(
            RejectionCode::UnknownException,
            id.to_string(),
            message,
        ));
    }
    let mut open = order.state.exceptions.iter();
    open.find(|open| open.id == id).ok_or_else(|| {
        Rejection::new(
            RejectionCode::ExceptionClosed,
            id.to_string(),
            "the exception is closed",
        )
    })
}
