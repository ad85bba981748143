//! Handles the messages on the payments queue.

use jiff::Timestamp;

use super::{
    ask_gateway::ask_gateway, execute::CommandRequest, perform_effects::perform_effects,
    read_gateway_events::read_gateway_events,
};
use crate::{
    bus::message::QueueMessage,
    failure::Failure,
    ports::{Clock, IdGenerator, InboundQueue, PaymentGateway, Store, TaxService},
};

/// The value of `gateway` in a line of the log from which the template makes the metric `PaymentGatewayUnavailable`, and of
/// `tax_service` in one for `TaxServiceUnavailable`.
const UNAVAILABLE: &str = "unavailable";

/// Handles the body of a message: performs the effects of an order and asks about its payments, or reads what the gateway has
/// recorded. From `stop_at` on
/// nothing new is begun of what a further message can continue.
///
/// # Errors
/// [`Failure::Malformed`] when it is neither, [`Failure::NotFound`] when its order is not stored; as
/// `perform_effects`, `ask_gateway` and [`read_gateway_events`].
pub async fn on_message(
    store: &impl Store,
    gateway: &(impl PaymentGateway + TaxService),
    inbound: &impl InboundQueue,
    env: &(impl Clock + IdGenerator),
    body: &str,
    stop_at: Timestamp,
) -> Result<(), Failure> {
    let done = handle(store, gateway, inbound, env, body, stop_at).await;
    if let Err(failure @ Failure::Gateway { until, .. }) = &done {
        tracing::error!(gateway = UNAVAILABLE, ?until, error = %failure.chain(), "the payment gateway is unavailable");
    } else if let Err(failure @ Failure::TaxService { until, .. }) = &done {
        tracing::error!(tax_service = UNAVAILABLE, ?until, error = %failure.chain(), "the tax service is unavailable, and refunds wait for it");
    }
    done
}

async fn handle(
    store: &impl Store,
    gateway: &(impl PaymentGateway + TaxService),
    inbound: &impl InboundQueue,
    env: &(impl Clock + IdGenerator),
    body: &str,
    stop_at: Timestamp,
) -> Result<(), Failure> {
    let message = QueueMessage::read(body)?;
    if message == QueueMessage::Poll {
        return read_gateway_events(store, gateway, inbound, env, stop_at).await;
    }
    let (order, trigger) = message.about_order()?;
    let request = CommandRequest::due("payments", &trigger);
    let performed = perform_effects(store, gateway, env, order, &request).await;
    let asked = ask_gateway(store, gateway, env, order, &request).await;
    performed.and(asked)
}
