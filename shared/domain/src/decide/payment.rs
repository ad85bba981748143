//! Payment facts. Amounts are totals, so the highest that was reported counts, in whatever order they arrive.

use super::{
    exception::open,
    hold::{end_hold, start_hold},
};
use crate::{
    inbound::PaymentFact,
    money::{Currency, Money},
    order::{
        Event, ExceptionKind, HoldKind, Intent, Order, RefundStatus, Rejection, RejectionCode,
        Status, ended_dispute,
    },
};

pub(super) fn record(
    order: &Order,
    intent: &str,
    fact: &PaymentFact,
) -> Result<Vec<Event>, Rejection> {
    let unknown = Intent {
        id: intent.to_owned(),
        ..Intent::default()
    };
    let known = order.state.payment.intent(intent);
    let mut events = Vec::new();
    if known.is_none() && !intent.is_empty() {
        events.push(Event::PaymentLinked {
            intent: intent.to_owned(),
        });
    }
    events.extend(record_for_intent(order, known.unwrap_or(&unknown), fact)?);
    Ok(events)
}

fn record_for_intent(
    order: &Order,
    intent: &Intent,
    fact: &PaymentFact,
) -> Result<Vec<Event>, Rejection> {
    let id = || intent.id.clone();
    let secured = intent.captured > 0 || (intent.authorized > 0 && !intent.cancelled);
    Ok(match fact {
        PaymentFact::Linked => vec![],
        PaymentFact::Processing if intent.processing || secured || intent.cancelled => vec![],
        PaymentFact::Processing => vec![Event::PaymentProcessing { intent: id() }],
        PaymentFact::Authorized { amount, currency }
        | PaymentFact::Captured { amount, currency }
            if *currency != order.placed.currency =>
        {
            mismatch(order, *amount, *currency)
        }
        PaymentFact::Authorized { amount, .. }
            if *amount <= intent.authorized || intent.captured > 0 || intent.cancelled =>
        {
            vec![]
        }
        PaymentFact::Authorized { amount, .. } => {
            let gain = amount.saturating_sub(intent.authorized);
            let mut events = vec![Event::PaymentAuthorized {
                intent: id(),
                amount: *amount,
            }];
            events.extend(underpaid(order, gain));
            events
        }
        PaymentFact::Captured { amount, .. } if *amount <= intent.captured => vec![],
        PaymentFact::Captured { amount, .. } => {
            let held = if intent.cancelled {
                0
            } else {
                intent.authorized
            };
            let gain = amount.saturating_sub(intent.captured.max(held)).max(0);
            let mut events = vec![Event::PaymentCaptured {
                intent: id(),
                amount: *amount,
            }];
            if order.state.status == Status::Cancelled {
                let money = Money {
                    minor: *amount,
                    currency: order.placed.currency,
                };
                let detail = format!("{money} was captured although every unit is cancelled");
                events.push(open(ExceptionKind::CapturedAfterCancel, id(), detail));
            } else {
                events.extend(underpaid(order, gain));
            }
            events
        }
        PaymentFact::Failed { .. } if secured || intent.failed || intent.cancelled => vec![],
        PaymentFact::Failed { code } => vec![Event::PaymentFailed {
            intent: id(),
            code: code.clone(),
        }],
        PaymentFact::Cancelled if intent.captured > 0 || intent.cancelled => vec![],
        PaymentFact::Cancelled => vec![Event::PaymentCancelled { intent: id() }],
        PaymentFact::Refund {
            amount, currency, ..
        } if *currency != order.placed.currency => mismatch(order, *amount, *currency),
        PaymentFact::Refund {
            id, amount, status, ..
        } => refund(order, id, *amount, *status)?,
        PaymentFact::DisputeOpened { id } if knows_dispute(order, id) => vec![],
        PaymentFact::DisputeOpened { id } => {
            let mut events = vec![Event::DisputeOpened {
                dispute: id.clone(),
            }];
            events.extend(start_hold(order, HoldKind::PaymentDispute, id));
            events
        }
        PaymentFact::DisputeClosed { id, .. }
            if order.state.causes.contains(&ended_dispute(id)) =>
        {
            vec![]
        }
        PaymentFact::DisputeClosed { id, won } => dispute_closed(order, id, *won),
        PaymentFact::ReviewOpened { id } => start_hold(order, HoldKind::FraudReview, id),
        PaymentFact::ReviewClosed {
            id, approved: true, ..
        } => end_hold(order, id),
        PaymentFact::ReviewClosed {
            id,
            approved: false,
            reason,
        } => {
            let mut events = start_hold(order, HoldKind::FraudReview, id);
            let detail = format!("review {id} ended: {reason}");
            events.push(open(ExceptionKind::ReviewDeclined, id, detail));
            events
        }
    })
}

fn knows_dispute(order: &Order, id: &str) -> bool {
    order.state.payment.disputes.iter().any(|d| d == id)
        || order.state.causes.contains(&ended_dispute(id))
}

fn dispute_closed(order: &Order, id: &str, won: bool) -> Vec<Event> {
    let mut events = Vec::new();
    if !won {
        // The goods stay where they are until a person decides, also when the opening never reached us.
        events.extend(start_hold(order, HoldKind::PaymentDispute, id));
        let detail = format!("dispute {id} was lost");
        events.push(open(ExceptionKind::DisputeLost, id, detail));
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

fn refund(
    order: &Order,
    id: &str,
    amount: i64,
    status: RefundStatus,
) -> Result<Vec<Event>, Rejection> {
    let known = order.state.payment.refunds.iter().find(|r| r.id == id);
    if known.is_some_and(|r| r.status >= status) {
        return Ok(vec![]);
    }
    let counts = matches!(status, RefundStatus::Pending | RefundStatus::Succeeded);
    let payment = &order.state.payment;
    if known.is_none() && counts && payment.refunded().saturating_add(amount) > payment.captured() {
        let message = format!("refund {id} came before the capture that it refunds");
        return Err(Rejection::new(
            RejectionCode::NotYetCaptured,
            "not captured",
            message,
        ));
    }
    let amount = known.map_or(amount, |r| r.amount);
    let mut events = vec![Event::RefundUpdated {
        refund: id.to_owned(),
        amount,
        status,
    }];
    if status == RefundStatus::Failed {
        let detail = format!("refund {id} failed; the customer has not got the money");
        events.push(open(ExceptionKind::RefundFailed, id, detail));
    }
    Ok(events)
}

/// Opens an exception when, with `gain` more, less is secured than the order costs.
fn underpaid(order: &Order, gain: i64) -> Vec<Event> {
    let secured = order.state.payment.secured().saturating_add(gain);
    if secured >= order.amount_due() {
        return vec![];
    }
    let show = |minor| Money {
        minor,
        currency: order.placed.currency,
    };
    let detail = format!("{} of {} is paid", show(secured), show(order.amount_due()));
    vec![open(ExceptionKind::Underpaid, "", detail)]
}

fn mismatch(order: &Order, minor: i64, currency: Currency) -> Vec<Event> {
    let detail = format!(
        "a payment event of {} for an order in {}",
        Money { minor, currency },
        order.placed.currency
    );
    vec![open(
        ExceptionKind::CurrencyMismatch,
        currency.to_string(),
        detail,
    )]
}
