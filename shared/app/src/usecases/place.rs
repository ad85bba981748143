//! Places an order: once per idempotency key, once per number of a shop.
//!
//! Nothing is read before the write: the key and the number are conditions of the one transaction. Only when one of
//! them is in use is the order read that it leads to.

use domain::{
    decide,
    order::{Actor, Context, Order, PlaceOrder, Reference},
};

use super::{
    execute::{load, log},
    idempotency::{IdempotencyKey, Idempotent, check_same_request},
    placement_defaults::PlacementDefaults,
};
use crate::{
    failure::Failure,
    ports::{Clock, OrderStore, SaveOutcome},
};

/// Places an order, with the defaults for what it does not say. A repeated request returns the order as it is now.
///
/// # Errors
/// [`Failure::Rejected`] when it breaks a rule, [`Failure::NumberTaken`] or [`Failure::Taken`] when its number or
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
    let placement = decide::place(&defaults.complete(request), &context)?;
    match store.place(&placement).await? {
        SaveOutcome::Saved => {
            log(&placement.change);
            Ok(Idempotent {
                value: placement.change.order,
                replayed: false,
            })
        }
        SaveOutcome::ReferenceTaken(reference @ Reference::IdempotencyKey(_)) => {
            placed_before(store, &reference, &context).await
        }
        SaveOutcome::ReferenceTaken(reference) => Err(Failure::Taken(reference)),
        // The order's id follows from shop and number.
        SaveOutcome::VersionConflict => Err(Failure::NumberTaken),
        SaveOutcome::OutOfStock { .. } => Err(Failure::Inconsistent(
            "a placement reserves no stock".to_owned(),
        )),
    }
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
