//! The refund that is owed for cancelled units.

use crate::order::{Event, Line, LineState, Order, RefundLine};

/// The refund owed for cancelled units for which none has been recorded: at most what was captured beyond the units
/// that are still to come and beyond what is owed already, so that refunds never exceed the capture.
pub(super) fn refund_owed(order: &Order) -> Option<Event> {
    let captured = order.state.payment.captured();
    if captured == 0 {
        return None;
    }
    // A credit has left the captured money already.
    let mut excess = captured
        .saturating_sub(order.state.payment.credits)
        .saturating_sub(order.refund_owed())
        .saturating_sub(order.amount_due());
    let mut lines = Vec::new();
    for (line, state) in order.lines() {
        let refund = refund_of_line(order, line, state, excess);
        if refund.units > 0 {
            excess = excess.saturating_sub(refund.amount);
            lines.push(refund);
        }
    }
    let amount = lines.iter().map(|l| l.amount).fold(0, i64::saturating_add);
    (!lines.is_empty()).then_some(Event::RefundOwed { lines, amount })
}

/// Whole cells of the line's cancelled units, as far as `excess` covers them.
fn refund_of_line(order: &Order, line: &Line, state: &LineState, excess: i64) -> RefundLine {
    let end = line.quantity.saturating_sub(state.refund_owed);
    let start = line.quantity.saturating_sub(state.cancelled);
    let (mut units, mut amount) = (0u32, 0i64);
    for index in (start..end).rev() {
        let cell = line.cell(index).total(order.terms().taxes_included);
        if cell > excess.saturating_sub(amount) {
            break;
        }
        amount = amount.saturating_add(cell);
        units = units.saturating_add(1);
    }
    RefundLine {
        line: line.id.clone(),
        units,
        amount,
    }
}
