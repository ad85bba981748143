//! What is owed back, what people grant, and what they ask for.

use super::buckets::line_mut;
use crate::order::{
    Context, LineUnits, Order, ProposedRefund, RefundLine, RefundRequest, TaxReversal,
};

pub(super) fn owe(order: &mut Order, lines: &[RefundLine], shipping: i64) {
    for owed in lines {
        if let Some(line) = line_mut(order, &owed.line) {
            line.refund_owed = line.refund_owed.saturating_add(owed.units);
            line.refund_owed_amount = line.refund_owed_amount.saturating_add(owed.amount);
        }
    }
    let payment = &mut order.state.payment;
    payment.shipping_owed = payment.shipping_owed.saturating_add(shipping);
}

pub(super) fn grant(order: &mut Order, lines: &[LineUnits], shipping: i64) {
    for granted in lines {
        if let Some(line) = line_mut(order, &granted.line) {
            line.credit(granted.units);
        }
    }
    let payment = &mut order.state.payment;
    payment.shipping_granted = payment.shipping_granted.saturating_add(shipping);
}

/// The tax service is asked to reverse it.
pub(super) fn reverse_tax(order: &mut Order, reversal: &TaxReversal) {
    for reversed in &reversal.lines {
        if let Some(line) = line_mut(order, &reversed.line) {
            line.tax_reversed = line.tax_reversed.saturating_add(reversed.units);
        }
    }
    let shipping = reversal.shipping.map_or(0, |shipping| shipping.part.amount);
    let before = order.state.shipping_tax_reversed;
    order.state.shipping_tax_reversed = before.saturating_add(shipping);
}

pub(super) fn propose(
    order: &mut Order,
    number: u32,
    (refund, amount): (&RefundRequest, i64),
    context: &Context,
) {
    order.state.refunds_proposed = order.state.refunds_proposed.max(number);
    order.state.proposed_refunds.push(ProposedRefund {
        number,
        refund: refund.clone(),
        amount,
        by: context.actor.clone(),
        at: context.now,
    });
}

/// The exception about a proposal was closed: whatever was decided, it waits no more.
pub(super) fn end_proposal(order: &mut Order, number: &str) {
    let proposed = &mut order.state.proposed_refunds;
    proposed.retain(|proposed| proposed.number.to_string() != number);
}
