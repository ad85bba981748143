//! Stripe's webhooks.
//!
//! Only the fields that we use are described, and none of them more tightly than we need: API versions differ in
//! the rest, and an event that we could have understood must not be lost over a field that we never look at.

use domain::{
    facts::{Fact, Inbound, OrderReference, PaymentFact},
    money::Currency,
    order::RefundStatus,
};
use jiff::Timestamp;
use serde::de::DeserializeOwned;

mod amount;
mod objects;

use self::objects::{Dispute, Event, Head, Intent, Link, Metadata, Refund, Review, Session};
use crate::{
    read::{ReadError, Reading, Unused, code, name, need, parse},
    signature::Verified,
};

/// The name of the source.
pub const NAME: &str = "stripe";

/// The types of event that we use. Subscribe the endpoint to these.
pub const TYPES: [&str; 13] = [
    "payment_intent.processing",
    "payment_intent.amount_capturable_updated",
    "payment_intent.succeeded",
    "payment_intent.payment_failed",
    "payment_intent.canceled",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "charge.dispute.created",
    "charge.dispute.closed",
    "review.opened",
    "review.closed",
    "checkout.session.completed",
];

/// Longest id of Stripe's that we keep; theirs have some thirty characters, and promise no more than 255.
const ID_MAX: usize = 255;

/// Reads an event. Events of other types, thin events, and events that name neither a payment intent nor an order
/// are [`Reading::Ignored`].
///
/// # Errors
/// [`ReadError`] when the body is not JSON, or an event of a type that we use lacks what we need of it.
pub fn read(body: Verified<'_>, received_at: Timestamp) -> Result<Reading, ReadError> {
    let body = body.bytes();
    let head: Head = parse(body)?;
    let kind = head.kind.unwrap_or_default();
    if head.object.as_deref() == Some("v2.core.event") {
        return Ok(Reading::ignored(&kind, Unused::Thin));
    }
    let event = Unread {
        kind: &kind,
        body,
        received_at,
    };
    match kind.as_str() {
        "" => Err(ReadError::field("type", "missing")),
        "payment_intent.processing" => {
            event.tell(|i: Intent| i.tell(|_| Ok(PaymentFact::Processing)))
        }
        "payment_intent.amount_capturable_updated" => event.tell(|i: Intent| i.tell(authorized)),
        "payment_intent.succeeded" => event.tell(|i: Intent| i.tell(captured)),
        "payment_intent.payment_failed" => event.tell(|i: Intent| i.tell(|i| Ok(failed(i)))),
        "payment_intent.canceled" => event.tell(|i: Intent| i.tell(|_| Ok(PaymentFact::Cancelled))),
        "refund.created" | "refund.updated" => {
            event.tell(|r: Refund| refund(&r, RefundStatus::Pending))
        }
        "refund.failed" => event.tell(|r: Refund| refund(&r, RefundStatus::Failed)),
        "charge.dispute.created" => event.tell(|d: Dispute| dispute(&d, false)),
        "charge.dispute.closed" => event.tell(|d: Dispute| dispute(&d, true)),
        "review.opened" => event.tell(|r: Review| review(&r, false)),
        "review.closed" => event.tell(|r: Review| review(&r, true)),
        "checkout.session.completed" => event.tell(|s: Session| session(&s)),
        _ => Ok(Reading::ignored(&kind, Unused::Type)),
    }
}

/// A fact and the order that it belongs to; none when it belongs to no order of ours.
type Told = Option<(OrderReference, PaymentFact)>;

/// An event of a type that we use.
struct Unread<'a> {
    kind: &'a str,
    body: &'a [u8],
    received_at: Timestamp,
}

impl Unread<'_> {
    /// Reads the event, and what its object tells by `fact`.
    fn tell<T: DeserializeOwned>(
        &self,
        fact: impl FnOnce(T) -> Result<Told, ReadError>,
    ) -> Result<Reading, ReadError> {
        let event: Event<T> = parse(self.body)?;
        let Some((order, fact)) = fact(event.data.object)? else {
            return Ok(Reading::ignored(self.kind, Unused::NoOrder));
        };
        let no_time = |_| ReadError::field("created", "not a time");
        Ok(Reading::Fact(Box::new(Inbound {
            source: NAME.to_owned(),
            id: name("id", &event.id, ID_MAX)?,
            location: None,
            occurred_at: Timestamp::from_second(event.created).map_err(no_time)?,
            received_at: self.received_at,
            fact: Fact::Payment { order, fact },
        })))
    }
}

/// Where to look for the order; none when nothing leads anywhere. A payment that another system made in the same
/// account may carry an order id of its own, so what cannot be one of ours is left out.
fn reference(
    named: [Option<&str>; 2],
    intent: Option<&str>,
    path: &str,
) -> Result<Option<OrderReference>, ReadError> {
    let sound = |text: &str| text.parse::<domain::ids::OrderNumber>().is_ok();
    let order = named
        .into_iter()
        .flatten()
        .map(str::trim)
        .find(|text| sound(text))
        .map(str::to_owned);
    let intent = match intent {
        // A `#` would split the key under which the intent is remembered.
        Some(intent) if intent.contains('#') => {
            return Err(ReadError::field(path, "expected an id without `#`"));
        }
        Some(intent) => Some(name(path, intent, ID_MAX)?),
        None => None,
    };
    if order.is_none() && intent.is_none() {
        Ok(None)
    } else {
        Ok(Some(OrderReference { order, intent }))
    }
}

