//! Does what an order's payment makes due: cancels what is not paid in time, gives back the stock of units that are not
//! paid any more. What is due, and when, the domain decides ([`domain::order::PaymentStep`]).

use domain::{
    ids::OrderId,
    order::Command,
    order::{Cause, Order},
};

use super::execute::{CommandRequest, Outcome, execute};
use crate::{
    bus::message::QueueMessage,
    failure::Failure,
    ports::{Clock, OrderStore},
};

/// Most commits of one message about an order's payment. The sweep continues what is left.
pub const PAYMENT_STEPS_MAX: u32 = 16;

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

/// Does what is due of an order that is not paid.
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
    let enforce = |order: &Order| order.payment_step().map(|_| Command::EnforcePayment);
    for _ in 0..PAYMENT_STEPS_MAX {
        match execute(store, clock, id, &request, enforce).await? {
            Outcome::Done(change) if is_due(&change.order, clock) => {}
            Outcome::Done(_) => return Ok(()),
            Outcome::Unchanged(_) | Outcome::UnchangedBefore(_) => {
                tracing::info!(order_id = %id, "the payment makes nothing due");
                return Ok(());
            }
            Outcome::Rejected(_, rejection) => return Err(rejection.into()),
        }
    }
    tracing::warn!(order_id = %id, "more is due than one message does: the sweep continues");
    Ok(())
}

/// Whether something is due still: what did not fit one transaction.
fn is_due(order: &Order, clock: &impl Clock) -> bool {
    order
        .payment_step()
        .is_some_and(|(_, due)| due <= clock.now())
}
