//! Applies facts from outside: what payment providers and locations report, once each, in whatever order it arrives.
//!
//! A fact about an order that is not stored yet is too early, not wrong: a payment webhook may arrive before the shop
//! has placed the order. Which facts are too early for an order that is stored, the domain decides.

use domain::{
    ids::{FulfillmentOrderId, LocationId, OrderId, ShipmentId, ShopId},
    inbound::{Fact, FulfillmentFact, Inbound, OrderReference, ShipmentFact},
    order::Command,
    order::Reference,
    order::{Actor, ActorKind, Cause},
};

use jiff::Timestamp;

use super::{
    adjust_stock,
    execute::{CommandRequest, Outcome, execute, load},
};
use crate::{
    bus::message::parse,
    failure::Failure,
    ports::{Clock, IdGenerator, OrderStore, Store},
};

/// How long shipments may be missing after a location has said that nothing more will come, in seconds, unless the
/// setting says otherwise. Longer than the retries of a sender whose message was lost once.
pub const CLOSING_GRACE_S: u32 = 600;

/// Handles the body of a message on the inbound queue.
///
/// # Errors
/// [`Failure::Malformed`] when it is not a fact, and as [`apply`].
pub async fn on_message(
    store: &impl Store,
    env: &(impl Clock + IdGenerator),
    closing_grace_s: u32,
    body: &str,
) -> Result<(), Failure> {
    apply(store, env, closing_grace_s, &parse(body)?).await
}

/// Applies one fact.
///
/// # Errors
/// [`Failure::NotFound`] when its order or location is not stored yet, [`Failure::Rejected`] when the rules reject it
/// or when it is too early.
pub async fn apply(
    store: &impl Store,
    env: &(impl Clock + IdGenerator),
    closing_grace_s: u32,
    inbound: &Inbound,
) -> Result<(), Failure> {
    let cause = Cause::new(&inbound.source, inbound.cause_id());
    let record_always = could_take_effect_later(&inbound.fact);
    let request = |actor, cause| CommandRequest {
        record_always,
        ..CommandRequest::from_fact(actor, cause)
    };
    match &inbound.fact {
        Fact::Payment { order, fact } => {
            let actor = Actor {
                kind: ActorKind::PaymentProvider,
                id: inbound.source.clone(),
            };
            let command = |intent| Command::RecordPayment {
                intent,
                fact: fact.clone(),
                occurred_at: inbound.occurred_at,
            };
            apply_payment(store, env, order, &request(actor, cause), command).await
        }
        Fact::Fulfillment {
            order,
            fulfillment_order,
            fact,
        } => {
            let (location, actor) = signed_by(inbound)?;
            let command = record_fulfillment(
                *fulfillment_order,
                location,
                fact.clone(),
                inbound.happened_at(),
                ShipmentId::mint(env.now(), env.entropy()),
                closing_grace_s,
            );
            apply_once(store, env, *order, &request(actor, cause), command).await
        }
        Fact::Shipment {
            order,
            reference,
            fulfillment_order,
            fact,
        } => {
            let (location, actor) = signed_by(inbound)?;
            let command = record_shipment(
                reference.clone(),
                location,
                *fulfillment_order,
                fact.clone(),
                inbound.occurred_at,
            );
            apply_once(store, env, *order, &request(actor, cause), command).await
        }
        Fact::Stock(facts) => {
            let (location, actor) = signed_by(inbound)?;
            let happened_at = inbound.happened_at();
            adjust_stock::apply(store, env, &location, facts, happened_at, &cause, &actor).await
        }
    }
}

/// The command that records what a location reports about a fulfillment order, by webhook or through the API. A shipment
/// gets the id `shipment`.
pub(super) fn record_fulfillment(
    fulfillment_order: FulfillmentOrderId,
    location: LocationId,
    fact: FulfillmentFact,
    occurred_at: Timestamp,
    shipment: ShipmentId,
    closing_grace_s: u32,
) -> Command {
    Command::RecordFulfillment {
        fulfillment_order,
        location,
        fact,
        shipment,
        occurred_at,
        closing_grace_s,
    }
}

/// The command that records what a location reports about a shipment, by webhook or through the API.
pub(super) fn record_shipment(
    reference: String,
    location: LocationId,
    fulfillment_order: Option<FulfillmentOrderId>,
    fact: ShipmentFact,
    occurred_at: Timestamp,
) -> Command {
    Command::RecordShipment {
        reference,
        location,
        fulfillment_order,
        fact,
        occurred_at,
    }
}

