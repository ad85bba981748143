//! The one entry: what a command causes.

use super::{
    approval, asking, authorization, cancellation, closing, declined, dispute, effects, exception,
    fulfillment, gateway, hold, overdue, payment, payment_deadline, recorded, refund::refund_owed,
    refund_request, routing, secured, shipment, silence, unsent,
};
use crate::{
    evolve::evolve,
    order::{Command, Context, Event, Order, Rejection},
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
        Command::RecordPayment {
            intent,
            fact,
            occurred_at,
        } => payment::record(order, intent, fact, *occurred_at)?,
        Command::RecordFulfillment {
            fulfillment_order,
            location,
            fact,
            shipment,
            occurred_at,
            closing_grace_s,
        } => {
            let report = fulfillment::Report {
                fulfillment_order: *fulfillment_order,
                location,
                shipment: *shipment,
                occurred_at: *occurred_at,
                closing_until: closing::until(context.now, *closing_grace_s),
            };
            fulfillment::record(order, &report, fact, context)?
        }
        Command::RecordShipment {
            reference,
            location,
            fulfillment_order,
            fact,
            occurred_at,
        } => {
            let sender = shipment::Sender {
                location,
                fulfillment_order: *fulfillment_order,
                occurred_at: *occurred_at,
            };
            shipment::record(order, reference, &sender, fact, context.now)?
        }
        Command::ReportSilence { after_s } => silence::report(order, *after_s, context.now),
        Command::ReportRefused { requests } => silence::refused(order, requests, context.now),
        Command::ReportOverdue { after_s } => overdue::report(order, *after_s, context.now),
        Command::EndClosing => closing::end(order, context.now),
        Command::PlaceHold {
            kind,
            handle,
            until,
        } => hold::place(order, kind, handle, *until)?,
        Command::ReleaseHold { handle } => hold::release(order, handle)?,
        Command::Route {
            decision,
            ids,
            declined_everywhere,
        } => {
            let mut events = routing::route(order, decision, ids, context)?;
            if !events.is_empty() {
                events.extend(declined::everywhere(order, declined_everywhere));
            }
            events
        }
        Command::ShowDeclined {
            declined_everywhere,
        } => declined::everywhere(order, declined_everywhere),
        Command::AllowLocation { line, location } => declined::allow(order, line, location)?,
        Command::ReleaseBackorder { decision, ids } => {
            routing::release_backorder(order, decision, ids, context)?
        }
        Command::RequestFulfillment { not_to } => routing::request(order, not_to)?,
        Command::RepeatRequests { fulfillment_orders } => {
            unsent::repeat(order, fulfillment_orders, context.now)
        }
        Command::TakeBackRequests { requests, reason } => {
            unsent::take_back(order, requests, reason, context)
        }
        Command::TakeException { id, owner } => exception::take(order, *id, owner)?,
        Command::CloseException { id, outcome, note } => {
            approval::close(order, *id, outcome, note.as_deref(), context)?
        }
        Command::NoteAsked { intent, found } => asking::note(order, intent, *found, context.now),
        Command::RecordEffect { effect, outcome } => gateway::record(order, *effect, outcome)?,
        Command::RecordReceived {
            kind,
            reference,
            amount,
            note,
        } => recorded::payment(order, kind, reference, *amount, note.as_deref())?,
        Command::RecordRefund { effect, reference } => recorded::refund(order, *effect, reference)?,
        Command::RetryEffect { effect } => gateway::retry(order, *effect)?,
        Command::Refund {
            refund,
            credits_max,
            note,
        } => refund_request::ask(order, refund, *credits_max, note.as_deref(), context)?,
        Command::EnforcePayment => payment_deadline::enforce(order, context)?,
        Command::Cancel {
            lines,
            reason,
            restocking_fee: fee,
            note,
        } => {
            let mut events = cancellation::cancel(order, lines, reason, note.as_deref())?;
            let kept = refund_request::kept_of_cancellation(order, &events, *fee, context)?;
            events.extend(kept);
            events
        }
    };
    if events.is_empty() {
        return Ok(events);
    }
    let events = with_consequences(order, exception::number(order, events), context);
    Ok(exception::number(order, events))
}

/// Adds what follows from the events whatever caused them: a refund is owed, what is secured has fallen below what is
/// due or reaches it again, the order becomes ready.
fn with_consequences(order: &Order, mut events: Vec<Event>, context: &Context) -> Vec<Event> {
    let fold = |order: Order, events: &[Event]| {
        let apply = |order, event: &Event| evolve(order, event, context);
        events.iter().fold(order, apply)
    };
    let mut after = fold(order.clone(), &events);
    events.extend(closing::found_again(&after));
    events.extend(silence::answered(&after));
    events.extend(overdue::progressed(&after));
    events.extend(declined::placed(&after));
    if let Some(owed) = refund_owed(&after) {
        after = evolve(after, &owed, context);
        events.push(owed);
    }
    let of_money = secured::consequences(order, &after, &events);
    let after = fold(after, &of_money);
    events.extend(of_money);
    let replaced = authorization::replaced(&after, context.now);
    let after = fold(after, &replaced);
    events.extend(replaced);
    let confirmed = effects::confirmed(&after);
    let after = fold(after, &confirmed);
    events.extend(confirmed);
    let of_disputes = dispute::consequences(order, &after);
    let after = fold(after, &of_disputes);
    events.extend(of_disputes);
    events.extend(effects::wanted(&after));
    if !order.is_ready() && after.is_ready() {
        events.extend(secured::moves_on(&after, &events));
    }
    events
}
