//! Applies a fact about a payment: to the order that the payment belongs to, or, when no order has named the payment, to
//! what is kept of unmatched payments.
//!
//! A fact waits for nothing: an account may have the payments of other shops, thousands a day, and an order that is
//! placed later finds what is kept. Both write the item under the payment's key, on the condition of what they have read:
//! so either the fact finds the order, or the placement finds the fact, whoever is first. Should the function stop
//! half-way, the message comes again and goes on from what is stored.

use domain::{
    ids::OrderId,
    inbound::{
        Fact, Inbound, OrderReference, Parked, PaymentKey, UNMATCHED_FACTS_MAX, UnmatchedPayment,
        orders_named,
    },
    order::{Actor, ActorKind, Cause, Command, Reference},
};

use super::{
    apply_once::apply_once,
    execute::{CommandRequest, FACT_ROUNDS, load},
};
use crate::{
    failure::Failure,
    ports::{Clock, OrderStore, StoredPayment, UnmatchedStore},
};

/// Applies a fact about the payment that `reference` names.
///
/// # Errors
/// [`Failure::Rejected`] when the rules of its order reject it or when it is too early, [`Failure::NotFound`] when it
/// names an order without saying which of its payments is meant, and that has none yet.
pub(super) async fn apply_payment(
    store: &(impl OrderStore + UnmatchedStore),
    clock: &impl Clock,
    reference: &OrderReference,
    inbound: &Inbound,
) -> Result<(), Failure> {
    let nameless = || Failure::Malformed("a payment fact that names no payment".to_owned());
    let key = PaymentKey::of(reference).ok_or_else(nameless)?;
    for _ in 0..FACT_ROUNDS {
        let unmatched = match store.payment(&key).await? {
            StoredPayment::OfOrder(id) => return record(store, clock, id, &key, inbound).await,
            StoredPayment::Unmatched(unmatched) => Some(*unmatched),
            StoredPayment::Unknown => None,
        };
        let order = match unmatched.as_ref().and_then(|unmatched| unmatched.order) {
            Some(id) => Some(id),
            None => placed_order(store, reference).await?,
        };
        match (order, unmatched) {
            (Some(id), Some(unmatched)) if unmatched.order.is_some() => {
                return record_with(store, clock, id, &unmatched, inbound).await;
            }
            // From here on the facts are the order's: the next round applies them.
            (Some(id), Some(unmatched)) => {
                let claimed = unmatched.matched(id, unmatched.facts.clone());
                store.put_payment(&claimed, &[]).await?;
            }
            (Some(id), None) => match record(store, clock, id, &key, inbound).await {
                // Another fact was kept meanwhile, or another order has named the payment.
                Err(Failure::Taken(Reference::Intent(_))) => {}
                outcome => return outcome,
            },
            (None, unmatched) => {
                if park(store, &key, unmatched, inbound).await? {
                    return Ok(());
                }
            }
        }
    }
    Err(Failure::Contended(FACT_ROUNDS))
}

/// The order that is placed and that the payment names: our id, or the shop's number.
pub(super) async fn placed_order(
    store: &impl OrderStore,
    reference: &OrderReference,
) -> Result<Option<OrderId>, Failure> {
    for id in reference.order.iter().flat_map(|name| orders_named(name)) {
        if store.load(id).await?.is_some() {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

/// Keeps a fact. `false`: what is stored has changed, or an order that it names was placed.
async fn park(
    store: &impl UnmatchedStore,
    key: &PaymentKey,
    unmatched: Option<UnmatchedPayment>,
    inbound: &Inbound,
) -> Result<bool, Failure> {
    let first = || UnmatchedPayment::new(key.clone(), inbound.received_at);
    let unmatched = unmatched.unwrap_or_else(first);
    match unmatched.park(inbound) {
        Parked::Known => Ok(true),
        Parked::TooMany => Err(Failure::Inconsistent(format!(
            "an unmatched payment of more than {UNMATCHED_FACTS_MAX} facts"
        ))),
        Parked::Kept(after, named) => {
            let kept = store.put_payment(&after, &named).await?;
            if kept {
                let unmatched = if after.version == 1 { "new" } else { "known" };
                tracing::info!(unmatched, "no order names the payment; it is kept");
            }
            Ok(kept)
        }
    }
}

/// Records the fact in the order together with those that were kept; those that are still too early stay.
async fn record_with(
    store: &(impl OrderStore + UnmatchedStore),
    clock: &impl Clock,
    id: OrderId,
    unmatched: &UnmatchedPayment,
    inbound: &Inbound,
) -> Result<(), Failure> {
    let key = &unmatched.payment;
    let left = record_all(store, clock, id, key, &unmatched.facts).await?;
    let outcome = record(store, clock, id, key, inbound).await;
    let left = record_all(store, clock, id, key, &left).await?;
    if left != unmatched.facts {
        let rest = unmatched.matched(id, left);
        if !store.put_payment(&rest, &[]).await? {
            // A copy of the fact was faster, or a person has closed it: what is stored now is looked at again.
            return outcome.and(Err(Failure::Contended(1)));
        }
    }
    outcome
}

/// Records facts, and gives back those that are too early.
async fn record_all(
    store: &impl OrderStore,
    clock: &impl Clock,
    id: OrderId,
    key: &PaymentKey,
    facts: &[Inbound],
) -> Result<Vec<Inbound>, Failure> {
    let mut left = Vec::new();
    for fact in facts {
        match record(store, clock, id, key, fact).await {
            Ok(()) => {}
            Err(Failure::NotFound(_)) => left.push(fact.clone()),
            Err(Failure::Rejected(rejection)) if rejection.code.is_too_early() => {
                left.push(fact.clone());
            }
            Err(Failure::Rejected(rejection)) => {
                tracing::warn!(order_id = %id, code = rejection.code.as_str(), "a kept fact is refused");
            }
            Err(failure) => return Err(failure),
        }
    }
    Ok(left)
}

/// Records a fact in the order that its payment belongs to.
async fn record(
    store: &impl OrderStore,
    clock: &impl Clock,
    id: OrderId,
    key: &PaymentKey,
    inbound: &Inbound,
) -> Result<(), Failure> {
    let Fact::Payment { fact, .. } = &inbound.fact else {
        return Err(Failure::Inconsistent("a fact about no payment".to_owned()));
    };
    let intent = match key {
        PaymentKey::Intent(intent) => intent.clone(),
        PaymentKey::Order(_) => only_intent(store, id).await?,
    };
    let actor = Actor {
        kind: ActorKind::PaymentProvider,
        id: inbound.source.clone(),
    };
    let cause = Cause::new(&inbound.source, inbound.cause_id());
    let command = Command::RecordPayment {
        intent,
        fact: fact.clone(),
        occurred_at: inbound.occurred_at,
    };
    let request = CommandRequest::from_fact(actor, cause);
    apply_once(store, clock, id, &request, command).await
}

/// The intent of a fact that names only its order.
async fn only_intent(store: &impl OrderStore, id: OrderId) -> Result<String, Failure> {
    let order = load(store, id).await?;
    let intents: Vec<_> = order.state.payment.gateway_intents().collect();
    match intents.as_slice() {
        [intent] => Ok(intent.id.clone()),
        [] => Err(Failure::NotFound(format!("a payment intent of order {id}"))),
        _ => Err(Failure::Malformed(
            "a payment fact without its intent, for an order of several".to_owned(),
        )),
    }
}
