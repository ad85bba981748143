//! The port of unmatched payments, over the rows.

use domain::{
    ids::OrderId,
    inbound::{PaymentKey, UnmatchedPayment},
    order::Reference,
};
use jiff::Timestamp;

use super::{
    store::{MemoryStore, cut},
    sync::yield_once,
};
use crate::{
    failure::Failure,
    ports::{NAMED_BY_MAX, Page, PageRequest, StoredPayment, UnmatchedState, UnmatchedStore},
};

impl UnmatchedStore for MemoryStore {
    async fn payment(&self, key: &PaymentKey) -> Result<StoredPayment, Failure> {
        yield_once().await;
        let rows = self.lock();
        if let Some(found) = rows.payments.unmatched.get(key) {
            return Ok(StoredPayment::Unmatched(Box::new(found.clone())));
        }
        let PaymentKey::Intent(intent) = key else {
            return Ok(StoredPayment::Unknown);
        };
        let order = rows.references.get(&Reference::Intent(intent.clone()));
        Ok(order.map_or(StoredPayment::Unknown, |id| StoredPayment::OfOrder(*id)))
    }

    async fn put_payment(
        &self,
        payment: &UnmatchedPayment,
        named: &[OrderId],
    ) -> Result<bool, Failure> {
        yield_once().await;
        let mut rows = self.lock();
        let key = &payment.payment;
        let before = rows.payments.version(key);
        let is_of_order = match key {
            PaymentKey::Intent(intent) => {
                let owner = rows.references.get(&Reference::Intent(intent.clone()));
                before == 0 && owner.is_some()
            }
            PaymentKey::Order(_) => false,
        };
        let is_placed = named.iter().any(|id| rows.orders.contains_key(id));
        if before.checked_add(1) != Some(payment.version) || is_of_order || is_placed {
            return Ok(false);
        }
        for id in named {
            let keys = rows.payments.named.entry(*id).or_default();
            if keys.len() < NAMED_BY_MAX {
                keys.insert(key.clone());
            }
        }
        rows.put_payment(payment);
        Ok(true)
    }

    async fn unmatched_payments(
        &self,
        state: UnmatchedState,
        before: Option<Timestamp>,
        page: &PageRequest,
    ) -> Result<Page<UnmatchedPayment>, Failure> {
        yield_once().await;
        let rows = self.lock();
        let is_listed = |payment: &&UnmatchedPayment| {
            UnmatchedState::of(payment) == state && before.is_none_or(|time| payment.since < time)
        };
        let found = rows.payments.unmatched.values().filter(is_listed);
        let mut listed: Vec<_> = found.map(|p| (p.since, p.payment.clone(), p)).collect();
        listed.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
        let keyed = listed.into_iter();
        let keyed = keyed.map(|(since, key, payment)| (format!("{since}/{key}"), payment.clone()));
        Ok(cut(keyed.collect(), page))
    }
}
