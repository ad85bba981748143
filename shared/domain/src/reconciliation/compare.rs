//! Comparing an object of the gateway's with the order that it belongs to.

use jiff::Timestamp;

use super::{
    Difference, DifferenceKind, Figure, GatewayObject, ObjectKind,
    dispute::{self, of_dispute},
    payment::of_payment,
    refund::{of_refund, refund_status},
};
use crate::{inbound::PaymentFact, order::Order};

/// In what an object and its order differ. `payment`: the intent that it belongs to, empty when it names none; `facts`: what
/// the gateway says of the object. Nothing, when it says nothing of money.
pub fn compare(
    order: &Order,
    object: &GatewayObject,
    payment: &str,
    facts: &[PaymentFact],
    now: Timestamp,
) -> Vec<Difference> {
    let found = match object.kind {
        ObjectKind::Payment => of_payment(order, object, facts, now),
        ObjectKind::Refund => facts
            .iter()
            .find_map(|fact| of_refund(order, object, fact, now))
            .unwrap_or_default(),
        ObjectKind::Dispute => facts
            .iter()
            .find_map(|fact| of_dispute(order, object, fact, now))
            .unwrap_or_default(),
    };
    let payment = (object.kind != ObjectKind::Payment && !payment.is_empty()).then_some(payment);
    let found = found.into_iter().map(|difference| Difference {
        payment: payment.map(str::to_owned),
        order: Some(order.id()),
        currency: difference.currency.or(Some(order.placed.currency)),
        ..difference
    });
    found.collect()
}

/// The difference of an object that an order has and the gateway does not know; none, when the order does not have it.
pub fn missing(order: &Order, object: &GatewayObject, now: Timestamp) -> Option<Difference> {
    let state = &order.state.payment;
    let (kind, payment, ours) = match object.kind {
        ObjectKind::Payment => {
            let intent = state.intent(&object.id)?;
            let amount = intent.captured.max(intent.capturable());
            let kind = DifferenceKind::PaymentMissingAtGateway;
            (kind, None, Figure::amount(amount))
        }
        ObjectKind::Refund => {
            let refund = state.refunds.iter().find(|r| r.id == object.id)?;
            let ours = Figure::with_status(Some(refund.amount), refund_status(refund.status));
            let kind = DifferenceKind::RefundMissingAtGateway;
            (kind, Some(refund.intent.clone()), ours)
        }
        ObjectKind::Dispute => {
            let dispute = state.dispute(&object.id)?;
            let kind = DifferenceKind::DisputeMissingAtGateway;
            (
                kind,
                Some(dispute.intent.clone()),
                dispute::of_ours(dispute),
            )
        }
    };
    Some(Difference {
        payment: payment.filter(|payment| !payment.is_empty()),
        order: Some(order.id()),
        currency: Some(order.placed.currency),
        ours,
        ..Difference::found(kind, object, now)
    })
}
