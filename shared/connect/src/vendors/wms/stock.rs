//! What locations say about stock, as facts of the domain.

use std::collections::BTreeMap;

use domain::{
    ids::Sku,
    inbound::{Fact, StockFact},
    stock::StockMovement,
};

use super::{
    payloads::{Counted, Received},
    quantities::sums,
};
use crate::parse::ParseError;

/// Most SKUs in one message about stock: its movements are one transaction.
pub const ITEMS_MAX: usize = 50;
/// Most units of a SKU that a count may report.
const ON_HAND_MAX: u32 = 1_000_000_000;

pub(super) fn received(message: Received) -> Result<Fact, ParseError> {
    let entries = message
        .items
        .into_iter()
        .map(|e| (e.sku, e.quantity))
        .collect();
    let sums = check_item_count(sums::<Sku>("data.items", entries)?)?;
    let fact = |(sku, quantity)| StockFact {
        sku,
        movement: StockMovement::Received { quantity },
    };
    Ok(Fact::Stock(sums.into_iter().map(fact).collect()))
}

pub(super) fn counted(message: Counted) -> Result<Fact, ParseError> {
    let mut counts = BTreeMap::new();
    for (index, item) in message.items.into_iter().enumerate() {
        let invalid = |field: &str, problem: &str| {
            Err(ParseError::field(
                format!("data.items[{index}].{field}"),
                problem.to_owned(),
            ))
        };
        if item.on_hand > ON_HAND_MAX {
            return invalid("on_hand", &format!("at most {ON_HAND_MAX} units"));
        }
        if counts.insert(item.sku, item.on_hand).is_some() {
            return invalid("sku", "the SKU is counted more than once");
        }
    }
    if counts.is_empty() {
        return Err(ParseError::field("data.items", "at least one SKU"));
    }
    let fact = |(sku, on_hand)| StockFact {
        sku,
        movement: StockMovement::counted(on_hand),
    };
    Ok(Fact::Stock(
        check_item_count(counts)?.into_iter().map(fact).collect(),
    ))
}

fn check_item_count(items: BTreeMap<Sku, u32>) -> Result<BTreeMap<Sku, u32>, ParseError> {
    if items.len() <= ITEMS_MAX {
        Ok(items)
    } else {
        Err(ParseError::field(
            "data.items",
            format!("at most {ITEMS_MAX} SKUs; send more in further messages"),
        ))
    }
}
