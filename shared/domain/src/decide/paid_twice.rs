//! Orders that are paid twice: a hold while a person decides what becomes of the surplus.

use super::{
    commanded::commands,
    effects::{refunds, requested},
    exception::find,
    gateway::not_disputed,
    hold::{end_hold, start_hold},
    refund_request::by_person,
    surplus::of_surplus,
};
use crate::order::{
    Event, ExceptionKind, ExceptionOutcome, HoldKind, Order, PaymentCommands, RefundOrder,
    Rejection, RejectionCode,
};

/// The handle of the hold. An order has it once: what a person has released is not placed again.
const HANDLE: &str = "paid-twice";

/// The hold of an order of which more than one payment was captured, and more in all than is due, when its terms say so and
/// something of it can still be held back.
pub(super) fn hold(order: &Order) -> Vec<Event> {
    let captured = order.state.payment.intents.iter();
    let is_several = captured.filter(|intent| intent.captured > 0).count() > 1;
    if !order.terms().hold_paid_twice || !is_several || !order.is_more_to_ship() {
        return vec![];
    }
    start_hold(order, HoldKind::PossibleDuplicate, HANDLE)
}

/// The end of the hold: a person has decided, or there is no surplus any more.
pub(super) fn release(order: &Order) -> Vec<Event> {
    let mut holds = order.state.holds.iter();
    if holds.any(|hold| hold.handle == HANDLE) {
        end_hold(order, HANDLE)
    } else {
        vec![]
    }
}

/// What a person decides about a surplus who closes the exception about it.
pub(super) fn decided(
    order: &Order,
    id: u32,
    outcome: &ExceptionOutcome,
    note: Option<&str>,
) -> Result<Vec<Event>, Rejection> {
    let is_refunded = *outcome == ExceptionOutcome::SurplusRefunded;
    let is_about_surplus = is_refunded || *outcome == ExceptionOutcome::SurplusKept;
    let open = find(order, id)?;
    if open.kind != ExceptionKind::Overpaid {
        if is_about_surplus {
            let message = "only what was paid too much can be refunded or kept as a surplus";
            let code = RejectionCode::OutcomeNotAllowed;
            return Err(Rejection::new(code, open.kind.as_str(), message));
        }
        return Ok(vec![]);
    }
    let mut events = if is_refunded {
        surplus(order, note)?
    } else {
        vec![]
    };
    events.extend(release(order));
    Ok(events)
}

/// A person has what was paid too much given back, from the last payment first; what of it was asked for before is not asked
/// for again.
fn surplus(order: &Order, note: Option<&str>) -> Result<Vec<Event>, Rejection> {
    let commands = PaymentCommands {
        refund_order: RefundOrder::Last,
        ..commands(order)?
    };
    not_disputed(order)?;
    let amount = order.surplus_not_asked();
    let refunds = requested(order, refunds(order, amount, &commands));
    let refunds = of_surplus(refunds, amount).into_iter();
    Ok(refunds.map(|event| by_person(event, note)).collect())
}
