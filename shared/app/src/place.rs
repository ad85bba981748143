//! Places an order: once per idempotency key, once per number of a shop.
//!
//! No read before the write: the key and the number are conditions of the one transaction, and only when one of
//! them is in use is it read whose it is.

use domain::{
    change::Reference,
    command::Context,
    ids::OrderId,
    order::{Actor, Order},
    place::{self, PlaceOrder},
};

use crate::{
    failure::Failure,
    idempotency::{IdempotencyKey, same_request},
    ports::{Ambient, OrderStore, Saved},
    settle::{load, log},
};

/// An order that was placed now or before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// The order.
    pub order: Order,
    /// Whether it was there already: the same request has come before.
    pub existing: bool,
}

/// Places an order.
///
/// # Errors
/// [`Failure::Rejected`] when it breaks a rule, [`Failure::Taken`] when its number or payment intent belongs to
/// another order, [`Failure::KeyReused`] when the key came with another order before.
pub async fn place(
    store: &impl OrderStore,
    ambient: &impl Ambient,
    request: &PlaceOrder,
    key: &IdempotencyKey,
    actor: &Actor,
) -> Result<Placed, Failure> {
    let now = ambient.now();
    let id = OrderId::mint(now, ambient.entropy());
    let context = Context {
        now,
        actor: actor.clone(),
        cause: key.cause(),
    };
    let placement = place::place(id, request, &context)?;
    match store.place(&placement).await? {
        Saved::Done => {
            log(&placement.change);
            Ok(Placed {
                order: placement.change.order,
                existing: false,
            })
        }
        Saved::Taken(reference @ Reference::IdempotencyKey(_)) => {
            earlier(store, &reference, &context).await
        }
        Saved::Taken(reference) => Err(Failure::Taken(reference)),
        Saved::Moved | Saved::OutOfStock { .. } => Err(Failure::Inconsistent(format!(
            "order {id} is new and yet not at its first version"
        ))),
    }
}

/// The order that the key has placed before, if it was asked for in the same words.
async fn earlier(
    store: &impl OrderStore,
    reference: &Reference,
    context: &Context,
) -> Result<Placed, Failure> {
    let lost = || Failure::Inconsistent("the idempotency key leads to no order".to_owned());
    let id = store.find(reference).await?.ok_or_else(lost)?;
    let commits = store.commits(id).await?;
    let first = commits.first().ok_or_else(lost)?;
    same_request(&first.body.cause, &context.cause)?;
    Ok(Placed {
        order: load(store, id).await?,
        existing: true,
    })
}
