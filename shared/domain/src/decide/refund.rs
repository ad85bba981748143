//! The refund that is owed for credited units.

use crate::order::{Event, Line, LineState, Order, RefundLine};

/// The refund owed for credited units beyond what is recorded: at most what was captured beyond the units that are still
/// to come and beyond what is owed already, so that refunds never exceed the capture. It ends within a unit when the money
/// does: a part of what the unit cost was given back as a credit, or is not captured.
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
        if refund.amount > 0 || refund.units > 0 {
            excess = excess.saturating_sub(refund.amount);
            lines.push(refund);
        }
    }
    let amount = lines.iter().map(|l| l.amount).fold(0, i64::saturating_add);
    (!lines.is_empty()).then_some(Event::RefundOwed { lines, amount })
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
