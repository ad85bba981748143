//! Placing an order: state, first commit, order as placed, contact and references in one transaction.
//!
//! Two placements with the same idempotency key or order number may run at once: the one that commits first wins, and
//! the other learns that its key is taken, that the order (its id follows from the number) exists, or which reference is
//! taken, in that order. When the function stops before its answer, a repeated placement learns the same.

use app::{failure::Failure, ports::SaveOutcome};
use domain::{decide::Placement, order::Reference};

use super::{
    client::Table,
    items::Item,
    keys::Key,
    order_items::{FailedKinds, ItemKind, OrderWrites, reference_item, state_item},
    transact::TransactionEnd,
    writes::{ABSENT, Write},
};

impl Table {
    pub(super) async fn place_order(&self, placement: &Placement) -> Result<SaveOutcome, Failure> {
        let change = &placement.change;
        let references = &change.references;
        let OrderWrites { writes, kinds } = self.placement_writes(placement, references)?;
        let failed = match self.transact(writes).await? {
            TransactionEnd::Written => return Ok(SaveOutcome::Saved),
            TransactionEnd::ConditionsFailed(failed) => failed,
        };
        let failed = FailedKinds::new(&kinds, &failed);
        let exists = failed.find(ItemKind::State).is_some();
        let commit = failed.find(ItemKind::Commit);
        if exists && self.is_own_commit(change, commit).await? {
            return Ok(SaveOutcome::Saved);
        }
        // A repeated placement has the same number and intent too, and must be recognised by its key.
        Ok(match failed.taken_reference(references) {
            Some(key @ Reference::IdempotencyKey(_)) => SaveOutcome::ReferenceTaken(key),
            Some(taken) if !exists => SaveOutcome::ReferenceTaken(taken),
            _ => SaveOutcome::VersionConflict,
        })
    }

    fn placement_writes(
        &self,
        placement: &Placement,
        references: &[Reference],
    ) -> Result<OrderWrites, Failure> {
        let order = &placement.change.order;
        let id = order.placed.id;
        let new = |item: Item| Write::put(self, item, Some(ABSENT));
        let placed = Item::new(Key::placed(id)).json("text", &order.placed)?;
        let contact = self.contact_item(order, &placement.contact)?;
        let mut writes = OrderWrites::default();
        writes.push(ItemKind::State, new(state_item(order)?)?);
        writes.push(ItemKind::Commit, self.write_commit(&placement.change)?);
        writes.push(ItemKind::Placed, new(placed)?);
        let contact = Write::put_into(self.contacts_table()?, contact, Some(ABSENT))?;
        writes.push(ItemKind::Contact, contact);
        for (index, reference) in references.iter().enumerate() {
            writes.push(
                ItemKind::Reference(index),
                new(reference_item(reference, id))?,
            );
        }
        Ok(writes)
    }
}
