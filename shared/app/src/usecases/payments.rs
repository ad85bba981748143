//! Handles the messages on the payments queue.

use jiff::Timestamp;

use super::{
    ask_gateway::ask_gateway,
    execute::CommandRequest,
    outcome_of_all::outcome_of_all,
    perform_effects::perform_effects,
    read_gateway_events::read_gateway_events,
    reconcile::{reconcile_day, reconcile_last_days},
};
use crate::{
    bus::message::QueueMessage,
    failure::Failure,
    ports::{
        Clock, IdGenerator, InboundQueue, PaymentGateway, ReconciliationQueue, Store, TaxService,
    },
};

/// The value of `gateway` in a line of the log from which the template makes the metric `PaymentGatewayUnavailable`, and of
/// `tax_service` in one for `TaxServiceUnavailable`.
const UNAVAILABLE: &str = "unavailable";

/// The queues that are sent to.
#[derive(Debug)]
pub struct Queues<'a, I, O> {
    /// What the gateway has recorded goes here.
    pub inbound: &'a I,
    /// The queue that the messages come from.
    pub own: &'a O,
}

/// Handles the body of a message: performs the effects of an order and asks about its payments, or reads what the gateway has
/// recorded, or compares a day with the gateway's lists. From `stop_at` on nothing new is begun of what a further message
/// can continue.
///
/// # Errors
/// [`Failure::Malformed`] when it is none of these, [`Failure::NotFound`] when its order is not stored; as
/// `perform_effects`, `ask_gateway`, [`read_gateway_events`] and [`reconcile_day`].
pub async fn on_message(
    store: &impl Store,
    gateway: &(impl PaymentGateway + TaxService),
    queues: &Queues<'_, impl InboundQueue, impl ReconciliationQueue>,
    env: &(impl Clock + IdGenerator),
    body: &str,
    stop_at: Timestamp,
) -> Result<(), Failure> {
    let done = handle(store, gateway, queues, env, body, stop_at).await;
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
    queues: &Queues<'_, impl InboundQueue, impl ReconciliationQueue>,
    env: &(impl Clock + IdGenerator),
    body: &str,
    stop_at: Timestamp,
) -> Result<(), Failure> {
    let message = QueueMessage::read(body)?;
    if message == QueueMessage::Poll {
        return read_gateway_events(store, gateway, queues.inbound, env, stop_at).await;
    }
    if let QueueMessage::Reconcile(day) = message {
        return match day {
            None => reconcile_last_days(queues.own, env).await,
            Some(day) => reconcile_day(store, gateway, queues.own, env, day, stop_at).await,
        };
    }
    let (order, trigger) = message.about_order()?;
    let request = CommandRequest::due("payments", &trigger);
    let performed = perform_effects(store, gateway, env, order, &request).await;
    let asked = ask_gateway(store, gateway, env, order, &request).await;
    outcome_of_all([performed, asked].into_iter().filter_map(Result::err))
}
