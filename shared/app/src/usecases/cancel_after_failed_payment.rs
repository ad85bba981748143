//! Cancels an order whose payment has failed or was cancelled, unless it is paid by now.

use domain::{
    ids::OrderId,
    order::Command,
    order::{CancelReason, Cause, Order, Owed},
};

use super::execute::{CommandRequest, Outcome, execute};
use crate::{
    bus::message::QueueMessage,
    failure::Failure,
    ports::{Clock, OrderStore},
};

/// Handles the body of a message on the cancellation queue.
///
/// # Errors
/// [`Failure::Malformed`] when it names no order, and as [`cancel_after_failed_payment`].
pub async fn on_message(
    store: &impl OrderStore,
    clock: &impl Clock,
    body: &str,
) -> Result<(), Failure> {
    let (order, trigger) = QueueMessage::read(body)?.about_order()?;
    cancel_after_failed_payment(store, clock, order, &trigger).await
}

/// Cancels what can be cancelled of an unpaid order.
///
/// # Errors
/// [`Failure::NotFound`], [`Failure::Contended`].
pub async fn cancel_after_failed_payment(
    store: &impl OrderStore,
    clock: &impl Clock,
    id: OrderId,
    trigger: &Cause,
) -> Result<(), Failure> {
    let request = CommandRequest::due("cancellation", trigger);
    match execute(store, clock, id, &request, cancel_command).await? {
        Outcome::Done(_) => Ok(()),
        Outcome::Unchanged(_) | Outcome::UnchangedBefore(_) => {
            tracing::info!(order_id = %id, "the payment has not failed, or nothing is left to cancel");
            Ok(())
        }
        Outcome::Rejected(_, rejection) => Err(rejection.into()),
    }
}

fn cancel_command(order: &Order) -> Option<Command> {
    if !order.owes().contains_key(&Owed::Cancellation) {
        return None;
    }
    let all_intents_cancelled = order
        .state
        .payment
        .intents
        .iter()
        .all(|intent| intent.cancelled);
    let reason = if all_intents_cancelled {
        CancelReason::PaymentCancelled
    } else {
        CancelReason::PaymentFailed
    };
    Some(Command::Cancel {
        lines: Vec::new(),
        reason,
        note: None,
    })
}
