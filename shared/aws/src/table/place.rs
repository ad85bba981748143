//! Placing an order: state, first commit, order as placed, contact and references in one transaction.
//!
//! Two placements with the same idempotency key or order number may run at once: the one that commits first wins, and
//! the other learns that its key is taken, that the order (its id follows from the number) exists, or which reference is
//! taken, in that order. When the function stops before its answer, a repeated placement learns the same.
//!
//! An unmatched payment has the key of the order's reference to it, and one that names the order has left a mark under the
//! key of the order as placed. So a placement that does not know of them fails, learns of them from the conditions, and is
//! decided again; a fact that comes at the same time finds the order, or is found by it. Another order of the same basket is
//! found in the same way.

use std::collections::BTreeSet;

use app::{
    failure::Failure,
    ports::{PlaceOutcome, StoredPayment, UnmatchedStore},
};
use domain::{
    decide::{Met, Placement},
    inbound::{PaymentKey, UnmatchedPayment},
    order::Reference,
};

use super::{
    client::Table,
    items::Item,
    keys::Key,
    order_items::{FailedKinds, ItemKind, OrderWrites, reference_item, state_item},
    transact::{FailedCondition, TransactionEnd},
    unmatched::{stored_payment, version_of_mark},
    writes::{ABSENT, Condition, Write, number},
};

impl Table {
    pub(super) async fn place_order(&self, placement: &Placement) -> Result<PlaceOutcome, Failure> {
        let references = references(placement);
        let OrderWrites { writes, kinds } = self.placement_writes(placement, &references)?;
        let failed = match self.transact(writes).await? {
            TransactionEnd::Written => return Ok(PlaceOutcome::Placed),
            TransactionEnd::ConditionsFailed(failed) => failed,
        };
        let failed = FailedKinds::new(&kinds, &failed);
        let exists = failed.find(ItemKind::State).is_some();
        let commit = failed.find(ItemKind::Commit);
        if exists && self.is_own_commit(&placement.change, commit).await? {
            return Ok(PlaceOutcome::Placed);
        }
        // A repeated placement has the same number and intent too, and must be recognised by its key.
        let taken = taken(&failed, &references)?;
        if let Some(key @ Reference::IdempotencyKey(_)) = taken.first() {
            return Ok(PlaceOutcome::ReferenceTaken(key.clone()));
        }
        if exists {
            return Ok(PlaceOutcome::NumberTaken);
        }
        if let Some(taken) = taken.into_iter().next() {
            return Ok(PlaceOutcome::ReferenceTaken(taken));
        }
        // What else was met may change what the order owes, so it is decided with that first.
        let is_met = |(kind, _): &(ItemKind, _)| *kind != ItemKind::Account;
        if let Some(no_credit) = failed.find(ItemKind::Account)
            && let Some(delta) = placement.account()
            && !failed.iter().any(|failed| is_met(&failed))
        {
            let free = self.free_credit(&delta, no_credit).await?;
            return Ok(PlaceOutcome::NoCredit(free));
        }
        let mark = failed.find(ItemKind::Placed);
        let basket = failed.find(ItemKind::Basket);
        Ok(PlaceOutcome::Met(Met {
            duplicate_of: self.duplicate_of(placement, basket).await?,
            ..self.met(placement, &references, mark).await?
        }))
    }

