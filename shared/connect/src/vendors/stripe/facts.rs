//! What the objects of Stripe's events say, as facts of the domain. Each function returns none when the object belongs
//! to no order of ours.

use domain::{
    inbound::{OrderReference, PaymentFact},
    money::Currency,
    order::RefundStatus,
};

use jiff::Timestamp;

use super::{
    amount,
    payloads::{Charge, Expandable, Intent, Refund, Review, Session},
    references::{ID_MAX, of_related_object, order_id, own_effect, reference},
};
use crate::{
    fields::{code, name, require},
    parse::ParseError,
};

/// A fact about a payment, and the order that it belongs to.
pub(super) type OrderPayment = (OrderReference, PaymentFact);

pub(super) type Outcome = Result<Option<OrderPayment>, ParseError>;

pub(super) fn processing(intent: &Intent) -> Outcome {
    with_order(intent, || Ok(PaymentFact::Processing))
}

/// What can be captured has changed: by the authorization, or, where several captures are allowed, by a capture.
/// `amount_capturable` is then what is left to capture, not what was authorized.
pub(super) fn capturable_updated(intent: &Intent) -> Outcome {
    with_order(intent, || {
        let (capturable, currency) = money(
            "amount_capturable",
            intent.amount_capturable,
            intent.currency,
        )?;
        let path = "data.object.amount_received";
        let received = intent.amount_received.unwrap_or(0);
        let amount = amount::minor_units(path, received, currency)?;
        Ok(if amount > 0 {
            PaymentFact::PartlyCaptured {
                amount,
                capturable,
                currency,
            }
        } else {
            PaymentFact::Authorized {
                amount: capturable,
                currency,
            }
        })
    })
}

pub(super) fn captured(intent: &Intent) -> Outcome {
    with_order(intent, || {
        let (amount, currency) = money("amount_received", intent.amount_received, intent.currency)?;
        Ok(PaymentFact::Captured { amount, currency })
    })
}

/// A charge exists: of a card that is authorized and not captured, until when it can be, and whether several times.
pub(super) fn charge_made(charge: &Charge) -> Outcome {
    let Some(fact) = authorization_terms(charge)? else {
        return Ok(None);
    };
    let order = of_related_object(charge.metadata.as_ref(), charge.payment_intent.as_ref())?;
    Ok(order.map(|order| (order, fact)))
}

/// What the charge of an intent says, if it is there.
pub(super) fn latest_charge(intent: &Intent) -> Outcome {
    let fact = match &intent.latest_charge {
        Some(Expandable::Object(charge)) => authorization_terms(charge)?,
        Some(Expandable::Id(_)) | None => None,
    };
    fact.map_or(Ok(None), |fact| with_order(intent, || Ok(fact)))
}

fn authorization_terms(charge: &Charge) -> Result<Option<PaymentFact>, ParseError> {
    if charge.captured != Some(false) {
        return Ok(None);
    }
    let method = charge.payment_method_details.as_ref();
    let Some(card) = method.and_then(|m| m.card.as_ref().or(m.card_present.as_ref())) else {
        return Ok(None);
    };
    let end = card.capture_before.map(Timestamp::from_second);
    let end = end.transpose().map_err(|_| {
        let path = "data.object.payment_method_details.card.capture_before";
        ParseError::field(path, "not a time")
    })?;
    let multicapture = card.multicapture.as_ref();
    Ok(Some(PaymentFact::AuthorizationTerms {
        capture_before: end,
        multicapture: multicapture.is_some_and(|m| m.status.as_deref() == Some("available")),
    }))
}

pub(super) fn failed(intent: &Intent) -> Outcome {
    let error = intent.last_payment_error.as_ref();
    // The issuer's code says more than `card_declined`.
    let reason = error.and_then(|e| {
        e.decline_code
            .as_deref()
            .or(e.code.as_deref())
            .or(e.kind.as_deref())
    });
    with_order(intent, || {
        Ok(PaymentFact::Failed {
            code: reason.and_then(code),
        })
    })
}

pub(super) fn cancelled(intent: &Intent) -> Outcome {
    with_order(intent, || Ok(PaymentFact::Cancelled))
}

fn with_order(intent: &Intent, fact: impl FnOnce() -> Result<PaymentFact, ParseError>) -> Outcome {
    let named = [order_id(intent.metadata.as_ref()), None];
    let order = reference(named, Some(&intent.id), "data.object.id")?;
    order.map(|order| Ok((order, fact()?))).transpose()
}

