//! What a command causes. Pure and total: the same order, command and context give the same events, and a
//! command that has had its effect causes nothing again.
//!
//! Wishes (hold, cancel, route) may be refused. Facts from outside (payment, warehouse, carrier) are not: what
//! does not fit is recorded as an exception for a person, or, when what came before it is still on its way,
//! sent back to wait.

pub mod cancel;
mod fulfillment;
mod hold;
mod parcel;
mod payment;
mod routing;

use crate::{
    command::{Command, Context},
    evolve::evolve,
    order::{Event, Order, RefundLine},
    rejection::Rejection,
};

/// Decides what `command` causes. An empty list means that it has already happened.
///
/// # Errors
/// A [`Rejection`] with its reason.
pub fn decide(
    order: &Order,
    command: &Command,
    context: &Context,
) -> Result<Vec<Event>, Rejection> {
    if order.state.causes.contains(&context.cause.key()) {
        return Ok(Vec::new());
    }
    let events = match command {
        Command::RecordPayment { intent, fact } => payment::record(order, intent, fact)?,
        Command::RecordFulfillment {
            fulfillment_order,
            location,
            fact,
            shipment,
            occurred_at,
        } => {
            let report = fulfillment::Report {
                fulfillment_order: *fulfillment_order,
                location,
                shipment: *shipment,
                occurred_at: *occurred_at,
            };
            fulfillment::record(order, &report, fact, context)?
        }
        Command::RecordParcel {
            reference,
            location,
            fact,
        } => parcel::record(order, reference, location, fact)?,
        Command::PlaceHold {
            kind,
            handle,
            until,
        } => hold::place(order, *kind, handle, *until)?,
        Command::ReleaseHold { handle } => hold::release(order, handle)?,
        Command::Route { decision, ids } => routing::route(order, decision, ids, context)?,
        Command::ReleaseBackorder { decision, ids } => {
            routing::release_backorder(order, decision, ids, context)?
        }
        Command::RequestFulfillment => routing::request(order)?,
        Command::Cancel {
            lines,
            reason,
            note,
        } => cancel::cancel(order, lines, *reason, note.as_deref())?,
    };
    if events.is_empty() {
        Ok(events)
    } else {
        Ok(with_consequences(order, events, context))
    }
}

/// Adds what follows from the events whatever caused them: the order becomes ready, money is owed back.
fn with_consequences(order: &Order, mut events: Vec<Event>, context: &Context) -> Vec<Event> {
    let after = events
        .iter()
        .fold(order.clone(), |order, event| evolve(order, event, context));
    events.extend(refund_owed(&after));
    if !order.is_ready() && after.is_ready() && after.unrouted() > 0 {
        events.push(Event::OrderReleased {});
    }
    events
}

/// The refund owed for cancelled units for which none has been recorded: at most what was captured beyond the
/// units that are still to come and beyond what is owed already, so that refunds never exceed the capture.
fn refund_owed(order: &Order) -> Option<Event> {
    let owed = order
        .state
        .lines
        .iter()
        .map(|l| l.refund_owed_amount)
        .fold(0, i64::saturating_add);
    let captured = order.state.payment.captured();
    let mut excess = captured
        .saturating_sub(owed)
        .saturating_sub(order.live_value());
    let mut lines = Vec::new();
    for (line, state) in order.placed.lines.iter().zip(&order.state.lines) {
        let end = line.quantity.saturating_sub(state.refund_owed);
        let start = line.quantity.saturating_sub(state.cancelled);
        let (mut units, mut amount) = (0u32, 0i64);
        for index in (start..end).rev() {
            let cell = line.cell(index).total(order.placed.terms.taxes_included);
            if captured == 0 || cell > excess {
                break;
            }
            excess = excess.saturating_sub(cell);
            amount = amount.saturating_add(cell);
            units = units.saturating_add(1);
        }
        if units > 0 {
            lines.push(RefundLine {
                line: line.id.clone(),
                units,
                amount,
            });
        }
    }
    let amount = lines.iter().map(|l| l.amount).fold(0, i64::saturating_add);
    (!lines.is_empty()).then_some(Event::RefundOwed { lines, amount })
}
