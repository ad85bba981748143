//! Unmatched payments. One has the key of the reference from its intent to its order; those that name an order leave a
//! mark under the key of the order as placed. Whoever places the order replaces both, on the condition of what was read.

use app::{
    failure::Failure,
    ports::{NAMED_BY_MAX, Page, PageRequest, StoredPayment, UnmatchedState, UnmatchedStore},
};
use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    ids::OrderId,
    inbound::{PaymentKey, UnmatchedPayment},
};
use jiff::Timestamp;

use super::{
    client::Table,
    items::Item,
    keys::{Key, UNMATCHED, UNMATCHED_CLOSED, sortable},
    listing::PAYMENTS,
    transact::TransactionEnd,
    writes::{ABSENT, Condition, Write, number},
};

impl UnmatchedStore for Table {
    async fn payment(&self, key: &PaymentKey) -> Result<StoredPayment, Failure> {
        let item = self.get(Key::payment(key)).await?;
        item.as_ref()
            .map_or(Ok(StoredPayment::Unknown), stored_payment)
    }

    /// Two facts about one payment may be written at once: one finds the version changed, and its caller decides again.
    async fn put_payment(
        &self,
        payment: &UnmatchedPayment,
        named: &[OrderId],
    ) -> Result<bool, Failure> {
        let mut named = named.to_vec();
        loop {
            let mut writes = vec![self.write_payment(payment)?];
            for order in &named {
                writes.push(self.mark(*order, &payment.payment)?);
            }
            let failed = match self.transact(writes).await? {
                TransactionEnd::Written => return Ok(true),
                TransactionEnd::ConditionsFailed(failed) => failed,
            };
            // An order that has as many marks as it may is left out, once; everything else has changed.
            let mut full = Vec::new();
            for failed in failed {
                let order = failed.index.checked_sub(1);
                let order = order.and_then(|index| named.get(index)).copied();
                match (order, failed.current) {
                    (Some(order), Some(mark)) if is_named_only(&mark) => full.push(order),
                    (Some(_) | None, _) => return Ok(false),
                }
            }
            named.retain(|order| !full.contains(order));
        }
    }

    async fn unmatched_payments(
        &self,
        state: UnmatchedState,
        before: Option<Timestamp>,
        page: &PageRequest,
    ) -> Result<Page<UnmatchedPayment>, Failure> {
        let value = partition(state).to_owned();
        let listed = self
            .list_keys(&self.name, &PAYMENTS, value, before, page)
            .await?;
        let mut items = Vec::new();
        for key in listed.items {
            let item = self.get(key).await?;
            let found = item.as_ref().map(stored_payment).transpose()?;
            // The index may lag.
            if let Some(StoredPayment::Unmatched(found)) = found
                && UnmatchedState::of(&found) == state
            {
                items.push(*found);
            }
        }
        Ok(Page {
            items,
            next: listed.next,
        })
    }
}

impl Table {
    /// Writes it over the version before it.
    pub(super) fn write_payment(&self, payment: &UnmatchedPayment) -> Result<Write, Failure> {
        let before = i64::try_from(payment.version.saturating_sub(1)).unwrap_or(i64::MAX);
        let as_read = Condition {
            expression: "#version = :before",
            values: vec![(":before", number(before))],
        };
        let condition = if before == 0 { ABSENT } else { as_read };
        Write::put(self, item(payment)?, Some(condition))
    }

    /// Marks an order that is not placed with a payment that names it.
    fn mark(&self, order: OrderId, payment: &PaymentKey) -> Result<Write, Failure> {
        let most = i64::try_from(NAMED_BY_MAX).unwrap_or(i64::MAX);
        let payment = AttributeValue::Ss(vec![payment.to_string()]);
        Write::update(
            self,
            Key::placed(order),
            "ADD #waiting :payment, #version :one",
            "attribute_not_exists(#pk) OR (attribute_not_exists(#text) AND #version < :most)",
            vec![
                (":payment", payment),
                (":one", number(1)),
                (":most", number(most)),
            ],
        )
    }
}

/// What an item under the key of a payment says.
pub(super) fn stored_payment(item: &Item) -> Result<StoredPayment, Failure> {
    if item.find_text("text").is_some() {
        return Ok(StoredPayment::Unmatched(item.get_json("text")?));
    }
    let order = item.get_text("order_id")?.parse();
    order
        .map(StoredPayment::OfOrder)
        .map_err(|error| Failure::Inconsistent(format!("a reference names no order: {error}")))
}

/// Whether the item under the key of an order as placed is only the mark of payments that name the order.
pub(super) fn is_named_only(item: &Item) -> bool {
    item.find_text("text").is_none() && !item.find_texts("waiting").is_empty()
}

/// How many payments have marked the order.
pub(super) fn version_of_mark(mark: &Item) -> Result<u64, Failure> {
    if is_named_only(mark) {
        Ok(u64::try_from(mark.get_number("version")?).unwrap_or_default())
    } else {
        Ok(0)
    }
}

fn partition(state: UnmatchedState) -> &'static str {
    match state {
        UnmatchedState::Open => UNMATCHED,
        UnmatchedState::Closed => UNMATCHED_CLOSED,
    }
}

fn item(payment: &UnmatchedPayment) -> Result<Item, Failure> {
    let item = Item::new(Key::payment(&payment.payment));
    let item = match payment.order {
        Some(order) => item.text("order_id", order.to_string()),
        None => item,
    };
    if payment.order.is_some() && payment.facts.is_empty() {
        return Ok(item);
    }
    let state = UnmatchedState::of(payment);
    Ok(item
        .json("text", payment)?
        .number("version", payment.version)
        .text("exceptions", partition(state))
        .text("placed_at", sortable(payment.since)))
}
