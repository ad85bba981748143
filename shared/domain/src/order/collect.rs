//! What carriers collect for orders that are paid on delivery.
//!
//! Each request to a location says what is to be collected for its units: what they cost, with their shipping by the order's
//! rule, as far as nothing else has paid it. The amounts are counted up: the fulfillment orders that were requested before
//! and this one together collect what all their units cost, so that with the last one all that is due is collected, to the
//! last minor unit, however the order was split and whatever was cancelled in between.

use std::collections::BTreeMap;

use super::{FulfillmentLine, FulfillmentOrder, LineState, Order, PaymentTerm, TenderKind};
use crate::ids::{FulfillmentOrderId, LineId};

impl Order {
    /// What is to be collected for the units of a fulfillment order when it is requested now, minor units; `None`: the order
    /// is not paid on delivery.
    pub(crate) fn to_collect(&self, id: FulfillmentOrderId) -> Option<i64> {
        if self.terms().payment != Some(PaymentTerm::OnDelivery) {
            return None;
        }
        let found = self.fulfillment_order(id)?;
        let told = || {
            let others = self.state.fulfillment_orders.iter();
            others.filter(|f| f.id != id && f.collect.is_some() && is_alive(f))
        };
        let mut units: BTreeMap<&LineId, u32> = BTreeMap::new();
        for line in told().chain([found]).flat_map(|f| &f.lines) {
            let sum = units.entry(&line.line).or_default();
            *sum = sum.saturating_add(to_pay(line));
        }
        let units_of = |line: &LineState| {
            let units = units.get(&line.id).copied().unwrap_or(0);
            units.min(line.creditable())
        };
        let before = told().filter_map(|f| f.collect);
        let amount = self
            .amount_due_for(units_of)
            .saturating_sub(self.paid_otherwise())
            .max(0)
            .saturating_sub(before.fold(0, i64::saturating_add));
        Some(amount.max(0))
    }

    /// Money that no carrier has collected, minor units: all but the cash that was recorded after the placement.
    fn paid_otherwise(&self) -> i64 {
        let payment = &self.state.payment;
        let collected = payment
            .recorded()
            .filter(|(_, tender)| tender.kind == TenderKind::Cash && !tender.at_placement);
        let collected = collected.map(|(intent, _)| intent.captured);
        payment
            .secured()
            .saturating_sub(collected.fold(0, i64::saturating_add))
            .max(0)
    }
}

/// Units that its location has shipped, or is to ship.
fn to_pay(line: &FulfillmentLine) -> u32 {
    let needed = line.to_ship().saturating_sub(line.surplus);
    needed.saturating_add(line.shipped)
}

fn is_alive(found: &FulfillmentOrder) -> bool {
    found.lines.iter().any(|line| to_pay(line) > 0)
}
