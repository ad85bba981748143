//! The rows of unmatched payments.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    decide::{Met, Placement},
    ids::OrderId,
    inbound::{PaymentKey, UnmatchedPayment},
    order::Reference,
};

#[derive(Debug, Default)]
pub(super) struct Payments {
    /// Those that no order has named, and those of which facts still wait.
    pub(super) unmatched: BTreeMap<PaymentKey, UnmatchedPayment>,
    /// Those that name an order that is not placed.
    pub(super) named: BTreeMap<OrderId, BTreeSet<PaymentKey>>,
}

impl Payments {
    /// Whether no order has named the payment of a reference.
    pub(super) fn is_unmatched(&self, name: &Reference) -> bool {
        let Reference::Intent(intent) = name else {
            return false;
        };
        let found = self.unmatched.get(&PaymentKey::Intent(intent.clone()));
        found.is_some_and(|payment| payment.order.is_none())
    }

    /// Writes it, whatever is there.
    pub(super) fn put(&mut self, payment: &UnmatchedPayment) {
        let key = payment.payment.clone();
        if payment.order.is_some() && payment.facts.is_empty() {
            self.unmatched.remove(&key);
        } else {
            self.unmatched.insert(key, payment.clone());
        }
    }

    /// What there is of a placement, and whether it knows of all of it.
    pub(super) fn met(&self, placement: &Placement) -> (Met, bool) {
        let named = self.named.get(&placement.change.order.placed.id);
        let mut keys = named.cloned().unwrap_or_default();
        let named_by = u64::try_from(keys.len()).unwrap_or(u64::MAX);
        for reference in placement.changes().flat_map(|change| &change.references) {
            if let Reference::Intent(intent) = reference {
                keys.insert(PaymentKey::Intent(intent.clone()));
            }
        }
        let found = keys.iter().filter_map(|key| self.unmatched.get(key));
        let payments: Vec<_> = found.filter(|payment| payment.order.is_none()).collect();
        let version_before = |payment: &UnmatchedPayment| payment.version.saturating_sub(1);
        let known = placement.matched.iter();
        let known: BTreeSet<_> = known.map(|m| (&m.payment, version_before(m))).collect();
        let there: BTreeSet<_> = payments.iter().map(|p| (&p.payment, p.version)).collect();
        let is_known = known == there && placement.named_by == named_by;
        let met = Met {
            payments: payments.into_iter().cloned().collect(),
            named_by,
            duplicate_of: None,
        };
        (met, is_known)
    }

    pub(super) fn version(&self, key: &PaymentKey) -> u64 {
        self.unmatched.get(key).map_or(0, |payment| payment.version)
    }
}
