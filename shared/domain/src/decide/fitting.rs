//! What fits one transaction.

use std::collections::BTreeSet;

use crate::{
    ids::{LineId, LocationId, Sku},
    order::{Order, UnitsAt},
    routing::WRITES_MAX,
};

/// An item that a transaction writes when units lose their reservation or leave the queue.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Item {
    Level(Sku, LocationId),
    Backorder(LineId),
}

/// The first of these units, as many as one transaction can free: it writes their stock levels and backorders, each once.
/// At least one, if there is one: a part writes at most two items.
pub(super) fn fitting(order: &Order, units: impl Iterator<Item = UnitsAt>) -> Vec<UnitsAt> {
    let mut items = BTreeSet::new();
    units
        .take_while(|part| {
            items.extend(items_of(order, part));
            items.len() <= WRITES_MAX
        })
        .collect()
}

fn items_of(order: &Order, part: &UnitsAt) -> impl Iterator<Item = Item> {
    let id = part.fulfillment_order;
    let found = id.and_then(|id| order.fulfillment_order(id));
    let level = found
        .filter(|found| !found.untracked)
        .map(|found| Item::Level(part.sku.clone(), found.location.clone()));
    let backorder = (part.backordered > 0).then(|| Item::Backorder(part.line.clone()));
    level.into_iter().chain(backorder)
}
