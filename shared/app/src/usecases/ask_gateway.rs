//! Asks the payment gateway what has become of payments of which nothing was heard. When, the domain decides
//! ([`Order::intents_to_ask`]).
//!
//! What the gateway says is applied as its webhooks are, by the same use case, and then the answer is noted if something rests
//! on it. A function that dies in between asks again; two that ask at the same time apply the same facts.

use domain::{
    ids::OrderId,
    inbound::{Fact, Inbound, PaymentFact},
    order::{Command, Intent, Order},
};

use super::{
    apply_inbound::{self, CLOSING_GRACE_S},
    execute::{CommandRequest, execute, load},
};
use crate::{
    failure::Failure,
    ports::{Clock, IdGenerator, PaymentGateway, Store},
};

/// Asks about every payment of an order that is due to be asked about. One of which there is no answer does not keep the others
/// from being asked about.
///
/// # Errors
/// [`Failure::NotFound`]; the first failure, after all were tried.
pub(super) async fn ask_gateway(
    store: &impl Store,
    gateway: &impl PaymentGateway,
    env: &(impl Clock + IdGenerator),
    id: OrderId,
    request: &CommandRequest,
) -> Result<(), Failure> {
    let order = load(store, id).await?;
    let mut failed = Ok(());
    for intent in order.intents_to_ask(env.now()) {
        let asked = ask_about(store, gateway, env, &order, intent, request).await;
        if let Err(failure) = asked {
            tracing::warn!(order_id = %id, intent = %intent.id, error = failure.code(), "the gateway gives no answer");
            failed = failed.and(Err(failure));
        }
    }
    failed
}

async fn ask_about(
    store: &impl Store,
    gateway: &impl PaymentGateway,
    env: &(impl Clock + IdGenerator),
    order: &Order,
    intent: &Intent,
    request: &CommandRequest,
) -> Result<(), Failure> {
    let found = apply_answer(store, gateway, env, intent).await?;
    let command = |order: &Order| {
        // Whoever else has asked meanwhile has noted it.
        let known = order.state.payment.intent(&intent.id)?;
        (known.asked_at == intent.asked_at).then(|| Command::NoteAsked {
            intent: intent.id.clone(),
            found,
        })
    };
    execute(store, env, order.id(), request, command)
        .await?
        .order()?;
    tracing::info!(order_id = %order.id(), intent = %intent.id, found, "the gateway was asked");
    Ok(())
}

/// Applies what the gateway says of a payment; whether it knows it.
///
/// # Errors
/// As the gateway and [`apply_inbound::apply`].
pub(super) async fn apply_answer(
    store: &impl Store,
    gateway: &impl PaymentGateway,
    env: &(impl Clock + IdGenerator),
    intent: &Intent,
) -> Result<bool, Failure> {
    let Some(told) = gateway.payment(&intent.id).await? else {
        return Ok(false);
    };
    for inbound in told.iter().filter(|told| !is_known(intent, told)) {
        // A fact about a payment has nothing to do with the grace of locations.
        apply_inbound::apply(store, env, CLOSING_GRACE_S, inbound).await?;
    }
    Ok(true)
}

/// Whether an answer only says again how the last attempt stands: each answer has a time of its own, and would be taken for a
/// further attempt.
fn is_known(intent: &Intent, told: &Inbound) -> bool {
    match &told.fact {
        Fact::Payment { fact, .. } => match fact {
            PaymentFact::Failed { .. } => intent.failed,
            PaymentFact::Processing => intent.is_processing(),
            PaymentFact::Linked
            | PaymentFact::Authorized { .. }
            | PaymentFact::Captured { .. }
            | PaymentFact::PartlyCaptured { .. }
            | PaymentFact::AuthorizationTerms { .. }
            | PaymentFact::Cancelled
            | PaymentFact::Refund { .. }
            | PaymentFact::DisputeOpened { .. }
            | PaymentFact::DisputeClosed { .. }
            | PaymentFact::Dispute { .. }
            | PaymentFact::ReviewOpened { .. }
            | PaymentFact::ReviewClosed { .. } => false,
        },
        Fact::Fulfillment { .. } | Fact::Shipment { .. } | Fact::Stock(_) => false,
    }
}
