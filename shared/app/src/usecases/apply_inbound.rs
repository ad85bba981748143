//! Applies facts from outside: what payment providers and locations report, once each, in whatever order it arrives.
//!
//! A fact about an order that is not stored yet is too early, not wrong. A fact about a payment whose order is not known
//! is kept until an order names the payment, see `apply_payment`. Which facts are too early for an
//! order that is stored, the domain decides.

use domain::{
    ids::{FulfillmentOrderId, LocationId, ShipmentId},
    inbound::{Fact, FulfillmentFact, Inbound, ShipmentFact},
    order::Command,
    order::{Actor, ActorKind, Cause},
};

use jiff::Timestamp;

use super::{
    adjust_stock, apply_once::apply_once, apply_payment::apply_payment, execute::CommandRequest,
};
use crate::{
    bus::message::parse,
    failure::Failure,
    ports::{Clock, IdGenerator, Store},
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
        Fact::Payment { order, .. } => apply_payment(store, env, order, inbound).await,
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
