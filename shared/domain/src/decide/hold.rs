//! Holds: reasons for which an order does not move on, each with a handle of its own.

use jiff::Timestamp;

use crate::{
    evolve::ended_hold,
    order::{Event, HoldKind, Order, Status},
    rejection::{Rejection, RejectionCode},
};

/// A hold that an outside event begins; nothing when it stands or has ended already.
pub(super) fn start_hold(order: &Order, kind: HoldKind, handle: &str) -> Vec<Event> {
    let stands = order.state.holds.iter().any(|h| h.handle == handle);
    if stands || order.state.causes.contains(&ended_hold(handle)) {
        return vec![];
    }
    vec![Event::HoldPlaced {
        kind,
        handle: handle.to_owned(),
        until: None,
    }]
}

/// The end of a hold by an outside event. It is noted also when the hold has not begun: its beginning is late.
pub(super) fn end_hold(order: &Order, handle: &str) -> Vec<Event> {
    let stands = order.state.holds.iter().any(|h| h.handle == handle);
    if !stands && order.state.causes.contains(&ended_hold(handle)) {
        return vec![];
    }
    let lines = order.placed.lines.iter().zip(&order.state.lines);
    let mut waiting: Vec<_> = lines
        .filter(|(_, s)| s.backordered > 0)
        .map(|(l, _)| l.sku.clone())
        .collect();
    waiting.sort();
    waiting.dedup();
    vec![Event::HoldReleased {
        handle: handle.to_owned(),
        waiting,
    }]
}

pub(super) fn place(
    order: &Order,
    kind: HoldKind,
    handle: &str,
    until: Option<Timestamp>,
) -> Result<Vec<Event>, Rejection> {
    let status = order.state.status;
    match status {
        Status::Pending
        | Status::PaymentProcessing
        | Status::Paid
        | Status::AwaitingFulfillment
        | Status::PartiallyFulfilled => {}
        Status::Fulfilled | Status::Delivered | Status::Cancelled | Status::Refunded => {
            let message = format!(
                "the order is {}; there is nothing left to hold",
                status.as_str()
            );
            return Err(Rejection::new(
                RejectionCode::WrongStatus,
                status.as_str(),
                message,
            ));
        }
    }
    if order.state.holds.iter().any(|h| h.handle == handle) {
        return Ok(vec![]);
    }
    Ok(vec![Event::HoldPlaced {
        kind,
        handle: handle.to_owned(),
        until,
    }])
}

pub(super) fn release(order: &Order, handle: &str) -> Result<Vec<Event>, Rejection> {
    let stands = order.state.holds.iter().any(|h| h.handle == handle);
    if !stands && !order.state.causes.contains(&ended_hold(handle)) {
        let message = "no hold of that handle stands or has stood on the order";
        return Err(Rejection::new(RejectionCode::UnknownHold, handle, message));
    }
    Ok(if stands {
        end_hold(order, handle)
    } else {
        vec![]
    })
}
