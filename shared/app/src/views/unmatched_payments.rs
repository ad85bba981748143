//! Unmatched payments: what was told of payments that no order names.

use domain::{
    ids::OrderId,
    inbound::{Fact, Inbound, PaymentFact, UnmatchedCloseReason, UnmatchedPayment},
    money::Currency,
    order::Actor,
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

/// A payment that no order names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct UnmatchedPaymentView {
    /// What it is known by: `intent:` and the payment intent, or `order:` and the name of its order.
    pub payment: String,
    /// When its first event was received, UTC.
    pub since: Timestamp,
    /// What orders its events name, as the shop wrote them into the payment.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
    /// The order that it belongs to, when events are left that are too early for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderId>,
    /// What was told of it and is not applied, as it was received.
    pub events: Vec<PaymentEventView>,
    /// How it ended; left out while it is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed: Option<UnmatchedClosedView>,
}

/// What a gateway told of a payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PaymentEventView {
    /// The gateway.
    pub source: String,
    /// Its id of the event.
    pub id: String,
    /// When it happened, as the gateway says, UTC.
    pub at: Timestamp,
    /// What happened: `authorized`, `captured`, `refund` ...
    pub kind: String,
    /// Minor units: authorized or captured in all, or given back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<i64>,
    /// The currency of the amount.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
}

/// The end of an unmatched payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct UnmatchedClosedView {
    /// Why.
    pub reason: UnmatchedCloseReason,
    /// When, UTC.
    pub at: Timestamp,
    /// Who.
    pub by: Actor,
    /// The person's note; only for callers who have asked for personal data with a reason, and for its writer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// One page of unmatched payments.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct UnmatchedPaymentPage {
    /// The payments, the oldest first.
    pub payments: Vec<UnmatchedPaymentView>,
    /// The cursor of the next page; none: this is the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

impl UnmatchedPaymentView {
    /// Of a payment; `clear`: with the note.
    pub fn of(payment: UnmatchedPayment, clear: bool) -> Self {
        let closed = payment.closed.map(|closed| UnmatchedClosedView {
            reason: closed.reason,
            at: closed.at,
            by: closed.by,
            note: closed.note.filter(|_| clear),
        });
        Self {
            payment: payment.payment.to_string(),
            since: payment.since,
            names: payment.names,
            order: payment.order,
            events: payment.facts.iter().filter_map(event).collect(),
            closed,
        }
    }
}

fn event(inbound: &Inbound) -> Option<PaymentEventView> {
    let Fact::Payment { fact, .. } = &inbound.fact else {
        return None;
    };
    let money = |amount: &i64, currency: &Currency| Some((*amount, *currency));
    let (kind, money) = match fact {
        PaymentFact::Linked => ("linked", None),
        PaymentFact::Processing => ("processing", None),
        PaymentFact::Authorized { amount, currency } => ("authorized", money(amount, currency)),
        PaymentFact::Captured { amount, currency } => ("captured", money(amount, currency)),
        PaymentFact::PartlyCaptured {
            amount, currency, ..
        } => ("partly_captured", money(amount, currency)),
        PaymentFact::AuthorizationTerms { .. } => ("authorization_terms", None),
        PaymentFact::Failed { .. } => ("failed", None),
        PaymentFact::Cancelled => ("cancelled", None),
        PaymentFact::Refund {
            amount, currency, ..
        } => ("refund", money(amount, currency)),
        PaymentFact::Dispute {
            status,
            amount,
            currency,
            ..
        } if status.is_end() => ("dispute_closed", money(amount, currency)),
        PaymentFact::Dispute {
            amount, currency, ..
        } => ("dispute_opened", money(amount, currency)),
        PaymentFact::DisputeOpened { .. } => ("dispute_opened", None),
        PaymentFact::DisputeClosed { .. } => ("dispute_closed", None),
        PaymentFact::ReviewOpened { .. } => ("review_opened", None),
        PaymentFact::ReviewClosed { .. } => ("review_closed", None),
    };
    Some(PaymentEventView {
        source: inbound.source.clone(),
        id: inbound.id.clone(),
        at: inbound.occurred_at,
        kind: kind.to_owned(),
        amount: money.map(|(amount, _)| amount),
        currency: money.map(|(_, currency)| currency),
    })
}
