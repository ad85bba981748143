//! Stock levels: one item per SKU and location.

use app::failure::Failure;
use domain::{
    ids::{InvalidId, LocationId, Sku},
    stock::{StockDelta, StockLevel},
};

use super::{
    client::Table,
    items::Item,
    keys::Key,
    writes::{ABSENT, Condition, Write, number},
};

impl Table {
    /// Replaces a level on condition that it is as it was read; without `before`, that there is none.
    pub(super) fn replace_level(
        &self,
        before: Option<&StockLevel>,
        after: &StockLevel,
    ) -> Result<Write, Failure> {
        const SAME: &str =
            "#on_hand = :on_hand AND #reserved = :reserved AND #safety_stock = :safety_stock";
        // A level that was read as empty may not have been there at all.
        const SAME_OR_ABSENT: &str = "attribute_not_exists(#pk) OR \
            (#on_hand = :on_hand AND #reserved = :reserved AND #safety_stock = :safety_stock)";
        let item = level_item(after);
        let Some(before) = before else {
            return Write::put(self, item, Some(ABSENT));
        };
        let empty = (before.on_hand, before.reserved, before.safety_stock) == (0, 0, 0);
        let values = vec![
            (":on_hand", number(before.on_hand)),
            (":reserved", number(before.reserved)),
            (":safety_stock", number(before.safety_stock)),
        ];
        let expression = if empty { SAME_OR_ABSENT } else { SAME };
        Write::put(self, item, Some(Condition { expression, values }))
    }

    /// Adds to a level without reading it. A reservation needs the units to be available. Any other change must leave
    /// the level without a shortfall: available stock is never negative, so with a shortfall adding gives a wrong sum.
    pub(super) fn add_to_level(&self, delta: &StockDelta) -> Result<Write, Failure> {
        let mut sets = Vec::new();
        let mut values = Vec::new();
        for (name, value, by) in [
            ("on_hand", ":on_hand", delta.on_hand),
            ("reserved", ":reserved", delta.reserved),
            ("available", ":available", delta.available()),
        ] {
            if by != 0 {
                sets.push(format!("#{name} = #{name} + {value}"));
                values.push((value, number(by)));
            }
        }
        let needed = delta.available().saturating_neg().max(0);
        let condition = if delta.is_reservation {
            values.push((":needed", number(needed)));
            "#available >= :needed"
        } else if delta.available() == 0 {
            "attribute_exists(#pk)"
        } else {
            values.push((":needed", number(needed)));
            "attribute_not_exists(#shortfall) AND #available >= :needed"
        };
        let key = Key::stock(&delta.sku, &delta.location);
        Write::update(
            self,
            key,
            &format!("SET {}", sets.join(", ")),
            condition,
            values,
        )
    }

    /// Reads the level, strongly consistent.
    pub(super) async fn level(
        &self,
        sku: &Sku,
        location: &LocationId,
    ) -> Result<Option<StockLevel>, Failure> {
        self.get(Key::stock(sku, location))
            .await?
            .as_ref()
            .map(level)
            .transpose()
    }
}

fn level_item(level: &StockLevel) -> Item {
    let item = Item::new(Key::stock(&level.sku, &level.location))
        .text("sku", level.sku.as_str())
        .text("location", level.location.as_str())
        .number("on_hand", level.on_hand)
        .number("reserved", level.reserved)
        .number("safety_stock", level.safety_stock)
        .number("available", level.available());
    match level.shortfall() {
        0 => item,
        short => item.number("shortfall", short),
    }
}

/// Reads a stock level.
pub(super) fn level(item: &Item) -> Result<StockLevel, Failure> {
    let name = |error: InvalidId| Failure::Inconsistent(format!("a stock level: {error}"));
    Ok(StockLevel {
        sku: item.get_text("sku")?.parse().map_err(name)?,
        location: item.get_text("location")?.parse().map_err(name)?,
        on_hand: item.get_number("on_hand")?,
        reserved: item.get_number("reserved")?,
        safety_stock: item.get_number("safety_stock")?,
    })
}