    fn placement_writes(
        &self,
        placement: &Placement,
        references: &[Reference],
    ) -> Result<OrderWrites, Failure> {
        let order = placement.order();
        let id = order.placed.id;
        let new = |item: Item| Write::put(self, item, Some(ABSENT));
        let placed = Item::new(Key::placed(id)).json("text", &order.placed)?;
        let contact = self.contact_item(order, &placement.contact)?;
        let mut writes = OrderWrites::default();
        writes.push(ItemKind::State, new(state_item(order)?)?);
        for change in placement.changes() {
            writes.push(ItemKind::Commit, self.write_commit(change)?);
        }
        let named_by = i64::try_from(placement.named_by).unwrap_or(i64::MAX);
        let as_read = Condition {
            expression: "#version = :named_by",
            values: vec![(":named_by", number(named_by))],
        };
        let unmarked = if named_by == 0 { ABSENT } else { as_read };
        writes.push(ItemKind::Placed, Write::put(self, placed, Some(unmarked))?);
        let contact = Write::put_into(self.contacts_table()?, contact, Some(ABSENT))?;
        writes.push(ItemKind::Contact, contact);
        for (index, reference) in references.iter().enumerate() {
            writes.push(
                ItemKind::Reference(index),
                new(reference_item(reference, id))?,
            );
        }
        for payment in &placement.matched {
            writes.push(ItemKind::Payment, self.write_payment(payment)?);
        }
        if let Some(basket) = &placement.basket {
            writes.push(ItemKind::Basket, self.write_basket(basket, id)?);
        }
        if let Some(delta) = placement.account() {
            writes.push(ItemKind::Account, self.take_credit(&delta)?);
        }
        Ok(writes)
    }

    /// The unmatched payments of the order, as they are now: those that its references lead to, and those that the mark
    /// names. Only a placement that has met one reads them.
    async fn met(
        &self,
        placement: &Placement,
        references: &[Reference],
        mark: Option<&FailedCondition>,
    ) -> Result<Met, Failure> {
        let mark = mark.and_then(|mark| mark.current.as_ref());
        let read;
        let mark = match mark {
            Some(mark) => Some(mark),
            None => {
                read = self
                    .get(Key::placed(placement.change.order.placed.id))
                    .await?;
                read.as_ref()
            }
        };
        let named_by = mark.map(version_of_mark).transpose()?.unwrap_or_default();
        let named = mark.map(|mark| mark.find_texts("waiting"));
        let named = named.into_iter().flatten();
        let named = named.filter_map(|text| text.parse().ok());
        let matched = placement.matched.iter();
        let matched = matched.map(|payment| payment.payment.clone());
        let intents = references.iter().filter_map(intent_of);
        let keys: BTreeSet<PaymentKey> = named.chain(matched).chain(intents).collect();
        let mut payments: Vec<UnmatchedPayment> = Vec::new();
        for key in &keys {
            if let StoredPayment::Unmatched(found) = self.payment(key).await?
                && found.order.is_none()
            {
                payments.push(*found);
            }
        }
        Ok(Met {
            payments,
            named_by,
            duplicate_of: None,
        })
    }
}

/// The references of all commits, each once; those to unmatched payments are written with them.
fn references(placement: &Placement) -> Vec<Reference> {
    let all = placement.changes().flat_map(|change| &change.references);
    let mut references: Vec<Reference> = Vec::new();
    for reference in all {
        let key = intent_of(reference);
        let mut matched = placement.matched.iter();
        let is_matched = matched.any(|payment| Some(&payment.payment) == key.as_ref());
        if !is_matched && !references.contains(reference) {
            references.push(reference.clone());
        }
    }
    references.sort();
    references
}

fn intent_of(reference: &Reference) -> Option<PaymentKey> {
    match reference {
        Reference::Intent(intent) => Some(PaymentKey::Intent(intent.clone())),
        Reference::IdempotencyKey(_) | Reference::Tracking(_) | Reference::Transfer(_) => None,
    }
}

/// The references that lead to another order, in their order. A payment that no order has named does not.
fn taken(failed: &FailedKinds<'_>, references: &[Reference]) -> Result<Vec<Reference>, Failure> {
    let mut taken = Vec::new();
    for (reference, failed) in failed.references(references) {
        let payment = failed
            .current
            .as_ref()
            .filter(|_| intent_of(reference).is_some());
        match payment.map(stored_payment).transpose()? {
            Some(StoredPayment::Unmatched(found)) if found.order.is_none() => {}
            Some(_) | None => taken.push(reference.clone()),
        }
    }
    Ok(taken)
}
