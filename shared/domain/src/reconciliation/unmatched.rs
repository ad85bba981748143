//! Comparing an object of the gateway's that belongs to no order.

use jiff::Timestamp;

use super::{
    Difference, DifferenceKind, Figure, GatewayObject, ObjectKind, payment::PaymentMoney,
    refund::refund_status,
};
use crate::inbound::{Fact, PaymentFact, UnmatchedPayment};

/// In what an object that belongs to no order differs from what is kept of its payment; `kept`: none, when nothing is.
pub fn compare_unmatched(
    kept: Option<&UnmatchedPayment>,
    object: &GatewayObject,
    payment: &str,
    facts: &[PaymentFact],
    now: Timestamp,
) -> Vec<Difference> {
    let found = facts.iter().find_map(|fact| match object.kind {
        ObjectKind::Payment => of_payment(kept, object, facts, now),
        ObjectKind::Refund => of_refund(kept, object, fact, now),
        ObjectKind::Dispute => of_dispute(kept, object, fact, now),
    });
    let payment = (object.kind != ObjectKind::Payment && !payment.is_empty()).then_some(payment);
    let found = found.map(|difference| Difference {
        payment: payment.map(str::to_owned),
        ..difference
    });
    found.into_iter().collect()
}

fn kept_facts(kept: Option<&UnmatchedPayment>) -> impl Iterator<Item = &PaymentFact> {
    let facts = kept.into_iter().flat_map(|kept| &kept.facts);
    facts.filter_map(|inbound| match &inbound.fact {
        Fact::Payment { fact, .. } => Some(fact),
        Fact::Fulfillment { .. } | Fact::Shipment { .. } | Fact::Stock(_) => None,
    })
}

fn of_payment(
    kept: Option<&UnmatchedPayment>,
    object: &GatewayObject,
    facts: &[PaymentFact],
    now: Timestamp,
) -> Option<Difference> {
    let money = PaymentMoney::of(facts)?;
    let kind = if kept.is_some() {
        DifferenceKind::PaymentUnmatched
    } else {
        DifferenceKind::PaymentUnknownHere
    };
    Some(Difference {
        currency: Some(money.currency),
        gateway: money.figure(),
        ..Difference::found(kind, object, now)
    })
}

fn of_refund(
    kept: Option<&UnmatchedPayment>,
    object: &GatewayObject,
    fact: &PaymentFact,
    now: Timestamp,
) -> Option<Difference> {
    let PaymentFact::Refund {
        amount,
        currency,
        status,
        ..
    } = fact
    else {
        return None;
    };
    let is_kept = kept_facts(kept).any(|kept| {
        matches!(kept, PaymentFact::Refund { id, status: known, .. } if *id == object.id && known == status)
    });
    (!is_kept).then(|| Difference {
        currency: Some(*currency),
        gateway: Figure::with_status(Some(*amount), refund_status(*status)),
        ..Difference::found(DifferenceKind::RefundUnknownHere, object, now)
    })
}

fn of_dispute(
    kept: Option<&UnmatchedPayment>,
    object: &GatewayObject,
    fact: &PaymentFact,
    now: Timestamp,
) -> Option<Difference> {
    let reported = fact.dispute()?;
    let (status, amount) = (reported.status, reported.amount);
    let mut known = kept_facts(kept).filter_map(PaymentFact::dispute);
    let is_kept = known.any(|known| known.id == object.id && known.status == status);
    (!is_kept).then(|| Difference {
        currency: amount.map(|money| money.currency),
        gateway: Figure::with_status(amount.map(|money| money.minor), status.as_str()),
        ..Difference::found(DifferenceKind::DisputeUnknownHere, object, now)
    })
}
