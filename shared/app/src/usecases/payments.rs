//! Handles the messages on the payments queue.

use jiff::Timestamp;

use super::{
    execute::CommandRequest, perform_effects::perform_effects,
    read_gateway_events::read_gateway_events,
};
use crate::{
    bus::message::QueueMessage,
    failure::Failure,
    ports::{Clock, EventsCursorStore, InboundQueue, OrderStore, PaymentGateway},
};

/// Handles the body of a message: performs the effects of an order, or reads what the gateway has recorded. From `stop_at` on
/// nothing new is begun of what a further message can continue.
///
/// # Errors
/// [`Failure::Malformed`] when it is neither, [`Failure::NotFound`] when its order is not stored; as
/// [`perform_effects`] and [`read_gateway_events`].
pub async fn on_message(
    store: &(impl OrderStore + EventsCursorStore),
    gateway: &impl PaymentGateway,
    inbound: &impl InboundQueue,
    clock: &impl Clock,
    body: &str,
    stop_at: Timestamp,
) -> Result<(), Failure> {
    let message = QueueMessage::read(body)?;
    if message == QueueMessage::Poll {
        return read_gateway_events(store, gateway, inbound, clock, stop_at).await;
    }
    let (order, trigger) = message.about_order()?;
    let request = CommandRequest::due("payments", &trigger);
    perform_effects(store, gateway, clock, order, &request).await
}