pub(super) fn refund_updated(refund: &Refund) -> Outcome {
    refund_with(refund, RefundStatus::Pending)
}

pub(super) fn refund_failed(refund: &Refund) -> Outcome {
    refund_with(refund, RefundStatus::Failed)
}

/// `default`: the status when the object has none.
fn refund_with(refund: &Refund, default: RefundStatus) -> Outcome {
    let Some(order) = of_related_object(refund.metadata.as_ref(), refund.payment_intent.as_ref())?
    else {
        return Ok(None);
    };
    let status = refund_status("data.object.status", refund.status.as_deref(), default)?;
    let (amount, currency) = money("amount", refund.amount, refund.currency)?;
    let id = id(refund.id.as_deref())?;
    Ok(Some((
        order,
        PaymentFact::Refund {
            id,
            amount,
            currency,
            status,
            effect: own_effect(refund.metadata.as_ref()),
        },
    )))
}

/// `default`: the status when the object has none.
pub(super) fn refund_status(
    path: &str,
    status: Option<&str>,
    default: RefundStatus,
) -> Result<RefundStatus, ParseError> {
    match status {
        None => Ok(default),
        Some("pending" | "requires_action") => Ok(RefundStatus::Pending),
        Some("succeeded") => Ok(RefundStatus::Succeeded),
        Some("failed") => Ok(RefundStatus::Failed),
        Some("canceled") => Ok(RefundStatus::Cancelled),
        Some(_) => Err(ParseError::field(path, "not a status of a refund")),
    }
}

pub(super) fn review_opened(review: &Review) -> Outcome {
    review_with(review, false)
}

pub(super) fn review_closed(review: &Review) -> Outcome {
    review_with(review, true)
}

fn review_with(review: &Review, closed: bool) -> Outcome {
    let Some(order) = of_related_object(None, review.payment_intent.as_ref())? else {
        return Ok(None);
    };
    let id = id(review.id.as_deref())?;
    let fact = if closed {
        // `reason` has the value of `closed_reason`; older API versions have only `reason`.
        let reason = review
            .closed_reason
            .as_deref()
            .or(review.reason.as_deref())
            .and_then(code);
        let reason = require("data.object.closed_reason", reason)?;
        PaymentFact::ReviewClosed {
            id,
            approved: reason == "approved",
            reason,
        }
    } else {
        PaymentFact::ReviewOpened { id }
    };
    Ok(Some((order, fact)))
}

pub(super) fn session_completed(session: &Session) -> Outcome {
    // Subscriptions and saved cards are not orders.
    if session
        .mode
        .as_deref()
        .is_some_and(|mode| mode != "payment")
    {
        return Ok(None);
    }
    let intent = session.payment_intent.as_ref();
    let named = [
        order_id(session.metadata.as_ref()).or(intent.and_then(|i| i.order_id.as_deref())),
        session.client_reference_id.as_deref(),
    ];
    let path = "data.object.payment_intent";
    let Some(order) = reference(named, intent.map(|i| i.id.as_str()), path)? else {
        return Ok(None);
    };
    let fact = match require(
        "data.object.payment_status",
        session.payment_status.as_deref(),
    )? {
        "paid" => {
            require(path, intent)?;
            let (amount, currency) = money("amount_total", session.amount_total, session.currency)?;
            PaymentFact::Captured { amount, currency }
        }
        // The payment is pending or only authorized; the intent's own events say what becomes of it.
        "unpaid" if intent.is_some() => PaymentFact::Linked,
        // Nothing to pay, so there is no intent to link.
        "unpaid" | "no_payment_required" => return Ok(None),
        _ => {
            return Err(ParseError::field(
                "data.object.payment_status",
                "not a payment status of a session",
            ));
        }
    };
    Ok(Some((order, fact)))
}

pub(super) fn id(id: Option<&str>) -> Result<String, ParseError> {
    name("data.object.id", require("data.object.id", id)?, ID_MAX)
}

pub(super) fn money(
    field: &str,
    amount: Option<i64>,
    currency: Option<Currency>,
) -> Result<(i64, Currency), ParseError> {
    let path = format!("data.object.{field}");
    let currency = require("data.object.currency", currency)?;
    Ok((
        amount::minor_units(&path, require(&path, amount)?, currency)?,
        currency,
    ))
}
