//! Payment facts. Amounts are totals and attempts have their times, so the facts lead to the same payment in whatever
//! order they arrive.

use jiff::Timestamp;

use super::{
    dispute,
    exception::open,
    hold::{end_hold, start_hold},
};
use crate::{
    inbound::PaymentFact,
    money::{Currency, Money},
    order::{
        DisputeDetails, DisputeReport, DisputeStatus, Event, ExceptionKind, HoldKind, Intent,
        Order, Refund, RefundStatus, Rejection, RejectionCode, Status,
    },
};

pub(super) fn record(
    order: &Order,
    intent: &str,
    fact: &PaymentFact,
    occurred_at: Timestamp,
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
    let intent = known.unwrap_or(&unknown);
    events.extend(record_for_intent(order, intent, fact, occurred_at)?);
    Ok(events)
}

fn record_for_intent(
    order: &Order,
    intent: &Intent,
    fact: &PaymentFact,
    occurred_at: Timestamp,
) -> Result<Vec<Event>, Rejection> {
    let id = || intent.id.clone();
    let at = Some(occurred_at);
    let secured = intent.captured > 0 || intent.capturable() > 0;
    let past_attempts = secured || intent.cancelled;
    Ok(match fact {
        PaymentFact::Linked => vec![],
        // Of one second, the end of an attempt is later than its beginning.
        PaymentFact::Processing if past_attempts || intent.attempt_at >= at => vec![],
        PaymentFact::Processing => vec![Event::PaymentProcessing { intent: id(), at }],
        PaymentFact::Failed { .. } if past_attempts || is_known_failure(intent, at) => vec![],
        PaymentFact::Failed { code } => vec![Event::PaymentFailed {
            intent: id(),
            code: code.clone(),
            at,
        }],
        PaymentFact::Authorized { amount, currency }
        | PaymentFact::Captured { amount, currency }
        | PaymentFact::PartlyCaptured {
            amount, currency, ..
        } if *currency != order.placed.currency => mismatch(order, *amount, *currency),
        PaymentFact::Authorized { amount, .. }
            if *amount <= intent.authorized || intent.captured > 0 || intent.cancelled =>
        {
            vec![]
        }
        PaymentFact::Authorized { amount, .. } => vec![Event::PaymentAuthorized {
            intent: id(),
            amount: *amount,
            at,
        }],
        PaymentFact::AuthorizationTerms {
            capture_before,
            multicapture,
        } => authorization_terms(intent, *capture_before, *multicapture),
        PaymentFact::Captured { amount, .. } => captured(order, intent, *amount, 0),
        PaymentFact::PartlyCaptured {
            amount, capturable, ..
        } => captured(order, intent, *amount, *capturable),
        PaymentFact::Cancelled if intent.cancelled => vec![],
        PaymentFact::Cancelled => vec![Event::PaymentCancelled { intent: id() }],
        PaymentFact::Refund {
            amount, currency, ..
        } if *currency != order.placed.currency => mismatch(order, *amount, *currency),
        PaymentFact::Refund {
            id: refund,
            amount,
            status,
            effect,
            ..
        } => refund_made(
            order,
            Refund {
                id: refund.clone(),
                amount: *amount,
                status: *status,
                intent: id(),
                effect: *effect,
            },
        )?,
        PaymentFact::DisputeOpened { id } => {
            let report = dispute::untold(DisputeStatus::NeedsResponse);
            dispute::record(order, id, &intent.id, &report, occurred_at)
        }
        PaymentFact::DisputeClosed { id, won } => {
            let status = if *won {
                DisputeStatus::Won
            } else {
                DisputeStatus::Lost
            };
            dispute::record(order, id, &intent.id, &dispute::untold(status), occurred_at)
        }
        PaymentFact::Dispute {
            id,
            status,
            amount,
            currency,
            reason,
            evidence_due,
            funds,
            reinstated,
        } => {
            let is_ours = *currency == order.placed.currency;
            let report = DisputeReport {
                status: *status,
                details: is_ours.then(|| DisputeDetails {
                    amount: *amount,
                    reason: reason.clone(),
                    evidence_due: *evidence_due,
                }),
                funds: *funds,
                reinstated: reinstated.filter(|_| is_ours),
            };
            let mut events = dispute::record(order, id, &intent.id, &report, occurred_at);
            if !is_ours && !events.is_empty() {
                events.extend(mismatch(order, *amount, *currency));
            }
            events
        }
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

/// Whether a failure at that time is no news: a later attempt is known, or the end of this one.
fn is_known_failure(intent: &Intent, at: Option<Timestamp>) -> bool {
    intent.attempt_at > at || (intent.failed && intent.attempt_at == at)
}

/// The latest end that was told counts: an authorization may be extended.
fn authorization_terms(
    intent: &Intent,
    capture_before: Option<Timestamp>,
    multicapture: bool,
) -> Vec<Event> {
    let is_news = capture_before > intent.capture_before || (multicapture && !intent.multicapture);
    is_news
        .then(|| Event::AuthorizationTermsReported {
            intent: intent.id.clone(),
            capture_before: capture_before.max(intent.capture_before),
            multicapture: multicapture || intent.multicapture,
        })
        .into_iter()
        .collect()
}

/// The most that was captured counts, with what could still be captured then. When two reports of the same captured
/// amount differ in what can still be captured, the authorization was raised in between, or its rest was given up,
/// which is final.
pub(super) fn captured(order: &Order, intent: &Intent, amount: i64, capturable: i64) -> Vec<Event> {
    let known = intent.capturable_after_capture;
    let changes_rest = known > 0 && (capturable == 0 || capturable > known);
    if amount < intent.captured || (amount == intent.captured && !changes_rest) {
        return vec![];
    }
    let mut events = vec![Event::PaymentCaptured {
        intent: intent.id.clone(),
        amount,
        capturable,
    }];
    let is_refunded = order.terms().payment_commands.is_some();
    if order.state.status == Status::Cancelled && amount > intent.captured && !is_refunded {
        let money = Money {
            minor: amount,
            currency: order.placed.currency,
        };
        let detail = format!(
            "{money} was captured although every unit is cancelled: refund it at the payment provider"
        );
        let kind = ExceptionKind::CapturedAfterCancel;
        events.push(open(kind, intent.id.clone(), detail));
    }
    events
}

/// A refund exists at the gateway, or has moved on.
pub(super) fn refund_made(order: &Order, refund: Refund) -> Result<Vec<Event>, Rejection> {
    let Refund {
        id,
        amount,
        status,
        intent,
        effect,
    } = refund;
    let known = order.state.payment.refunds.iter().find(|r| r.id == id);
    if known.is_some_and(|r| r.status >= status) {
        return Ok(vec![]);
    }
    let counts = matches!(status, RefundStatus::Pending | RefundStatus::Succeeded);
    let payment = &order.state.payment;
    // What another payment has is not what this one gives back.
    let is_beyond = |refunded: i64, captured: i64| refunded.saturating_add(amount) > captured;
    let is_early = is_beyond(payment.refunded(), payment.captured())
        || (!intent.is_empty() && {
            let captured = payment.intent(&intent).map_or(0, |found| found.captured);
            is_beyond(payment.refunded_of(&intent), captured)
        });
    if known.is_none() && counts && is_early {
        let message = format!("refund {id} came before the capture that it refunds");
        return Err(Rejection::new(
            RejectionCode::NotYetCaptured,
            "not captured",
            message,
        ));
    }
    let amount = known.map_or(amount, |r| r.amount);
    let mut events = vec![Event::RefundUpdated {
        refund: id.clone(),
        amount,
        status,
        intent,
        effect,
    }];
    if status == RefundStatus::Failed {
        let detail = format!("refund {id} failed; the customer has not got the money");
        events.push(open(ExceptionKind::RefundFailed, id, detail));
    }
    Ok(events)
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
