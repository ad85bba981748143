//! Applies facts from outside: what payment providers and locations tell, once each, in whatever order it comes.
//!
//! A fact about an order that is not here yet is too early, not wrong: a payment may be heard of before the shop
//! has told us of the order. Which facts are too early for an order that is here, the domain says.

use domain::{
    change::Reference,
    command::Command,
    facts::{Fact, FulfillmentFact, Inbound, OrderReference},
    ids::{LocationId, OrderId, ShipmentId},
    order::{Actor, ActorKind, Cause},
};

use crate::{
    failure::Failure,
    messages::parse,
    ports::{Ambient, OrderStore, Store},
    settle::{Asked, Settled, load, settle},
    stock,
};

/// Handles the body of a message on the inbound queue.
///
/// # Errors
/// [`Failure::Malformed`] when it is not a fact, and as [`apply`].
pub async fn on_message(
    store: &impl Store,
    ambient: &impl Ambient,
    body: &str,
) -> Result<(), Failure> {
    apply(store, ambient, &parse(body)?).await
}

/// Applies one fact.
///
/// # Errors
/// [`Failure::NotFound`] when what it is about is not here yet, [`Failure::Rejected`] when the rules refuse it or
/// when it is too early.
pub async fn apply(
    store: &impl Store,
    ambient: &impl Ambient,
    inbound: &Inbound,
) -> Result<(), Failure> {
    let cause = Cause::new(&inbound.source, inbound.cause_id());
    let noted = could_mean_something_later(&inbound.fact);
    match &inbound.fact {
        Fact::Payment { order, fact } => {
            let actor = Actor {
                kind: ActorKind::PaymentProvider,
                id: inbound.source.clone(),
            };
            let command = |intent| Command::RecordPayment {
                intent,
                fact: fact.clone(),
            };
            payment(
                store,
                ambient,
                order,
                &Asked {
                    noted,
                    ..Asked::fact(actor, cause)
                },
                command,
            )
            .await
        }
        Fact::Fulfillment {
            order,
            fulfillment_order,
            fact,
        } => {
            let (location, actor) = signed(inbound)?;
            let command = Command::RecordFulfillment {
                fulfillment_order: *fulfillment_order,
                location,
                fact: fact.clone(),
                shipment: ShipmentId::mint(ambient.now(), ambient.entropy()),
                occurred_at: inbound.occurred_at,
            };
            apply_once(
                store,
                ambient,
                *order,
                &Asked {
                    noted,
                    ..Asked::fact(actor, cause)
                },
                command,
            )
            .await
        }
        Fact::Parcel {
            order,
            reference,
            fact,
        } => {
            let (location, actor) = signed(inbound)?;
            let command = Command::RecordParcel {
                reference: reference.clone(),
                location,
                fact: fact.clone(),
            };
            apply_once(
                store,
                ambient,
                *order,
                &Asked {
                    noted,
                    ..Asked::fact(actor, cause)
                },
                command,
            )
            .await
        }
        Fact::Stock(facts) => {
            let (location, actor) = signed(inbound)?;
            stock::apply(store, ambient, &location, facts, &cause, &actor).await
        }
    }
}

/// Whether a fact that changes nothing when it comes could change something if it came again: a refusal to cancel
/// that answers no question would answer the next one, and a parcel's step that came late would take it back from
/// trouble. Such facts are written down all the same, so that a late copy is known. The others only ever move an
/// order on, and what it has moved beyond stays behind it.
fn could_mean_something_later(fact: &Fact) -> bool {
    match fact {
        Fact::Parcel { .. } => true,
        Fact::Fulfillment { fact, .. } => match fact {
            FulfillmentFact::Cancelled { .. } | FulfillmentFact::CancelRefused { .. } => true,
            FulfillmentFact::Accepted
            | FulfillmentFact::Rejected { .. }
            | FulfillmentFact::Picking
            | FulfillmentFact::Packed
            | FulfillmentFact::Shipped { .. } => false,
        },
        Fact::Payment { .. } | Fact::Stock(_) => false,
    }
}

/// The location whose secret signed the fact, also as the actor.
fn signed(inbound: &Inbound) -> Result<(LocationId, Actor), Failure> {
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
    ambient: &impl Ambient,
    id: OrderId,
    asked: &Asked,
    command: Command,
) -> Result<(), Failure> {
    match settle(store, ambient, id, asked, |_| Some(command.clone())).await? {
        Settled::Done(_) => Ok(()),
        Settled::Already(_) => {
            tracing::info!(order_id = %id, "the fact was known, or the order has moved beyond it");
            Ok(())
        }
        Settled::Refused(_, rejection) => Err(rejection.into()),
    }
}

/// Applies a payment fact to the order that it belongs to. When its intent turns out to be linked to another
/// order in the same moment, that order has it.
async fn payment(
    store: &impl OrderStore,
    ambient: &impl Ambient,
    reference: &OrderReference,
    asked: &Asked,
    command: impl Fn(String) -> Command,
) -> Result<(), Failure> {
    let mut taken = None;
    // Intents are linked once and never unlinked, so the second look finds whoever was faster.
    for _ in 0..2 {
        let id = find(store, reference).await?;
        let intent = match &reference.intent {
            Some(intent) => intent.clone(),
            None => only_intent(store, id).await?,
        };
        match apply_once(store, ambient, id, asked, command(intent)).await {
            Err(failure @ Failure::Taken(Reference::Intent(_))) => taken = Some(failure),
            outcome => return outcome,
        }
    }
    Err(taken.unwrap_or(Failure::Contended(asked.rounds)))
}

/// The order that a payment fact belongs to: by its intent, else by the name that the shop wrote into it.
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
    // A shop's own number: of the only shop, or with the shop's name before it.
    for number in [format!("default/{name}"), name.clone()] {
        if let Some(id) = store.find(&Reference::Number(number)).await? {
            return Ok(id);
        }
    }
    Err(Failure::NotFound(
        "the order that a payment names".to_owned(),
    ))
}

/// The intent of a fact that names its order only.
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
