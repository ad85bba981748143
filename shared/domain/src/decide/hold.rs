//! Placing and releasing holds.

use jiff::Timestamp;

use super::units::backordered_skus;
use crate::order::{Event, HoldKind, Order, Rejection, RejectionCode, Status, ended_hold};

/// A hold that an outside event places; nothing when it is in force or has ended.
pub(super) fn start_hold(order: &Order, kind: HoldKind, handle: &str) -> Vec<Event> {
    let in_force = order.state.holds.iter().any(|h| h.handle == handle);
    if in_force || order.state.causes.contains(&ended_hold(handle)) {
        return vec![];
    }
    vec![Event::HoldPlaced {
        kind,
        handle: handle.to_owned(),
        until: None,
        reason: None,
    }]
}

/// The end of a hold by an outside event. It is recorded also when the hold is unknown: its placing is late.
pub(super) fn end_hold(order: &Order, handle: &str) -> Vec<Event> {
    let in_force = order.state.holds.iter().any(|h| h.handle == handle);
    if !in_force && order.state.causes.contains(&ended_hold(handle)) {
        return vec![];
    }
    vec![Event::HoldReleased {
        handle: handle.to_owned(),
        backordered_skus: backordered_skus(order),
    }]
}

pub(super) fn place(
    order: &Order,
    kind: &HoldKind,
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
            let message = format!("the order is {}; nothing is left to hold", status.as_str());
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
        kind: kind.clone(),
        handle: handle.to_owned(),
        until,
        reason: None,
    }])
}

pub(super) fn release(order: &Order, handle: &str) -> Result<Vec<Event>, Rejection> {
    let in_force = order.state.holds.iter().any(|h| h.handle == handle);
    if !in_force && !order.state.causes.contains(&ended_hold(handle)) {
        let message = "the order has and had no hold of that handle";
        return Err(Rejection::new(RejectionCode::UnknownHold, handle, message));
    }
    Ok(if in_force {
        end_hold(order, handle)
    } else {
        vec![]
    })
}
