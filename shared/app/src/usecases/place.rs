//! Places an order: once per idempotency key, once per number of a shop.
//!
//! Nothing is read before the write: the key and the number are conditions of the one transaction. Only when one of
//! them is in use is the order read that it leads to, and only when a payment of the order, or an order of the same basket,
//! was there before it is the placement decided again, with that: all of it is one transaction then too.

use domain::{
    decide::{self, Met, Placement},
    order::{Actor, Context, Order, PlaceOrder, Reference},
};

use jiff::Timestamp;

use super::{
    execute::{REQUEST_ROUNDS, load, log},
    idempotency::{IdempotencyKey, Idempotent, check_same_request},
    placement_defaults::PlacementDefaults,
    taken::taken,
};
use crate::{
    failure::Failure,
    ports::{Clock, OrderStore, PlaceOutcome},
};

/// Places an order, with the defaults for what it does not say. A repeated request returns the order as it is now.
///
/// # Errors
/// [`Failure::Rejected`] when it breaks a rule or its account leaves too little for it, [`Failure::NumberTaken`] or [`Failure::Taken`] when its number or
/// payment intent belongs to another order, [`Failure::KeyReused`] when the key was used for another request.
pub async fn place(
    store: &impl OrderStore,
    clock: &impl Clock,
    defaults: &PlacementDefaults,
    request: &PlaceOrder,
    key: &IdempotencyKey,
    actor: &Actor,
) -> Result<Idempotent<Order>, Failure> {
    let context = Context {
        now: clock.now(),
        actor: actor.clone(),
        cause: key.cause(),
    };
    let request = defaults.complete(request, context.now);
    let decide = || {
        let placement = decide::place(&request, &context)?;
        Ok::<_, Failure>(if defaults.duplicate_hold.is_on() {
            placement.watching_for_duplicates(&request, context.now)
        } else {
            placement
        })
    };
    let mut placement = decide()?;
    for _ in 0..REQUEST_ROUNDS {
        match store.place(&placement).await? {
            PlaceOutcome::Placed => {
                placement.changes().for_each(log);
                return Ok(Idempotent {
                    value: placement.order().clone(),
                    replayed: false,
                });
            }
            PlaceOutcome::ReferenceTaken(reference @ Reference::IdempotencyKey(_)) => {
                return placed_before(store, &reference, &context).await;
            }
            PlaceOutcome::ReferenceTaken(reference) => return Err(taken(store, reference).await),
            // The order's id follows from shop and number.
            PlaceOutcome::NumberTaken => return Err(Failure::NumberTaken),
            PlaceOutcome::NoCredit(free) => {
                let refused = placement.account().map(|delta| delta.refused(free));
                let missing =
                    || Failure::Inconsistent("an order on no account was refused".to_owned());
                return Err(refused.ok_or_else(missing)?.into());
            }
            PlaceOutcome::Met(met) => {
                placement = with_met(decide()?, met, context.now)?;
            }
        }
    }
    Err(Failure::Contended(REQUEST_ROUNDS))
}

/// The placement with what was there before it.
fn with_met(placement: Placement, met: Met, now: Timestamp) -> Result<Placement, Failure> {
    let id = placement.change.order.placed.id;
    let unwritable = |error| Failure::Inconsistent(format!("a commit cannot be written: {error}"));
    let (placement, rejected) = placement.with_met(met, now).map_err(unwritable)?;
    for rejection in rejected {
        tracing::warn!(order_id = %id, code = rejection.code.as_str(), "a kept fact is refused");
    }
    Ok(placement)
}

/// The order that the key has placed before, if the request was the same.
async fn placed_before(
    store: &impl OrderStore,
    reference: &Reference,
    context: &Context,
) -> Result<Idempotent<Order>, Failure> {
    let missing = || Failure::Inconsistent("the idempotency key leads to no order".to_owned());
    let id = store.find(reference).await?.ok_or_else(missing)?;
    let commits = store.commits(id).await?;
    let first = commits.first().ok_or_else(missing)?;
    check_same_request(&first.body.cause, &context.cause)?;
    Ok(Idempotent {
        value: load(store, id).await?,
        replayed: true,
    })
}
