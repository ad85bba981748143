//! Comparing a refund of the gateway's with the order that it belongs to.

use jiff::Timestamp;

use super::{Difference, DifferenceKind, Figure, GatewayObject};
use crate::{
    inbound::PaymentFact,
    order::{Order, RefundStatus},
};

pub(super) fn of_refund(
    order: &Order,
    object: &GatewayObject,
    fact: &PaymentFact,
    now: Timestamp,
) -> Option<Vec<Difference>> {
    let PaymentFact::Refund {
        id,
        amount,
        currency,
        status,
        ..
    } = fact
    else {
        return None;
    };
    let mut refunds = order.state.payment.refunds.iter();
    let known = refunds.find(|known| known.id == *id);
    let gateway = Figure::with_status(Some(*amount), refund_status(*status));
    let kind = match known {
        _ if *currency != order.placed.currency => DifferenceKind::CurrencyDiffers,
        None => DifferenceKind::RefundUnknownHere,
        Some(known) if known.amount != *amount => DifferenceKind::RefundAmountDiffers,
        Some(known) if known.status != *status => DifferenceKind::RefundStatusDiffers,
        Some(_) => return Some(vec![]),
    };
    let ours =
        known.map(|known| Figure::with_status(Some(known.amount), refund_status(known.status)));
    Some(vec![Difference {
        currency: Some(*currency),
        gateway,
        ours: ours.unwrap_or_default(),
        ..Difference::found(kind, object, now)
    }])
}

pub(super) fn refund_status(status: RefundStatus) -> &'static str {
    match status {
        RefundStatus::Pending => "pending",
        RefundStatus::Succeeded => "succeeded",
        RefundStatus::Failed => "failed",
        RefundStatus::Cancelled => "cancelled",
    }
}