/// Whether a fact that changes nothing when it arrives could change something when a copy arrives later: a refusal to
/// cancel that answers no open request would answer the next one. Such facts are recorded even when they change nothing,
/// so that a late copy is recognised. The others only ever advance an order, and what it has passed cannot take effect
/// again: a step of a shipment is compared by its time.
fn could_take_effect_later(fact: &Fact) -> bool {
    match fact {
        Fact::Fulfillment { fact, .. } => fulfillment_could_take_effect_later(fact),
        Fact::Payment { .. } | Fact::Shipment { .. } | Fact::Stock(_) => false,
    }
}

/// See [`could_take_effect_later`].
pub(super) fn fulfillment_could_take_effect_later(fact: &FulfillmentFact) -> bool {
    match fact {
        FulfillmentFact::Cancelled { .. } | FulfillmentFact::CancelRefused { .. } => true,
        FulfillmentFact::Accepted
        | FulfillmentFact::Rejected { .. }
        | FulfillmentFact::Picking
        | FulfillmentFact::Packed
        | FulfillmentFact::Shipped { .. }
        | FulfillmentFact::Closed { .. } => false,
    }
}

/// The location whose secret signed the fact, also as the actor.
fn signed_by(inbound: &Inbound) -> Result<(LocationId, Actor), Failure> {
    let unsigned =
        || Failure::Malformed("a fact of a location that no location has signed".to_owned());
    let location = inbound.location.clone().ok_or_else(unsigned)?;
    let actor = Actor {
        kind: ActorKind::Location,
        id: location.to_string(),
    };
    Ok((location, actor))
}

async fn apply_once(
    store: &impl OrderStore,
    clock: &impl Clock,
    id: OrderId,
    request: &CommandRequest,
    command: Command,
) -> Result<(), Failure> {
    match execute(store, clock, id, request, |_| Some(command.clone())).await? {
        Outcome::Done(_) => Ok(()),
        Outcome::Unchanged(_) | Outcome::UnchangedBefore(_) => {
            tracing::info!(order_id = %id, "the fact was applied before, or the order has passed it");
            Ok(())
        }
        Outcome::Rejected(_, rejection) => Err(rejection.into()),
    }
}

/// Applies a payment fact to the order that it belongs to. When another writer links the intent to another order at
/// the same time, the fact belongs to that order.
async fn apply_payment(
    store: &impl OrderStore,
    clock: &impl Clock,
    reference: &OrderReference,
    request: &CommandRequest,
    command: impl Fn(String) -> Command,
) -> Result<(), Failure> {
    let mut taken = None;
    // Intents are linked once and never unlinked, so the second round finds the order that won.
    for _ in 0..2 {
        let id = find(store, reference).await?;
        let intent = match &reference.intent {
            Some(intent) => intent.clone(),
            None => only_intent(store, id).await?,
        };
        match apply_once(store, clock, id, request, command(intent)).await {
            Err(failure @ Failure::Taken(Reference::Intent(_))) => taken = Some(failure),
            outcome => return outcome,
        }
    }
    Err(taken.unwrap_or(Failure::Contended(request.rounds)))
}

/// The order that a payment fact belongs to: by its intent, else by the name that the shop wrote into the payment.
async fn find(store: &impl OrderStore, reference: &OrderReference) -> Result<OrderId, Failure> {
    if let Some(intent) = &reference.intent
        && let Some(id) = store.find(&Reference::Intent(intent.clone())).await?
    {
        return Ok(id);
    }
    let Some(name) = &reference.order else {
        return Err(Failure::NotFound(
            "the order of a payment intent".to_owned(),
        ));
    };
    if let Ok(id) = name.parse() {
        return Ok(id);
    }
    for id in ids_of_number(name) {
        if store.load(id).await?.is_some() {
            return Ok(id);
        }
    }
    Err(Failure::NotFound(
        "the order that a payment names".to_owned(),
    ))
}

/// The orders that a shop's own number may mean: of the default shop, or with the shop's id before it.
fn ids_of_number(name: &str) -> Vec<OrderId> {
    let default = name
        .parse()
        .ok()
        .map(|number| OrderId::of(&ShopId::default(), &number));
    let prefixed = name
        .split_once('/')
        .and_then(|(shop, number)| Some(OrderId::of(&shop.parse().ok()?, &number.parse().ok()?)));
    default.into_iter().chain(prefixed).collect()
}

/// The intent of a fact that names only its order.
async fn only_intent(store: &impl OrderStore, id: OrderId) -> Result<String, Failure> {
    let order = load(store, id).await?;
    match order.state.payment.intents.as_slice() {
        [intent] => Ok(intent.id.clone()),
        [] => Err(Failure::NotFound(format!("a payment intent of order {id}"))),
        _ => Err(Failure::Malformed(
            "a payment fact without its intent, for an order of several".to_owned(),
        )),
    }
}
