//! Baskets: one item for each that was placed lately, so that of two placements of the same one the second finds the first.
//! Its key is a hash with the customers' secret, and it is deleted some time after [`Basket::until`].

use app::failure::Failure;
use domain::{
    decide::{Basket, Placement},
    ids::OrderId,
};

use super::{
    client::Table,
    items::Item,
    keys::{Key, keyed_hash},
    transact::FailedCondition,
    writes::{Condition, Write, number, text},
};

const IS_FREE: &str = "attribute_not_exists(#pk) OR #at < :first OR #at > :last";
const IS_FREE_OR_KNOWN: &str =
    "attribute_not_exists(#pk) OR #at < :first OR #at > :last OR #order_id = :known";

impl Table {
    /// Takes the place of whoever placed the same basket, unless that was about the same time and the placement does not
    /// know of it.
    pub(super) fn write_basket(&self, basket: &Basket, order: OrderId) -> Result<Write, Failure> {
        let item = Item::new(self.basket_key(basket)?)
            .text("order_id", order.to_string())
            .number("at", basket.placed_at.as_second())
            .number("expires_at", basket.until.as_second());
        let (first, last) = basket.near();
        let mut values = vec![(":first", number(first)), (":last", number(last))];
        let expression = match basket.duplicate_of {
            Some(known) => {
                values.push((":known", text(known.to_string())));
                IS_FREE_OR_KNOWN
            }
            None => IS_FREE,
        };
        Write::put(self, item, Some(Condition { expression, values }))
    }

    /// The other order of the same basket: the one that the failed condition met, or that the placement knows of.
    pub(super) async fn duplicate_of(
        &self,
        placement: &Placement,
        failed: Option<&FailedCondition>,
    ) -> Result<Option<OrderId>, Failure> {
        let Some(basket) = &placement.basket else {
            return Ok(None);
        };
        let Some(failed) = failed else {
            return Ok(basket.duplicate_of);
        };
        let read;
        let current = match &failed.current {
            Some(current) => Some(current),
            None => {
                read = self.get(self.basket_key(basket)?).await?;
                read.as_ref()
            }
        };
        let Some(current) = current else {
            return Ok(basket.duplicate_of);
        };
        let other = current.get_text("order_id")?.parse();
        let other: OrderId = other
            .map_err(|error| Failure::Inconsistent(format!("a basket names no order: {error}")))?;
        let is_met = basket.meets(other, current.get_number("at")?);
        Ok(if is_met {
            Some(other)
        } else {
            basket.duplicate_of
        })
    }

    fn basket_key(&self, basket: &Basket) -> Result<Key, Failure> {
        Ok(Key::basket(&keyed_hash(self.secret()?, &basket.content)?))
    }
}