/// The reference of an object that belongs to a payment intent. Its own metadata comes first, then that of an
/// intent which Stripe was asked to show in full.
fn belongs(
    metadata: Option<&Metadata>,
    intent: Option<&Link>,
) -> Result<Option<OrderReference>, ReadError> {
    let named = [
        order_id(metadata),
        intent.and_then(|i| i.order_id.as_deref()),
    ];
    reference(
        named,
        intent.map(|i| i.id.as_str()),
        "data.object.payment_intent",
    )
}

fn order_id(metadata: Option<&Metadata>) -> Option<&str> {
    metadata.and_then(|m| m.order_id.as_deref())
}

impl Intent {
    fn tell(
        self,
        fact: impl FnOnce(&Self) -> Result<PaymentFact, ReadError>,
    ) -> Result<Told, ReadError> {
        let order = reference(
            [order_id(self.metadata.as_ref()), None],
            Some(&self.id),
            "data.object.id",
        )?;
        match order {
            Some(order) => Ok(Some((order, fact(&self)?))),
            None => Ok(None),
        }
    }
}

fn authorized(intent: &Intent) -> Result<PaymentFact, ReadError> {
    let (amount, currency) = money(
        "amount_capturable",
        intent.amount_capturable,
        intent.currency,
    )?;
    Ok(PaymentFact::Authorized { amount, currency })
}

fn captured(intent: &Intent) -> Result<PaymentFact, ReadError> {
    let (amount, currency) = money("amount_received", intent.amount_received, intent.currency)?;
    Ok(PaymentFact::Captured { amount, currency })
}

fn failed(intent: &Intent) -> PaymentFact {
    let error = intent.last_payment_error.as_ref();
    // The issuer's word says more than `card_declined`.
    let word = error.and_then(|e| {
        e.decline_code
            .as_deref()
            .or(e.code.as_deref())
            .or(e.kind.as_deref())
    });
    PaymentFact::Failed {
        code: word.and_then(code),
    }
}

fn refund(refund: &Refund, unsaid: RefundStatus) -> Result<Told, ReadError> {
    let Some(order) = belongs(refund.metadata.as_ref(), refund.payment_intent.as_ref())? else {
        return Ok(None);
    };
    let status = match refund.status.as_deref() {
        None => unsaid,
        Some("pending" | "requires_action") => RefundStatus::Pending,
        Some("succeeded") => RefundStatus::Succeeded,
        Some("failed") => RefundStatus::Failed,
        Some("canceled") => RefundStatus::Cancelled,
        Some(_) => {
            return Err(ReadError::field(
                "data.object.status",
                "not a status of a refund",
            ));
        }
    };
    let (amount, currency) = money("amount", refund.amount, refund.currency)?;
    let id = id(refund.id.as_deref())?;
    Ok(Some((
        order,
        PaymentFact::Refund {
            id,
            amount,
            currency,
            status,
        },
    )))
}

fn dispute(dispute: &Dispute, closed: bool) -> Result<Told, ReadError> {
    let Some(order) = belongs(dispute.metadata.as_ref(), dispute.payment_intent.as_ref())? else {
        return Ok(None);
    };
    let id = id(dispute.id.as_deref())?;
    let fact = if closed {
        // An inquiry that came to nothing is as good as won. Whatever else Stripe calls an end, a person looks.
        let status = need("data.object.status", dispute.status.as_deref())?;
        PaymentFact::DisputeClosed {
            id,
            won: matches!(status, "won" | "warning_closed"),
        }
    } else {
        PaymentFact::DisputeOpened { id }
    };
    Ok(Some((order, fact)))
}

fn review(review: &Review, closed: bool) -> Result<Told, ReadError> {
    let Some(order) = belongs(None, review.payment_intent.as_ref())? else {
        return Ok(None);
    };
    let id = id(review.id.as_deref())?;
    let fact = if closed {
        // `reason` follows `closed_reason`; older API versions have only the former.
        let reason = review
            .closed_reason
            .as_deref()
            .or(review.reason.as_deref())
            .and_then(code);
        let reason = need("data.object.closed_reason", reason)?;
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

fn session(session: &Session) -> Result<Told, ReadError> {
    // Subscriptions and saved cards are no orders.
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
    let fact = match need(
        "data.object.payment_status",
        session.payment_status.as_deref(),
    )? {
        "paid" => {
            need(path, intent)?;
            let (amount, currency) = money("amount_total", session.amount_total, session.currency)?;
            PaymentFact::Captured { amount, currency }
        }
        // The money is on its way or only authorised; what becomes of it, the intent's own events tell.
        "unpaid" if intent.is_some() => PaymentFact::Linked,
        // Nothing to pay, so there is no intent to remember either.
        "unpaid" | "no_payment_required" => return Ok(None),
        _ => {
            return Err(ReadError::field(
                "data.object.payment_status",
                "not a payment status of a session",
            ));
        }
    };
    Ok(Some((order, fact)))
}

fn id(id: Option<&str>) -> Result<String, ReadError> {
    name("data.object.id", need("data.object.id", id)?, ID_MAX)
}

fn money(
    field: &str,
    amount: Option<i64>,
    currency: Option<Currency>,
) -> Result<(i64, Currency), ReadError> {
    let path = format!("data.object.{field}");
    let currency = need("data.object.currency", currency)?;
    Ok((
        amount::minor_units(&path, need(&path, amount)?, currency)?,
        currency,
    ))
}
