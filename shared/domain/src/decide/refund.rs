//! The refund that is owed for credited units and shipping.

use crate::order::{Event, Line, LineState, Order, RefundLine};

/// The refund owed for credited units and shipping beyond what is recorded: at most what was captured beyond what is due and
/// beyond what is owed already, so that refunds never exceed the capture. It ends within a unit when the money does: a part
/// of what the unit cost was given back as a credit, or is not captured.
pub(super) fn refund_owed(order: &Order) -> Option<Event> {
    let payment = &order.state.payment;
    let captured = payment.captured();
    if captured == 0 {
        return None;
    }
    let missing_shipping = order
        .shipping_beside_lines()
        .saturating_sub(payment.shipping_owed);
    // Shares of units that a person had given back before are not owed again with the units.
    let given_back = missing_shipping.min(0);
    // A credit has left the captured money already.
    let mut excess = captured
        .saturating_sub(payment.credits_of_money())
        .saturating_sub(order.refund_owed())
        .saturating_sub(order.amount_due())
        .max(0)
        .saturating_sub(given_back);
    let mut lines = Vec::new();
    for (line, state) in order.lines() {
        let refund = refund_of_line(order, line, state, excess);
        if refund.amount > 0 || refund.units > 0 {
            excess = excess.saturating_sub(refund.amount);
            lines.push(refund);
        }
    }
    let shipping = missing_shipping.min(excess);
    let amounts = lines.iter().map(|l| l.amount);
    let amount = amounts.fold(shipping, i64::saturating_add);
    (!lines.is_empty() || shipping != 0).then_some(Event::RefundOwed {
        lines,
        amount,
        shipping,
    })
}

/// What the line's credited units cost and is not owed back yet, as far as `excess` covers it. A unit counts once all of
/// what it cost is owed.
fn refund_of_line(order: &Order, line: &Line, state: &LineState, excess: i64) -> RefundLine {
    let value = |units: u32| order.last_value(line, units);
    let missing = value(state.credited()).saturating_sub(state.refund_owed_amount);
    let amount = missing.min(excess).max(0);
    let owed = state.refund_owed_amount.saturating_add(amount);
    let whole = (state.refund_owed..=state.credited()).rev();
    let whole = whole.into_iter().find(|units| value(*units) <= owed);
    let units = whole.map_or(0, |whole| whole.saturating_sub(state.refund_owed));
    RefundLine {
        line: line.id.clone(),
        units,
        amount,
    }
}
